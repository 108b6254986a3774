"""Giving an occurrence a new date; its steps run afresh from it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from ..calendar.status import OPEN, OWED, SETTLED, Status
from ..notifications.reminders.request_ends import follow_requests
from ..scheduler.planning.board_view import BoardView
from ..scheduler.planning.next_steps import relink
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.mail.ledger import supersede_unsent
from ..storage.mail.occurrence_mail import steps_from
from ..storage.occurrences import StoredOccurrence, update_occurrences
from ..storage.unsent_reasons import UnsentReason
from .record import RecordError, ensure_stored, require_ahead, stored_again


def extend(
    connection: Connection, view: BoardView, key: str, *, to: date, who: str, note: str
) -> StoredOccurrence:
    """Gives an occurrence a new date.

    Raises RecordError where it is settled already, or the date has passed or is too far ahead.
    """
    row = ensure_stored(connection, view, key)
    if row.state in SETTLED or row.state == Status.VOID:
        raise RecordError(f'"{row.title}" is {row.state}; there is no date left to move.')
    require_ahead(to, view.today)
    # What was unsettled is open from now on: the new date is one that can be met.
    state = row.state if row.state in OWED else OPEN
    changed = {
        "id": row.id,
        "due": to,
        "planned_due": None,
        "extended": True,
        "state": state,
        **steps_from(connection, row, to),
    }
    update_occurrences(connection, [changed])
    supersede_unsent(connection, [row.id], UnsentReason.DATE_MOVED)
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
    follow_requests(connection, {view.id: view.planner}, view.moment)
    return stored_again(connection, key)
