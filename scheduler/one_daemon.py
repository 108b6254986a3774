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
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from ..calendar.errors import BoardcalError
from ..storage.database import Database

# PostgreSQL's lock for a name is a number; this one is for whoever works with the database.
AT_WORK = 20180309


class AnotherDaemonError(BoardcalError):
    """Another daemon works on the same database."""


def own_name() -> str:
    """What tells this run of boardcal from every other, in containers and after a restart, too."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


@contextmanager
def at_work(database: Database, file: Path | None) -> Iterator[None]:
    """A daemon's time at work: alone on a SQLite `file`, among others on PostgreSQL (None).

    Raises AnotherDaemonError where another holds the file, or a restore is going on.
    """
    if file is not None:
        with only_daemon(file):
            yield
        return
    refusal = f"The database {database.name} is being restored; start again when that is done."
    with _server_lock(database, refusal, shared=True):
        yield


@contextmanager
def nobody_at_work(database: Database, file: Path | None) -> Iterator[None]:
    """Time in which no daemon works on a database. Raises AnotherDaemonError where one does."""
    if file is not None:
        with only_daemon(file):
            yield
        return
    refusal = f"boardcal is running on {database.name}; stop every one of them first."
    with _server_lock(database, refusal, shared=False):
        yield


@contextmanager
def only_daemon(database: Path) -> Iterator[None]:
    """Holds the lock of a SQLite file.

    Raises AnotherDaemonError where another daemon holds it.
    """
    path = database.with_name(f"{database.name}.lock")
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AnotherDaemonError(
                f"Another boardcal is running on {database} already; stop it first, or give this "
                "one a database of its own as database.url."
            ) from None
        yield


@contextmanager
def _server_lock(database: Database, refusal: str, *, shared: bool) -> Iterator[None]:
    lock = func.pg_try_advisory_lock_shared if shared else func.pg_try_advisory_lock
    with database.engine.connect() as connection:
        # The lock lives as long as the connection, which nobody else is to be given.
        connection.execution_options(isolation_level="AUTOCOMMIT").detach()
        if not connection.execute(select(lock(AT_WORK))).scalar():
            raise AnotherDaemonError(refusal)
        yield
