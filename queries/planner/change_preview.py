"""Preview of a change of the planner: its effects on due dates and meetings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from ...calendar.occurrences import Kind, Occurrence, meeting_occurrences, occurrences
from ...calendar.planner.model import Planner
from ...calendar.rules.meeting_series import FURTHEST_MOVE
from ...calendar.status import OWED, SETTLED, Status
from ...scheduler.planning.board_view import BoardView
from ...scheduler.planning.meeting_slots import MeetingSlots, meeting_slots
from ...scheduler.planning.plan import settled_before
from ...storage.mail.occurrence_mail import count_reminded
from ...storage.occurrences import StoredOccurrence, occurrences_of
from ...storage.recorded_events import happened
from ...wording.names import Names

MONTHS_AHEAD = 18
FOLLOWS = (*OWED, Status.UNSETTLED, Status.VOID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflow:
    """What becomes of one occurrence when the planner changes; None where it is not there.

    `has_passed`: its new date has, so that it is due as soon as possible.
    """

    before: Occurrence | None
    after: Occurrence | None
    has_passed: bool = False

    @property
    def sides(self) -> list[Occurrence]:
        """The occurrence after the change, and before it, as far as it is there."""
        return [side for side in (self.after, self.before) if side is not None]

    @property
    def key(self) -> str:
        """The key of the occurrence, which the change leaves as it is."""
        return self.sides[0].key

    @property
    def earliest(self) -> date:
        """The earlier of the days before and after the change."""
        return min(side.due for side in self.sides)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEffects:
    """The occurrences that re-flow, and how many `staying` do not because of what is stored.

    `meetings` are those added, cancelled or moved; `mailed` counts those of `flowing` of which
    a reminder was sent already.
    """

    flowing: list[Reflow]
    staying: int
    meetings: list[Reflow]
    mailed: int

    @property
    def passed(self) -> int:
        """How many new dates have passed."""
        return sum(reflow.has_passed for reflow in self.flowing)


def change_effects(
    connection: Connection,
    view: BoardView,
    after: Planner,
    *,
    refs: Collection[str] | None = None,
) -> ChangeEffects:
    """What the changed planner `after` does to what falls due in the next 18 months.

    With `refs` only some reports and actions were changed, and no meeting.
    """
    before, today = view.planner, view.today
    start, end = today, today + relativedelta(months=MONTHS_AHEAD)
    # A wider window, so that an occurrence that moves across its edge counts as moved.
    window = (start - FURTHEST_MOVE, end + FURTHEST_MOVE)
    recorded = happened(connection, view.id)
    stored = {row.key: row for row in occurrences_of(connection, view.id, refs)}
    slots = meeting_slots(connection, replace(view, names=Names(after)))
    old, new = (
        {
            occurrence.key: occurrence
            for occurrence in occurrences(planner, *window, recorded, refs=refs)
        }
        for planner in (before, after)
    )
    new |= settled_before(new, stored, slots.view)
    old |= settled_before(old, stored, view)
    _put_off(old, meeting_slots(connection, view), stored)
    _put_off(new, slots, stored)
    moved = [
        reflow
        for reflow in _reflows(old, new)
        # Papers re-flow until their meeting was held.
        if any(start <= (side.meeting or side.due) and side.due <= end for side in reflow.sides)
        or _failed_to_happen(stored.get(reflow.key), slots)
    ]
    flowing = [
        replace(reflow, has_passed=_has_passed(reflow, stored.get(reflow.key), view))
        for reflow in moved
        if _follows(stored.get(reflow.key), reflow, slots)
    ]
    ids = [stored[reflow.key].id for reflow in flowing if reflow.key in stored]
    return ChangeEffects(
        flowing=[_as_told(reflow, stored.get(reflow.key)) for reflow in _handed_over(flowing)],
        staying=sum(_stays(stored.get(reflow.key), reflow, slots) for reflow in moved),
        meetings=[] if refs is not None else _meetings(before, after, start, end),
        mailed=count_reminded(connection, ids),
    )


def _put_off(
    planned: dict[str, Occurrence], slots: MeetingSlots, stored: Mapping[str, StoredOccurrence]
) -> None:
    """Has what was put off stand where its meeting is."""
    for key in planned.keys() & stored.keys():
        planned[key] = slots.as_put_off(stored[key], planned[key])


def _failed_to_happen(row: StoredOccurrence | None, slots: MeetingSlots) -> bool:
    """Whether an occurrence is for a meeting of the past that was not held."""
    meeting = None if row is None else slots.meeting(row)
    return meeting is not None and not meeting.held and meeting.day < slots.view.today


def _reflows(old: Mapping[str, Occurrence], new: Mapping[str, Occurrence]) -> list[Reflow]:
    """The occurrences that the change adds, drops or moves, by date."""
    pairs = ((old.get(key), new.get(key)) for key in sorted({*old, *new}))
    reflows = [Reflow(before=was, after=will) for was, will in pairs if _moved(was, will)]
    return sorted(reflows, key=lambda reflow: reflow.earliest)


def _moved(was: Occurrence | None, will: Occurrence | None) -> bool:
    if was is None or will is None:
        # What comes in as not due is no news.
        return was is not None or (will is not None and not will.void)
    return (was.due, was.meeting, was.void) != (will.due, will.meeting, will.void)


def _follows(row: StoredOccurrence | None, reflow: Reflow, slots: MeetingSlots) -> bool:
    """Whether an occurrence re-flows: not where it is past, settled, or was given a date."""
    if row is None:
        return True
    if row.state not in FOLLOWS or slots.was_past(row):
        return False
    falls_away = reflow.after is None or reflow.after.void
    return falls_away or row.state == Status.VOID or not row.extended


def _stays(row: StoredOccurrence | None, reflow: Reflow, slots: MeetingSlots) -> bool:
    """Whether a change leaves an occurrence as it is; what is settled follows its meeting."""
    if row is None or _follows(row, reflow, slots):
        return False
    falls_away = reflow.after is None or reflow.after.void
    return row.state not in SETTLED or falls_away or slots.was_past(row)


def _has_passed(reflow: Reflow, row: StoredOccurrence | None, view: BoardView) -> bool:
    """Whether a change puts the date of an item into the past, where emails have begun."""
    after = reflow.after
    if after is None or after.void or after.kind is Kind.REVIEW or view.row.go_live is None:
        return False
    was_late = row is not None and row.is_owed and row.due < view.today
    return after.due < view.soonest and not was_late


def _handed_over(flowing: list[Reflow]) -> list[Reflow]:
    """Joins an occurrence dropped for one owner and added for another on the same day.

    What is due from the same owner on the same day by another rule is no news at all.
    """
    dropped: dict[tuple[str, date, bool], list[Reflow]] = {}
    for reflow in flowing:
        if reflow.before is not None and reflow.after is None and not reflow.before.void:
            dropped.setdefault(_place(reflow.before), []).append(reflow)
    kept = []
    for reflow in flowing:
        if reflow.before is None and reflow.after is not None and not reflow.after.void:
            was = _same_day(dropped.get(_place(reflow.after), []), reflow.after.owner)
            if was is not None:
                dropped[_place(reflow.after)].remove(was)
                if was.before is not None and was.before.owner != reflow.after.owner:
                    kept.append(replace(reflow, before=was.before))
                continue
        kept.append(reflow)
    left = {id(reflow) for reflows in dropped.values() for reflow in reflows}
    return [
        reflow
        for reflow in kept
        if reflow.after is not None
        or id(reflow) in left
        or (reflow.before is not None and reflow.before.void)
    ]


def _as_told(reflow: Reflow, row: StoredOccurrence | None) -> Reflow:
    """A re-flow from the date that is stored: as soon as possible, where the rule's had passed."""
    if reflow.before is None or row is None or row.planned_due is None or not row.is_owed:
        return reflow
    return replace(reflow, before=replace(reflow.before, due=row.due))


