"""The outcome of a meeting's agenda: owners who were asked and had nothing to report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ..calendar.status import Status
from ..scheduler.planning.board_view import BoardView
from ..storage.boards import hold_boards
from ..storage.occurrences import update_occurrences
from .raise_item import ItemToRaise, check_raise, raise_item, raised_alike
from .record import RecordError, record

# Why it is on record: no person raised it.
AT_MEETING = "the agenda asked for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """A report that a meeting's agenda asks an owner for; the meeting by its body and day."""

    ref: str
    owner: str
    body: str
    day: date
    slot: str | None = None


def record_nothing_raised(
    connection: Connection, view: BoardView, item: AgendaItem, *, on: date, who: str
) -> None:
    """Records that an owner who was asked at a meeting had nothing to report.

    It is stored as raised for that meeting and settled at once; where it was before, it stays.
    Raises RecordError where something else was raised for the meeting.
    """
    hold_boards(connection)
    to_raise = ItemToRaise(
        ref=item.ref,
        owner=item.owner,
        day=item.day,
        why=AT_MEETING,
        body=item.body,
        slot=item.slot,
    )
    raised = check_raise(connection, view, to_raise, past=True)
    for row in raised_alike(connection, view, raised):
        if row.state == Status.NOTHING_TO_REPORT:
            return
        raise RecordError(f'"{row.title}" was raised for this meeting; it is {row.state}.')
    row = raise_item(connection, view, to_raise, who=who, past=True)
    # The note says that its papers would have been due before the meeting: here none were.
    update_occurrences(connection, [{"id": row.id, "note": None}])
    record(connection, view, row.key, Status.NOTHING_TO_REPORT, on=on, who=who, note=None)
