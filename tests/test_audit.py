"""What the look at known weaknesses makes of pip-audit's answers; no network is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).resolve().parents[1] / ".ci/audit"
WEAK = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"]}


def dependencies(*libraries: dict[str, Any]) -> str:
    return json.dumps({"dependencies": libraries})


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (
            dependencies({"name": "a", "version": "1.0", "vulns": []}),
            0,
            "1 of 1 pinned libraries were looked up, 0 weaknesses found.",
        ),
        (
            dependencies({"name": "a", "version": "1.0", "vulns": [WEAK]}),
            1,
            (
                "a 1.0: PYSEC-2026-1, mended in 2.0\n"
                "1 of 1 pinned libraries were looked up, 1 weaknesses found."
            ),
        ),
        (
            dependencies({"name": "a", "skip_reason": "not found"}),
            0,
            "0 of 1 pinned libraries were looked up, 0 weaknesses found.",
        ),
        ("", 0, "Known weaknesses were not looked up: no network"),
    ],
    ids=["nothing known", "a weakness", "no list", "no network"],
)
def test_a_weakness_is_red_and_what_was_not_looked_up_is_said(
    tmp_path: Path, answer: str, code: int, said: str
) -> None:
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\necho 'no network' >&2\n")
    tool.chmod(0o700)
    done = subprocess.run(
        [sys.executable, str(AUDIT), str(tool)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (code, said)
