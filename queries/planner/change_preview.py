"""What a change of the planner does to what is due and who meets, as it is stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from ...calendar.occurrences import Occurrence, meeting_occurrences
from ...calendar.planner.model import Planner
from ...calendar.rules.meeting_series import FURTHEST_MOVE
from ...calendar.status import OWED, Status
from ...scheduler.planning.board_view import BoardView
from ...storage.mail.occurrence_mail import count_reminded
from ...storage.occurrences import StoredOccurrence, occurrences_of
from ...storage.recorded_events import happened
from .reflow import Reflow, reflows

MONTHS_AHEAD = 18
FOLLOWS = (*OWED, Status.UNSETTLED, Status.VOID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What re-flows, and how many that would stay where they are because of what is stored.

    `meetings` are those that come, go or move; `mailed` says of how many of `flowing` somebody
    was reminded already.
    """

    flowing: list[Reflow]
    staying: int
    meetings: list[Reflow]
    mailed: int


def consequences(
    connection: Connection,
    view: BoardView,
    after: Planner,
    *,
    refs: Collection[str] | None = None,
) -> Consequences:
    """What the changed planner `after` does to what falls due in the next 18 months.

    With `refs` only some reports and actions were changed, and no meeting.
    """
    before, today = view.planner, view.today
    start, end = today, today + relativedelta(months=MONTHS_AHEAD)
    # A wider window, so that what moves across the edge of it is not taken for gone or new.
    window = (start - FURTHEST_MOVE, end + FURTHEST_MOVE)
    recorded = happened(connection, view.id)
    found = [
        each
        for each in reflows(before, after, *window, recorded, refs=refs)
        if any(start <= last and due <= end for due, last in _spans(each))
    ]
    stored = {each.key: each for each in occurrences_of(connection, view.id, refs)}
    flowing = [each for each in found if _follows(stored.get(_key(each)), each, today)]
    ids = [stored[_key(each)].id for each in flowing if _key(each) in stored]
    return Consequences(
        flowing=_handed_over(flowing),
        staying=len(found) - len(flowing),
        meetings=[] if refs is not None else _meetings(before, after, start, end),
        mailed=count_reminded(connection, ids),
    )


def _follows(row: StoredOccurrence | None, reflow: Reflow, today: date) -> bool:
    """Whether an occurrence re-flows: not where it is past, settled, or was given a date."""
    if row is None:
        return True
    if row.state not in FOLLOWS or (row.meeting or row.due) < today:
        return False
    falls_away = reflow.after is None or reflow.after.void
    return falls_away or row.state == Status.VOID or not row.extended


def _handed_over(flowing: list[Reflow]) -> list[Reflow]:
    """What one owner loses and another gets on the same day, as one thing.

    What is due from the same owner on the same day by another rule is no news at all.
    """
    lost: dict[tuple[str, date, bool], list[Reflow]] = {}
    for each in flowing:
        if each.before is not None and each.after is None and not each.before.void:
            lost.setdefault(_place(each.before), []).append(each)
    kept = []
    for each in flowing:
        if each.before is None and each.after is not None and not each.after.void:
            was = _same_day(lost.get(_place(each.after), []), each.after.owner)
            if was is not None:
                lost[_place(each.after)].remove(was)
                if was.before is not None and was.before.owner != each.after.owner:
                    kept.append(Reflow(before=was.before, after=each.after))
                continue
        kept.append(each)
    left = {id(each) for several in lost.values() for each in several}
    return [each for each in kept if each.after is not None or id(each) in left or _void(each)]


def _void(reflow: Reflow) -> bool:
    return reflow.before is not None and reflow.before.void


def _same_day(lost: list[Reflow], owner: str) -> Reflow | None:
    """What the same owner loses, else what the first one does."""
    own = (each for each in lost if each.before is not None and each.before.owner == owner)
    return next(own, None) or next(iter(lost), None)


def _place(each: Occurrence) -> tuple[str, date, bool]:
    return each.ref, each.due, each.meeting is None


def _meetings(before: Planner, after: Planner, start: date, end: date) -> list[Reflow]:
    """The meetings that come, go or move, by date."""
    window = (start - FURTHEST_MOVE, end + FURTHEST_MOVE)
    was = {each.key: each for each in meeting_occurrences(before, *window)}
    will = {each.key: each for each in meeting_occurrences(after, *window)}
    changed = [
        Reflow(before=was.get(key), after=will.get(key))
        for key in {*was, *will}
        if held_on(was.get(key)) != held_on(will.get(key))
    ]
    return sorted(
        (each for each in changed if any(start <= day <= end for day in _dues(each))),
        key=lambda each: (min(_dues(each)), _key(each)),
    )


def held_on(meeting: Occurrence | None) -> date | None:
    """The day of a meeting; None where it is cancelled, or there is none."""
    return None if meeting is None or meeting.void else meeting.due


def _spans(reflow: Reflow) -> list[tuple[date, date]]:
    """When it is due, and how long it re-flows: papers do while their meeting lies ahead."""
    both = (each for each in (reflow.before, reflow.after) if each is not None)
    return [(each.due, each.meeting or each.due) for each in both]


def _dues(reflow: Reflow) -> list[date]:
    return [each.due for each in (reflow.before, reflow.after) if each is not None]


def _key(reflow: Reflow) -> str:
    return next(each.key for each in (reflow.before, reflow.after) if each is not None)
