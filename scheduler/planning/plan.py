"""The plan stage: planner and meetings become stored occurrences, again and again the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from ...calendar.occurrences import Kind, Occurrence, occurrences, recurs
from ...calendar.planner.model import Planner
from ...calendar.rules.escalation import steps_due
from ...calendar.rules.meeting_series import FURTHEST_MOVE
from ...core.local_time import Moment
from ...storage.boards import BoardRow, note_planned
from ...storage.occurrences import add_occurrences, occurrences_of
from ...storage.recorded_events import happened
from .board_view import BoardView, first_state, view_of
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
    whole = row.planned_revision != row.planner_revision
    view = view_of(row, planner, moment)
    recorded = happened(connection, row.id)
    if whole or row.planned_through is None:
        # What is stored may have been moved beyond the horizon, so look further than that.
        window = (_first_day(view), horizon + FURTHEST_MOVE)
    else:
        window = (row.planned_through, horizon)
    found = {each.key: each for each in occurrences(planner, *window, recorded)}
    refs = None if whole else {each.ref for each in found.values()}
    existing = {each.key: each for each in occurrences_of(connection, row.id, refs)}
    missing = [each for key, each in found.items() if key not in existing and each.due <= horizon]
    # At its go-live, and after an event was recorded, a Board is planned from its first day on.
    known = row.planned_through is not None and row.planned_revision > 0
    wanted = (each for each in missing if _belongs(each, view))
    insert_occurrences(
        connection, view, (each for each in wanted if not (known and _is_over(each, view)))
    )
    if whole:
        reflow(connection, view, found, existing, until=window[1])
    relink(connection, view, refs)
    note_planned(connection, row, horizon)


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


def _belongs(each: Occurrence, view: BoardView) -> bool:
    """Whether an occurrence is of interest to a Board that started on its go-live.

    The whole action plan is, however old; a report while its meeting lies ahead; a review
    from then on only.
    """
    if each.kind is Kind.ACTION:
        return True
    if each.kind is Kind.REVIEW:
        return each.due >= view.go_live
    return (each.meeting or each.due) >= view.go_live


def _is_over(each: Occurrence, view: BoardView) -> bool:
    """Whether it would have been due in a past that the planner did not know of then.

    Who owes a report from now on owes nothing of the time before; dates that are stated stand.
    """
    obligation = view.obligations[each.ref]
    return recurs(obligation) and (each.meeting or each.due) < view.today


def insert_occurrences(
    connection: Connection, view: BoardView, wanted: Iterable[Occurrence]
) -> None:
    """Stores occurrences that are not stored yet."""
    add_occurrences(connection, [values_of(each, view) for each in wanted])


def values_of(each: Occurrence, view: BoardView) -> dict[str, Any]:
    """The row that an occurrence is stored as."""
    return {
        "board": each.board,
        "key": each.key,
        "ref": each.ref,
        "owner": each.owner,
        "period": each.period,
        "kind": each.kind.value,
        "title": each.title,
        "row": each.row,
        "audience": list(each.audience),
        "due": each.due,
        "first_due": each.due,
        "precision": each.precision.value,
        "meeting": each.meeting,
        "state": first_state(each, view),
        "note": each.note,
        "met_by": each.met_by,
        "last_step": _last_step_before(each, view),
    }


def _last_step_before(each: Occurrence, view: BoardView) -> int | None:
    """The last step that fell before somebody raised it: nobody is mailed of such."""
    policy = view.policy(each.ref, each.kind)
    if each.raised is None or policy is None:
        return None
    over = steps_due(each.due, policy, each.raised - timedelta(days=1), view.planner.days)
    return over[-1].offset if over else None
