"""SQLite files removed, spoilt, closed or without room: a sentence, and then it goes on."""

from __future__ import annotations

import random
import resource
import shutil
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from boardcal.storage.database.engine import open_database, sqlite_path
from boardcal.storage.database.schema_version import SCHEMA, schema_of
from boardcal.tests.faults.figures import FULL
from boardcal.tests.faults.judge import doubled
from boardcal.tests.faults.test_restores import work_once
from boardcal.tests.faults.yard import many_chairs
from boardcal.tests.storage.database.test_migrate import make_at
from boardcal.tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from boardcal.tests.faults.figures import Figures, Run
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Daemon, Yard

CHAIRS = 5
pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture
def yard(tmp_path: Path, make_yard: Callable[..., Yard]) -> Yard:
    """An installation whose database stands in its own folder."""
    yard = make_yard(url=f"sqlite:///{tmp_path}/yard/boardcal.db")
    yard.holds(many_chairs(CHAIRS))
    return yard


def file_of(yard: Yard) -> Path:
    path = sqlite_path(yard.url)
    assert path is not None
    return path


def ends_with_a_sentence(daemon: Daemon, words: str) -> str:
    """Holds that a daemon ended, and that one line on its terminal says why."""
    daemon.wait()
    line = daemon.said().strip().splitlines()[-1]
    assert words in line, daemon.said()
    assert line.startswith("boardcal: ")
    assert "Traceback" not in daemon.said()
    return line


def in_the_end_once_each(yard: Yard, judge: Judge, run: Run) -> None:
    """Holds that every mail arrived, once."""
    counts = judge.counts()
    run.mails = len(yard.messages())
    run.lost = len({row.recipient for row in yard.messages()} - counts.keys())
    run.doubled = doubled(judge.steps().values())
    assert (run.mails, run.lost, run.doubled) == (CHAIRS + 1, 0, 0)


@pytest.mark.parametrize("how", ["removed", "replaced by an empty one"] if FULL else ["removed"])
def test_a_file_that_goes_under_a_daemon_may_come_back(
    how: str, yard: Yard, judge: Judge, figures: Figures
) -> None:
    file = file_of(yard)
    aside = file.with_name("aside.db")
    with figures.run(f"database file {how} while it runs", "sqlite") as run:
        daemon = yard.start()
        assert daemon.lives_until_ready(), daemon.said()
        file.rename(aside)
        if how != "removed":
            file.touch()
        words = "is gone while" if how == "removed" else "was replaced by another"
        assert until(lambda: words in daemon.said()), daemon.said()
        aside.replace(file)
        assert until(lambda: "works again" in daemon.said()), daemon.said()
        daemon.stop()
        work_once(yard)
        run.note = "said, and went on when it was back"
        in_the_end_once_each(yard, judge, run)


