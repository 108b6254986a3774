"""Indexes over some of a table's rows, on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Index, Table, event


def only_where(index: Index, condition: ColumnElement[bool]) -> None:
    """Lets `index` hold only the rows for which `condition` is true.

    Each database's own name for that is added when its tables are made: naming PostgreSQL's
    beforehand would load all of SQLAlchemy's PostgreSQL, 2 MB that SQLite never needs.
    """

    @event.listens_for(index.table, "before_create")
    def whole(_: Table, connection: Connection, **__: Any) -> None:
        index.dialect_kwargs[f"{connection.dialect.name}_where"] = condition
