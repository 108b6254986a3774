"""Raising what is due only as required: for a meeting or by a day, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ..calendar.occurrences import Occurrence, occurrences
from ..calendar.planner.model import Planner
from ..calendar.rules.as_required import AROUND, Raised
from ..calendar.rules.date_text import long_date
from ..scheduler.planning.board_view import BoardView
from ..scheduler.planning.next_steps import relink
from ..scheduler.planning.plan import insert_occurrences
from ..storage.boards import hold_boards
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.occurrences import StoredOccurrence, occurrence_by_key
from ..storage.recorded_events import add_raised, last_raised, new_mark, raised_of
from ..wording.names import Names
from .raisable import meeting_for, raisable, require_owner
from .record import RecordError, require_ahead, stored_again


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemToRaise:
    """A report or an action to raise, from one owner, and why.

    It is for the meeting that `body` has on `day`, of several the one of `slot`, or due by `day`
    where no body is named.
    """

    ref: str
    owner: str
    day: date
    why: str
    body: str | None = None
    slot: str | None = None


class RaisedMeanwhileError(RecordError):
    """Another person raised it since a form was opened; nothing was changed."""


def raise_item(
    connection: Connection, view: BoardView, item: ItemToRaise, *, who: str, past: bool = False
) -> StoredOccurrence:
    """Raises a report or an action: it is due, and its reminders come, from now on.

    With `past` also for a meeting that is over. Raises RecordError where it does not apply.
    """
    hold_boards(connection)
    raised = check_raise(connection, view, item, past=past)
    board = view.id
    add_raised(connection, board, raised, at=view.now, who=who, why=item.why)
    occurrence = occurrence_of(view, raised)
    insert_occurrences(connection, view, [occurrence])
    note_change(
        connection,
        board=board,
        subject=occurrence.key,
        what=ChangeKind.RAISED,
        after=_what_for(view.planner, item),
        why=item.why,
        now=view.now,
        who=who,
    )
    relink(connection, view, [item.ref])
    return stored_again(connection, occurrence.key, lost="could not be stored")


def check_raise(
    connection: Connection, view: BoardView, item: ItemToRaise, *, past: bool = False
) -> Raised:
    """The raise as it would be stored. Raises RecordError where it does not apply."""
    planner, today = view.planner, view.today
    obligation = raisable(planner, item.ref, today)
    require_owner(planner, obligation, item.owner)
    meeting = None
    if item.body is not None:
        meeting = meeting_for(planner, obligation, item.body, item.day, item.slot)
    if not (past and item.day < today):
        require_ahead(item.day, today)
    known = raised_of(connection, view.id, item.ref)
    raised = Raised(
        ref=item.ref,
        number=max((earlier.number for earlier in known), default=0) + 1,
        owner=item.owner,
        on=today,
        day=item.day if meeting is None else meeting.scheduled,
        body=item.body,
        slot=None if meeting is None else meeting.slot,
        mark=new_mark(),
    )
    for row in raised_alike(connection, view, raised):
        if row.is_owed:
            what = "that day" if raised.body is None else "that meeting"
            raise RecordError(
                f'"{row.title}" is raised for {what} already, due {long_date(row.due)}, and not '
                "settled yet."
            )
    return raised


def raised_alike(connection: Connection, view: BoardView, raised: Raised) -> list[StoredOccurrence]:
    """What was raised before of the same report, from the same owner, for the same meeting."""
    alike = (
        occurrence_by_key(connection, earlier.key(view.id))
        for earlier in raised_of(connection, view.id, raised.ref)
        if _place(earlier) == _place(raised)
    )
    return [row for row in alike if row is not None]


def raised_already(
    connection: Connection, view: BoardView, item: ItemToRaise, *, who: str, since: int
) -> StoredOccurrence | None:
    """The item raised already by the first press of a button; None where none is.

    `since` is how often it had been raised when the form was made. Raises RaisedMeanwhileError
    where another person raised it since.
    """
    hold_boards(connection)
    last = last_raised(connection, view.id, item.ref)
    if last is None or last[0].number == since:
        return None
    raised, by, why = last
    day, slot = item.day, None
    if item.body is not None:
        obligation = raisable(view.planner, item.ref, view.today)
        meeting = meeting_for(view.planner, obligation, item.body, item.day, item.slot)
        day, slot = meeting.scheduled, meeting.slot
    typed = (item.owner, item.body, day, slot, who, item.why)
    stored = (raised.owner, raised.body, raised.day, raised.slot, by, why)
    if raised.number == since + 1 and stored == typed:
        return occurrence_by_key(connection, raised.key(view.id))
    raise RaisedMeanwhileError(f"It was raised by {by} meanwhile ({why}), so nothing was saved.")


def occurrence_of(view: BoardView, raised: Raised) -> Occurrence:
    """The occurrence that falls due because something was raised."""
    window = (raised.day - AROUND, raised.day + AROUND)
    return next(iter(occurrences(view.planner, *window, [raised], refs=[raised.ref])))


def _place(raised: Raised) -> tuple[object, ...]:
    return raised.owner, raised.body, raised.slot, None if raised.slot else raised.day


def _what_for(planner: Planner, item: ItemToRaise) -> str:
    """ "for the LSCB meeting of 2018-03-08", "by 2018-03-06"."""
    if item.body is None:
        return f"by {item.day}"
    return f"for the {Names(planner).short(item.body)} meeting of {item.day}"
