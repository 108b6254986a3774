"""The plan stage: planner and meetings become stored occurrences, again and again the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, insert, update

from ..calendar.localtime import LocalTime
from ..calendar.meetings import FURTHEST_MOVE
from ..calendar.occurrences import Kind, Occurrence, occurrences, policy_of, recurs
from ..calendar.planner import Obligation, Planner
from ..calendar.status import OPEN, OWED, Status
from ..calendar.steps import Policy, steps
from ..storage.occurrence_rows import (
    Stored,
    change_rows,
    note_change,
    of_board,
    recorded_events,
    supersede_unsent,
)
from ..storage.planners import BoardRow
from ..storage.tables import board, occurrence

BOARDCAL = "boardcal"
# Papers are due at most 60 working days before their meeting; a report is still of use while
# its meeting lies ahead, so planning looks back this far from go-live.
PAPERS_MARGIN = timedelta(days=100)


@dataclass(slots=True, kw_only=True)
class Planning:
    """One planning of one Board: what it knows, and what it is about to write."""

    row: BoardRow
    planner: Planner
    local: LocalTime
    now: datetime
    go_live: date
    obligations: dict[str, Obligation]

    @property
    def today(self) -> date:
        """The Board's local day."""
        return self.local.day_of(self.now)

    def policy(self, ref: str, kind: Kind) -> Policy | None:
        """The steps of an occurrence, or None where the planner lost its report."""
        obligation = self.obligations.get(ref)
        return None if obligation is None else policy_of(obligation, kind)


def plan(
    connection: Connection,
    row: BoardRow,
    planner: Planner,
    *,
    local: LocalTime,
    now: datetime,
    horizon: date,
) -> None:
    """Brings a Board's stored occurrences up to its planner, as far as `horizon`.

    Touches only what entered the horizon, or everything where the planner changed.
    """
    if row.go_live is None:
        return
    whole = row.planned_revision != row.planner_revision
    planning = planning_of(row, planner, local=local, now=now)
    start = _first_day(planning) if whole or row.planned_through is None else row.planned_through
    events = recorded_events(connection, row.id)
    wanted = {
        each.key: each
        for each in occurrences(planner, start, horizon + FURTHEST_MOVE, events)
        if _belongs(each, planning)
    }
    existing = {each.key: each for each in of_board(connection, row.id)}
    missing = [
        each for key, each in wanted.items() if key not in existing and each.due <= horizon
    ]
    insert_occurrences(connection, planning, missing)
    if whole:
        _reflow(connection, planning, wanted, existing)
    relink(connection, planning)
    connection.execute(
        update(board)
        .where(board.c.id == row.id)
        .values(planned_revision=row.planner_revision, planned_through=horizon)
    )


def planning_of(row: BoardRow, planner: Planner, *, local: LocalTime, now: datetime) -> Planning:
    """What is needed to plan, or to change single occurrences as planning would."""
    return Planning(
        row=row,
        planner=planner,
        local=local,
        now=now,
        go_live=row.go_live or local.day_of(now),
        obligations={each.ref: each for each in planner.obligations()},
    )


def horizon_of(today: date, months: int) -> date:
    """How far ahead to plan: to the end of a month, so that it moves twelve times a year."""
    return today + relativedelta(months=months, day=31)


def _first_day(planning: Planning) -> date:
    return min(planning.planner.plan.starts, planning.go_live - PAPERS_MARGIN)


def _belongs(each: Occurrence, planning: Planning) -> bool:
    """Whether an occurrence is of interest to a Board that started on its go-live.

    The whole action plan is, however old; a report while its meeting lies ahead; a review
    from then on only.
    """
    if each.kind is Kind.ACTION:
        return True
    if each.kind is Kind.REVIEW:
        return each.due >= planning.go_live
    return (each.meeting or each.due) >= planning.go_live


def insert_occurrences(
    connection: Connection, planning: Planning, wanted: Iterable[Occurrence]
) -> None:
    """Stores occurrences that are not stored yet."""
    fresh = [_values(each, planning) for each in wanted]
    if fresh:
        connection.execute(insert(occurrence), fresh)


def _values(each: Occurrence, planning: Planning) -> dict[str, Any]:
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
        "state": _first_state(each, planning),
        "note": each.note,
        "met_by": each.met_by,
    }


def _first_state(each: Occurrence, planning: Planning) -> str:
    if each.void:
        return Status.VOID
    return Status.UNSETTLED if each.due < planning.go_live else OPEN


