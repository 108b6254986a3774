"""A backup brought back: checked, migrated and put on hold before anything is replaced."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, case, delete, func, select, text, update

from ..database.engine import Database, file_database
from ..database.integrity import faults_of, missing_from
from ..database.migrate import alone, migrate
from ..database.schema_version import SCHEMA, schema_of
from ..holds import end_hold, put_on_hold
from ..message_states import CHANGEABLE, IN_HAND
from ..schema.accounts import sent_form, session, setup_link
from ..schema.all_tables import metadata
from ..schema.append_only import unguarded
from ..schema.mail import message
from ..schema.planner import board
from .backup import BackupError, back_up, require_sound, unfinished
from .contents import Contents, contents_of
from .copy import copy_rows
from .revived import Revived
from .witness import Seen, begin_history


@contextmanager
def prepared_copy(
    file: Path,
    target: Path,
    *,
    why: Callable[[Contents], str],
    ends: Callable[[Connection], Sequence[Revived] | None],
    seen: Seen | None,
    now: datetime,
    who: str,
) -> Iterator[tuple[Path, Contents]]:
    """A copy of the backup `file`, beside `target` and ready to take its place; its contents.

    It has today's tables and is on hold, for the reason that `why` makes of the contents; `ends`
    ends in it what was ended since it was made, and the hold says what that is. `seen` is the
    database that it replaces, as it was noted last. Its
    sessions and links are gone: those who had one then may have lost their access since. So are
    the answers to forms, for what a form changed afterwards is not in it.
    Raises BackupError, having changed nothing, where the backup is damaged or newer.
    """
    require_sound(file)
    with unfinished(target) as part:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source:
            (schema,) = source.execute("SELECT version_num FROM alembic_version").fetchone()
            if schema > SCHEMA:
                raise BackupError(
                    f"{file} was made by a newer boardcal (its tables are at {schema}, this "
                    f"program knows {SCHEMA}); nothing was changed. Install the newer one."
                )
            with closing(sqlite3.connect(part)) as copy:
                source.backup(copy)
        database = file_database(part)
        try:
            migrate(database, keep=False)
            with database.write() as connection:
                _require_whole(connection, file)
                contents = contents_of(connection)
                for table in (session, setup_link, sent_form):
                    connection.execute(delete(table))
                end_hold(connection, now=now, who=who)
                put_on_hold(
                    connection,
                    why=why(contents),
                    now=now,
                    who=who,
                    after_restore=True,
                    revived=ends(connection),
                )
                go_on_from_the_past(connection, seen, now)
                faults = faults_of(connection)
        finally:
            database.close()
        if faults:
            raise BackupError(f"{file} cannot be used: {faults[0]} So nothing was changed.")
        yield part, contents


def _require_whole(connection: Connection, file: Path) -> None:
    missing = missing_from(connection)
    if missing is not None:
        raise BackupError(f"{file} cannot be used: {missing} So nothing was changed.")


def go_on_from_the_past(connection: Connection, seen: Seen | None, now: datetime) -> None:
    """Lets nothing that a database gives a number or a name meet one given since its past.

    `seen` is the database before, as it was noted last.
    """
    _number_planners_anew(connection, now)
    _name_mails_anew(connection)
    begin_history(connection, seen)


def _number_planners_anew(connection: Connection, now: datetime) -> None:
    """Gives each planner a number that no planner of the database had before.

    By its number a daemon, or a form that is open, tells whether it still knows the planner; the
    numbers given since the backup was made will be given again. The minutes since 1970 are ahead
    of any of them.
    """
    minutes = int(now.timestamp()) // 60
    new = case((board.c.planner_revision < minutes, minutes), else_=board.c.planner_revision + 1)
    planned = case(
        (board.c.planned_revision == board.c.planner_revision, new), else_=board.c.planned_revision
    )
    connection.execute(update(board).values(planner_revision=new, planned_revision=planned))


def _name_mails_anew(connection: Connection) -> None:
    """Takes the Message-ID from mails that are written afresh: one may have left under it."""
    unwritten = message.c.content.is_(None) & message.c.state.in_((*CHANGEABLE, *IN_HAND))
    connection.execute(update(message).where(unwritten).values(identifier=None))


def replace_file(part: Path, target: Path, aside: Path) -> bool:
    """Puts `part` in the place of the SQLite file `target`, which is kept as `aside`.

    Whether there was one to keep. Raises BackupError where another program has it open. A
    damaged one, which is the usual reason to restore, is kept as it is with its log.
    """
    kept = target.exists()
    if kept:
        _fold(target)
        for ending in ("", "-wal", "-shm"):
            old = target.with_name(target.name + ending)
            if old.exists():
                shutil.move(old, aside.with_name(aside.name + ending))
    part.chmod(0o600)
    shutil.move(part, target)
    return kept


def _fold(target: Path) -> None:
    """Folds the log into the file. Raises BackupError where another program has it open."""
    try:
        with closing(sqlite3.connect(target, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BackupError(
                f"Another program uses {target}; stop it first. Nothing was changed."
            ) from None
    except sqlite3.DatabaseError:
        return


def replace_rows(part: Path, database: Database, aside: Path) -> bool:
    """Puts what `part` holds in the place of what a PostgreSQL database holds, kept as `aside`.

    All of it or nothing. Whether there was anything to keep.
    """
    with database.read() as connection:
        kept = schema_of(connection) is not None
    migrate(database)
    if kept:
        back_up(database, aside)
    source = file_database(part)
    try:
        with alone(database) as connection, source.read() as rows:
            # Others cannot write meanwhile, and still read what was there; after TRUNCATE they
            # would see every table empty.
            names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
            connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
            with unguarded(connection):
                for table in reversed(metadata.sorted_tables):
                    connection.execute(delete(table))
            copy_rows(rows, connection)
            _count_on(connection)
    finally:
        source.close()
    return kept


def _count_on(connection: Connection) -> None:
    """Sets each table's sequence after the rows that were brought in."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        last = connection.execute(select(func.max(column))).scalar()
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(sequence, last or 1, last is not None)))
