from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Enum, event, insert, select

from boardcal.storage.backup.copy import copy_of, empty_copy
from boardcal.storage.schema.all_tables import metadata
from boardcal.storage.schema.column_types import Document, Instant
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import at

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from boardcal.storage.database.engine import Database
    from boardcal.tests.office import Office


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.read() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


def a_row_of(table: Table, connection: Connection) -> dict[str, object]:
    """Some row that `table` takes."""
    values: dict[str, object] = {}
    for column in table.columns:
        if column.foreign_keys:
            (key,) = column.foreign_keys
            values[column.name] = connection.execute(select(key.column).limit(1)).scalar()
        elif isinstance(column.type, Instant):
            values[column.name] = at("2018-01-26")
        elif isinstance(column.type, Document):
            values[column.name] = {"a": ["b", 1]}
        elif isinstance(column.type, Enum):
            values[column.name] = next(iter(column.type.python_type))
        else:
            values[column.name] = SOME[column.type.python_type]
    return values


SOME: dict[type, object] = {
    bool: True,
    bytes: b"\x00\r\n",
    date: date(2018, 1, 26),
    int: 7,
    str: "Zo\u00eb",
}


@pytest.fixture
def busy_office(any_office: Office) -> Office:
    """An office with something in every table."""
    any_office.store().sweep("2018-01-25")
    with any_office.database.write() as connection:
        for table in metadata.sorted_tables:
            if connection.execute(select(table)).first() is None:
                connection.execute(insert(table).values(**a_row_of(table, connection)))
    return any_office


def test_a_copy_holds_every_row_of_every_table(busy_office: Office) -> None:
    original = everything(busy_office.database)
    assert [name for name, rows in original.items() if not rows] == []
    copy = copy_of(busy_office.database)
    assert everything(copy) == original
    copy.close()


def test_the_original_never_hears_of_what_happens_to_a_copy(any_office: Office) -> None:
    any_office.store()
    before = everything(any_office.database)
    copy = copy_of(any_office.database)
    with copy.write() as connection:
        connection.execute(board.update().values(name="Another"))
    copy.close()
    assert everything(any_office.database) == before


def test_an_empty_copy_has_the_tables_and_nothing_in_them() -> None:
    copy = empty_copy()
    assert {name: rows for name, rows in everything(copy).items() if rows} == {}
    assert set(everything(copy)) == set(metadata.tables)
    copy.close()


def test_a_copy_is_of_one_moment_though_others_go_on_writing(any_office: Office) -> None:
    any_office.store().tick("2018-01-24")
    before = everything(any_office.database)
    begun: list[bool] = []
    written: list[bool] = []

    def meanwhile(connection: Any, *given: Any) -> None:
        # The daemon decides and composes between the copying of two tables.
        if not begun and given[1].startswith("SELECT change."):
            begun.append(True)
            written.append(any_office.tick("2018-01-25"))

    event.listen(any_office.database.engine, "after_cursor_execute", meanwhile)
    copy = copy_of(any_office.database)
    event.remove(any_office.database.engine, "after_cursor_execute", meanwhile)
    assert written == [True]
    assert everything(copy) == before
    copy.close()
