"""Databases and machines that go back in time by themselves: noticed, on hold, nothing twice."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, text

from boardcal.storage.database.engine import sqlite_path
from boardcal.tests.faults.figures import EITHER, FULL
from boardcal.tests.faults.judge import doubled
from boardcal.tests.faults.test_restores import work_once
from boardcal.tests.faults.yard import many_chairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from boardcal.tests.faults.figures import Figures, Run
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Yard

WENT_BACK = "knows less than it did"
SNAPSHOT = "brought back from a snapshot"
GONE = "is gone or empty"


@contextmanager
def put_back(url: str, request: pytest.FixtureRequest) -> Iterator[Callable[[], None]]:
    """Keeps a database as it is now; what is given puts that in its place, as IT would."""
    path = sqlite_path(url)
    if path is not None:
        kept = path.with_name("kept.db")
        shutil.copy(path, kept)
        yield lambda: _replace(kept, path)
        return
    administrator: Connection = request.getfixturevalue("administrator")
    name = make_url(url).database
    administrator.execute(text(f"CREATE DATABASE {name}_kept TEMPLATE {name} STRATEGY file_copy"))

    def replace() -> None:
        administrator.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        administrator.execute(text(f"ALTER DATABASE {name}_kept RENAME TO {name}"))

    yield replace


def _replace(kept: Path, path: Path) -> None:
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copy(kept, path)


def is_held_and_goes_on(yard: Yard, judge: Judge, run: Run, why: str) -> None:
    """Holds that nothing is sent until somebody says how far mails went, and nothing twice then."""
    sent, before = judge.steps(), len(judge.received)
    output = work_once(yard)
    assert why in output
    assert "boardcal resume" in output
    assert len(judge.received) == before
    shown = yard.command("resume")
    assert "--sent-until" in " ".join(shown.output.split())
    done = yard.command("resume", "--sent-until", yard.now[:10], "--yes")
    assert done.exit_code == 0, done.output
    work_once(yard)
    assert judge.steps() == sent
    yard.sleeps(days=7)
    work_once(yard)
    run.mails, run.doubled = len(judge.received), doubled(judge.steps().values())
    run.note = "on hold, nothing sent; then with --sent-until nothing twice"
    assert len(judge.steps()) > len(sent)
    assert run.doubled == 0


@pytest.mark.parametrize("kind", EITHER, indirect=True)
def test_a_database_that_somebody_puts_back_is_noticed(
    kind: str,
    judge: Judge,
    make_yard: Callable[..., Yard],
    figures: Figures,
    request: pytest.FixtureRequest,
) -> None:
    yard = make_yard()
    yard.holds(many_chairs(5))
    with figures.run("database put back by hand, no restore", kind) as run:
        work_once(yard)
        with put_back(yard.url, request) as replace:
            yard.sleeps(days=4)
            work_once(yard)
            replace()
        is_held_and_goes_on(yard, judge, run, WENT_BACK)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_machine_brought_back_with_its_memory_is_noticed_by_its_clock(
    kind: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures, tmp_path: Path
) -> None:
    # Everything goes back, config and notes too; the machine has not been started anew since.
    yard = make_yard(url=f"sqlite:///{tmp_path}/yard/boardcal.db")
    yard.holds(many_chairs(5))
    with figures.run("machine back from a snapshot, all files", kind) as run:
        work_once(yard)
        snapshot = tmp_path / "snapshot"
        shutil.copytree(yard.folder, snapshot)
        yard.sleeps(days=4)
        work_once(yard)
        shutil.rmtree(yard.folder)
        shutil.copytree(snapshot, yard.folder)
        yard.boots -= 1
        is_held_and_goes_on(yard, judge, run, SNAPSHOT)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["removed", "cut to nothing", "garbled"] if FULL else ["removed"])
def test_a_log_that_is_lost_with_mails_in_it_is_noticed(
    how: str, kind: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    yard = make_yard()
    yard.holds(many_chairs(5))
    with figures.run(f"WAL {how} after a kill", kind) as run:
        work_once(yard)
        yard.sleeps(days=4)
        before = len(judge.received)
        daemon = yard.start()
        assert daemon.lives_until_ready(), daemon.said()
        assert len(judge.received) > before
        daemon.kill()
        log = Path(str(sqlite_path(yard.url)) + "-wal")
        assert log.stat().st_size
        spoil(log, how)
        is_held_and_goes_on(yard, judge, run, WENT_BACK)


def spoil(file: Path, how: str) -> None:
    """Does to a file what a bad night does."""
    if how == "removed":
        file.unlink()
    elif how == "cut to nothing":
        file.write_bytes(b"")
    else:
        content = file.read_bytes()
        file.write_bytes(content[:32] + bytes(byte ^ 0x5A for byte in content[32:]))


@pytest.mark.parametrize("kind", EITHER, indirect=True)
def test_a_database_that_is_gone_at_the_start_is_not_begun_afresh(
    kind: str,
    judge: Judge,
    make_yard: Callable[..., Yard],
    figures: Figures,
    request: pytest.FixtureRequest,
) -> None:
    yard = make_yard()
    yard.holds(many_chairs(5))
    with figures.run("database gone or empty at the start", kind) as run:
        work_once(yard)
        before = len(judge.received)
        backup = yard.folder / "yesterday.backup"
        assert yard.command("backup", str(backup)).exit_code == 0
        for how in lose(yard.url, request):
            daemon = yard.start()
            daemon.wait()
            (line,) = daemon.said().splitlines()
            assert GONE in line, how
            for word in (str(yard.folder / "var/last-seen"), "boardcal restore"):
                assert word in line
            for command in (("upcoming",), ("check",), ("golive", "2018-03-01")):
                assert GONE in " ".join(yard.command(*command).output.split())
        run.mails = len(judge.received) - before
        run.note = "refused with a sentence, nothing sent"
        assert run.mails == 0
        done = yard.command("restore", str(backup), "--yes")
        assert done.exit_code == 0, done.output
        assert "On hold" in work_once(yard)
        assert len(judge.received) == before


def lose(url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Each way in which a database can be gone."""
    path = sqlite_path(url)
    if path is None:
        administrator: Connection = request.getfixturevalue("administrator")
        name = make_url(url).database
        administrator.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        administrator.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
        yield "made anew"
        return
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    path.unlink()
    yield "removed"
    path.write_bytes(b"")
    yield "empty"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_what_is_noted_beside_the_secret_names_no_person(
    kind: str, make_yard: Callable[..., Yard]
) -> None:
    yard = make_yard()
    yard.holds(many_chairs(5))
    work_once(yard)
    noted = json.loads((yard.folder / "var/last-seen").read_text())
    assert set(noted) == {"installation", "history", "attempts", "changes", "at"}
    assert kind
