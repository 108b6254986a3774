"""Raising a report or action: the choices that a form offers, and a preview of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice

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
from ...wording.names import Named, Names
from ..mails.coming_mails import ComingMails, MailingContext, Reader, coming_mails
from .entries import CalendarEntry, entry_of

# Of each body that it goes to; several bodies make a long list as it is.
MEETINGS_OF_ONE = 4
MEETINGS_OF_EACH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingChoice:
    """A meeting that an item can be raised for, and when it would be due."""

    body: Named
    day: date
    when: str
    due: str


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
    also: tuple[str, date] | None = None,
) -> RaiseChoices:
    """The choices, with the next meetings; `also` is a meeting to offer in any case.

    Raises RecordError where it cannot be raised.
    """
    planner, names, today = view.planner, view.names, view.today
    obligation = raisable(planner, ref, today)
    bodies = [body for body in obligation.audience if next(held_from(planner, body, today), None)]
    most = MEETINGS_OF_ONE if len(bodies) == 1 else MEETINGS_OF_EACH
    meetings = {
        (meeting.day, body)
        for body in bodies
        for meeting in islice(held_from(planner, body, today), most)
    }
    if also is not None:
        body, day = also
        is_near = today <= day and not is_far(day, today)
        if is_near and body in obligation.audience and held_on(planner, body, day) is not None:
            meetings.add((day, body))
    last = last_raised(connection, planner.board, ref)
    return RaiseChoices(
        ref=ref,
        is_action=obligation.is_action,
        title=obligation.title,
        place=names.place(ref),
        owners=names.several(obligation.owners),
        meetings=tuple(_choice(view, body, day) for day, body in sorted(meetings)),
        times=0 if last is None else last[0].number,
    )


def _choice(view: BoardView, body: str, day: date) -> MeetingChoice:
    days = view.planner.days
    papers = papers_day(day, days)
    is_late = due_day(view.today, day, days) > papers
    words = f"Papers due {long_date(papers)}"
    if is_late:
        words = f"Its papers were due {long_date(papers)}, so this would be due at once"
    return MeetingChoice(body=view.names.body(body), day=day, when=weekday_date(day), due=words)


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