def _same_day(dropped: list[Reflow], owner: str) -> Reflow | None:
    """The dropped occurrence of the same owner, else the first one."""
    own = (
        reflow for reflow in dropped if reflow.before is not None and reflow.before.owner == owner
    )
    return next(own, None) or next(iter(dropped), None)


def _place(occurrence: Occurrence) -> tuple[str, date, bool]:
    return occurrence.ref, occurrence.due, occurrence.meeting is None


def _meetings(before: Planner, after: Planner, start: date, end: date) -> list[Reflow]:
    """The meetings that are added, cancelled or moved, by date."""
    window = (start - FURTHEST_MOVE, end + FURTHEST_MOVE)
    was = {meeting.key: meeting for meeting in meeting_occurrences(before, *window)}
    will = {meeting.key: meeting for meeting in meeting_occurrences(after, *window)}
    changed = [
        Reflow(before=was.get(key), after=will.get(key))
        for key in {*was, *will}
        if held_on(was.get(key)) != held_on(will.get(key))
    ]
    inside = [
        meeting for meeting in changed if any(start <= side.due <= end for side in meeting.sides)
    ]
    return sorted(inside, key=lambda meeting: (meeting.earliest, meeting.key))


def held_on(meeting: Occurrence | None) -> date | None:
    """The day of a meeting; None where it is cancelled, or there is none."""
    return None if meeting is None or meeting.void else meeting.due
