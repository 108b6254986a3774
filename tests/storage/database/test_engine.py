from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, event, func, insert, make_url, select, text, update
from sqlalchemy.exc import IntegrityError

from boardcal.storage.database.engine import Database, memory_database, open_database, sqlite_path
from boardcal.storage.database.errors import DatabaseAwayError, DatabaseError
from boardcal.storage.database.migrate import migrate
from boardcal.storage.schema.occurrences import change
from boardcal.storage.schema.planner import board, installation
from boardcal.tests.factories import at
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

NOBODY = 65534
UNLIMITED = resource.RLIM_INFINITY
CHANGE = {
    "board": "lscb",
    "at": at("2018-02-22"),
    "subject": "lscb/s11/pmqag/2018-03",
    "what": "recorded",
    "who": "secretariat",
}


def put(database: Database, name: str, value: str = "1") -> None:
    with database.write() as connection:
        connection.execute(insert(installation).values(name=name, value=value))


def kept(database: Database) -> dict[str, str]:
    with database.read() as connection:
        rows = connection.execute(select(installation.c.name, installation.c.value))
        return {row.name: row.value for row in rows}


def refusal(url: str) -> str:
    """What is said when a database is written to, and again when it is read."""
    said = set()
    for use in (lambda database: put(database, "a"), kept):
        with pytest.raises(DatabaseError) as refused, opened(url) as database:
            use(database)
        said.add(str(refused.value))
    (sentence,) = said
    return sentence


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read and write everything, so it steps down meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that any account may enter; pytest's own are closed to others."""
    made = Path(tempfile.mkdtemp(prefix="boardcal-"))
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


# What is kept


def test_a_write_is_kept(database: Database) -> None:
    put(database, "id", "1")
    assert kept(database) == {"id": "1"}


def write_half(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(installation).values(value="2"))
        connection.execute(insert(installation).values(name="other", value="3"))
        raise RuntimeError("halfway")


def test_a_write_that_fails_leaves_nothing_of_itself(database: Database) -> None:
    put(database, "id", "1")
    with pytest.raises(RuntimeError, match="halfway"):
        write_half(database)
    assert kept(database) == {"id": "1"}


def test_a_reader_sees_nothing_of_a_write_that_is_not_finished(database: Database) -> None:
    put(database, "id", "1")
    with database.write() as connection:
        connection.execute(update(installation).values(value="2"))
        assert kept(database) == {"id": "1"}
    assert kept(database) == {"id": "2"}


def test_reading_changes_nothing(database: Database) -> None:
    with database.read() as connection:
        connection.execute(insert(installation).values(name="id", value="1"))
    assert kept(database) == {}


def test_what_belongs_to_no_board_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(change).values(**CHANGE))


def test_a_board_that_something_belongs_to_cannot_be_deleted(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(board).values(id="lscb", name="LSCB"))
        connection.execute(insert(change).values(**CHANGE))
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(delete(board))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)],
)
def test_an_sqlite_file_is_set_up_to_lose_nothing(
    sqlite_url: str, setting: str, value: object
) -> None:
    with opened(sqlite_url) as database, database.read() as connection:
        assert connection.execute(text(f"PRAGMA {setting}")).scalar() == value


# Several at once


def count_up(url: str) -> None:
    """Reads and writes in one transaction, which fails under load unless writing begins it."""
    with opened(url) as database:
        for _ in range(25):
            with database.write() as connection:
                counted = int(connection.execute(select(installation.c.value)).scalar_one())
                connection.execute(update(installation).values(value=str(counted + 1)))


def test_four_writers_at_once_neither_fail_nor_lose_anything(sqlite_url: str) -> None:
    with opened(sqlite_url) as database:
        put(database, "count", "0")
        with ThreadPoolExecutor(4) as threads:
            for done in [threads.submit(count_up, sqlite_url) for _ in range(4)]:
                done.result(timeout=PATIENCE)
        assert kept(database) == {"count": "100"}


def test_readers_go_on_while_somebody_writes(sqlite_url: str) -> None:
    with opened(sqlite_url) as writer, opened(sqlite_url) as reader:
        put(writer, "id", "1")
        with writer.write():
            assert kept(reader) == {"id": "1"}


def test_a_file_that_stays_locked_is_a_sentence_and_works_again_afterwards(
    sqlite_url: str,
) -> None:
    path = make_url(sqlite_url).database or ""
    with opened(sqlite_url) as database:
        event.listen(database.engine, "connect", _impatient)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError) as refused:
            put(database, "id")
        assert str(refused.value) == (
            f"The database {path} has been in use by another program for more than 10 seconds; "
            "nothing was changed. Stop that program, or wait for it."
        )
        assert kept(database) == {}
        other.execute("ROLLBACK")
        other.close()
        put(database, "id")
        assert kept(database) == {"id": "1"}


