"""Raising what is due only as required: for a meeting or by a day, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ..calendar.occurrences import Occurrence, occurrences
from ..calendar.planner.model import Obligation, Planner
from ..calendar.rules.as_required import AROUND, Raised
from ..calendar.rules.date_text import listed, long_date
from ..calendar.rules.meeting_series import FURTHEST_MOVE, Meeting, meetings
from ..calendar.rules.timing import AsRequired
from ..calendar.status import Status
from ..scheduler.planning.board_view import BoardView
from ..scheduler.planning.next_steps import relink
from ..scheduler.planning.plan import insert_occurrences
from ..storage.boards import hold_boards
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.occurrences import StoredOccurrence, occurrence_by_key, update_occurrences
from ..storage.recorded_events import add_raised, last_raised, raised_of
from ..wording.names import Names
from .record import FURTHEST_AHEAD_YEARS, RecordError, is_far, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to raise.

    For the meeting that `body` has on `day`, or to be due by `day` where no body is named.
    """

    ref: str
    owner: str
    day: date
    why: str
    body: str | None = None


class RaisedMeanwhileError(RecordError):
    """Somebody else raised it since a form was opened; nothing was changed."""


def raise_it(
    connection: Connection, view: BoardView, wanted: Wanted, *, who: str, past: bool = False
) -> StoredOccurrence:
    """Raises something: it is due, and is reminded of, from now on.

    With `past` also for a meeting that is over. Raises RecordError where it does not apply.
    """
    hold_boards(connection)
    raised = prepared(connection, view, wanted, past=past)
    board = view.row.id
    add_raised(connection, board, raised, at=view.now, who=who, why=wanted.why)
    each = occurrence_of(view, raised)
    insert_occurrences(connection, view, [each])
    note_change(
        connection,
        board=board,
        subject=each.key,
        what=ChangeKind.RAISED,
        after=_what_for(view.planner, wanted),
        why=wanted.why,
        now=view.now,
        who=who,
    )
    relink(connection, view, [wanted.ref])
    row = occurrence_by_key(connection, each.key)
    if row is None:
        raise RecordError(f'"{each.key}" could not be stored; try again.')
    return row


