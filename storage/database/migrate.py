"""Bringing a database's tables up to date with the code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ..schema.all_tables import metadata
from .engine import Database, sqlite_path
from .schema_version import SCHEMA, VERSION_TABLE, _newer, _without_version, schema_of

# PostgreSQL's lock for a name is a number; this one is boardcal's for its tables.
LOCK = 20180308


def migrate(database: Database, *, keep: bool = True) -> bool:
    """Brings the tables up to date; whether anything had to be done.

    An SQLite file is backed up first, beside itself, unless `keep` is false; on PostgreSQL
    a migration is one transaction, and a backup is made by whoever looks after the server.

    Raises NewerDatabase, having changed nothing, when a newer boardcal wrote it.
    """
    with database.read() as connection:
        schema = schema_of(connection)
        others = inspect(connection).get_table_names() if schema is None else []
    if schema == SCHEMA:
        return False
    if others:
        raise _without_version(database, others)
    if schema is not None and schema > SCHEMA:
        raise _newer(database, schema)
    if schema is None:
        _make(database)
    else:
        aside = kept_before(database)
        if keep and aside is not None:
            # Loaded here because nothing but a migration needs it.
            from ..backup.backup import back_up

            back_up(database, aside)
        _upgrade(database)
    return True


def kept_before(database: Database) -> Path | None:
    """Where an SQLite file is kept as it was before the newest migration; None on PostgreSQL."""
    path = sqlite_path(database.engine.url.render_as_string(hide_password=False))
    return None if path is None else path.with_name(f"{path.name}.before-{SCHEMA}")


def _make(database: Database) -> None:
    """Makes the tables of an empty database as the migrations would; a test holds that."""
    with alone(database) as connection:
        if schema_of(connection) is not None:
            return  # another process was faster
        metadata.create_all(connection)
        connection.execute(text(VERSION_TABLE))
        stamp = text("INSERT INTO alembic_version (version_num) VALUES (:schema)")
        connection.execute(stamp, {"schema": SCHEMA})


def _upgrade(database: Database) -> None:
    # Loaded here because nothing but a migration needs it, and it is slow to load.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "boardcal:storage/migrations")
    with alone(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def alone(database: Database) -> Iterator[Connection]:
    """A write beside which no other process changes the tables or sets them up.

    SQLite has only one writer at a time; PostgreSQL has to be asked.
    """
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield connection
