"""Restoring a backup: it replaces the database, and is on hold until a person ends that."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..calendar.rules.date_text import long_date
from ..core.local_time import LocalTime
from ..scheduler.single_instance import nobody_at_work
from ..settings.load import Settings
from ..storage.backup.contents import Contents
from ..storage.backup.restore import prepared_copy, replace_file, replace_rows
from ..storage.database.engine import open_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A restore that was done; `aside` is where the database before it is kept, if any."""

    contents: Contents
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

    database = open_database(settings.database.url)
    with (
        closing(database),
        nobody_at_work(database, target),
        prepared_copy(file, beside, why=why, now=now, who=who) as (part, contents),
    ):
        if not is_agreed(contents, database.name):
            return None
        if target is None:
            kept = replace_rows(part, database, aside)
        else:
            kept = replace_file(part, target, aside)
    return Restored(contents=contents, database=database.name, aside=aside if kept else None)
