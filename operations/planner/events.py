"""Awaited events, such as a review published: recording that one happened."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from ...calendar.rules.date_text import long_date
from ...calendar.rules.due_dates import Event
from ...scheduler.planning.board_view import BoardView
from ...storage.boards import plan_afresh
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import note_change
from ...storage.recorded_events import add_event, new_mark, recorded_events
from ..record import RecordError, require_past


def record_event(connection: Connection, view: BoardView, name: str, *, on: date, who: str) -> int:
    """Records that an awaited event happened; its number among those of its name.

    Raises RecordError for an event that no timing waits for, or that is on record already.
    """
    known = [event.id for event in view.planner.events]
    if name not in known:
        listed = ", ".join(known) or "none"
        raise RecordError(f'The planner waits for no event "{name}"; it knows {listed}.')
    require_past(on, view.today)
    earlier = [event for event in recorded_events(connection, view.id) if event.name == name]
    if any(event.on == on for event in earlier):
        raise RecordError(f'"{name}" is recorded on {long_date(on)} already.')
    number = max((event.number for event in earlier), default=0) + 1
    happened = Event(name=name, number=number, on=on, mark=new_mark())
    add_event(connection, view.id, happened, at=view.now, who=who)
    note_change(
        connection,
        board=view.id,
        subject=name,
        what=ChangeKind.EVENT,
        after=number,
        on=on,
        now=view.now,
        who=who,
    )
    # What waits for it was not planned so far.
    plan_afresh(connection, view.id)
    return number
