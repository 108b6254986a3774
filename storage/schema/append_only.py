"""The records of changes, attempts and access: added to, never altered; the database sees to it.

A restore replaces a whole database, and a migration may rebuild a table; neither alters a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, MetaData, event, text

from .accounts import access_record
from .mail import attempt
from .metadata import metadata
from .occurrences import change

RECORDS = (change, attempt, access_record)
REFUSAL = "boardcal keeps this record: it is only added to"
SQLITE = (
    "CREATE TRIGGER keep_{name}_{verb} BEFORE {verb} ON {name} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
)
POSTGRESQL_FUNCTION = (
    "CREATE FUNCTION boardcal_keep_record() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
)
POSTGRESQL = (
    "CREATE TRIGGER keep_{name} BEFORE UPDATE OR DELETE ON {name} "
    "FOR EACH ROW EXECUTE FUNCTION boardcal_keep_record()"
)


@event.listens_for(metadata, "after_create")
def guard_records(_: MetaData, connection: Connection, **__: Any) -> None:
    """Lets no row of the record be altered or deleted from now on."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(POSTGRESQL_FUNCTION))
        for table in RECORDS:
            connection.execute(text(POSTGRESQL.format(name=table.name)))
        return
    for table in RECORDS:
        for verb in ("UPDATE", "DELETE"):
            connection.execute(text(SQLITE.format(name=table.name, verb=verb)))


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """Lets a restore on PostgreSQL take the record out, to put another in its place."""
    for table in RECORDS:
        connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
    yield
    for table in RECORDS:
        connection.execute(text(f"ALTER TABLE {table.name} ENABLE TRIGGER USER"))
