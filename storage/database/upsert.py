"""INSERT … ON CONFLICT, which each database has in a dialect of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table


def insert_for(connection: Connection, table: Table) -> Any:
    """An INSERT into a table that takes `on_conflict_do_nothing` and `on_conflict_do_update`."""
    # Loaded here because the other database's part of SQLAlchemy is slow to load for nothing.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_postgresql

        return insert_postgresql(table)
    from sqlalchemy.dialects.sqlite import insert as insert_sqlite

    return insert_sqlite(table)
