"""Opening the database, SQLite or PostgreSQL, and saying plainly what is wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import StaticPool

from .errors import BUSY_TIMEOUT_SECONDS, DatabaseError, plain_errors

# A transaction in which nothing happens for so long is of a daemon that was stopped in it.
LONGEST_IDLE_SECONDS = 120


# A server, or a network, that fell silent is noticed within about half a minute.
PATIENT_WITH_POSTGRESQL = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


class Database:
    """One database, closed by the caller who opened it; `file` is that of an SQLite one."""

    def __init__(self, engine: Engine, name: str, file: Path | None = None) -> None:
        self.engine = engine
        self.name = name
        self._file = file
        self._opened: tuple[int, int] | None = None
        # As SQLite reads anyway; PostgreSQL would look anew at each statement.
        one_moment = {} if engine.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._reading = engine.execution_options(**one_moment)
        self._watch: sqlite3.Cursor | None = None
        self.commits = 0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees one moment however long it takes."""
        with plain_errors(self.name), self._reading.connect() as connection:
            self._require_same_file()
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes, all of it or nothing.

        SQLite takes its write lock at the start (BEGIN IMMEDIATE): a transaction that reads
        first and writes later fails under load.
        """
        writing = self.engine.execution_options(boardcal_writes=True)
        try:
            with plain_errors(self.name), writing.begin() as connection:
                self._require_same_file()
                yield connection
        except DatabaseError:
            if self._file is not None:
                # What SQLite opened while it could only read the file stays so for good.
                self.engine.dispose()
            raise
        self.commits += 1

    def version(self) -> int | None:
        """A number that changes with every commit, by whichever program.

        None where the database gives none; the caller then reads everything again.
        """
        file = self.engine.url.database
        if self.engine.name != "sqlite" or not file:
            return None
        try:
            self._require_same_file()
            if self._watch is None:
                address = f"{Path(file).resolve().as_uri()}?mode=ro"
                watch = sqlite3.connect(address, uri=True, check_same_thread=False)
                self._watch = watch.cursor()
            number: int = self._watch.execute("PRAGMA data_version").fetchone()[0]
        except (sqlite3.Error, DatabaseError):
            # The reader that follows meets the same error, and says what is wrong.
            return None
        return number

    def _require_same_file(self) -> None:
        """Raises DatabaseError where the file was removed or replaced since it was opened.

        What is open goes on working, unseen, and all that is written there is lost at the end.
        """
        if self._file is None:
            return
        try:
            stat = self._file.stat()
        except OSError:
            now = None
        else:
            now = (stat.st_dev, stat.st_ino)
            if self._opened is None:
                self._opened = now
        if self._opened != now:
            what = "is gone" if now is None else "was replaced by another"
            raise DatabaseError(
                f"The database file {self.name} {what} while boardcal works with it, so nothing is "
                "decided or sent. Put it back; or stop boardcal, see that the right file is there, "
                "and start it again."
            )

    def close(self) -> None:
        """Lets go of every connection."""
        self.engine.dispose()
        if self._watch is not None:
            self._watch.connection.close()
            self._watch = None


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite address, or None for another database."""
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite") or not parsed.database:
        return None
    return Path(parsed.database)


def open_database(url: str) -> Database:
    """The database at `url`; its folder is made where it is missing."""
    path = sqlite_path(url)
    if path is None:
        return Database(_engine(url), _nameless(url))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(
            f"The folder {path.parent} for the database cannot be made ({error.strerror}); "
            "give another one as database.url, or the right to write there."
        ) from None
    return Database(_engine(url), str(path), path)


def file_database(path: Path) -> Database:
    """An SQLite file that one program has for itself: a backup, or one about to be restored."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
        hide_parameters=True,
    )
    # No log beside it: the file alone is the whole database.
    _set_up_sqlite(engine, journal="DELETE")
    return Database(engine, str(path))


def memory_database() -> Database:
    """An empty database in memory, for a simulation: gone when it is closed."""
    engine = create_engine(
        "sqlite://",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )
    _set_up_sqlite(engine, journal="MEMORY")
    return Database(engine, "a copy in memory")


def _engine(url: str) -> Engine:
    try:
        if not url.startswith("sqlite"):
            engine = create_engine(
                url,
                pool_pre_ping=True,
                pool_size=5,
                connect_args=PATIENT_WITH_POSTGRESQL,
                hide_parameters=True,
            )
            event.listen(engine, "connect", _set_up_postgresql)
            return engine
        arguments = {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
        engine = create_engine(url, connect_args=arguments, hide_parameters=True)
    except ModuleNotFoundError:
        raise DatabaseError(
            "PostgreSQL needs its driver, which is not installed; install it with "
            "`pip install --require-hashes -r requirements-postgresql.txt`."
        ) from None
    _set_up_sqlite(engine, journal="WAL")
    return engine


def _set_up_postgresql(connection: Any, _: Any) -> None:
    """Bounds the wait for locks, and how long an idle transaction keeps others waiting."""
    connection.autocommit = True
    # A server may be set to forget its last moments in a crash: what left would leave again.
    connection.execute("SET synchronous_commit = on")
    connection.execute(f"SET lock_timeout = '{BUSY_TIMEOUT_SECONDS}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{LONGEST_IDLE_SECONDS}s'")
    connection.autocommit = False


def _set_up_sqlite(engine: Engine, journal: str) -> None:
    name = engine.url.database

    @event.listens_for(engine, "do_connect")
    def connecting(*_: Any) -> None:
        if name and not Path(name).exists():
            # It holds names, addresses and the hashes of passwords; its journals take after it.
            with suppress(OSError):
                Path(name).touch(mode=0o600)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        # The driver must not begin transactions by itself: `begun` below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for setting in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("boardcal_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _nameless(url: str) -> str:
    """The address of a database with its password hidden."""
    return make_url(url).render_as_string(hide_password=True)