def _impatient(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA busy_timeout=20")


# What is wrong with a file, in a sentence


def test_the_folder_of_a_new_file_is_made(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/a/b/boardcal.db") as database, database.read():
        assert (tmp_path / "a/b/boardcal.db").exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(folder: Path) -> None:
    folder.chmod(0o555)
    with without_privileges(), pytest.raises(DatabaseError) as refused:
        open_database(f"sqlite:///{folder}/var/boardcal.db")
    assert str(refused.value) == (
        f"The folder {folder}/var for the database cannot be made (Permission denied); give "
        "another one as database.url, or the right to write there."
    )


def test_a_file_where_the_folder_should_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(DatabaseError) as refused:
        open_database(f"sqlite:///{tmp_path}/var/boardcal.db")
    assert str(refused.value) == (
        f"The folder {tmp_path}/var for the database cannot be made (File exists); give another "
        "one as database.url, or the right to write there."
    )


def test_a_file_that_may_only_be_read_is_a_sentence_and_stays_readable(
    folder: Path, sqlite_template: Path
) -> None:
    path = Path(shutil.copy(sqlite_template, folder))
    path.chmod(0o444)
    folder.chmod(0o777)
    with without_privileges(), opened(f"sqlite:///{path}") as database:
        assert kept(database) == {}
        with pytest.raises(DatabaseError) as refused:
            put(database, "id")
    assert str(refused.value) == (
        f"The database {path} can be read but not written; nothing was changed. Give boardcal "
        "the right to write to the file, to those beside it whose names begin like its own, and to "
        "the folder."
    )


def test_a_file_that_may_not_be_read_is_a_sentence(folder: Path, sqlite_template: Path) -> None:
    path = Path(shutil.copy(sqlite_template, folder))
    path.chmod(0o000)
    with without_privileges():
        said = refusal(f"sqlite:///{path}")
    assert said == (
        f"The database {path} cannot be opened; see that it is a file and that boardcal may read "
        "and write it and its folder."
    )


def test_a_folder_in_the_place_of_the_file_is_a_sentence(tmp_path: Path) -> None:
    assert refusal(f"sqlite:///{tmp_path}") == (
        f"The database {tmp_path} cannot be opened; see that it is a file and that boardcal may "
        "read and write it and its folder."
    )


def test_a_file_of_another_kind_is_a_sentence_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.doc"
    path.write_bytes(b"Dear Chair, " * 400)
    assert refusal(f"sqlite:///{path}") == (
        f"The file {path} is not a boardcal database; give another one as database.url."
    )
    assert path.read_bytes() == b"Dear Chair, " * 400


@pytest.mark.parametrize("damage", ["cut off", "overwritten"])
def test_a_damaged_file_is_a_sentence(tmp_path: Path, sqlite_template: Path, damage: str) -> None:
    whole = sqlite_template.read_bytes()
    broken = whole[:5000] if damage == "cut off" else whole[:4096] + b"A" * (len(whole) - 4096)
    path = tmp_path / "boardcal.db"
    path.write_bytes(broken)
    assert refusal(f"sqlite:///{path}") == (
        f"The database {path} is damaged; stop boardcal and bring back the last backup "
        "with `boardcal restore FILE`."
    )


def test_a_full_database_is_a_sentence_and_keeps_what_it_had(sqlite_url: str) -> None:
    path = make_url(sqlite_url).database
    with opened(sqlite_url) as database:
        event.listen(database.engine, "connect", _no_room)
        with pytest.raises(DatabaseError) as refused, database.write() as connection:
            _fill(connection)
        assert str(refused.value) == (
            f"The disk that holds the database {path} is full; nothing was changed. Make room and "
            "try again."
        )
        assert kept(database) == {}


def _no_room(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA max_page_count=1")


def _fill(connection: Connection) -> None:
    rows = [{"name": str(number), "value": "x" * 1000} for number in range(500)]
    connection.execute(insert(installation), rows)


def test_a_disk_that_takes_no_more_is_a_sentence_and_loses_nothing(sqlite_url: str) -> None:
    path = make_url(sqlite_url).database
    with opened(sqlite_url) as database:
        put(database, "id")
        with (
            pytest.raises(DatabaseError) as refused,
            _files_of_at_most(4096),
            database.write() as c,
        ):
            _fill(c)
        assert str(refused.value) == (
            f"The disk that holds the database {path} cannot be written (it may be full, or "
            "failing); nothing was changed."
        )
    with opened(sqlite_url) as database:
        assert kept(database) == {"id": "1"}


@contextmanager
def _files_of_at_most(octets: int) -> Iterator[None]:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (UNLIMITED, hard))


# What is wrong with a server, in a sentence


def test_a_server_that_does_not_answer_is_a_sentence_without_the_password() -> None:
    assert refusal("postgresql+psycopg://lscb:geheim@127.0.0.1:1/lscb") == (
        "The database postgresql+psycopg://lscb:***@127.0.0.1:1/lscb does not answer; see that "
        "it runs and that database.url is right."
    )


def test_what_is_missing_from_a_file_is_not_waited_for(sqlite: Database) -> None:
    with sqlite.write() as connection:
        connection.execute(text("DROP TABLE ledger"))
    with pytest.raises(DatabaseError) as refused, sqlite.read() as connection:
        connection.execute(text("SELECT * FROM ledger"))
    assert "lacks a part of what boardcal keeps there" in str(refused.value)
    assert not isinstance(refused.value, DatabaseAwayError)


def test_a_database_that_the_server_does_not_have_is_a_sentence(postgresql: Any) -> None:
    url = postgresql.set(database="missing").render_as_string(hide_password=False)
    said = refusal(url)
    assert "has no database of that name; make it there" in said


def test_an_account_that_the_server_does_not_know_is_a_sentence(postgresql: Any) -> None:
    said = refusal(postgresql.set(username="nobody-here").render_as_string(hide_password=False))
    assert "knows no account of that name; make it there" in said


def write_and_be_cut_off(database: Database) -> None:
    with database.write() as connection:
        connection.execute(update(installation).values(value="2"))
        number = connection.execute(select(func.pg_backend_pid())).scalar()
        with database.read() as other:
            other.execute(select(func.pg_terminate_backend(number)))
        connection.execute(update(installation).values(value="3"))


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_connection_that_the_server_ends_loses_nothing_and_is_made_again(
    database: Database, kind: str
) -> None:
    put(database, "id")
    with pytest.raises(DatabaseError, match="nothing was changed"):
        write_and_be_cut_off(database)
    assert kept(database) == {"id": "1"}


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize("restriction", ["default_transaction_read_only = on", "ROLE pg_monitor"])
def test_an_account_that_may_not_write_is_a_sentence(url: str, kind: str, restriction: str) -> None:
    def restricted(connection: Any, _: Any) -> None:
        connection.execute(f"SET {restriction}")
        connection.commit()

    with opened(url) as database:
        event.listen(database.engine, "connect", restricted)
        with pytest.raises(DatabaseError) as refused:
            put(database, "id")
        assert str(refused.value) == (
            f"The database {database.name} does not let the account in database.url write; "
            "nothing was changed. Give that account all rights to this database."
        )


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:////srv/boardcal.db", Path("/srv/boardcal.db")),
        ("sqlite:///var/boardcal.db", Path("var/boardcal.db")),
        ("sqlite://", None),
        ("postgresql+psycopg://lscb@localhost/lscb", None),
    ],
)
def test_only_sqlite_has_a_file(url: str, path: Path | None) -> None:
    assert sqlite_path(url) == path


