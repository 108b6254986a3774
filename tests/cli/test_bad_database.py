from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from boardcal.storage.database import engine as database
from boardcal.tests.cli.desk import S11

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

READS_AND_WRITES = [["upcoming"], ["record", S11, "submitted"], ["migrate"], ["check"]]


def test_migrate_makes_a_database_and_says_when_there_is_nothing_to_do(desk: Desk) -> None:
    desk.write("config.toml", "")
    # A process of its own: in this one, other modules have imported all tables.
    made = desk.alone("migrate")
    assert (made.returncode, made.stdout.count("was made (tables "), made.stderr) == (0, 1, "")
    assert desk.database.exists()
    again = desk("migrate")
    assert (again.exit_code, again.stdout.count("is up to date (tables ")) == (0, 1)


@pytest.mark.parametrize("arguments", READS_AND_WRITES, ids=" ".join)
def test_a_database_of_a_newer_boardcal_is_left_alone(live: Desk, arguments: list[str]) -> None:
    with sqlite3.connect(live.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = live.database.read_bytes()
    result = live(*arguments)
    assert result.exit_code == 1
    assert "was written by a newer boardcal" in " ".join((result.stderr or result.stdout).split())
    assert live.database.read_bytes() == before


@pytest.mark.parametrize("arguments", READS_AND_WRITES, ids=" ".join)
def test_a_file_that_is_no_database_is_left_alone(desk: Desk, arguments: list[str]) -> None:
    desk.database.parent.mkdir()
    desk.database.write_text("Dear diary, " * 100)
    result = desk(*arguments)
    assert result.exit_code == 1
    assert "is not a boardcal database" in " ".join((result.stderr or result.stdout).split())
    assert desk.database.read_text() == "Dear diary, " * 100


def test_a_database_that_another_program_holds_is_a_sentence(
    live: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.1)
    holder = sqlite3.connect(live.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        result = live("record", S11, "submitted")
        shown = live("upcoming", "--format", "json")
    finally:
        holder.close()
    assert result.exit_code == 1
    assert "in use by another program" in result.stderr
    assert result.stderr.count("\n") == 1
    assert shown.exit_code == 0
    assert '"status": "due"' in shown.stdout


def test_a_folder_that_is_a_file_is_a_sentence(desk: Desk) -> None:
    desk.write("var", "a file")
    result = desk("migrate")
    assert (result.exit_code, result.stdout) == (78, "")
    assert "has a file on its way where a folder should be" in result.stderr


def test_a_planner_that_is_broken_at_the_first_use_leaves_no_database(desk: Desk) -> None:
    desk.write("planner.toml", "[board]\n")
    desk.write("config.toml", 'planner = "planner.toml"\n')
    result = desk("record", S11, "submitted")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "planner.toml" in result.stderr
    assert not desk.database.exists()
