"""Backups of both kinds of database, restored into both."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select, text

from boardcal.calendar.planner.roles import RoleName
from boardcal.operations.restore import restore
from boardcal.scheduler.single_instance import AnotherDaemonError, Presence, at_work, nobody_at_work
from boardcal.settings.load import Settings
from boardcal.storage.accounts.accounts import EVERY_BOARD, Role, add_account
from boardcal.storage.accounts.sessions import begin_session
from boardcal.storage.backup.backup import BackupError, back_up
from boardcal.storage.boards import boards
from boardcal.storage.database.engine import open_database
from boardcal.storage.database.integrity import doubt_of_sqlite, faults_of
from boardcal.storage.database.migrate import kept_before, migrate
from boardcal.storage.database.schema_version import SCHEMA, schema_of
from boardcal.storage.holds import hold_of
from boardcal.storage.planners import PlannerCache
from boardcal.storage.schema.all_tables import metadata
from boardcal.storage.schema.mail import message
from boardcal.storage.schema.planner import installation
from boardcal.tests.factories import CHAIR, LONDON, at
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from boardcal.operations.restore import Restored
    from boardcal.storage.database.engine import Database
    from boardcal.storage.schema.column_types import AnyRow

NOT_KEPT = {"session", "setup_link"}
MORNING_AFTER = at("2018-02-09 09:00")


def rows(database: Database) -> dict[str, Sequence[AnyRow]]:
    """Everything in a database."""
    with database.read() as connection:
        return {
            table.name: connection.execute(select(table).order_by(*table.primary_key)).all()
            for table in metadata.sorted_tables
        }


def lived_in(database: Database) -> Office:
    """An office with an account, a session, mails sent and one that is put off."""
    office = Office(database=database).store()
    office.days("2018-02-05", "2018-02-08")
    with database.write() as connection:
        connection.execute(insert(installation).values(name="id", value="1" * 32))
        account = add_account(
            connection, "a@example.org", {EVERY_BOARD: Role.ADMIN}, now=office.now, who="test"
        )
        begin_session(connection, account, now=office.now)
    return office


def restored(file: Path, url: str, *, yes: bool = True) -> Restored | None:
    return restore(
        Settings.model_validate(
            {"database": {"url": url}, "web": {"secret_file": str(file.parent / "secret")}}
        ),
        LONDON,
        file,
        now=MORNING_AFTER,
        who="M. Clerk",
        is_agreed=lambda _, __: yes,
    )


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database as the next program opens it: what was open before notices the exchange."""
    database = open_database(url)
    try:
        yield database
    finally:
        database.close()


def test_a_backup_is_one_private_file_that_either_database_can_take(
    database: Database, url: str, tmp_path: Path, sqlite_url: str
) -> None:
    lived_in(database)
    before = rows(database)
    file = tmp_path / "kept.db"
    back_up(database, file)
    assert rows(database) == before
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("kept")] == ["kept.db"]
    database.close()
    for target in (url, sqlite_url):
        done = restored(file, target)
        assert done is not None
        assert (done.contents.boards, done.aside is not None) == (("Cumbria LSCB",), True)
        again = open_database(target)
        after = rows(again)
        again.close()
        assert after["session"] == after["setup_link"] == []
        for name in set(before) - NOT_KEPT - {"installation", "change", "board"}:
            assert after[name] == before[name], name
        assert after["change"][: len(before["change"])] == before["change"]


def test_after_a_restore_nothing_is_sent_until_somebody_says_so(
    database: Database, url: str, tmp_path: Path
) -> None:
    lived_in(database)
    back_up(database, tmp_path / "kept.db")
    database.close()
    restored(tmp_path / "kept.db", url)
    with opened(url) as again:
        office = Office(database=again)
        for day in ("2018-02-15", "2018-02-21", "2018-02-22"):
            assert office.sweep(day) == []
        with again.read() as connection:
            held = hold_of(connection)
    assert held is not None
    assert held.why == (
        "The database was restored from a backup of 8 February 2018. What was recorded or sent "
        "after that is not known here, so some mails may come twice."
    )
    assert (held.who, held.since) == ("M. Clerk", MORNING_AFTER)


def test_what_was_known_of_a_planner_before_a_restore_is_forgotten_after_it(
    database: Database, url: str, tmp_path: Path
) -> None:
    office = lived_in(database)
    back_up(database, tmp_path / "kept.db")
    planners = office.ticker.planners
    office.appoint(RoleName.CHAIR, "alice@example.org", "2018-02-09")
    assert chair_known_to(planners, database) == "alice@example.org"
    database.close()
    restored(tmp_path / "kept.db", url)
    with opened(url) as again:
        Office(database=again).appoint(RoleName.CHAIR, "bob@example.org", "2018-02-09")
        assert chair_known_to(planners, again) == "bob@example.org"


