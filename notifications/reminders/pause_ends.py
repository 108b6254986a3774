"""The end of a pause: by a person, or on the day that was given for it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from ...calendar.rules.working_days import WorkingDays
from ...core.local_time import Moment
from ...storage.boards import BoardRow
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import BOARDCAL, note_change
from ...storage.mail.decisions import resume_overview, resume_paused_rows
from ...storage.occurrences import owed_within
from ...storage.pauses import PauseKind, pauses_of, remove_pause
from ...storage.planners import PlannerCache
from .decide import make_due_now

# The remark on what fell due while nothing was sent about it.
PAUSED = "emails about it were paused"


def end_pause(
    connection: Connection,
    row: BoardRow,
    kind: PauseKind,
    name: str,
    *,
    days: WorkingDays,
    moment: Moment,
    who: str,
    why: str | None = None,
) -> bool:
    """Resumes a Board, a body or a person; False where it is not paused.

    What fell due in a pause of a Board or a body is due on the first of its working `days` from
    then on: before that no email tells of it.
    """
    ended = remove_pause(connection, row.id, kind, name)
    if ended is not None:
        if kind != PauseKind.PERSON:
            begin = moment.local.day_of(ended)
            owner = name if kind == PauseKind.BODY else None
            first = days.on_or_after(moment.today)
            for late in owed_within(connection, row.id, begin, first, owner=owner):
                make_due_now(connection, late, moment, due=first, why=PAUSED)
        resume_paused_rows(connection, row.id)
        if kind == PauseKind.PERSON:
            resume_overview(connection, row.id, name)
        note_change(
            connection,
            board=row.id,
            subject=name,
            what=ChangeKind.RESUMED,
            now=moment.now,
            who=who,
            why=why,
        )
    return ended is not None


def end_pauses(
    connection: Connection, planners: PlannerCache, rows: Iterable[BoardRow], moment: Moment
) -> None:
    """Ends the pauses whose day has come."""
    for row in rows:
        if not has_pause_over(row, moment):
            continue
        days = planners.get(connection, row).days
        for pause in pauses_of(connection, row.id):
            if pause.until is not None and pause.until <= moment.today:
                end_pause(
                    connection, row, pause.kind, pause.id, days=days, moment=moment, who=BOARDCAL
                )


def has_pause_over(row: BoardRow, moment: Moment) -> bool:
    """Whether the day has come on which a pause of a Board ends."""
    return row.pause_ends is not None and row.pause_ends <= moment.today
