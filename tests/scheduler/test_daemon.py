"""The daemon itself, as a process: a folder, a clock, a Board's March report."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from boardcal.tests.mailed_items import parse_items
from boardcal.tests.ports import free_port
from boardcal.tests.waiting import PATIENCE

COMMAND = [sys.executable, "-m", "boardcal"]
S11 = "lscb/s11-march/pmqag/2018-03"
Mails = list[tuple[str, list[str]]]


def boardcal(folder: Path, *arguments: str, umask: int = -1) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
        umask=umask,
    )
    return done.stdout


def run_once(folder: Path, at: str, umask: int = -1) -> str:
    """Starts the daemon, waits until it has swept, and stops it as a supervisor would."""
    said = ""
    with subprocess.Popen(
        [*COMMAND, "--as-of", at, "run"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        umask=umask,
    ) as process:
        for line in process.stdout or ():
            said += line
            if "Ctrl-C" in line:
                break
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said + rest
    return said + rest


def written(folder: Path, known: set[Path]) -> Mails:
    """Whom the new files of the outbox are for, and what each was sent for."""
    found = []
    for path in sorted(set(folder.glob("var/outbox/*.eml")) - known):
        known.add(path)
        mail = message_from_bytes(path.read_bytes(), policy=default)
        items = parse_items(str(mail["X-Boardcal-Items"] or ""))
        found.append((str(mail["To"]), sorted(f"{i.key} {i.step} {i.level}" for i in items)))
    return sorted(found)


def simulated(folder: Path, day: str) -> Mails:
    arguments = ("simulate", "--from", day, "--to", day, "--format", "json")
    mails = json.loads(boardcal(folder, "--as-of", f"{day}T08:00", *arguments))
    return sorted(
        (mail["to"], sorted(f"{i['key']} {i['step']} {i['level']}" for i in mail["items"]))
        for mail in mails
    )


def test_the_march_report_is_reminded_of_chased_and_left_alone_once_submitted(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.toml").write_text(f"[web]\nport = {free_port()}\n")
    boardcal(tmp_path, "--as-of", "2017-11-01T08:00", "golive", "2017-11-01", "--yes")
    known: set[Path] = set()
    steps = []
    for day in ("2018-02-08", "2018-02-22", "2018-02-23", "2018-03-01"):
        if day == "2018-03-01":
            boardcal(tmp_path, "--as-of", "2018-02-26T09:00", "record", S11, "submitted")
        expected = simulated(tmp_path, day)
        run_once(tmp_path, f"{day}T08:00")
        mails = written(tmp_path, known)
        assert mails == expected
        assert len({to for to, _ in mails}) == len(mails)
        steps += [(to, item) for to, items in mails for item in items if item.startswith(S11)]
        run_once(tmp_path, f"{day}T10:00")
        assert written(tmp_path, known) == []
    chair = "pmqag.chair@example.org"
    assert steps == [(chair, f"{S11} {step} owner") for step in (-10, 0, 1)]


def test_a_second_daemon_on_the_same_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f"[web]\nport = {free_port()}\n")
    with subprocess.Popen(
        [*COMMAND, "run"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as first:
        for line in first.stdout or ():
            if "Ctrl-C" in line:
                break
        second = subprocess.run(
            [*COMMAND, "run"],
            cwd=tmp_path,
            env=None,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert "Traceback" not in second.stderr
    assert "Another boardcal is running" in second.stderr or "port" in second.stderr


def test_nothing_that_boardcal_makes_can_be_opened_by_others(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f"[web]\nport = {free_port()}\n")
    (tmp_path / "config.toml").chmod(0o600)
    (tmp_path / "var").mkdir(0o700)
    lock = tmp_path / "var/boardcal.db.lock"
    lock.touch(0o644)  # as an older boardcal left it
    # With this mask a file is closed only where it is made so.
    for command in (["golive", "2017-11-01", "--yes"], ["backup", "one.backup"]):
        boardcal(tmp_path, "--as-of", "2017-11-01T08:00", *command, umask=0)
    run_once(tmp_path, "2018-02-08T08:00", umask=0)
    boardcal(tmp_path, "restore", "one.backup", "--yes", umask=0)
    made = {path: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert {lock, tmp_path / "one.backup", tmp_path / "var/secret"} <= made.keys()
    assert [path for path in made if path.suffix == ".eml"] != []
    assert {str(path): oct(mode) for path, mode in made.items() if mode & 0o077} == {}
    assert "let others" not in boardcal(tmp_path, "check")


def test_a_folder_that_is_made_for_the_database_is_closed(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        'database.url = "sqlite:///kept/boardcal.db"\nweb.secret_file = "signs/secret"\n'
        f"web.port = {free_port()}\n"
    )
    run_once(tmp_path, "2018-02-08T08:00", umask=0)
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("kept", "signs")}
    assert modes == {"kept": 0o700, "signs": 0o700}
