"""Raising a report or action: the choices that a form offers, and a preview of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection

from ...calendar.occurrences import Occurrence
from ...calendar.rules.as_required import due_day, papers_day
from ...calendar.rules.date_text import long_date, weekday_date
from ...calendar.status import status_on
from ...operations.raisable import held_from, held_on, raisable
from ...operations.raise_item import ItemToRaise, check_raise, occurrence_of
from ...operations.record import is_far
from ...scheduler.planning.board_view import BoardView
from ...scheduler.planning.plan import values_of
from ...storage.mail.occurrence_mail import mailed_on
from ...storage.occurrences import StoredOccurrence
from ...storage.pauses import pauses_of
from ...storage.recorded_events import last_raised
from ...wording.meetings import set_apart
from ...wording.names import Named, Names
from ..mails.coming_mails import ComingMails, MailingContext, Reader, coming_mails
from .entries import CalendarEntry, entry_of

# Of each body that it goes to; several bodies make a long list as it is.
MEETINGS_OF_ONE = 4
MEETINGS_OF_EACH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingChoice:
    """A meeting that an item can be raised for, and when it would be due.

    `value` is what a form sends: "lscb/2018-03-08", and the slot where several are on that day.
    """

    value: str
    body: Named
    day: date
    slot: str
    when: str
    due: str


class ChosenMeeting(NamedTuple):
    """The meeting that a form or an address names; `slot` where several are on that day."""

    body: str
    day: date
    slot: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseChoices:
    """The owners and meetings to choose from; `times` is how often it was raised before."""

    ref: str
    is_action: bool
    title: str
    place: str
    owners: tuple[Named, ...]
    meetings: tuple[MeetingChoice, ...]
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisePreview:
    """The effects of raising: `headline` says what, `due` when and by whom, `mails` the emails."""

    headline: str
    due: str
    mails: ComingMails


def raise_choices(
    connection: Connection,
    view: BoardView,
    ref: str,
    *,
    also: ChosenMeeting | None = None,
) -> RaiseChoices:
    """The choices, with the next meetings; `also` is a meeting to offer in any case.

    Raises RecordError where it cannot be raised.
    """
    planner, names, today = view.planner, view.names, view.today
    obligation = raisable(planner, ref, today)
    bodies = [body for body in obligation.audience if next(held_from(planner, body, today), None)]
    most = MEETINGS_OF_ONE if len(bodies) == 1 else MEETINGS_OF_EACH
    days = {
        (meeting.day, body)
        for body in bodies
        for meeting in islice(held_from(planner, body, today), most)
    }
    if also is not None:
        is_near = today <= also.day and not is_far(also.day, today)
        if is_near and also.body in obligation.audience:
            days.add((also.day, also.body))
    last = last_raised(connection, planner.board, ref)
    return RaiseChoices(
        ref=ref,
        is_action=obligation.is_action,
        title=obligation.title,
        place=names.place(ref),
        owners=names.several(obligation.owners),
        meetings=tuple(
            choice for day, body in sorted(days) for choice in _choices(view, body, day)
        ),
        times=0 if last is None else last[0].number,
    )


def _choices(view: BoardView, body: str, day: date) -> Iterator[MeetingChoice]:
    """The meetings of a body on a day, told apart where they are several."""
    days = view.planner.days
    papers = papers_day(day, days)
    is_late = due_day(view.today, day, days) > papers
    words = f"Papers due {long_date(papers)}"
    if is_late:
        words = f"Its papers were due {long_date(papers)}, so this would be due at once"
    on_day = held_on(view.planner, body, day)
    for meeting in on_day:
        is_one = len(on_day) == 1
        yield MeetingChoice(
            value=f"{body}/{day}" if is_one else f"{body}/{day}/{meeting.slot}",
            body=view.names.body(body),
            day=day,
            slot=meeting.slot,
            when=weekday_date(day) if is_one else f"{weekday_date(day)}, {set_apart(meeting)}",
            due=words,
        )


def raise_preview(connection: Connection, view: BoardView, item: ItemToRaise) -> RaisePreview:
    """A preview of raising an item. Raises RecordError where it cannot be raised so."""
    raised = check_raise(connection, view, item)
    occurrence = occurrence_of(view, raised)
    context = MailingContext(
        view=view,
        pauses=tuple(pauses_of(connection, view.id)),
        mailed_today=mailed_on(connection, view.today),
    )
    row = _as_stored(occurrence, view)
    return RaisePreview(
        headline=headline(occurrence, view.names),
        due=due_in_words(occurrence, view),
        mails=coming_mails(context, _entry(occurrence, view), row),
    )


def headline(occurrence: Occurrence | StoredOccurrence, names: Names) -> str:
    """ "“Audits: exceptions” is raised for the LSCB meeting on Thursday 8 March 2018."."""
    if occurrence.meeting is None:
        return f"“{occurrence.title}” is raised, for no particular meeting."
    body = names.short(occurrence.audience[0])
    day = weekday_date(occurrence.meeting)
    return f"“{occurrence.title}” is raised for the {body} meeting on {day}."


def due_in_words(occurrence: Occurrence | StoredOccurrence, view: BoardView) -> str:
    """When it is due, from whom, and why then."""
    owner = view.names.short(occurrence.owner)
    day = weekday_date(occurrence.due)
    if occurrence.meeting is None:
        return f"{owner} owes it by {day}."
    papers = papers_day(occurrence.meeting, view.planner.days)
    if papers == occurrence.due:
        return f"{owner} owes it by {day}, when the papers for the meeting are due."
    return (
        f"The papers for the meeting were due on {long_date(papers)}, so {owner} owes it at once: "
        f"on {day}."
    )


def first_mail_in_words(mails: ComingMails) -> str:
    """Who gets the first email, and when; or why there is none."""
    if not mails.mails:
        return mails.none_because or mails.then or "No mails are planned about it."
    first = mails.mails[0]
    readers = [_reader_in_words(reader) for reader in first.readers]
    if not readers:
        return f"The first mail would go out on {first.when}, but nobody is there to get it."
    return f"The first mail goes out on {first.when}, to {' and '.join(readers)}."


def _reader_in_words(reader: Reader) -> str:
    words = reader.capacity if reader.because is None else f"{reader.capacity}; {reader.because}"
    return f"{reader.address} ({words})"


def _as_stored(occurrence: Occurrence, view: BoardView) -> StoredOccurrence:
    """The row that it would be stored as."""
    values = values_of(occurrence, view) | {
        "kind": occurrence.kind,
        "precision": occurrence.precision,
    }
    return StoredOccurrence(
        id=0, due_revision=1, extended=False, next_due=None, next_step_at=None, **values
    )


def _entry(occurrence: Occurrence, view: BoardView) -> CalendarEntry:
    status = status_on(
        view.today,
        state=values_of(occurrence, view)["state"],
        kind=occurrence.kind,
        due=occurrence.due,
        policy=view.obligations[occurrence.ref].policy,
        days=view.planner.days,
    )
    return entry_of(occurrence, view, status, precision=occurrence.precision)
