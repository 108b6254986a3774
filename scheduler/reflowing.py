"""Re-flow: stored occurrences follow what the planner says now."""

from __future__ import annotations

from sqlalchemy import Connection

from ..calendar.occurrences import Occurrence
from ..calendar.status import OWED, Status
from ..storage.occurrence_rows import Stored, change_rows, note_change, supersede_unsent
from .planning_basis import BOARDCAL, Planning, first_state


def reflow(
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
            withdraw(connection, planning, row, "no longer in the planner")


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
        withdraw(connection, planning, row, each.note or "the meeting was cancelled")
    elif row.state == Status.VOID and not each.void:
        change_rows(connection, [{"id": row.id, "state": first_state(each, planning)}])
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


def withdraw(connection: Connection, planning: Planning, row: Stored, why: str) -> None:
    """Takes an occurrence out of what is owed: it is void from now on."""
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
