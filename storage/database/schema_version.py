"""The schema version a database has, and whether this program can use it."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from .engine import Database, sqlite_path
from .errors import DatabaseError

VERSION_TABLE = """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""


class NewerDatabaseError(DatabaseError):
    """The database was written by a newer boardcal."""


def is_empty(database: Database) -> bool:
    """Whether the database holds no tables yet."""
    with database.read() as connection:
        return schema_of(connection) is None and not inspect(connection).get_table_names()


def require_current(database: Database) -> None:
    """Raises DatabaseError unless it is empty, or of the version that this program knows."""
    with database.read() as connection:
        schema = schema_of(connection)
        others = inspect(connection).get_table_names() if schema is None else []
    if others:
        raise _without_version(database, others)
    if schema is None or schema == SCHEMA:
        return
    if schema > SCHEMA:
        raise _newer(database, schema)
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


def _newer(database: Database, schema: str) -> NewerDatabaseError:
    return NewerDatabaseError(
        f"The database {database.name} was written by a newer boardcal (its tables are at "
        f"{schema}, this program knows {SCHEMA}); nothing was changed. Install the newer one."
    )


# The newest migration; a test holds that Alembic agrees. Kept here so that a start does not
# load Alembic, which takes longer than everything else together.
SCHEMA = "0017"


def schema_of(connection: Connection) -> str | None:
    """The newest migration that the database has had, or None when it is empty."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    schema: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar()
    return schema
