"""Reports "as required": due only once they are raised, for a meeting or by a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from .date_text import long_date
from .due_dates import DueDate, Event, for_meeting, marked
from .meeting_selection import ForMeeting, or_next
from .meeting_series import FURTHEST_MOVE, Meeting, Series, meetings
from .timing import PAPERS_WORKING_DAYS
from .working_days import WorkingDays


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """That something as required was raised, the `number`th time of its report or action `ref`.

    `on` is the day of raising. It is for the meeting of `body` called `slot`, scheduled for
    `day`; without a body it is due by `day`. `mark` tells it from another of its number.
    """

    ref: str
    number: int
    owner: str
    on: date
    day: date
    body: str | None = None
    slot: str | None = None
    mark: str | None = None

    @property
    def period(self) -> str:
        """Its permanent name within its report, whatever becomes of its meeting."""
        return marked(f"raised-{self.number}", self.mark)

    def key(self, board: str) -> str:
        """The key of its occurrence in a Board."""
        return f"{board}/{self.ref}/{self.owner}/{self.period}"


# A raised report falls due at most so far from the day that was named for it.
AROUND = 3 * FURTHEST_MOVE


# The records that due dates follow from.
Happened = Event | Raised


def raised_due(raised: Raised, series: Series | None, days: WorkingDays) -> DueDate:
    """The due date of a raised report; `series` are the meetings of its body.

    With the papers of its meeting, or at once where those were due before it was raised. It goes
    to the next meeting held where its own was cancelled, or is in no calendar any more.
    """
    if raised.body is None:
        return DueDate(period=raised.period, due=raised.day, raised=raised.on)
    chosen = _meeting(raised, series)
    due = for_meeting(chosen, lambda day: papers_day(day, days))
    day = due_day(raised.on, chosen.meeting.day, days)
    if due.due >= day:
        return replace(due, raised=raised.on)
    late = f"its papers were due on {long_date(due.due)}, before it was raised"
    note = late if due.note is None else f"{due.note}; {late}"
    return replace(due, due=day, raised=raised.on, note=note)


def papers_day(meeting: date, days: WorkingDays) -> date:
    """When the papers of a meeting are due."""
    return days.shift(meeting, -PAPERS_WORKING_DAYS)


def due_day(on: date, meeting: date, days: WorkingDays) -> date:
    """When something raised `on` a day is due for a meeting: with its papers, or else at once."""
    at_once = min(days.on_or_after(on), meeting)
    return max(papers_day(meeting, days), at_once)


def _meeting(raised: Raised, series: Series | None) -> ForMeeting:
    known: tuple[Meeting, ...] = ()
    if series is not None:
        # A meeting moves by a year at most, and the next one held comes within another.
        window = (raised.day - FURTHEST_MOVE, raised.day + 2 * FURTHEST_MOVE)
        known = meetings(series, *window)
    own = next((meeting for meeting in known if meeting.slot == raised.slot), None)
    if own is not None:
        return or_next(raised.period, own, known)
    note = f"the meeting of {long_date(raised.day)} is not in the calendar any more"
    later = next(
        (meeting for meeting in known if meeting.counts and meeting.day >= raised.day), None
    )
    if later is not None:
        note = f"{note}, so this goes to the next one held"
        return ForMeeting(period=raised.period, meeting=later, note=note)
    unknown = Meeting(slot=raised.slot or "", scheduled=raised.day, day=raised.day, held=False)
    note = f"{note}, and no later one is known"
    return ForMeeting(period=raised.period, meeting=unknown, note=note)
