"""One daemon a SQLite file: the file system holds the lock, so that a killed one lets go.

Any number of daemons work on one PostgreSQL; there the database holds a lock that all of them
share, so that a restore can tell that nobody is at work.
"""

from __future__ import annotations

import fcntl
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError, InvalidRequestError

from ..core.errors import BoardcalError
from ..storage.database.engine import Database
from ..storage.database.errors import plain_errors

# PostgreSQL's lock for a name is a number; this one is for whoever works with the database.
AT_WORK = 20180309
MODE = 0o600  # who can open the lock can hold it, and keep boardcal from starting


class AnotherDaemonError(BoardcalError):
    """Another daemon works on the same database."""


def own_name() -> str:
    """What tells this run of boardcal from every other, in containers and after a restart, too."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


@dataclass(slots=True)
class Presence:
    """A running daemon's mark on a PostgreSQL database, by which a restore sees it.

    The place is lost with the connection that holds it; `keep` takes it again.
    """

    database: Database
    connection: Connection

    def keep(self) -> None:
        """Sees that the place is held still.

        Raises AnotherDaemonError where it was lost and a restore is going on, DatabaseAwayError
        where the database does not answer.
        """
        try:
            self.connection.execute(select(1))
        except (DBAPIError, InvalidRequestError):  # the latter where it was lost before
            self.connection.close()
            self.connection = _locked(
                self.database,
                f"The database {self.database.name} is being restored; nothing is decided or sent "
                "meanwhile.",
                shared=True,
            )


@contextmanager
def at_work(database: Database, file: Path | None) -> Iterator[Presence | None]:
    """A daemon's time at work: alone on a SQLite `file`, or among others on PostgreSQL.

    Only on PostgreSQL is there a place to keep. Raises AnotherDaemonError where another holds the
    file, or a restore is going on.
    """
    if file is not None:
        with only_daemon(file):
            yield None
        return
    refusal = f"The database {database.name} is being restored; start again when that is done."
    presence = Presence(database, _locked(database, refusal, shared=True))
    try:
        yield presence
    finally:
        presence.connection.close()


@contextmanager
def nobody_at_work(database: Database, file: Path | None) -> Iterator[None]:
    """Time in which no daemon works on a database. Raises AnotherDaemonError where one does."""
    if file is not None:
        with only_daemon(file):
            yield
        return
    refusal = f"boardcal is running on {database.name}; stop every one of them first."
    with closing(_locked(database, refusal, shared=False)):
        yield


@contextmanager
def only_daemon(database: Path) -> Iterator[None]:
    """Holds the lock of a SQLite file.

    Raises AnotherDaemonError where another daemon holds it.
    """
    path = database.with_name(f"{database.name}.lock")
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)) as file:
        # One that was made by an older boardcal may be open to others.
        with suppress(OSError):
            path.chmod(MODE)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AnotherDaemonError(
                f"Another boardcal is running on {database} already; stop it first, or give this "
                "one a database of its own as database.url."
            ) from None
        yield


def _locked(database: Database, refusal: str, *, shared: bool) -> Connection:
    """A connection that holds the server's lock for as long as it lives."""
    lock = func.pg_try_advisory_lock_shared if shared else func.pg_try_advisory_lock
    with plain_errors(database.name), ExitStack() as until_held:
        connection = until_held.enter_context(database.engine.connect())
        # Nobody else is to be given it.
        connection.execution_options(isolation_level="AUTOCOMMIT").detach()
        if not connection.execute(select(lock(AT_WORK))).scalar():
            raise AnotherDaemonError(refusal)
        until_held.pop_all()
        return connection
