"""The meetings that a report is due at, and its next one when a meeting is cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from .date_text import long_date
from .meeting_series import Meeting
from .timing import EveryMeeting, EveryNth, LastIn, NamedMonths, Span, YearMonth

PapersDue = Callable[[date], date]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForMeeting:
    """A report's period, the meeting it is for, and why if that is not the usual one.

    `own`: it is the meeting that the period is named for, not one counted or one instead of it.
    """

    period: str
    meeting: Meeting
    note: str | None = None
    own: bool = False


def pick_meetings(
    which: EveryMeeting | NamedMonths | EveryNth | LastIn,
    meetings: Sequence[Meeting],
    papers_due: PapersDue,
) -> Iterator[ForMeeting]:
    """The meetings of a series (sorted by day, cancelled ones too) that a report is due at."""
    match which:
        case EveryMeeting():
            return _every(meetings)
        case NamedMonths(months=months):
            return _in_months(months, meetings)
        case EveryNth(n=n, start=start):
            return _every_nth(n, start, meetings)
        case LastIn(span=span):
            return _last_in(span, meetings, papers_due)


def _every(meetings: Sequence[Meeting]) -> Iterator[ForMeeting]:
    for meeting in meetings:
        if not meeting.extraordinary:
            note = None if meeting.held else _cancelled(meeting)
            yield ForMeeting(period=meeting.slot, meeting=meeting, note=note, own=True)


def _in_months(months: tuple[int, ...], meetings: Sequence[Meeting]) -> Iterator[ForMeeting]:
    for meeting in meetings:
        # A moved meeting keeps the month it was scheduled for.
        if not meeting.added and meeting.scheduled.month in months:
            yield or_next(meeting.slot, meeting, meetings)


def _every_nth(n: int, start: YearMonth, meetings: Sequence[Meeting]) -> Iterator[ForMeeting]:
    counted = [
        meeting
        for meeting in meetings
        if meeting.counts and YearMonth.of(meeting.scheduled) >= start
    ]
    for ordinal, meeting in enumerate(counted[::n], start=1):
        yield ForMeeting(period=str(ordinal), meeting=meeting)


def _last_in(
    span: Span, meetings: Sequence[Meeting], papers_due: PapersDue
) -> Iterator[ForMeeting]:
    scheduled = sorted(
        (meeting for meeting in meetings if not meeting.added),
        key=lambda meeting: (period_of(span, meeting.scheduled), meeting.day),
    )
    by_period = groupby(scheduled, lambda meeting: period_of(span, meeting.scheduled))
    for period, in_period in by_period:
        *earlier, last = in_period
        yield _instead_of(period, last, earlier, meetings, papers_due)


def _instead_of(
    period: str,
    last: Meeting,
    earlier: Sequence[Meeting],
    meetings: Sequence[Meeting],
    papers_due: PapersDue,
) -> ForMeeting:
    """The last meeting, or where it was cancelled an earlier one whose papers can still come."""
    if last.held:
        return ForMeeting(period=period, meeting=last, own=True)
    for before in reversed(earlier):
        if before.held and (last.decided is None or papers_due(before.day) > last.decided):
            note = f"{_cancelled(last)}, so this goes to the one before it"
            return ForMeeting(period=period, meeting=before, note=note)
    return or_next(period, last, meetings)


def or_next(period: str, meeting: Meeting, meetings: Sequence[Meeting]) -> ForMeeting:
    """`meeting`, or the next held one where it was cancelled."""
    if meeting.held:
        return ForMeeting(period=period, meeting=meeting, own=True)
    note = _cancelled(meeting)
    for later in meetings:
        if later.counts and later.day >= meeting.day and later.slot != meeting.slot:
            note = f"{note}, so this goes to the next one held"
            return ForMeeting(period=period, meeting=later, note=note)
    return ForMeeting(period=period, meeting=meeting, note=f"{note}, and no later one is known")


def _cancelled(meeting: Meeting) -> str:
    became = "not held" if meeting.failed else "cancelled"
    return f"the meeting of {long_date(meeting.day)} was {became}"


def period_of(span: Span, day: date) -> str:
    """The quarter, half-year or year of a day: "2018-Q1", "2018-H1", "2018"."""
    match span:
        case Span.QUARTER:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case Span.HALF_YEAR:
            return f"{day.year}-H{(day.month + 5) // 6}"
        case Span.YEAR:
            return str(day.year)
