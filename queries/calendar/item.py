"""One item in full: why it is due, its history, and emails sent and to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ...calendar.occurrences import Kind
from ...calendar.planner.model import Obligation
from ...calendar.rules.date_text import long_date, weekday_date
from ...calendar.rules.escalation import Level
from ...calendar.rules.meeting_series import FURTHEST_MOVE
from ...calendar.status import OPEN, RECORDABLE, SETTLED, Status
from ...core.local_time import LocalTime
from ...operations.extend import NOT_PUT_OFF
from ...operations.replies.requests import request_sentence
from ...scheduler.planning.board_view import BoardView
from ...scheduler.planning.meeting_slots import meeting_slots
from ...storage.mail.occurrence_mail import ledger_of, mailed_on, owners_told_of
from ...storage.message_states import CarriedState, MessageState
from ...storage.occurrences import StoredOccurrence, occurrence_by_key
from ...storage.pauses import pauses_of
from ...storage.recorded_events import happened
from ...storage.replies.requests import requests_about
from ...storage.replies.snoozes import all_snoozed_until
from ...storage.schema.column_types import AnyRow
from ...wording.changes import ChangeLine
from ...wording.mails import CAPACITY, mail_words, step_words, taken_back
from ...wording.meetings import set_apart
from ...wording.names import Names
from ...wording.recorded import next_mail, no_more
from ...wording.stand_ins import from_document
from ..changes import history
from ..mails.coming_mails import ComingMails, MailingContext, coming_mails
from ..meetings.meetings import MeetingLine, meeting_on
from .board_calendar import BoardCalendar, Line
from .entries import CalendarEntry, entries_of
from .report import Source, source_of
from .why_due import meeting_body_of, why_due


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLink:
    """A link to an item."""

    key: str
    title: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A request about the item that the secretariat has not answered."""

    identity: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSent:
    """A mail that was decided on: to whom, in which capacity, when in its course, what became.

    `message` is the mail's number, where there is one; `due` the date it was for.
    """

    day: date
    to: str
    capacity: str
    because: str | None
    step: str
    due: date
    words: str
    message: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetails:
    """An item in full. `why` explains its date; `source` is None once it left the planner.

    `recordable` is what can be recorded now, `can_be_opened` that it can be owed again, and
    `can_be_moved` that it can be given a new date; `later_meetings` are those that it can be put
    off to, as slots and words.
    """

    entry: CalendarEntry
    is_action: bool
    source: Source | None
    why: tuple[str, ...]
    meeting: MeetingLine | None
    asked: tuple[OpenRequest, ...]
    history: tuple[ChangeLine, ...]
    mails: tuple[MailSent, ...]
    coming: ComingMails
    met_by: DueLink | None
    also_meets: tuple[DueLink, ...]
    recordable: tuple[Status, ...]
    can_be_opened: bool
    can_be_moved: bool
    later_meetings: tuple[tuple[str, str], ...]


def item_details(connection: Connection, view: BoardView, key: str) -> ItemDetails | None:
    """The item of a key; None where there is none, or the key is a meeting's."""
    calendar = BoardCalendar(connection, view)
    line = calendar.line(key)
    if line is None:
        return None
    entry = entries_of(calendar, [line])[0]
    names, kept = view.names, occurrence_by_key(connection, key)
    obligation = names.obligations.get(entry.ref)
    snoozed = _snoozed(connection, kept, view.today)
    return ItemDetails(
        entry=entry,
        is_action=obligation is not None and obligation.is_action,
        source=None if obligation is None else source_of(obligation, view.planner),
        why=_why(connection, entry, obligation),
        meeting=_meeting(calendar, entry, obligation),
        asked=_asked(connection, kept),
        history=history(connection, view, [key]),
        mails=_mails(connection, kept, entry.kind, view.local, snoozed),
        coming=_coming(connection, view, entry, kept),
        met_by=None if entry.met_by is None else _link(calendar.line(entry.met_by), names),
        also_meets=_also_meets(calendar, entry),
        recordable=recordable(obligation),
        can_be_opened=kept is not None and kept.state not in (OPEN, Status.VOID),
        can_be_moved=_can_be_moved(entry, kept),
        later_meetings=tuple(_later_meetings(connection, entry)),
    )


def _coming(
    connection: Connection, view: BoardView, entry: CalendarEntry, kept: StoredOccurrence | None
) -> ComingMails:
    """The emails to come about an item, as the sweep will decide on them."""
    rows = () if kept is None else ledger_of(connection, kept.id)
    context = MailingContext(
        view=view,
        pauses=tuple(pauses_of(connection, view.id)),
        snoozed=_snoozed(connection, kept, view.today),
        mailed_today=mailed_on(connection, view.today),
        told={} if kept is None else owners_told_of(connection, [kept.id]),
        waiting={row.recipient for row in rows if row.state is CarriedState.PENDING},
    )
    return coming_mails(context, entry, kept)