def spoilt(content: bytes, how: str) -> bytes:
    """A database file after a bad night."""
    if how == "cut short":
        return content[: len(content) // 3]
    chance = random.Random(how)
    page = 4096
    if how == "its first page garbled":
        return chance.randbytes(page) + content[page:]
    return content[:page] + chance.randbytes(20 * page) + content[21 * page :]


SPOILS = {
    "cut short": "is damaged",
    "its pages garbled": "is damaged",
    "its first page garbled": "is not a boardcal database",
}


@pytest.mark.parametrize("how", list(SPOILS) if FULL else ["its pages garbled"])
def test_a_file_that_is_spoilt_ends_the_start_and_a_backup_brings_it_back(
    how: str, yard: Yard, judge: Judge, figures: Figures
) -> None:
    file = file_of(yard)
    with figures.run(f"database file: {how}, at the start", "sqlite") as run:
        work_once(yard)
        backup = yard.folder / "yesterday.backup"
        assert yard.command("backup", str(backup)).exit_code == 0
        yard.sleeps(days=1)
        before = len(judge.received)
        file.write_bytes(spoilt(file.read_bytes(), how))
        ends_with_a_sentence(yard.start(), SPOILS[how])
        assert len(judge.received) == before
        done = yard.command("restore", str(backup), "--yes")
        assert done.exit_code == 0, done.output
        done = yard.command("resume", "--sent-until", "2018-02-22", "--yes")
        assert done.exit_code == 0, done.output
        work_once(yard)
        run.mails, run.doubled = len(judge.received), doubled(judge.steps().values())
        run.note = "one sentence; the backup went on"
    assert run.doubled == 0


def test_a_file_that_may_not_be_written_is_waited_for(
    yard: Yard, judge: Judge, figures: Figures
) -> None:
    file = file_of(yard)
    with figures.run("database file that may only be read", "sqlite") as run:
        work_once(yard)
        before = len(judge.received)
        yard.sleeps(days=1)
        file.chmod(0o444)
        daemon = yard.start(powerless=True)
        assert until(lambda: "can be read but not written" in daemon.said()), daemon.said()
        assert len(judge.received) == before
        for part in file.parent.glob(f"{file.name}*"):
            part.chmod(0o644)
        assert daemon.lives_until_ready(), daemon.said()
        assert until(lambda: len(judge.received) > before), daemon.said()
        daemon.stop()
        assert daemon.said().count("can be read but not written") == 1
        assert daemon.said().count("the next 8 weeks") == 1
        run.mails, run.doubled = len(judge.received), doubled(judge.steps().values())
        run.note = "one sentence, nothing sent; then it went on"
    assert run.mails > before
    assert run.doubled == 0


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Time in which no file of this process may grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [4096, 65536, 131072] if FULL else [65536])
def test_a_disk_without_room_at_the_first_start_ends_it_and_room_is_all_it_needs(
    room: int, yard: Yard, judge: Judge, figures: Figures
) -> None:
    with figures.run(f"no room at the first start, {room:,} bytes", "sqlite") as run:
        ends_with_a_sentence(yard.start(room=room), "full")
        assert judge.received == []
        work_once(yard)
        run.note = "one sentence; then as ever"
        in_the_end_once_each(yard, judge, run)


def test_a_disk_without_room_leaves_no_half_of_a_backup(
    yard: Yard, judge: Judge, figures: Figures
) -> None:
    with figures.run("no room in a backup", "sqlite") as run:
        work_once(yard)
        before = sorted(yard.folder.rglob("*"))
        with room_for(file_of(yard).stat().st_size // 2):
            done = yard.command("backup", str(yard.folder / "x.backup"))
        assert done.exit_code == 1
        assert "full" in done.output
        assert "Traceback" not in done.output
        after = set(yard.folder.rglob("*")) - {yard.folder / "command.toml"}
        assert after == set(before) - {yard.folder / "command.toml"}
        assert yard.command("backup", str(yard.folder / "x.backup")).exit_code == 0
        run.note = "one sentence, no half of a file"
        in_the_end_once_each(yard, judge, run)


def test_a_disk_without_room_in_a_migration_leaves_the_file_as_it_was(
    yard: Yard, judge: Judge, figures: Figures
) -> None:
    file = file_of(yard)
    filler = "INSERT INTO installation (name, value) VALUES ('filler', hex(randomblob(500000)))"
    with figures.run("no room in a migration", "sqlite") as run:
        with closing(open_database(yard.url)) as old:
            make_at(old, "0006")
            with old.write() as connection:
                connection.execute(text(filler))
        before = contents(file)
        daemon = yard.start(room=file.stat().st_size // 2)
        ends_with_a_sentence(daemon, "full")
        assert contents(file) == before
        work_once(yard)
        with yard.opened() as database, database.read() as connection:
            assert schema_of(connection) == SCHEMA
        run.note = "one sentence, as it was; then brought up to date"


def contents(file: Path) -> list[str]:
    """All that a database file holds, as statements."""
    copy = file.with_name("read.db")
    shutil.copy(file, copy)
    engine = create_engine(f"sqlite:///{copy}")
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        lines = list(driver.iterdump())
    engine.dispose()
    copy.unlink()
    return lines