def prepared(
    connection: Connection, view: BoardView, wanted: Wanted, *, past: bool = False
) -> Raised:
    """What would be kept of it. Raises RecordError where it cannot be raised so."""
    planner, today = view.planner, view.today
    obligation = raisable(planner, wanted.ref, today)
    if wanted.owner not in obligation.owners:
        raise RecordError(_not_owed(planner, obligation, wanted.owner))
    meeting = None
    if wanted.body is not None:
        meeting = _meeting(planner, obligation, wanted.body, wanted.day)
    if wanted.day < today and not past:
        raise RecordError(f"{long_date(wanted.day)} has passed; give a day from today on.")
    if is_far(wanted.day, today):
        raise RecordError(
            f"{long_date(wanted.day)} is more than {FURTHEST_AHEAD_YEARS} years from now; see that "
            "the year is the one you mean."
        )
    known = raised_of(connection, view.row.id, wanted.ref)
    raised = Raised(
        ref=wanted.ref,
        number=max((each.number for each in known), default=0) + 1,
        owner=wanted.owner,
        on=today,
        day=wanted.day if meeting is None else meeting.scheduled,
        body=wanted.body,
        slot=None if meeting is None else meeting.slot,
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
    board = view.row.id
    alike = [
        each.key(board)
        for each in raised_of(connection, board, raised.ref)
        if _place(each) == _place(raised)
    ]
    return [row for row in (occurrence_by_key(connection, key) for key in alike) if row is not None]


def raised_already(
    connection: Connection, view: BoardView, wanted: Wanted, *, who: str, since: int
) -> StoredOccurrence | None:
    """What a button pressed twice has raised at the first time; None where nothing was yet.

    `since` is how often it had been raised when the form was made. Raises RaisedMeanwhileError
    where somebody else raised it since.
    """
    hold_boards(connection)
    last = last_raised(connection, view.row.id, wanted.ref)
    if last is None or last[0].number == since:
        return None
    each, by, why = last
    day = wanted.day
    if wanted.body is not None:
        obligation = raisable(view.planner, wanted.ref, view.today)
        day = _meeting(view.planner, obligation, wanted.body, wanted.day).scheduled
    asked = (wanted.owner, wanted.body, day, who, wanted.why)
    if each.number == since + 1 and (each.owner, each.body, each.day, by, why) == asked:
        return occurrence_by_key(connection, each.key(view.row.id))
    raise RaisedMeanwhileError(f"It was raised by {by} meanwhile ({why}), so nothing was saved.")


def raisable(planner: Planner, ref: str, today: date) -> Obligation:
    """The report or action that is due as required. Raises RecordError for any other."""
    names = Names(planner)
    found = names.obligations.get(ref)
    if found is None:
        known = [each.ref for each in planner.obligations() if _is_as_required(each)]
        raise RecordError(
            f'There is no report or action "{ref}"; {listed(known) or "nothing"} can be raised.'
        )
    if not _is_as_required(found):
        raise RecordError(f'"{found.title}" is not due as required, so it cannot be raised.')
    if found.ends is not None and found.ends < today:
        raise RecordError(f'"{found.title}" ended on {long_date(found.ends)}.')
    return found


def body_meeting_on(planner: Planner, obligation: Obligation, day: date) -> str:
    """The body to which it goes that meets on a day. Raises RecordError without just one."""
    bodies = [each for each in obligation.audience if held_on(planner, each, day) is not None]
    if len(bodies) == 1:
        return bodies[0]
    names = Names(planner)
    if bodies:
        raise RecordError(
            f"{names.all_of(bodies)} meet on {long_date(day)}; say which of them it is for with "
            f"--body: {listed(bodies, last='or')}."
        )
    coming = sorted(
        {each.day for body in obligation.audience for each in held_from(planner, body, day)}
    )[:2]
    hint = f"; the next meetings are on {listed([long_date(each) for each in coming])}"
    raise RecordError(
        f"Nobody that it goes to ({names.all_of(obligation.audience) or 'nobody'}) meets on "
        f"{long_date(day)}{hint if coming else ''}."
    )


def held_from(planner: Planner, body_id: str, day: date) -> Iterator[Meeting]:
    """The meetings of a body from a day on at which reports may be due, for about a year."""
    body = planner.body(body_id)
    if body is not None and body.series is not None:
        for each in meetings(body.series, day, day + FURTHEST_MOVE):
            if each.counts:
                yield each


def occurrence_of(view: BoardView, raised: Raised) -> Occurrence:
    """What falls due because of it."""
    window = (raised.day - AROUND, raised.day + AROUND)
    found = occurrences(view.planner, *window, [raised], refs=[raised.ref])
    return next(iter(found))


def _is_as_required(obligation: Obligation) -> bool:
    return isinstance(obligation.timing, AsRequired)


def _not_owed(planner: Planner, obligation: Obligation, owner: str) -> str:
    names = Names(planner)
    owners = listed([f"{names.short(each)} ({each})" for each in obligation.owners])
    return f'"{obligation.title}" is not owed by "{owner}" but by {owners}.'


def _meeting(planner: Planner, obligation: Obligation, body: str, day: date) -> Meeting:
    short = Names(planner).short(body)
    if body not in obligation.audience:
        raise RecordError(f'"{obligation.title}" does not go to {short}.')
    found = held_on(planner, body, day)
    if found is None:
        raise RecordError(
            f"{short} does not meet on {long_date(day)}; perhaps the meeting was moved."
        )
    return found


def held_on(planner: Planner, body: str, day: date) -> Meeting | None:
    """The meeting of a body on a day at which reports may be due, or None."""
    return next((each for each in held_from(planner, body, day) if each.day == day), None)


def _place(raised: Raised) -> tuple[object, ...]:
    return raised.owner, raised.body, raised.slot, None if raised.slot else raised.day


def _what_for(planner: Planner, wanted: Wanted) -> str:
    """ "for the LSCB meeting of 2018-03-08", "by 2018-03-06"."""
    if wanted.body is None:
        return f"by {wanted.day}"
    return f"for the {Names(planner).short(wanted.body)} meeting of {wanted.day}"


# Why it is on record at all.
AT_MEETING = "the agenda asked for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the agenda of a meeting asked an owner for, the meeting by its body and day."""

    ref: str
    owner: str
    body: str
    day: date


def nothing_raised(
    connection: Connection, view: BoardView, asked: Asked, *, on: date, who: str
) -> None:
    """Records that somebody who was asked at a meeting had nothing to report.

    It is kept as raised for that meeting and settled at once; where that is on record it stays.
    Raises RecordError where something else was raised for the meeting.
    """
    hold_boards(connection)
    wanted = Wanted(
        ref=asked.ref, owner=asked.owner, day=asked.day, why=AT_MEETING, body=asked.body
    )
    this = prepared(connection, view, wanted, past=True)
    for row in raised_alike(connection, view, this):
        if row.state == Status.NOTHING_TO_REPORT:
            return
        raise RecordError(f'"{row.title}" was raised for this meeting; it is {row.state}.')
    row = raise_it(connection, view, wanted, who=who, past=True)
    # That its papers would have been due before matters to nobody.
    update_occurrences(connection, [{"id": row.id, "note": None}])
    record(connection, view, row.key, Status.NOTHING_TO_REPORT, on=on, who=who, note=None)
