"""Restoring a backup: it replaces the database, and is on hold until a person ends that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from ..calendar.rules.date_text import long_date
from ..core.local_time import LocalTime
from ..notifications.reminders.recipients import roles_of
from ..scheduler.factory import access_file
from ..scheduler.installation import witness_of
from ..scheduler.single_instance import nobody_at_work
from ..settings.load import Settings
from ..storage.backup.access import (
    Access,
    access_now,
    end_again,
    known_access,
    write_access,
)
from ..storage.backup.backup import BackupError
from ..storage.backup.contents import Contents
from ..storage.backup.restore import prepared_copy, replace_file, replace_rows
from ..storage.backup.revived import Revived, RevivedKind
from ..storage.boards import boards
from ..storage.database.engine import open_database
from ..storage.database.errors import DatabaseError
from ..storage.database.schema_version import SCHEMA, schema_of
from ..storage.planners import PlannerCache

Readers = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A restore that was done; `aside` is where the database before it is kept, if any.

    `revived` is what had been ended since the backup was made; None: not known.
    """

    contents: Contents
    revived: Sequence[Revived] | None
    database: str
    aside: Path | None


def restore(
    settings: Settings,
    local: LocalTime,
    file: Path,
    *,
    now: datetime,
    who: str,
    is_agreed: Callable[[Contents, str], bool],
) -> Restored | None:
    """Restores the backup `file`; None where `is_agreed` says no, and then nothing was changed.

    Raises BackupError for a file that is damaged, foreign or of a newer boardcal, and
    AnotherDaemonError while a daemon is at work; nothing was changed then either.
    """
    target = settings.database.sqlite_file
    beside = target or file
    aside = beside.with_name(
        f"{beside.name}.before-restore-{now.astimezone(local.zone):%Y%m%d-%H%M%S}"
    )

    def why(contents: Contents) -> str:
        latest = contents.latest
        then = "" if latest is None else f" of {long_date(local.day_of(latest))}"
        return (
            f"The database was restored from a backup{then}. What was recorded or sent after "
            "that is not known here, so some mails may come twice."
        )

    revived: list[Revived] | None = None

    def ends(connection: Connection) -> Sequence[Revived] | None:
        nonlocal revived
        access, readers = _before(settings, today)
        ended = end_again(connection, access, now=now, who=who)
        if ended is None and readers is None:
            return None
        revived = [Revived(kind=RevivedKind.UNKNOWN_ACCESS)] if ended is None else ended
        if readers is None:
            revived.append(Revived(kind=RevivedKind.UNKNOWN_LINKS))
        else:
            revived += _answering_again(readers, _readers(connection, today))
        return revived

    today = local.day_of(now)
    database = open_database(settings.database.url)
    seen = witness_of(settings).seen
    with (
        closing(database),
        nobody_at_work(database, target),
        prepared_copy(file, beside, why=why, ends=ends, seen=seen, now=now, who=who) as (
            part,
            contents,
        ),
    ):
        if not is_agreed(contents, database.name):
            return None
        if target is None:
            kept = replace_rows(part, database, aside)
        else:
            kept = replace_file(part, target, aside)
    return Restored(
        contents=contents,
        revived=revived,
        database=database.name,
        aside=aside if kept else None,
    )


def _before(settings: Settings, today: date) -> tuple[Access, Readers | None]:
    """Who had access before the restore, and who could answer; None: the database does not tell.

    A file that is to be replaced must not stay open, and none is made where there is none.
    """
    target, kept = settings.database.sqlite_file, access_file(settings)
    access: Access = known_access(kept)
    readers: Readers | None = None
    if target is not None and not target.exists():
        return access, readers
    with closing(open_database(settings.database.url)) as database:
        # Each as far as it goes: a list that cannot be written is no reason not to restore.
        with suppress(DatabaseError, BackupError):
            access, is_news = access_now(database, kept, witness_of(settings))
            if is_news:
                write_access(access, kept)
        with suppress(DatabaseError), database.read() as connection:
            if schema_of(connection) == SCHEMA and boards(connection):
                readers = _readers(connection, today)
    return access, readers


def _readers(connection: Connection, today: date) -> Readers:
    """Who can answer by links today, by Board."""
    planners = PlannerCache()
    return {
        row.id: frozenset(
            address
            for planner in [planners.get(connection, row)]
            for address in planner.addresses()
            if roles_of(planner, address, today)
        )
        for row in boards(connection)
    }


def _answering_again(before: Readers, after: Readers) -> list[Revived]:
    """Who had lost every role since the backup was made, and holds one in it."""
    again = {
        address
        for board, addresses in after.items()
        if board in before
        for address in addresses - before[board]
    }
    return [Revived(kind=RevivedKind.LINK, name=address) for address in sorted(again)]
