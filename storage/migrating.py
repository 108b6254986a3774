"""Bringing a database's tables up to date with the code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from .all_tables import metadata
from .database import SCHEMA, Database, schema_of, sqlite_path
from .database_errors import DatabaseError

# PostgreSQL's lock for a name is a number; this one is boardcal's for its tables.
LOCK = 20180308
VERSION_TABLE = """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""


class NewerDatabaseError(DatabaseError):
    """The database was written by a newer boardcal."""


def is_empty(database: Database) -> bool:
    """Whether the database holds no tables yet."""
    with database.read() as connection:
        return schema_of(connection) is None and not inspect(connection).get_table_names()


def migrate(database: Database, *, keep: bool = True) -> bool:
    """Brings the tables up to date; whether anything had to be done.

    An SQLite file is backed up first, beside itself, unless `keep` is false; on PostgreSQL
    a migration is one transaction, and a backup is made by whoever looks after the server.

    Raises NewerDatabase, having changed nothing, when a newer boardcal wrote it.
    """
    with database.read() as connection:
        found = schema_of(connection)
        others = inspect(connection).get_table_names() if found is None else []
    if found == SCHEMA:
        return False
    if others:
        raise _without_version(database, others)
    if found is not None and found > SCHEMA:
        raise _newer(database, found)
    if found is None:
        _make(database)
    else:
        aside = kept_before(database)
        if keep and aside is not None:
            # Loaded here because nothing but a migration needs it.
            from .backups import back_up

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


def require_current(database: Database) -> None:
    """Raises DatabaseError unless it is empty, or of the version that this program knows."""
    with database.read() as connection:
        found = schema_of(connection)
        others = inspect(connection).get_table_names() if found is None else []
    if others:
        raise _without_version(database, others)
    if found is None or found == SCHEMA:
        return
    if found > SCHEMA:
        raise _newer(database, found)
    raise DatabaseError(
        f"The database {database.name} was written by an older boardcal; run `boardcal migrate` "
        "to bring it up to date."
    )


def how_to_mend(database: Database) -> str:
    """What to do about a database that lacks something, as a sentence."""
    if sqlite_path(database.engine.url.render_as_string(hide_password=False)) is not None:
        return "Restore the last backup with `boardcal restore FILE`."
    return (
        "Make an empty database, name it as database.url, and bring the last backup back into it "
        "with `boardcal restore FILE`."
    )


def _without_version(database: Database, tables: list[str]) -> DatabaseError:
    if {"installation", "board"} <= set(tables):
        return DatabaseError(
            f"The table alembic_version is missing from the database {database.name}; nothing was "
            f"changed. {how_to_mend(database)}"
        )
    return DatabaseError(
        f"The database {database.name} holds tables of another program; nothing was "
        "changed. Give boardcal a database of its own as database.url."
    )


def _newer(database: Database, found: str) -> NewerDatabaseError:
    return NewerDatabaseError(
        f"The database {database.name} was written by a newer boardcal (its tables are at "
        f"{found}, this program knows {SCHEMA}); nothing was changed. Install the newer one."
    )