def chair_known_to(planners: PlannerCache, database: Database) -> str:
    """Who chairs PMQAG, for a daemon that has worked with `planners` all the time."""
    with database.read() as connection:
        (row,) = boards(connection)
        body = planners.get(connection, row).body("pmqag")
    assert body is not None
    return str(body.holder_on(RoleName.CHAIR, MORNING_AFTER.date()))


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_who_reads_while_a_restore_goes_on_sees_all_of_what_was_there_before(
    database: Database, url: str, tmp_path: Path
) -> None:
    lived_in(database)
    back_up(database, tmp_path / "kept.db")
    before = rows(database)
    with database.read() as connection:
        # From here on it sees this moment.
        connection.execute(select(func.now()))
        restored(tmp_path / "kept.db", url)
        seen = {
            table.name: connection.execute(select(table).order_by(*table.primary_key)).all()
            for table in metadata.sorted_tables
        }
    assert seen == before


def test_rows_added_after_a_restore_get_numbers_of_their_own(
    database: Database, url: str, tmp_path: Path
) -> None:
    lived_in(database)
    back_up(database, tmp_path / "kept.db")
    database.close()
    restored(tmp_path / "kept.db", url)
    with opened(url) as again, again.write() as connection:
        made = {"recipient": CHAIR, "day": at("2018-03-01").date(), "state": "pending"}
        connection.execute(insert(message).values(**made, made_at=at("2018-03-01")))
        ids = connection.execute(select(message.c.id)).scalars().all()
    assert len(set(ids)) == len(ids)


def test_what_was_there_is_kept_aside_and_can_be_restored_itself(
    database: Database, url: str, tmp_path: Path
) -> None:
    office = lived_in(database)
    back_up(database, tmp_path / "kept.db")
    office.days("2018-02-09", "2018-02-15")
    newer = rows(database)
    database.close()
    done = restored(tmp_path / "kept.db", url)
    assert done is not None
    assert done.aside is not None
    back = restored(done.aside, url)
    assert back is not None
    with opened(url) as again:
        assert rows(again)["message"] == newer["message"]


def test_a_no_changes_nothing(database: Database, url: str, tmp_path: Path) -> None:
    lived_in(database)
    before = rows(database)
    back_up(database, tmp_path / "kept.db")
    database.close()
    assert restored(tmp_path / "kept.db", url, yes=False) is None
    assert rows(database) == before


def test_a_restore_is_refused_while_a_daemon_runs(
    database: Database, url: str, tmp_path: Path
) -> None:
    lived_in(database)
    before = rows(database)
    back_up(database, tmp_path / "kept.db")
    file = Settings.model_validate({"database": {"url": url}}).database.sqlite_file
    with at_work(database, file), pytest.raises(AnotherDaemonError) as refused:
        restored(tmp_path / "kept.db", url)
    assert "stop" in str(refused.value)
    assert rows(database) == before
    with nobody_at_work(database, file), pytest.raises(AnotherDaemonError), at_work(database, file):
        pass


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_several_daemons_are_at_work_on_one_postgresql(database: Database) -> None:
    with at_work(database, None), at_work(database, None):
        pass
    with nobody_at_work(database, None):
        pass


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_place_that_was_lost_with_its_connection_is_taken_again(database: Database) -> None:
    with at_work(database, None) as presence:
        assert presence is not None
        for _ in range(2):
            lose(presence, database)
            presence.keep()
            with pytest.raises(AnotherDaemonError), nobody_at_work(database, None):
                pass
    with nobody_at_work(database, None):
        pass


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_who_lost_its_place_to_a_restore_stands_still_until_that_is_done(
    database: Database,
) -> None:
    with at_work(database, None) as presence:
        assert presence is not None
        lose(presence, database)
        with nobody_at_work(database, None):
            for _ in range(2):
                with pytest.raises(AnotherDaemonError, match="is being restored"):
                    presence.keep()
        presence.keep()


def lose(presence: Presence, database: Database) -> None:
    """Ends the connection that a daemon's place hangs on, and waits until it is gone."""
    pid = presence.connection.execute(select(func.pg_backend_pid())).scalar_one()
    with database.write() as connection:
        connection.execute(select(func.pg_terminate_backend(pid, 10_000)))


