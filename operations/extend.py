"""Giving an occurrence a new date; its steps run afresh from it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from ..calendar.occurrences import dated
from ..calendar.rules.date_text import listed, long_date
from ..calendar.rules.escalation import Notice
from ..calendar.status import OPEN, OWED, SETTLED, Status
from ..notifications.reminders.request_ends import follow_requests
from ..scheduler.planning.board_view import BoardView
from ..scheduler.planning.meeting_slots import MeetingSlots, meeting_slots, put_off_from
from ..scheduler.planning.next_steps import relink
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.mail.ledger import supersede_unsent
from ..storage.mail.occurrence_mail import announce_off, steps_from
from ..storage.occurrences import StoredOccurrence, update_occurrences
from ..storage.unsent_reasons import UnsentReason
from ..wording.meetings import say_which
from .record import RecordError, ensure_stored, require_ahead, stored_again

NOT_PUT_OFF = (Status.WAIVED, Status.MISSED, Status.VOID)


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
    changed = {"due": to, "planned_due": None, "extended": True}
    return _redated(connection, view, row, changed, who=who, note=note)


def put_off(
    connection: Connection, view: BoardView, key: str, *, to: date | str, who: str, note: str
) -> StoredOccurrence:
    """Puts an occurrence off to a meeting: due with its papers, wherever that moves.

    `to` is the day of the meeting, or its slot where several may be on that day.
    What was submitted stays submitted, and is among the papers of that meeting.
    Raises RecordError where there is no such meeting, or several, or nothing left to put off.
    """
    row = ensure_stored(connection, view, key)
    if row.state in NOT_PUT_OFF:
        raise RecordError(f'"{row.title}" is {row.state}; there is nothing left to put off.')
    slots = meeting_slots(connection, view)
    named = [meeting for meeting in slots.ahead(row) if to in (meeting.day, meeting.slot)]
    if not named:
        raise RecordError(_no_meeting(view, row, slots, to))
    # Of two on one day, it is for one already.
    others = [meeting for meeting in named if meeting.slot != row.slot]
    if len(others) > 1:
        raise RecordError(say_which(view.names.short(slots.body(row) or ""), others))
    meeting = (others or named)[0]
    if meeting.slot == row.slot:
        day = long_date(meeting.day)
        raise RecordError(f'"{row.title}" is for the meeting on {day} already.')
    papers = slots.papers_due(row, meeting)
    due = papers if row.state in SETTLED else max(papers, view.soonest)
    changed = {
        **dated(due, ruled=papers),
        "extended": False,
        "meeting": meeting.day,
        "slot": meeting.slot,
        "put_off": meeting.slot,
        "note": f"{put_off_from(row.meeting)}: {note}",
    }
    why = put_off_because(meeting.day, note)
    if row.is_owed:
        announce_off(connection, [row], Notice.PUT_OFF, view.now)
    return _redated(connection, view, row, changed, who=who, note=why)


def put_off_because(to: date, note: str) -> str:
    """The reason on record of something put off to the meeting on a day."""
    return f"put off to the meeting on {long_date(to)}: {note}"


def _no_meeting(view: BoardView, row: StoredOccurrence, slots: MeetingSlots, to: date | str) -> str:
    body, ahead = slots.body(row), slots.ahead(row)
    if body is None:
        return (
            f'"{row.title}" is for no meeting, so there is none to put it off to; give it a date.'
        )
    days = listed([long_date(meeting.day) for meeting in ahead[:3]], last="or")
    hint = f"; it meets on {days}" if days else ""
    when = f"on {long_date(to)}" if isinstance(to, date) else "any more as chosen"
    return f"{view.names.short(body)} does not meet {when}{hint}."


def _redated(
    connection: Connection,
    view: BoardView,
    row: StoredOccurrence,
    changed: dict[str, Any],
    *,
    who: str,
    note: str,
) -> StoredOccurrence:
    to: date = changed["due"]
    if row.state not in SETTLED:
        # What was unsettled is open from now on: the new date is one that can be met.
        changed["state"] = row.state if row.state in OWED else OPEN
    changed |= steps_from(connection, row, to)
    update_occurrences(connection, [{"id": row.id, **changed}])
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
    return stored_again(connection, row.key)
