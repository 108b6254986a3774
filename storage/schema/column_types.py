"""Column types that keep what Python means: aware instants, and JSON as text."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Enum,
    Index,
    Row,
    String,
    Table,
    Text,
    event,
)
from sqlalchemy.types import TypeDecorator

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of a query whose columns are read by name."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC in ISO 8601 so that its text sorts as time does.

    Text rather than the database's own type: SQLite has none, and one form serves both.
    """

    impl = String(32)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the base class names it
    ) -> str | None:
        """An aware datetime as text. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002 - the base class names it
    ) -> datetime | None:
        """The text as an aware datetime."""
        return None if value is None else datetime.fromisoformat(value)


class Document(TypeDecorator[Any]):
    """A value of JSON, kept as text in the order it was given."""

    impl = Text
    cache_ok = True

    def process_bind_param(
        self,
        value: Any,
        dialect: Dialect,  # noqa: ARG002 - the base class names it
    ) -> str | None:
        """A value as JSON."""
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002 - the base class names it
    ) -> Any:
        """JSON as the value."""
        return None if value is None else json.loads(value)


def new_identity() -> str:
    """A name for a row outside of this database: 128 random bits, as text for an address.

    A row's number is given again once a backup is brought back, so none of them leaves.
    """
    return secrets.token_urlsafe(16)


def one_of(kinds: type[StrEnum], length: int) -> Enum:
    """A member of an enum, kept as its value in text; no other value is stored or read."""
    return Enum(
        kinds,
        length=length,
        native_enum=False,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
    )


def only_where(index: Index, condition: ColumnElement[bool]) -> None:
    """Lets `index` hold only the rows for which `condition` is true.

    Each database's own name for that is added when its tables are made: naming PostgreSQL's
    beforehand would load all of SQLAlchemy's PostgreSQL, 2 MB that SQLite never needs.
    """

    @event.listens_for(index.table, "before_create")
    def add_condition(_: Table, connection: Connection, **__: Any) -> None:
        index.dialect_kwargs[f"{connection.dialect.name}_where"] = condition
