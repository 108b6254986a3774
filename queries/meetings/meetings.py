"""The meetings of every body: held, moved, cancelled or added, and what is due at each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, meeting_body
from ...calendar.planner.model import Body
from ...calendar.rules.date_text import MONTHS, ORDINALS, WEEKDAYS, listed, long_date, weekday_date
from ...calendar.rules.meeting_series import Meeting, Series, Weekday, by_custom, meetings
from ...calendar.status import SETTLED, Status
from ...scheduler.planning.board_view import BoardView
from ...storage.recorded_events import raised_of
from ...wording.names import Named, Names
from ..calendar.board_calendar import BoardCalendar, Line

# Papers are due at most 60 working days before their meeting, and some long after it.
PAPERS_MARGIN = timedelta(days=100)
LATE_MARGIN = timedelta(days=366)
MONTHS_OF_A_YEAR = 12
ORDINAL_WORDS = {number: word for word, number in ORDINALS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingLine:
    """One meeting of a body, called `slot` for good; `others` are those on the same day.

    `status_words` is "planned", "past", "not held" or "cancelled"; `remark` is "moved from 8 March
    2018", "added", "extraordinary: no reports are due at it", or None. `expected` counts the
    reports and actions that are due at it, `received` those of them that need nothing more,
    `reviews` the reviews. `times` is "09:30 to 12:30" or None.
    """

    key: str
    slot: str
    body: Named
    title: str
    day: date
    when: str
    scheduled: date
    times: str | None
    status_words: str
    remark: str | None
    is_cancelled: bool
    is_over: bool
    is_extraordinary: bool
    expected: int = 0
    received: int = 0
    reviews: int = 0
    others: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The path of its page."""
        return f"/meetings/{self.body.id}/{self.day}"

    @property
    def value(self) -> str:
        """What a form names it by: "lscb/2018-03-08", and its slot where others are on that day."""
        parts = (self.body.id, str(self.day), self.told_apart)
        return "/".join(part for part in parts if part is not None)

    @property
    def told_apart(self) -> str | None:
        """Its slot where another one is on the same day, for the query of its address."""
        return self.slot if self.others else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyMeetings:
    """A body that meets: `rule` as a sentence without a full stop, and its meetings by day."""

    body: Named
    rule: str
    assumed: str | None
    meetings: tuple[MeetingLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCalendar:
    """The meetings from `start` to `end`, of each body that has any rule."""

    start: date
    end: date
    bodies: tuple[BodyMeetings, ...]


def meeting_calendar(
    connection: Connection,
    view: BoardView,
    *,
    start: date,
    end: date,
    body_id: str | None = None,
) -> MeetingCalendar:
    """The meetings of every body, or of one, from `start` to `end`, cancelled ones too."""
    planner, names, today = view.planner, view.names, view.today
    due = _due_at(BoardCalendar(connection, view), start, end, body_id)
    return MeetingCalendar(
        start=start,
        end=end,
        bodies=tuple(
            BodyMeetings(
                body=names.body(body.id),
                rule=meeting_rule(body.series),
                assumed=body.assumed,
                meetings=tuple(_line(meeting, body, names, today, due, known) for meeting in known),
            )
            for body in planner.bodies
            if body.series is not None and body_id in (None, body.id)
            for known in [meetings(body.series, start, end)]
        ),
    )


def meeting_on(
    calendar: BoardCalendar, body_id: str, day: date, slot: str | None = None
) -> MeetingLine | None:
    """The meeting of a body on a day, the held one first; None where there is none.

    Of several on that day the one called `slot`.
    """
    names = calendar.view.names
    body = names.bodies.get(body_id)
    if body is None or body.series is None:
        return None
    known = meetings(body.series, day, day)
    named = [meeting for meeting in known if slot in (None, meeting.slot)]
    if not named:
        return None
    due = _due_at(calendar, day, day, body_id)
    return _line(min(named, key=by_custom), body, names, calendar.view.today, due, known)


def meeting_rule(series: Series) -> str:
    """ "the second Thursday of January and March, 09:30 to 12:30"."""
    days = f"the {_weekdays(series.days)}"
    if len(series.months) == MONTHS_OF_A_YEAR:
        rule = f"{days} of every month"
    else:
        rule = f"{days} of {listed([MONTHS[month - 1] for month in series.months])}"
    times = _times(series.begins, series.ends)
    return f"{rule}, {times}" if times else rule


def _weekdays(days: Iterable[Weekday]) -> str:
    """ "second Thursday", "first and third Tuesday"."""
    by_weekday: dict[int, list[str]] = {}
    for day in days:
        by_weekday.setdefault(day.weekday, []).append(ORDINAL_WORDS[day.n])
    phrases = [
        f"{listed(ordinals)} {WEEKDAYS[weekday]}" for weekday, ordinals in by_weekday.items()
    ]
    return listed(phrases)


def _times(begins: time | None, ends: time | None) -> str | None:
    if begins is None or ends is None:
        return None
    return f"{begins:%H:%M} to {ends:%H:%M}"


def lines_at(
    calendar: BoardCalendar, start: date, end: date, body: str | None = None
) -> Iterator[Line]:
    """What is for the meetings from `start` to `end`, of `body` or of any, by due date."""
    refs = None if body is None else set(_concerning(calendar.view.names, body))
    for line in calendar.lines(start - PAPERS_MARGIN, end + LATE_MARGIN, refs):
        if line.meeting is not None and start <= line.meeting <= end:
            yield line


def _concerning(names: Names, body: str) -> Iterator[str]:
    """The reports and actions that go to a body, or are dealt with at its meetings."""
    for ref, obligation in names.obligations.items():
        bodies = (meeting_body(obligation, kind) for kind in (Kind.REPORT, Kind.REVIEW))
        if body in (*obligation.audience, *bodies):
            yield ref


def raised_for(calendar: BoardCalendar) -> dict[str, str]:
    """The body at whose meeting each raised item is dealt with, by key."""
    board = calendar.view.id
    return {
        raised.key(board): raised.body
        for raised in raised_of(calendar.connection, board)
        if raised.body is not None
    }


Due = Mapping[tuple[str, str], list[Line]]


def _due_at(calendar: BoardCalendar, start: date, end: date, body_id: str | None) -> Due:
    """What is due at each meeting, by the body that meets and the slot; the day where unnamed."""
    due: dict[tuple[str, str], list[Line]] = defaultdict(list)
    raised = raised_for(calendar)
    for line in lines_at(calendar, start, end, body_id):
        obligation = calendar.view.obligations.get(line.ref)
        body = raised.get(line.key)
        if body is None and obligation is not None:
            body = meeting_body(obligation, line.kind)
        if body is not None and line.meeting is not None and line.status is not Status.VOID:
            due[body, line.slot or str(line.meeting)].append(line)
    return due


def _line(
    meeting: Meeting,
    body: Body,
    names: Names,
    today: date,
    due: Due,
    known: Iterable[Meeting],
) -> MeetingLine:
    slots = (meeting.slot, str(meeting.day)) if meeting.held else ()
    lines = [line for slot in slots for line in due.get((body.id, slot), ())]
    papers = [line for line in lines if line.kind is not Kind.REVIEW]
    kind = "extraordinary meeting" if meeting.extraordinary else "meeting"
    return MeetingLine(
        key=f"{names.planner.board}/{body.id}/{body.id}/{meeting.slot}",
        slot=meeting.slot,
        body=names.body(body.id),
        title=f"{body.short} {kind}",
        day=meeting.day,
        when=weekday_date(meeting.day),
        scheduled=meeting.scheduled,
        times=_times(meeting.begins, meeting.ends),
        status_words=_status(meeting, today),
        remark=meeting_remark(meeting),
        is_cancelled=not meeting.held,
        is_over=meeting.day < today,
        is_extraordinary=meeting.extraordinary,
        expected=len(papers),
        received=sum(line.status in SETTLED for line in papers),
        reviews=len(lines) - len(papers),
        others=tuple(
            one.slot for one in known if one.day == meeting.day and one.slot != meeting.slot
        ),
    )


def _status(meeting: Meeting, today: date) -> str:
    if not meeting.held:
        return "not held" if meeting.failed else "cancelled"
    # That it took place was confirmed by no one.
    return "past" if meeting.day < today else "planned"


def meeting_remark(meeting: Meeting) -> str | None:
    """What sets a meeting apart from one that takes place as scheduled."""
    if meeting.extraordinary:
        return "extraordinary: no reports are due at it"
    if meeting.moved:
        return f"moved from {long_date(meeting.scheduled)}"
    if not meeting.held and meeting.decided is not None:
        became = "noted as not held" if meeting.failed else "cancelled"
        return f"{became} on {long_date(meeting.decided)}"
    return "added" if meeting.added else None