def test_a_file_that_another_program_has_open_is_not_replaced(
    sqlite: Database, sqlite_url: str, tmp_path: Path
) -> None:
    lived_in(sqlite)
    back_up(sqlite, tmp_path / "kept.db")
    with sqlite.read() as connection:
        connection.execute(select(message.c.id)).all()
        with pytest.raises(BackupError) as refused:
            restored(tmp_path / "kept.db", sqlite_url)
    assert str(refused.value).endswith("stop it first. Nothing was changed.")


# What cannot be restored


def damaged(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(size // 2)
        opened.write(os.urandom(size // 4))


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def astray(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM board")


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE wp_posts (id INTEGER)")


def without_a_table(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TABLE ledger")


def words(file: Path) -> None:
    file.write_text("Dear all,\n" * 100)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (damaged, "othing was changed."),
        (cut, "othing was changed."),
        (astray, "rows that belong to nothing"),
        (
            without_a_table,
            "The table ledger is missing from the database. So nothing was changed.",
        ),
        (newer, "was made by a newer boardcal"),
        (foreign, "is not a backup of boardcal; nothing was changed."),
        (words, "is not a backup of boardcal; nothing was changed."),
    ],
)
def test_what_is_no_sound_backup_is_refused_before_anything_is_changed(
    sqlite: Database, sqlite_url: str, tmp_path: Path, spoil: object, sentence: str
) -> None:
    lived_in(sqlite)
    before = rows(sqlite)
    file = tmp_path / "kept.db"
    back_up(sqlite, file)
    sqlite.close()
    assert callable(spoil)
    spoil(file)
    there = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(BackupError) as refused:
        restored(file, sqlite_url)
    assert sentence in str(refused.value)
    assert set(there) | {"boardcal.db.lock"} >= {path.name for path in tmp_path.iterdir()}
    assert rows(sqlite) == before


def test_a_damaged_database_is_replaced_by_a_sound_backup(
    sqlite: Database, sqlite_url: str, tmp_path: Path
) -> None:
    lived_in(sqlite)
    back_up(sqlite, tmp_path / "kept.db")
    before = rows(sqlite)
    sqlite.close()
    path = Settings.model_validate({"database": {"url": sqlite_url}}).database.sqlite_file
    assert path is not None
    path.write_bytes(b"SQLite format 3\0" + os.urandom(5000))
    done = restored(tmp_path / "kept.db", sqlite_url)
    assert done is not None
    assert done.aside is not None
    assert done.aside.read_bytes().startswith(b"SQLite format 3\0")
    with opened(sqlite_url) as again:
        assert rows(again)["message"] == before["message"]


def test_an_older_backup_is_brought_up_to_date(tmp_path: Path, sqlite_url: str) -> None:
    from alembic import command
    from alembic.config import Config

    old = open_database(f"sqlite:///{tmp_path}/old.db")
    with old.write() as connection:
        config = Config()
        config.set_main_option("script_location", "boardcal:storage/migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO board (id, name) VALUES ('lscb', 'Cumbria LSCB')"))
    back_up(old, tmp_path / "kept.db")
    old.close()
    done = restored(tmp_path / "kept.db", sqlite_url)
    assert done is not None
    assert done.contents.boards == ("Cumbria LSCB",)
    again = open_database(sqlite_url)
    with again.read() as connection:
        assert schema_of(connection) == SCHEMA
        assert faults_of(connection) == []
    again.close()


# Before a migration


def test_a_migration_keeps_the_file_as_it_was(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    database = open_database(f"sqlite:///{tmp_path}/old.db")
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", "boardcal:storage/migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    assert migrate(database) is True
    kept = kept_before(database)
    assert kept == tmp_path / f"old.db.before-{SCHEMA}"
    with closing(sqlite3.connect(kept)) as before:
        assert before.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    database.close()


def test_a_new_database_leaves_no_copy_of_nothing(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/new.db")
    migrate(database)
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == ["new.db"]


# SQLite itself


@pytest.mark.parametrize(
    ("version", "is_mended"),
    [
        ("3.40.1", False),
        ("3.44.5", False),
        ("3.44.6", True),
        ("3.45.0", False),
        ("3.50.7", True),
        ("3.51.2", False),
        ("3.51.3", True),
        ("3.53.4", True),
        ("4.0", True),
    ],
)
def test_a_sqlite_that_can_damage_a_database_is_named(version: str, is_mended: bool) -> None:
    said = doubt_of_sqlite(version)
    assert (said is None) is is_mended
    assert said is None or said.startswith(f"SQLite {version} on this machine has a fault")
