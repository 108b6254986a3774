"""A whole database as one file: an SQLite file, whichever kind the database is.

One form for both, so that a backup of either can be restored into either.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import text

from ...core.errors import BoardcalError
from ..database.engine import Database, file_database, sqlite_path
from ..database.integrity import faults_of_file
from ..database.schema_version import SCHEMA, VERSION_TABLE, require_current
from ..schema.all_tables import metadata
from .copy import copy_rows

# As long as any other command waits for a write to end.
WAIT_SECONDS = 10
BEGINNING = b"SQLite format 3\0"


class BackupError(BoardcalError):
    """A backup that cannot be made, or a file that is not a usable one."""


def back_up(database: Database, file: Path) -> None:
    """Writes all of a database, as of one moment, into `file`; daemons work on meanwhile.

    The file is read back and checked before it gets its name. It can be read by its owner only:
    it holds the hashes of passwords. Raises BackupError and leaves no half of a file.
    """
    with unfinished(file) as part:
        source = sqlite_path(database.engine.url.render_as_string(hide_password=False))
        if source is None:
            _copy_server(database, part)
        else:
            _copy_file(source, part)
        require_sound(part)
        _to_disk(part)
        part.chmod(0o600)
        part.replace(file)
        _to_disk(file.parent)


@contextmanager
def unfinished(file: Path) -> Iterator[Path]:
    """A path beside `file` to write to first; it is removed at the end. Raises BackupError."""
    try:
        with tempfile.TemporaryDirectory(prefix=".boardcal-", dir=file.parent) as folder:
            yield Path(folder) / "unfinished.db"
    except OSError as error:
        raise BackupError(
            f"{file} cannot be written ({(error.strerror or str(error)).lower()}); name another "
            "place, or make room and the right to write there."
        ) from None
    except sqlite3.Error as error:
        raise BackupError(
            f"{file} could not be made ({error}); nothing was changed. See that the disk is not "
            "full; `boardcal check` says whether the database is sound."
        ) from None


def _copy_file(source: Path, target: Path) -> None:
    # VACUUM INTO sees one moment, and holds nobody up who writes.
    with closing(sqlite3.connect(source, timeout=WAIT_SECONDS, isolation_level=None)) as opened:
        opened.execute("VACUUM INTO ?", (str(target),))


def _copy_server(database: Database, target: Path) -> None:
    require_current(database)
    made = file_database(target)
    try:
        with database.read() as source, made.write() as connection:
            metadata.create_all(connection)
            connection.execute(text(VERSION_TABLE))
            stamp = text("INSERT INTO alembic_version (version_num) VALUES (:schema)")
            connection.execute(stamp, {"schema": SCHEMA})
            copy_rows(source, connection)
    finally:
        made.close()


def require_sound(file: Path) -> None:
    """Raises BackupError unless `file` is a whole, undamaged database of boardcal."""
    try:
        with file.open("rb") as opened:
            begins = opened.read(16)
    except OSError as error:
        raise BackupError(
            f"{file} cannot be read ({(error.strerror or str(error)).lower()})."
        ) from None
    foreign = BackupError(f"{file} is not a backup of boardcal; nothing was changed.")
    if begins != BEGINNING:
        raise foreign
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            faults = faults_of_file(connection)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{file} is damaged ({error}); nothing was changed.") from None
    if not {"alembic_version", "installation", "board"} <= tables:
        raise foreign
    if faults:
        raise BackupError(f"{file} cannot be used: {faults[0]} So nothing was changed.")


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
