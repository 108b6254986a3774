"""Whether a database is whole and sound, and whether the SQLite here can be trusted with one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, inspect, text

from ...calendar.rules.date_text import listed
from ..schema.all_tables import metadata
from .engine import Database
from .errors import LASTING, DatabaseError

# Two checkpoints at once could damage a database in WAL mode (sqlite.org/wal.html, "The WAL-Reset
# Bug"): from 3.7.0 on, mended in 3.51.3 and, for those who stay behind, in these.
MENDED = (3, 51, 3)
ALSO_MENDED = ((3, 44, 6), (3, 50, 7))
MOST_SHOWN = 5


def missing_from(connection: Connection) -> str | None:
    """A sentence that names the tables and columns that should be there and are not."""
    present = {
        table: {column["name"] for column in columns}
        for (_, table), columns in inspect(connection).get_multi_columns().items()
    }
    tables = [table.name for table in metadata.sorted_tables if table.name not in present]
    columns = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name not in present.get(table.name, {column.name})
    ]
    missing = [*_named("table", sorted(tables)), *_named("column", columns)]
    if not missing:
        return None
    verb = "is" if len(tables) + len(columns) == 1 else "are"
    return f"The {listed(missing)} {verb} missing from the database."


def _named(kind: str, names: list[str]) -> Iterator[str]:
    if names:
        yield f"{kind}{'s' if len(names) > 1 else ''} {listed(names)}"


def faults_of(connection: Connection) -> list[str]:
    """What is wrong inside an SQLite database, as sentences; PostgreSQL sees to itself."""
    if connection.dialect.name != "sqlite":
        return []
    return list(_faults(connection.connection.cursor()))


def faults_of_file(connection: sqlite3.Connection) -> list[str]:
    """What is wrong inside an SQLite file that is open by Python's own driver."""
    return list(_faults(connection.cursor()))


def _faults(cursor: Any) -> Iterator[str]:
    faults = [row[0] for row in cursor.execute(f"PRAGMA integrity_check({MOST_SHOWN})").fetchall()]
    if faults != ["ok"]:
        yield f"The database is damaged ({'; '.join(faults)})."
        return
    astray = cursor.execute("PRAGMA foreign_key_check").fetchall()
    if astray:
        named = ", ".join(f"{row[0]} row {row[1]}" for row in astray[:MOST_SHOWN])
        yield f"The database holds {len(astray)} rows that belong to nothing ({named})."


def require_undamaged(database: Database) -> None:
    """Raises DatabaseError where the pages of an SQLite file do not fit together.

    Quick, and for the start: a damaged page may otherwise not be read for weeks.
    """
    if database.engine.name != "sqlite":
        return
    with database.read() as connection:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    if found != "ok":
        raise DatabaseError(LASTING["malformed"].format(name=database.name))


def doubt_of_sqlite(version: str = sqlite3.sqlite_version) -> str | None:
    """A sentence where this SQLite can damage a database, however rarely."""
    number = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    is_mended = number >= MENDED or any(
        number[:2] == other[:2] and number >= other for other in ALSO_MENDED
    )
    if is_mended:
        return None
    return (
        f"SQLite {version} on this machine has a fault that can, very rarely, damage a database "
        "while two programs write to it. Update it to 3.51.3 or newer (3.50.7 and 3.44.6 are "
        "mended too) when your system offers it, and take a backup every day."
    )
