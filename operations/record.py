"""What people record: submissions, new dates, events, pauses. Each with who, when and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from ..calendar.occurrences import Occurrence, meeting_occurrences, occurrences
from ..calendar.rules.date_text import long_date
from ..calendar.rules.due_dates import Event
from ..calendar.status import OPEN, OWED, SETTLED, Status
from ..core.errors import BoardcalError
from ..scheduler.planning.board_view import BoardView
from ..scheduler.planning.next_steps import relink
from ..scheduler.planning.plan import insert_occurrences
from ..storage.boards import hold_boards, plan_afresh
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.occurrences import (
    StoredOccurrence,
    occurrence_by_key,
    supersede_unsent,
    update_occurrences,
)
from ..storage.recorded_events import add_event, happened, recorded_events
from ..storage.replies.requests import close_moot
from ..storage.replies.snoozes import end_snoozes

# How far from today a key may lie that is not stored yet.
LOOK_AROUND_YEARS = 10


# A business plan spans three years; whoever records or dates something beyond that has mistyped.
FURTHEST_AHEAD_YEARS = 3


class RecordError(BoardcalError):
    """Something cannot be recorded as asked; nothing was changed."""


def find(connection: Connection, view: BoardView, key: str) -> StoredOccurrence:
    """The occurrence with this key; one not stored yet is added first.

    Raises RecordError with the nearest keys where there is none.
    """
    hold_boards(connection)
    row = occurrence_by_key(connection, key)
    if row is not None and row.board == view.row.id:
        return row
    start = view.today.replace(year=view.today.year - LOOK_AROUND_YEARS, day=1)
    end = view.today.replace(year=view.today.year + LOOK_AROUND_YEARS, day=1)
    known = list(occurrences(view.planner, start, end, happened(connection, view.row.id)))
    wanted = next((each for each in known if each.key == key), None)
    if wanted is None:
        raise RecordError(_no_such(view, key, known, start, end))
    insert_occurrences(connection, view, [wanted])
    row = occurrence_by_key(connection, key)
    if row is None:
        raise RecordError(f'"{key}" could not be stored; try again.')
    return row


def _no_such(view: BoardView, key: str, known: Iterable[Occurrence], start: date, end: date) -> str:
    meetings = meeting_occurrences(view.planner, start, end)
    if any(each.key == key for each in meetings):
        return f'"{key}" is a meeting; use `boardcal meeting move`, `cancel` or `add` for it.'
    report = key.rpartition("/")[0]
    alike = sorted(
        (each for each in known if each.key.startswith(f"{report}/")),
        key=lambda each: abs(each.due - view.today),
    )
    if alike:
        nearest = ", ".join(each.key for each in alike[:3])
        return f'There is no "{key}"; the nearest of that report are {nearest}.'
    return f'There is no "{key}"; `boardcal upcoming` lists what there is.'


def record(
    connection: Connection,
    view: BoardView,
    key: str,
    status: Status | None,
    *,
    on: date,
    who: str,
    note: str | None,
) -> StoredOccurrence:
    """Records what became of an occurrence; a `status` of None opens it again.

    Raises RecordError where it does not apply.
    """
    row = find(connection, view, key)
    if on > view.today:
        raise RecordError(f"{long_date(on)} is still to come; record it when it has happened.")
    if status is not None and is_far(row.due, view.today):
        raise RecordError(
            f'"{row.title}" is due on {long_date(row.due)}, over {FURTHEST_AHEAD_YEARS} years from '
            "now, so nothing was recorded; see that the year in it is the one you mean."
        )
    if status is Status.NOTHING_TO_REPORT and not accepts_nothing(view, row):
        raise RecordError(
            f'"{row.title}" does not accept "nothing to report"; record it as waived if it is '
            "not needed this time."
        )
    new = {"id": row.id, "state": OPEN if status is None else status.value}
    if status is Status.RETURNED:
        # Asked for again: its steps run afresh from its date.
        new |= {"due_revision": row.due_revision + 1, "last_step": None}
    update_occurrences(connection, [new])
    if new["state"] not in OWED:
        supersede_unsent(connection, [row.id], f"{new['state']} before it was sent")
        close_moot(connection, row.id, outcome=str(new["state"]), who=who, now=view.now)
    end_snoozes(connection, [row.id])
    note_change(
        connection,
        board=row.board,
        subject=row.key,
        what=ChangeKind.RETURNED if status is Status.RETURNED else ChangeKind.RECORDED,
        before=row.due.isoformat() if status is Status.RETURNED else row.state,
        after=new["state"],
        why=note,
        on=on,
        now=view.now,
        who=who,
    )
    relink(connection, view, [row.ref])
    return _again(connection, key)


def extend(
    connection: Connection, view: BoardView, key: str, *, to: date, who: str, note: str
) -> StoredOccurrence:
    """Gives an occurrence a new date; its steps run afresh from it.

    Raises RecordError where it is settled already, or the date has passed.
    """
    row = find(connection, view, key)
    if row.state in SETTLED or row.state == Status.VOID:
        raise RecordError(f'"{row.title}" is {row.state}; there is no date left to move.')
    if to < view.today:
        raise RecordError(f"{long_date(to)} has passed; give a day from today on.")
    if is_far(to, view.today):
        raise RecordError(
            f"{long_date(to)} is more than {FURTHEST_AHEAD_YEARS} years from now; see that the "
            "year is the one you mean."
        )
    state = row.state if row.state in OWED else OPEN
    new = {"id": row.id, "due": to, "extended": True, "state": state}
    new |= {"due_revision": row.due_revision + 1, "last_step": None}
    update_occurrences(connection, [new])
    supersede_unsent(connection, [row.id], "the date was moved")
    end_snoozes(connection, [row.id])
    outcome = f"given a new date, {long_date(to)}"
    close_moot(connection, row.id, outcome=outcome, who=who, now=view.now)
    note_change(
        connection,
        board=row.board,
        subject=row.key,
        what=ChangeKind.EXTENDED,
        before=row.due,
        after=to,
        why=note,
        now=view.now,
        who=who,
    )
    relink(connection, view, [row.ref])
    return _again(connection, key)


def record_event(connection: Connection, view: BoardView, name: str, *, on: date, who: str) -> int:
    """Records that an awaited event happened; its number among those of its name."""
    known = [each.id for each in view.planner.events]
    if name not in known:
        listed = ", ".join(known) or "none"
        raise RecordError(f'The planner waits for no event "{name}"; it knows {listed}.')
    if on > view.today:
        raise RecordError(f"{long_date(on)} is still to come; record it when it has happened.")
    earlier = [event for event in recorded_events(connection, view.row.id) if event.name == name]
    if any(event.on == on for event in earlier):
        raise RecordError(f'"{name}" is recorded on {long_date(on)} already.')
    number = max((event.number for event in earlier), default=0) + 1
    new = Event(name=name, number=number, on=on)
    add_event(connection, view.row.id, new, at=view.now, who=who)
    note_change(
        connection,
        board=view.row.id,
        subject=name,
        what=ChangeKind.EVENT,
        after=number,
        on=on,
        now=view.now,
        who=who,
    )
    plan_afresh(connection, view.row.id)
    return number


def is_far(day: date, today: date) -> bool:
    """Whether a day lies further ahead than anybody plans."""
    return day.year - today.year > FURTHEST_AHEAD_YEARS


def accepts_nothing(view: BoardView, row: StoredOccurrence) -> bool:
    """Whether "nothing to report" may be recorded; not where the planner lost the report."""
    obligation = view.obligations.get(row.ref)
    return obligation is not None and obligation.accepts_nothing


def _again(connection: Connection, key: str) -> StoredOccurrence:
    row = occurrence_by_key(connection, key)
    if row is None:
        raise RecordError(f'"{key}" is gone; try again.')
    return row
