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
from ..scheduler.single_instance import nobody_at_work
from ..settings.load import Settings
from ..storage.backup.access import (
    Access,
    Revived,
    RevivedKind,
    end_again,
    keep_access,
    known_access,
)
from ..storage.backup.contents import Contents
from ..storage.backup.restore import prepared_copy, replace_file, replace_rows
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
        revived = end_again(connection, access, now=now, who=who)
        if revived is not None:
            revived += _answering_again(readers, _readers(connection, today))
        return revived

    today = local.day_of(now)
    database = open_database(settings.database.url)
    with (
        closing(database),
        nobody_at_work(database, target),
        prepared_copy(file, beside, why=why, ends=ends, now=now, who=who) as (part, contents),
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


def _before(settings: Settings, today: date) -> tuple[Access, Readers]:
    """Who had access before the restore, and who could answer as far as the database tells.

    A file that is to be replaced must not stay open, and none is made where there is none.
    """
    target, kept = settings.database.sqlite_file, access_file(settings)
    if target is not None and not target.exists():
        return known_access(kept), {}
    with closing(open_database(settings.database.url)) as database, suppress(DatabaseError):
        keep_access(database, kept)
        with database.read() as connection:
            if schema_of(connection) == SCHEMA:
                return known_access(kept), _readers(connection, today)
    return known_access(kept), {}


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
