"""The calendar of any window: computed from the planner, with what is stored laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from ..calendar.occurrences import (
    Kind,
    Occurrence,
    meeting_occurrences,
    occurrences,
    policy_of,
)
from ..calendar.planner import Obligation, Planner
from ..calendar.status import OPEN, Status, status_on
from ..calendar.timing import Precision
from ..storage.occurrence_rows import Stored, of_board, recorded_events, stored
from ..storage.planners import BoardRow
from ..storage.tables import occurrence

# Follow from the date alone: nobody has recorded anything.
BY_DATE = (Status.PLANNED, Status.DUE, Status.OVERDUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the calendar. `first_due` is the date before any move."""

    key: str
    kind: Kind
    ref: str
    title: str
    row: str | None
    owner: str
    audience: tuple[str, ...]
    meeting: date | None
    due: date
    precision: Precision
    status: Status
    first_due: date
    note: str | None = None
    met_by: str | None = None


def upcoming(
    connection: Connection,
    row: BoardRow,
    planner: Planner,
    *,
    start: date,
    end: date,
    today: date,
) -> list[Entry]:
    """What falls due, or meets, from `start` to `end`, inclusive, by date."""
    go_live = row.go_live or today
    computed = {
        each.key: each
        for each in occurrences(planner, start, end, recorded_events(connection, row.id))
    }
    kept = {each.key: each for each in _stored(connection, row.id, computed, start, end)}
    obligations = {each.ref: each for each in planner.obligations()}
    entries = [_from_stored(each, obligations, planner, today) for each in kept.values()]
    entries = [entry for entry in entries if start <= entry.due <= end]
    entries += [
        _from_planner(each, obligations, planner, today, go_live)
        for key, each in computed.items()
        if key not in kept
    ]
    entries += [_from_meeting(each) for each in meeting_occurrences(planner, start, end)]
    return sorted(_with_met(entries), key=lambda each: (each.due, each.kind, each.key))


def _stored(
    connection: Connection, board: str, computed: Iterable[str], start: date, end: date
) -> list[Stored]:
    """Stored occurrences due in the window now, or computed to be although moved out of it."""
    inside = stored(
        connection.execute(
            select(occurrence).where(
                occurrence.c.board == board, occurrence.c.due.between(start, end)
            )
        )
    )
    missing = set(computed) - {each.key for each in inside}
    moved_out = [each for each in of_board(connection, board) if each.key in missing]
    return [*inside, *moved_out]


def _from_stored(
    each: Stored, obligations: dict[str, Obligation], planner: Planner, today: date
) -> Entry:
    return Entry(
        key=each.key,
        kind=each.kind,
        ref=each.ref,
        title=each.title,
        row=each.row,
        owner=each.owner,
        audience=tuple(each.audience),
        meeting=each.meeting,
        due=each.due,
        precision=Precision.DAY if each.extended else each.precision,
        status=_status(each, each.state, obligations, planner, today),
        first_due=each.first_due,
        note=each.note,
        met_by=each.met_by,
    )


def _from_planner(
    each: Occurrence,
    obligations: dict[str, Obligation],
    planner: Planner,
    today: date,
    go_live: date,
) -> Entry:
    state = OPEN
    if each.void:
        state = Status.VOID
    elif each.due < go_live:
        state = Status.UNSETTLED
    return Entry(
        key=each.key,
        kind=each.kind,
        ref=each.ref,
        title=each.title,
        row=each.row,
        owner=each.owner,
        audience=each.audience,
        meeting=each.meeting,
        due=each.due,
        precision=each.precision,
        status=_status(each, state, obligations, planner, today),
        first_due=each.due,
        note=each.note,
        met_by=each.met_by,
    )


def _from_meeting(each: Occurrence) -> Entry:
    return Entry(
        key=each.key,
        kind=each.kind,
        ref=each.ref,
        title=each.title,
        row=None,
        owner=each.owner,
        audience=(),
        meeting=each.due,
        due=each.due,
        precision=each.precision,
        # A meeting is never owed, so it is planned before its day and after it.
        status=Status.VOID if each.void else Status.PLANNED,
        first_due=each.due,
        note=each.note,
    )


def _status(
    each: Stored | Occurrence,
    state: str,
    obligations: dict[str, Obligation],
    planner: Planner,
    today: date,
) -> Status:
    obligation = obligations.get(each.ref)
    if obligation is None:
        return Status.VOID if state == OPEN else Status(state)
    policy = policy_of(obligation, each.kind)
    return status_on(
        today, state=state, kind=each.kind, due=each.due, policy=policy, days=planner.days
    )


def _with_met(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Gives what another's submission meets that one's status, unless recorded itself."""
    listed = list(entries)
    statuses = {each.key: each.status for each in listed}
    for entry in listed:
        other = statuses.get(entry.met_by or "")
        if other is not None and entry.status in BY_DATE:
            yield replace(entry, status=other)
        else:
            yield entry
