"""Timings turned into due dates, for any window of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .date_text import long_date
from .meeting_selection import ForMeeting, pick_meetings
from .meeting_series import FURTHEST_MOVE, Meeting, Series, meetings
from .rrule import rule_days
from .timing import (
    After,
    AsRequired,
    AtMeetings,
    By,
    Cadence,
    EveryMonths,
    EveryNth,
    NamedMonths,
    OnCalendar,
    Ongoing,
    Precision,
    RecurrenceRule,
    StatedDate,
    Timing,
    Undecided,
    YearMonth,
)
from .working_days import WorkingDays, last_day

# The last meeting of a period decides about it, up to a year and its papers beyond a window, and
# the next one held after a cancelled one comes within 53 weeks: no series skips a whole year.
MARGIN = 2 * FURTHEST_MOVE


# Where nothing was changed, a year tells which meeting is its last, and papers come before.
AHEAD = timedelta(days=366 + 100)
EARLIEST, LATEST = date.min + MARGIN + FURTHEST_MOVE, date.max - MARGIN - FURTHEST_MOVE


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """One due date of a timing; `period` names it for good and is never the date itself.

    `slot` names the meeting that it is for, which is on the day `meeting` now; `own`: the period
    is named for that meeting.
    `review` is true for a look at something ongoing, which is never overdue; `void` where the
    meeting it hung on was cancelled; `note` says why it is not where the rule would put it;
    `raised` is the day on which it was raised, where that is why it is due at all.
    """

    period: str
    due: date
    precision: Precision = Precision.DAY
    meeting: date | None = None
    slot: str | None = None
    own: bool = False
    review: bool = False
    void: bool = False
    note: str | None = None
    raised: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and that a timing waited for, the `number`th of its `name`.

    `mark` tells it from another that was given the same number.
    """

    name: str
    number: int
    on: date
    mark: str | None = None

    @property
    def period(self) -> str:
        """The permanent name of what is due after it, within its report."""
        return marked(f"{self.name}-{self.number}", self.mark)


def marked(name: str, mark: str | None) -> str:
    """A numbered `name` with its mark, where it has one."""
    return name if mark is None else f"{name}-{mark}"