def test_a_file_has_a_version_that_is_new_whenever_anybody_commits(sqlite: Database) -> None:
    before = sqlite.version()
    assert before is not None
    with sqlite.read() as connection:
        connection.execute(select(board)).all()
    assert sqlite.version() == before
    with sqlite.write() as connection:
        connection.execute(insert(board).values(id="lscb", name="LSCB"))
    after = sqlite.version()
    assert after not in (None, before)
    elsewhere = open_database(str(sqlite.engine.url))
    with elsewhere.write() as connection:
        connection.execute(update(board).values(name="Cumbria LSCB"))
    elsewhere.close()
    assert sqlite.version() not in (None, before, after)


def test_a_file_that_is_gone_has_no_version(sqlite: Database) -> None:
    with sqlite.read() as connection:
        connection.execute(select(board)).all()
    assert sqlite.version() is not None
    file = Path(str(sqlite.engine.url.database))
    file.rename(file.with_suffix(".away"))
    assert sqlite.version() is None


def test_other_databases_give_no_version() -> None:
    copy = memory_database()
    assert copy.version() is None
    copy.close()


def test_a_new_database_file_can_be_read_by_whoever_runs_it_alone(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/new.db")
    migrate(database)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("new.db*")}
    database.close()
    assert "new.db" in modes
    assert set(modes.values()) == {0o600}
