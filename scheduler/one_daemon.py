"""One daemon a SQLite file: the file system holds the lock, so that a killed one lets go."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..calendar.errors import BoardcalError


class AnotherDaemonError(BoardcalError):
    """Another daemon works on the same database."""


@contextmanager
def only_daemon(database: Path | None) -> Iterator[None]:
    """Holds the lock of a SQLite file; PostgreSQL (None) needs none.

    Raises AnotherDaemonError where another daemon holds it.
    """
    if database is None:
        yield
        return
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
