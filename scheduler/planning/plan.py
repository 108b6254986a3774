"""The plan stage: planner and meetings become stored occurrences, again and again the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from ...calendar.occurrences import Kind, Occurrence, dated, occurrences, recurs
from ...calendar.planner.model import Planner
from ...calendar.rules.escalation import steps_due
from ...calendar.rules.meeting_series import FURTHEST_MOVE
from ...calendar.status import OPEN, SETTLED, Status
from ...core.local_time import Moment
from ...storage.boards import BoardRow, note_planned
from ...storage.occurrences import StoredOccurrence, add_occurrences, occurrences_of
from ...storage.recorded_events import happened
from .board_view import BoardView, first_state, view_of
from .meeting_slots import MeetingSlots, meeting_slots
from .next_steps import relink
from .reflow import reflow

# Papers are due at most 60 working days before their meeting; a report is still of use while
# its meeting lies ahead, so planning looks back this far from go-live.
PAPERS_MARGIN = timedelta(days=100)


def plan(
    connection: Connection,
    row: BoardRow,
    planner: Planner,
    moment: Moment,
    horizon: date,
) -> None:
    """Brings a Board's stored occurrences up to its planner, as far as `horizon`.

    Touches only what entered the horizon, or everything where the planner changed.
    """
    if row.go_live is None:
        return
    is_changed = row.planned_revision != row.planner_revision
    view = view_of(row, planner, moment)
    if is_changed or row.planned_through is None:
        # What is stored may have been moved beyond the horizon, so look further than that.
        window = (_first_day(view), horizon + FURTHEST_MOVE)
    else:
        window = (row.planned_through, horizon)
    planned = _planned(connection, view, window)
    refs = None if is_changed else {occurrence.ref for occurrence in planned.values()}
    stored = _stored_of(connection, view, planned, refs)
    # At its go-live, and after an event was recorded, a Board is planned from its first day on.
    is_going_on = row.planned_through is not None and row.planned_revision > 0
    missing = [
        occurrence
        for key, occurrence in planned.items()
        if key not in stored
        and occurrence.due <= horizon
        and _belongs(occurrence, view)
        and not (is_going_on and _is_over(occurrence, view))
    ]
    was_planned = row.planned_revision > 0
    is_news = was_planned and (is_changed or row.planned_through is None)
    store = _not_late if is_news else values_of
    slots = meeting_slots(connection, view)
    add_occurrences(
        connection,
        [
            {**store(occurrence, view), "put_off": slot}
            for occurrence, slot in _with_former_meetings(missing, stored, view, slots)
        ],
    )
    if is_changed:
        reflow(connection, view, planned, stored, until=window[1])
    relink(connection, view, refs)
    note_planned(connection, row, horizon)


def follow_again(connection: Connection, view: BoardView, refs: Collection[str]) -> None:
    """Follows the planner anew for some reports and actions, once something of them is owed again.

    While it was settled its owner may have changed, or its meeting may have been cancelled.
    """
    if view.row.planned_through is None:
        return
    window = (_first_day(view), view.row.planned_through + FURTHEST_MOVE)
    planned = _planned(connection, view, window, refs)
    stored = _stored_of(connection, view, planned, refs)
    reflow(connection, view, planned, stored, until=window[1])


def _planned(
    connection: Connection,
    view: BoardView,
    window: tuple[date, date],
    refs: Collection[str] | None = None,
) -> dict[str, Occurrence]:
    """What the planner has due in a window, by key; with `refs` only of some."""
    recorded = happened(connection, view.id)
    within = occurrences(view.planner, *window, recorded, refs=refs)
    return {occurrence.key: occurrence for occurrence in within}


def _stored_of(
    connection: Connection,
    view: BoardView,
    planned: dict[str, Occurrence],
    refs: Collection[str] | None,
) -> dict[str, StoredOccurrence]:
    """What is stored, by key; what is `planned` of that and settled already becomes void."""
    stored = {row.key: row for row in occurrences_of(connection, view.id, refs)}
    planned |= settled_before(planned, stored, view)
    return stored


def settled_before(
    planned: Mapping[str, Occurrence], stored: Mapping[str, StoredOccurrence], view: BoardView
) -> dict[str, Occurrence]:
    """What nobody owes any more: all its former owners had settled it when it was handed over."""
    former = list(_of_former_owners(stored, view))
    settled = {(row.ref, row.period): row for row in former if row.state in SETTLED}
    for other in former:
        if other.is_owed or other.state == Status.UNSETTLED:
            settled.pop((other.ref, other.period), None)
    void = {}
    for key, occurrence in planned.items():
        row = settled.get((occurrence.ref, occurrence.period))
        own = stored.get(key)
        if row is not None and (own is None or own.state == Status.VOID):
            was = f"{row.state} from {view.names.short(row.owner)}"
            note = f"it was recorded as {was} before it was handed over"
            void[key] = replace(occurrence, void=True, note=note)
    return void


def _of_former_owners(
    stored: Mapping[str, StoredOccurrence], view: BoardView
) -> Iterator[StoredOccurrence]:
    """What is stored of bodies that the planner does not name for it any more."""
    for row in stored.values():
        obligation = view.obligations.get(row.ref)
        if obligation is not None and row.owner not in obligation.owners:
            yield row


def _with_former_meetings(
    missing: Iterable[Occurrence],
    stored: Mapping[str, StoredOccurrence],
    view: BoardView,
    slots: MeetingSlots,
) -> Iterator[tuple[Occurrence, str | None]]:
    """Each occurrence with the slot that it was put off to while another body owed it."""
    put_off = {
        (row.ref, row.period): row
        for row in _of_former_owners(stored, view)
        if row.put_off is not None and row.is_owed
    }
    for occurrence in missing:
        row = put_off.get((occurrence.ref, occurrence.period))
        if row is None or occurrence.void:
            yield occurrence, None
        else:
            yield slots.as_put_off(row, occurrence), row.put_off


def is_stale(row: BoardRow, horizon: date) -> bool:
    """Whether `plan` has anything to bring up to date: the planner changed, or time went on."""
    return row.go_live is not None and (
        row.planned_revision != row.planner_revision
        or row.planned_through is None
        or row.planned_through < horizon
    )


def horizon_of(today: date, months: int) -> date:
    """How far ahead to plan: to the end of a month, so that it moves twelve times a year."""
    return today + relativedelta(months=months, day=31)


def _first_day(view: BoardView) -> date:
    return min(view.planner.plan.starts, view.go_live - PAPERS_MARGIN)


def _belongs(occurrence: Occurrence, view: BoardView) -> bool:
    """Whether an occurrence is of interest to a Board that started on its go-live.

    The whole action plan is, however old; a report while its meeting lies ahead; a review
    from then on only.
    """
    if occurrence.kind is Kind.ACTION:
        return True
    if occurrence.kind is Kind.REVIEW:
        return occurrence.due >= view.go_live
    return (occurrence.meeting or occurrence.due) >= view.go_live


def _is_over(occurrence: Occurrence, view: BoardView) -> bool:
    """Whether it would have been due in a past that the planner did not know of then.

    Who owes a report from now on owes nothing of the time before; dates that are stated stand.
    """
    obligation = view.obligations[occurrence.ref]
    return recurs(obligation) and (occurrence.meeting or occurrence.due) < view.today


def insert_occurrences(
    connection: Connection, view: BoardView, missing: Iterable[Occurrence]
) -> None:
    """Stores occurrences that are not stored yet."""
    add_occurrences(connection, [values_of(occurrence, view) for occurrence in missing])


def _not_late(occurrence: Occurrence, view: BoardView) -> dict[str, Any]:
    """The row of an occurrence that enters the plan; one whose date has passed is due soonest."""
    values = values_of(occurrence, view)
    is_asked = values["state"] == OPEN and occurrence.kind is not Kind.REVIEW
    if not is_asked or occurrence.due >= view.soonest or occurrence.raised is not None:
        return values
    return {**values, **dated(view.soonest, ruled=occurrence.due), "first_due": view.soonest}


def values_of(occurrence: Occurrence, view: BoardView) -> dict[str, Any]:
    """The row that an occurrence is stored as."""
    return {
        "board": occurrence.board,
        "key": occurrence.key,
        "ref": occurrence.ref,
        "owner": occurrence.owner,
        "period": occurrence.period,
        "kind": occurrence.kind.value,
        "title": occurrence.title,
        "row": occurrence.row,
        "audience": list(occurrence.audience),
        "due": occurrence.due,
        "first_due": occurrence.due,
        "precision": occurrence.precision.value,
        "meeting": occurrence.meeting,
        "slot": occurrence.slot,
        "state": first_state(occurrence, view),
        "note": occurrence.note,
        "met_by": occurrence.met_by,
        "last_step": _last_step_before(occurrence, view),
        "planned_due": None,
    }


def _last_step_before(occurrence: Occurrence, view: BoardView) -> int | None:
    """The last step before the day on which it was raised: no mail goes out about those."""
    policy = view.policy(occurrence.ref, occurrence.kind)
    if occurrence.raised is None or policy is None:
        return None
    over = steps_due(
        occurrence.due, policy, occurrence.raised - timedelta(days=1), view.planner.days
    )
    return over[-1].offset if over else None
