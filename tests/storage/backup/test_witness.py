"""A database that went back, or is gone, is noticed by what was noted of it elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, update

from boardcal.scheduler.clock_guard import ClockGuard
from boardcal.storage.backup.copy import copy_of
from boardcal.storage.backup.witness import Witness, begin_history
from boardcal.storage.database.errors import DatabaseError
from boardcal.storage.holds import end_hold, hold_of
from boardcal.storage.schema.planner import installation
from boardcal.tests.factories import LONDON, at
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database

NOW = at("2018-02-09 09:00")


@pytest.fixture
def earlier_and_later(database: Database) -> tuple[Database, Database]:
    """An installation as it was on the 7th, and as it is on the 8th."""
    office = Office(database=database).store(go_live="2018-02-05")
    with database.write() as connection:
        connection.execute(insert(installation).values(name="id", value="1" * 32))
    office.days("2018-02-05", "2018-02-07")
    earlier = copy_of(database)
    assert office.sweep("2018-02-08")
    return earlier, database


def guard(database: Database, witness: Witness) -> ClockGuard:
    return ClockGuard(database=database, local=LONDON, uptime=lambda: 1e6, witness=witness)


def test_a_database_that_knows_less_than_it_did_is_put_on_hold_once(
    earlier_and_later: tuple[Database, Database], tmp_path: Path
) -> None:
    earlier, later = earlier_and_later
    file = tmp_path / "last-seen"
    guard(later, Witness(file)).note(NOW)
    assert guard(later, Witness(file)).trusts(NOW)
    assert not guard(earlier, Witness(file)).trusts(NOW)
    with earlier.write() as connection:
        held = hold_of(connection)
        assert held is not None
        assert held.after_restore
        assert held.why == (
            "The database a copy in memory knows less than it did on 9 February 2018, 09:00, so "
            "it was put back or has lost something. What was recorded or sent after that is not "
            "known here, so some mails may come twice."
        )
        end_hold(connection, now=NOW, who="test")
    # A person has looked: it is the one that counts from now on, on every machine.
    assert guard(earlier, Witness(file)).trusts(NOW)


def test_the_running_daemon_needs_no_file_to_notice_it(
    earlier_and_later: tuple[Database, Database], tmp_path: Path
) -> None:
    earlier, later = earlier_and_later
    witness = Witness(tmp_path / "no folder" / "last-seen")
    guard(later, witness).note(NOW)
    assert not guard(earlier, witness).trusts(NOW)


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"at": "x"}', '{"attempts": 1}'])
def test_a_note_that_is_gone_or_broken_says_nothing(
    earlier_and_later: tuple[Database, Database], tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "last-seen"
    if content is not None:
        file.write_text(content)
    witness = Witness(file)
    assert guard(earlier_and_later[0], witness).trusts(NOW)
    witness.require_begun("x.db", is_begun=False)


def test_a_database_from_before_the_history_that_was_seen_is_put_on_hold_once(
    earlier_and_later: tuple[Database, Database], tmp_path: Path
) -> None:
    """Such as the one that a restore kept aside, brought back when the restore is regretted."""
    earlier, later = earlier_and_later
    file = tmp_path / "last-seen"
    with later.write() as connection:
        begin_history(connection, None)
    guard(later, Witness(file)).note(NOW)
    assert guard(later, Witness(file)).trusts(NOW)
    assert not guard(earlier, Witness(file)).trusts(NOW)
    with earlier.write() as connection:
        end_hold(connection, now=NOW, who="test")
    assert guard(earlier, Witness(file)).trusts(NOW)


def test_a_history_that_comes_after_what_was_seen_is_trusted(
    earlier_and_later: tuple[Database, Database], tmp_path: Path
) -> None:
    """A restore on one machine is no news of the past on another, however many came between."""
    earlier, later = earlier_and_later
    file = tmp_path / "last-seen"
    guard(later, Witness(file)).note(NOW)
    for _ in range(3):
        with earlier.write() as connection:
            begin_history(connection, Witness(file).seen)
    assert guard(earlier, Witness(file)).trusts(NOW)
    guard(earlier, Witness(file)).note(NOW)
    assert not guard(later, Witness(file)).trusts(NOW)


def test_another_installation_is_not_compared(
    earlier_and_later: tuple[Database, Database], tmp_path: Path
) -> None:
    earlier, later = earlier_and_later
    file = tmp_path / "last-seen"
    guard(later, Witness(file)).note(NOW)
    with earlier.write() as connection:
        connection.execute(
            update(installation).where(installation.c.name == "id").values(value="2" * 32)
        )
    assert guard(earlier, Witness(file)).trusts(NOW)


def test_where_there_was_a_database_none_is_made_afresh(
    earlier_and_later: tuple[Database, Database], tmp_path: Path
) -> None:
    file = tmp_path / "last-seen"
    guard(earlier_and_later[1], Witness(file)).note(NOW)
    Witness(file).require_begun("x.db", is_begun=True)
    with pytest.raises(DatabaseError) as refused:
        Witness(file).require_begun("x.db", is_begun=False)
    assert str(refused.value) == (
        "The database x.db is gone or empty, and boardcal has been at work with one here; put it "
        "back, or bring back the last backup with `boardcal restore FILE`. To begin anew instead, "
        f"which mails everybody afresh, remove {file}."
    )