def _reflow(
    connection: Connection,
    planning: Planning,
    wanted: dict[str, Occurrence],
    existing: dict[str, Stored],
) -> None:
    """Follows what the planner now says, but for what is past or settled."""
    for key, row in existing.items():
        if row.state not in (*OWED, Status.UNSETTLED, Status.VOID):
            continue
        past = (row.meeting or row.due) < planning.today
        each = wanted.get(key)
        if each is not None:
            _follow(connection, planning, row, each, past=past)
        elif row.state != Status.VOID and (not past or _is_gone(row, planning)):
            _withdraw(connection, planning, row, "no longer in the planner")


def _is_gone(row: Stored, planning: Planning) -> bool:
    obligation = planning.obligations.get(row.ref)
    return obligation is None or row.owner not in obligation.owners


def _follow(
    connection: Connection, planning: Planning, row: Stored, each: Occurrence, *, past: bool
) -> None:
    words = {"title": each.title, "row": each.row, "audience": list(each.audience)}
    words["met_by"] = each.met_by
    if any(getattr(row, name) != value for name, value in words.items()):
        change_rows(connection, [{"id": row.id, **words}])
    if past:
        return
    if each.void and row.state != Status.VOID:
        _withdraw(connection, planning, row, each.note or "the meeting was cancelled")
    elif row.state == Status.VOID and not each.void:
        change_rows(connection, [{"id": row.id, "state": _first_state(each, planning)}])
        _move(connection, planning, row, each)
    elif (row.due, row.meeting) != (each.due, each.meeting) and not row.extended:
        _move(connection, planning, row, each)


def _move(connection: Connection, planning: Planning, row: Stored, each: Occurrence) -> None:
    new = {"id": row.id, "due": each.due, "meeting": each.meeting, "note": each.note}
    new |= {"due_revision": row.due_revision + 1, "last_step": None}
    new["precision"] = each.precision.value
    change_rows(connection, [new])
    supersede_unsent(connection, [row.id], "the date was moved")
    note_change(
        connection,
        board=row.board,
        subject=row.key,
        what="moved",
        before=row.due,
        after=each.due,
        why=each.note,
        now=planning.now,
        who=BOARDCAL,
    )


def _withdraw(connection: Connection, planning: Planning, row: Stored, why: str) -> None:
    change_rows(connection, [{"id": row.id, "state": Status.VOID.value, "note": why}])
    supersede_unsent(connection, [row.id], why)
    note_change(
        connection,
        board=row.board,
        subject=row.key,
        what="void",
        before=row.state,
        why=why,
        now=planning.now,
        who=BOARDCAL,
    )


def relink(connection: Connection, planning: Planning, ref: str | None = None) -> None:
    """Sets when each occurrence is overtaken by the next of its kind, and is next looked at.

    With `ref` only those of one report or action.
    """
    rows = sorted(of_board(connection, planning.row.id, ref), key=_series)
    changes = []
    for _, same in groupby(rows, _series_name):
        chain = list(same)
        dues = sorted({row.due for row in chain if row.state != Status.VOID})
        for row in chain:
            following = next((due for due in dues if due > row.due), None)
            if not _recurring(row, planning):
                following = None
            wakes = wakes_at(row, planning, following)
            state = row.state
            if state == Status.UNSETTLED and following and following < planning.go_live:
                # Of what came again and again before the Board started, only the last is a
                # question worth asking.
                state = Status.MISSED.value
            if (row.next_due, row.next_step_at, row.state) != (following, wakes, state):
                new = {"id": row.id, "next_due": following, "next_step_at": wakes}
                changes.append({**new, "state": state})
    change_rows(connection, changes)


def _series_name(row: Stored) -> tuple[str, str, str]:
    return row.ref, row.owner, row.kind.value


def _series(row: Stored) -> tuple[tuple[str, str, str], date]:
    return _series_name(row), row.due


def _recurring(row: Stored, planning: Planning) -> bool:
    obligation = planning.obligations.get(row.ref)
    return row.kind is Kind.REVIEW or (obligation is not None and recurs(obligation))


def wakes_at(row: Stored, planning: Planning, next_due: date | None) -> datetime | None:
    """When the sweep must look at an occurrence: its next step, or its successor's due date."""
    policy = planning.policy(row.ref, row.kind)
    if not row.is_owed or row.met_by is not None or policy is None:
        return None
    days = planning.planner.days
    coming = (
        step.day
        for step in steps(row.due, policy, days)
        if (row.last_step is None or step.offset > row.last_step) and step.day >= planning.go_live
    )
    day = next(coming, None)
    candidates = [each for each in (day, next_due) if each is not None]
    return planning.local.sending_instant(min(candidates)) if candidates else None