class Expansion:
    """Expands timings over one window, each distinct timing and series once.

    The window is inclusive and goes by due date. `series` are the meeting series by body,
    `events` what has happened.
    """

    def __init__(
        self,
        *,
        start: date,
        end: date,
        days: WorkingDays,
        series: Mapping[str, Series],
        events: Iterable[Event] = (),
    ) -> None:
        self.start = start
        self.end = end
        self.days = days
        self._series = series
        self._events = tuple(events)
        self._meetings: dict[tuple[str, date], tuple[Meeting, ...]] = {}
        self._known: dict[Timing, tuple[DueDate, ...]] = {}

    def due_dates(self, timing: Timing) -> tuple[DueDate, ...]:
        """The due dates of `timing` in the window, by date."""
        known = self._known.get(timing)
        if known is None:
            inside = (day for day in self._expand(timing) if self.start <= day.due <= self.end)
            known = tuple(sorted(inside, key=lambda day: (day.due, day.period)))
            self._known[timing] = known
        return known

    def meetings_of(self, body: str) -> tuple[Meeting, ...]:
        """The meetings of `body` whose day lies in the window, cancelled ones too."""
        return tuple(
            meeting
            for meeting in self._meetings_from(body, self.start)
            if self.start <= meeting.day <= self.end
        )

    def _expand(self, timing: Timing) -> Iterable[DueDate]:
        match timing:
            case AtMeetings():
                return self._at_meetings(timing)
            case OnCalendar():
                return self._on_calendar(timing)
            case By():
                return self._by(timing)
            case Ongoing(review=review):
                return self._reviews(review, after=date.min)
            case After():
                return self._after(timing)
            case AsRequired() | Undecided():
                return ()

    def _meetings_from(self, body: str, start: date) -> tuple[Meeting, ...]:
        """Meetings of `body` from well before `start` to well after the window.

        A report whose meeting was cancelled goes to a later or an earlier one, so meetings
        outside the window decide about due dates inside it, as do all that were changed.
        """
        key = (body, start)
        if key not in self._meetings:
            series = self._series[body]
            changed = [day for change in series.changes for day in (change.day, change.to) if day]
            first = max(min([start, *changed]), EARLIEST) - MARGIN if changed else start
            last = min(max([self.end, *changed]), LATEST) + (MARGIN if changed else AHEAD)
            self._meetings[key] = meetings(series, first, last)
        return self._meetings[key]

    def _at_meetings(self, timing: AtMeetings) -> Iterator[DueDate]:
        start = self.start
        if isinstance(timing.which, EveryNth):
            # Ordinals are counted from the anchor, however far back it lies.
            start = min(start, date(timing.which.start.year, timing.which.start.month, 1))
        known = self._meetings_from(timing.body, start)
        papers_due = _papers_due(timing, self.days)
        for chosen in pick_meetings(timing.which, known, papers_due):
            yield for_meeting(chosen, papers_due)

    def _on_calendar(self, timing: OnCalendar) -> Iterator[DueDate]:
        if isinstance(timing.which, RecurrenceRule):
            yield from self._by_rrule(timing.which)
            return
        precision = Precision.MONTH if timing.day is None else Precision.DAY
        for month in _months_of(timing.which, self.start, self.end):
            due = _day_in(month, timing.day, self.days)
            yield DueDate(period=str(month), due=due, precision=precision)

    def _by_rrule(self, rule: RecurrenceRule) -> Iterator[DueDate]:
        for day in rule_days(rule, self.start, self.end):
            yield DueDate(period=day.isoformat(), due=day)

    def _by(self, timing: By) -> Iterator[DueDate]:
        for stated in timing.dates:
            yield DueDate(
                period=slug(stated.text),
                due=resolve(stated, self.days),
                precision=stated.precision,
            )
        if timing.review is not None:
            last = max(stated.last for stated in timing.dates)
            yield from self._reviews(timing.review, after=last)

    def _reviews(self, cadence: Cadence, *, after: date) -> Iterator[DueDate]:
        for due_date in self.due_dates(cadence):
            if due_date.due > after and not due_date.void:
                yield DueDate(
                    period=due_date.period,
                    due=due_date.due,
                    precision=due_date.precision,
                    meeting=due_date.meeting,
                    slot=due_date.slot,
                    own=due_date.own,
                    note=due_date.note,
                    review=True,
                )

    def _after(self, timing: After) -> Iterator[DueDate]:
        for event in self._events:
            if event.name == timing.event:
                yield DueDate(
                    period=event.period,
                    due=self.days.following(event.on, timing.days),
                )


def resolve(stated: StatedDate, days: WorkingDays) -> date:
    """The due date that a stated date means: the day, or the period's last working day."""
    if stated.precision is Precision.DAY:
        return stated.last
    return days.on_or_before(stated.last)


def slug(text: str) -> str:
    """A stated date as part of a key: "July 2018" gives "july-2018"."""
    return "-".join(text.lower().split())


def _papers_due(timing: AtMeetings, days: WorkingDays) -> Callable[[date], date]:
    return lambda meeting: days.shift(meeting, -timing.papers)


def for_meeting(chosen: ForMeeting, papers_due: Callable[[date], date]) -> DueDate:
    """When something is due for the meeting that was chosen for it."""
    meeting, note = chosen.meeting, chosen.note
    if note is None and meeting.moved:
        note = f"the meeting of {long_date(meeting.scheduled)} was moved"
    return DueDate(
        period=chosen.period,
        due=papers_due(meeting.day),
        meeting=meeting.day,
        slot=meeting.slot or None,
        own=chosen.own,
        void=not meeting.held,
        note=note,
    )


def _months_of(which: NamedMonths | EveryMonths, start: date, end: date) -> Sequence[YearMonth]:
    first, last = YearMonth.of(start).index, YearMonth.of(end).index
    if isinstance(which, NamedMonths):
        every = (YearMonth.at(index) for index in range(first, last + 1))
        return [month for month in every if month.month in which.months]
    anchor = which.start.index
    ahead = max(0, -(-(first - anchor) // which.n))
    return [YearMonth.at(index) for index in range(anchor + ahead * which.n, last + 1, which.n)]


def _day_in(month: YearMonth, day: int | None, days: WorkingDays) -> date:
    """`day` of a month, the month's last one where it is shorter; else its last working day."""
    if day is None:
        return days.last_of_month(month.year, month.month)
    return date(month.year, month.month, min(day, last_day(month.year, month.month).day))