def _why(
    connection: Connection, entry: CalendarEntry, obligation: Obligation | None
) -> tuple[str, ...]:
    if obligation is None:
        return ("It is not in the planner any more.",)
    return tuple(why_due(entry, obligation, happened(connection, entry.view.id)))


def _later_meetings(connection: Connection, entry: CalendarEntry) -> Iterator[tuple[str, str]]:
    """The meetings of the next two years that the item can be put off to."""
    if entry.status in NOT_PUT_OFF:
        return
    ahead = meeting_slots(connection, entry.view).ahead(entry)
    counted = Counter(meeting.day for meeting in ahead)
    for meeting in ahead:
        if meeting.slot == entry.slot or meeting.day > entry.view.today + 2 * FURTHEST_MOVE:
            continue
        words = weekday_date(meeting.day)
        if counted[meeting.day] > 1:
            words = f"{words}, {set_apart(meeting)}"
        yield meeting.slot, words


def _meeting(
    calendar: BoardCalendar, entry: CalendarEntry, obligation: Obligation | None
) -> MeetingLine | None:
    """The meeting that the item is for."""
    body = None if obligation is None else meeting_body_of(entry, obligation)
    if body is None or entry.meeting is None:
        return None
    return meeting_on(calendar, body, entry.meeting, entry.slot)


def _asked(connection: Connection, kept: StoredOccurrence | None) -> tuple[OpenRequest, ...]:
    """Open requests about the item, the oldest first."""
    about = [] if kept is None else requests_about(connection, kept.id)
    return tuple(
        OpenRequest(identity=request.identity, sentence=request_sentence(request))
        for request in reversed(about)
        if request.is_open
    )


def _snoozed(connection: Connection, kept: StoredOccurrence | None, today: date) -> dict[str, date]:
    """Until when each reader has snoozed the item, by address."""
    if kept is None:
        return {}
    return all_snoozed_until(connection, occurrence=kept.id, due=kept.due, today=today)


def _mails(
    connection: Connection,
    kept: StoredOccurrence | None,
    kind: Kind,
    local: LocalTime,
    snoozed: Mapping[str, date],
) -> tuple[MailSent, ...]:
    """The emails about the item, the newest first."""
    if kept is None:
        return ()
    rows = reversed(ledger_of(connection, kept.id))
    return tuple(_mail(row, kind, local, snoozed) for row in rows)


def _mail(row: AnyRow, kind: Kind, local: LocalTime, snoozed: Mapping[str, date]) -> MailSent:
    if row.state is CarriedState.SUPERSEDED:
        words = taken_back(row.reason, row.reason_detail)
    elif row.state is CarriedState.PENDING and row.became is None and row.recipient in snoozed:
        words = f"rests until {long_date(snoozed[row.recipient])}, as its reader asked"
    else:
        state = MessageState.PENDING if row.became is None else row.became
        words = mail_words(state, finished_at=row.finished_at, reply=row.reply, local=local)
    return MailSent(
        day=row.day or local.day_of(row.decided_at),
        to=row.recipient,
        capacity=CAPACITY[Level(row.level)],
        because=from_document(row.because),
        step=step_words(row.step, kind),
        due=row.due,
        words=words,
        message=row.message_id,
    )


def _link(line: Line | None, names: Names) -> DueLink | None:
    if line is None:
        return None
    return DueLink(key=line.key, title=names.title(line.ref), place=names.place(line.ref))


def _also_meets(calendar: BoardCalendar, entry: CalendarEntry) -> tuple[DueLink, ...]:
    """The items that a submission of this one settles too."""
    names, period = calendar.view.names, entry.key.rpartition("/")[2]
    lines = (
        calendar.line(f"{names.planner.board}/{report.ref}/{owner}/{period}")
        for report in names.planner.reports
        if report.met_by == entry.ref
        for owner in report.owners
    )
    links = (_link(line, names) for line in lines if line is None or line.met_by == entry.key)
    return tuple(link for link in links if link is not None)


def recordable(obligation: Obligation | None) -> tuple[Status, ...]:
    """The outcomes that can be recorded; none once it left the planner."""
    if obligation is None:
        return ()
    return tuple(
        status
        for status in RECORDABLE
        if status is not Status.NOTHING_TO_REPORT or obligation.accepts_nothing
    )


def _can_be_moved(entry: CalendarEntry, kept: StoredOccurrence | None) -> bool:
    state = entry.status if kept is None else kept.state
    return state not in (*SETTLED, Status.VOID)


def what_follows(connection: Connection, view: BoardView, stored: StoredOccurrence) -> str | None:
    """What comes next of an item, as a sentence; None before the Board's emails begin."""
    if view.row.go_live is None:
        return None
    calendar = BoardCalendar(connection, view)
    line = calendar.line(stored.key)
    if line is None or not stored.is_owed:
        return no_more(stored)
    coming = _coming(connection, view, entries_of(calendar, [line])[0], stored)
    if coming.next_day is None:
        return coming.none_because or coming.then or "No reminder is left to send about it."
    return next_mail(coming.next_day, view.today)
