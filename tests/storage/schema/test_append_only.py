from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from boardcal.storage.accounts.access_kinds import AccessKind
from boardcal.storage.accounts.access_record import Doer, note_access
from boardcal.storage.backup.backup import back_up
from boardcal.storage.database import migrate as migrating
from boardcal.storage.database.engine import file_database, open_database
from boardcal.storage.schema.append_only import RECORDS, REFUSAL
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Table

    from boardcal.storage.database.engine import Database


def altered(table: Table) -> object:
    name = "who" if "who" in table.c else "reply"
    return update(table).values({name: "somebody else"})


def refuses(database: Database) -> None:
    """Whether no row of the record can be altered, and each can still be added to."""
    office = Office(database=database).store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-08")
    office.record("lscb/s11/pmqag/2018-03", None)
    with database.write() as connection:
        somebody = Doer(who="sam@example.org")
        note_access(connection, AccessKind.SIGNED_IN, "sam", now=office.now, by=somebody)
    assert {table.name for table in RECORDS} == {"access_record", "attempt", "change"}
    for table in RECORDS:
        before = office.table(table)
        assert before
        for statement in (altered(table), delete(table)):
            with pytest.raises(DBAPIError, match=REFUSAL), database.write() as connection:
                connection.execute(statement)  # type: ignore[call-overload]
        assert office.table(table) == before


def test_the_record_is_only_added_to(database: Database) -> None:
    refuses(database)


@pytest.mark.parametrize("make", [migrating.migrate, migrating._upgrade])
def test_so_it_is_in_a_database_however_it_was_made(
    empty_url: str, make: Callable[[Database], object]
) -> None:
    database = open_database(empty_url)
    try:
        make(database)
        refuses(database)
    finally:
        database.close()


def test_so_it_is_in_a_backup(database: Database, tmp_path: Path) -> None:
    back_up(database, tmp_path / "kept.db")
    kept = file_database(tmp_path / "kept.db")
    try:
        refuses(kept)
    finally:
        kept.close()
