"""What is missing from a database is named, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, text

from boardcal.storage.database.engine import open_database
from boardcal.storage.database.errors import DatabaseError
from boardcal.storage.database.integrity import missing_from, require_undamaged
from boardcal.storage.database.schema_version import is_empty, require_current

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database


def spoil(database: Database, *statements: str) -> None:
    with database.write() as connection:
        for each in statements:
            connection.execute(text(each))


def test_from_a_whole_database_nothing_is_missing(database: Database) -> None:
    with database.read() as connection:
        assert missing_from(connection) is None


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["DROP TABLE snooze"], "table snooze is"),
        (["DROP TABLE snooze", "DROP TABLE setup_link"], "tables setup_link and snooze are"),
        (["ALTER TABLE board DROP COLUMN go_live"], "column board.go_live is"),
        (
            ["DROP TABLE snooze", "ALTER TABLE session DROP COLUMN notice"],
            "table snooze and column session.notice are",
        ),
        (
            [
                "ALTER TABLE board DROP COLUMN go_live",
                "ALTER TABLE session DROP COLUMN notice",
            ],
            "columns board.go_live and session.notice are",
        ),
    ],
)
def test_a_missing_table_or_column_is_named(
    database: Database, statements: list[str], named: str
) -> None:
    spoil(database, *statements)
    with database.read() as connection:
        assert missing_from(connection) == f"The {named} missing from the database."


def test_tables_without_their_version_are_no_empty_database(database: Database) -> None:
    spoil(database, "DROP TABLE alembic_version")
    assert not is_empty(database)
    with pytest.raises(DatabaseError) as refused:
        require_current(database)
    said = str(refused.value)
    assert said.startswith(
        f"The table alembic_version is missing from the database {database.name}; nothing was "
        "changed. "
    )
    assert ("Make an empty database" in said) == (database.engine.name == "postgresql")
    assert said.endswith("with `boardcal restore FILE`.")


def test_a_damaged_page_that_nobody_reads_is_found_at_the_start(sqlite_url: str) -> None:
    path = Path(str(make_url(sqlite_url).database))
    with closing(sqlite3.connect(path)) as connection:
        asked = "SELECT rootpage FROM sqlite_master WHERE name = 'raised'"
        (page,) = connection.execute(asked).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with closing(open_database(sqlite_url)) as whole:
        require_undamaged(whole)
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)
    with closing(open_database(sqlite_url)) as damaged:
        with damaged.read() as rows:
            assert rows.execute(text("SELECT count(*) FROM board")).scalar_one() == 0
        with pytest.raises(DatabaseError, match="is damaged; stop boardcal"):
            require_undamaged(damaged)
