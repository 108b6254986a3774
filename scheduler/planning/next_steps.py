"""Chains: each occurrence knows when the next of its kind overtakes it, and its next step."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, recurs
from ...calendar.rules.escalation import steps_left
from ...calendar.status import Status
from ...storage.occurrences import StoredOccurrence, occurrences_of, update_occurrences
from .board_view import BoardView


def relink(connection: Connection, view: BoardView, refs: Collection[str] | None = None) -> None:
    """Sets when each occurrence is overtaken by the next of its kind, and is next looked at.

    With `refs` only those of some reports and actions.
    """
    rows = sorted(occurrences_of(connection, view.row.id, refs), key=_series)
    changes = []
    for _, same in groupby(rows, _series_name):
        chain = list(same)
        for row in chain:
            following = _overtaken_on(row, chain) if _recurring(row, view) else None
            wakes = wakes_at(row, view, following)
            state = row.state
            if state == Status.UNSETTLED and following and following < view.go_live:
                # Of what came again and again before the Board started, only the last is a
                # question worth asking.
                state = Status.MISSED.value
            if (row.next_due, row.next_step_at, row.state) != (following, wakes, state):
                new = {"id": row.id, "next_due": following, "next_step_at": wakes}
                changes.append({**new, "state": state})
    update_occurrences(connection, changes)


def _overtaken_on(row: StoredOccurrence, chain: list[StoredOccurrence]) -> date | None:
    """When the first later one falls due; an earlier one that was given a new date is none."""
    later = (
        other.due
        for other in chain
        if other.first_due > row.first_due and other.due > row.due and other.state != Status.VOID
    )
    return min(later, default=None)


def _series_name(row: StoredOccurrence) -> tuple[str, str, str]:
    return row.ref, row.owner, row.kind.value


def _series(row: StoredOccurrence) -> tuple[tuple[str, str, str], date]:
    return _series_name(row), row.due


def _recurring(row: StoredOccurrence, view: BoardView) -> bool:
    obligation = view.obligations.get(row.ref)
    return row.kind is Kind.REVIEW or (obligation is not None and recurs(obligation))


def wakes_at(row: StoredOccurrence, view: BoardView, next_due: date | None) -> datetime | None:
    """When the sweep must look at an occurrence: its next step, or its successor's due date."""
    policy = view.policy(row.ref, row.kind, is_soonest=row.planned_due is not None)
    if not row.is_owed or row.met_by is not None or policy is None:
        return None
    days = view.planner.days
    left = steps_left(row.due, policy, days, last_step=row.last_step, since=view.go_live)
    day = next((step.day for step in left), None)
    candidates = [ahead for ahead in (day, next_due) if ahead is not None]
    return view.local.sending_instant(min(candidates)) if candidates else None
