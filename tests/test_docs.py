from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
# `web/url_map.py`, `storage/schema/`; not `/healthz`, `var/outbox` or `calendar.rules`
PLACE = re.compile(r"`((?:[\w-]+/)+(?:[\w-]+(?:\.\w+)+)?|[\w-]+\.(?:toml|md))`")
MADE_BY_RUNNING = ("var/",)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_and_folder_that_a_document_names_exists(document: Path) -> None:
    places = PLACE.findall(document.read_text(encoding="utf-8"))
    missing = [
        place
        for place in places
        if not place.startswith(MADE_BY_RUNNING)
        and not any((base / place).exists() for base in (ROOT, document.parent))
    ]
    assert missing == []


def test_the_page_for_engineers_answers_where_at_least_twenty_changes_go() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    answers = page.partition("## Where do I change")[2].splitlines()
    assert sum(line.startswith("| ") for line in answers) - 1 >= 20
    assert all(
        PLACE.search(line) for line in answers if line.startswith("| ") and "| file" not in line
    )


# What the documented service may not do to the machine that it runs on.
LIMITS = {
    "AmbientCapabilities": "",
    "CapabilityBoundingSet": "",
    "DevicePolicy": "closed",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "NoNewPrivileges": "yes",
    "PrivateDevices": "yes",
    "PrivateIPC": "yes",
    "PrivateTmp": "yes",
    "PrivateUsers": "yes",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHome": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectProc": "invisible",
    "ProtectSystem": "strict",
    "ReadWritePaths": "/srv/boardcal",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
    "User": "boardcal",
}
MOST_EXPOSED = 1.5  # of 10, as systemd counts


def unit_of_the_service() -> str:
    page = (ROOT / "docs/running.md").read_text(encoding="utf-8")
    return "[Unit]" + page.partition("```\n[Unit]")[2].partition("```")[0]


def test_the_documented_service_is_kept_within_its_limits() -> None:
    lines = [line.partition("=") for line in unit_of_the_service().splitlines() if "=" in line]
    stated = {name: value for name, _, value in lines if not name.startswith("#")}
    assert LIMITS.items() <= stated.items()
    calls = [value for name, _, value in lines if name == "SystemCallFilter"]
    assert calls == ["@system-service", "~@privileged @resources"]
    # The guard over the clock reads /proc/sys/kernel/random/boot_id.
    assert "ProcSubset" not in stated


def test_systemd_counts_little_that_the_documented_service_could_do(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed; the limits themselves are compared above")
    unit = tmp_path / "boardcal.service"
    unit.write_text(unit_of_the_service())
    asked = [tool, "security", "--offline=true", "--no-pager", str(unit)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    found = re.search(r"exposure level for boardcal.service: (\d+\.\d)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSED
