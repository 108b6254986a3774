"""A whole database copied into memory, to try things out on."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from ..database.engine import Database, memory_database
from ..schema.all_tables import metadata

ROWS_AT_ONCE = 1000


def empty_copy() -> Database:
    """A database in memory with every table and nothing in them."""
    copy = memory_database()
    with copy.write() as connection:
        metadata.create_all(connection)
    return copy


def copy_of(database: Database) -> Database:
    """A copy of `database` in memory, SQLite or PostgreSQL alike; the original is only read."""
    copy = empty_copy()
    with database.read() as source, copy.write() as target:
        copy_rows(source, target)
    return copy


def copy_rows(source: Connection, target: Connection) -> None:
    """Adds every row of one database to another, which has the tables and no rows."""
    for table in metadata.sorted_tables:
        rows = source.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table))
        for part in rows.mappings().partitions(ROWS_AT_ONCE):
            target.execute(insert(table), [dict(row) for row in part])
