"""Timings in plain English, such as "every March, at the LSCB meeting"."""

from __future__ import annotations

from .planner import Planner
from .timing import (
    After,
    AsRequired,
    AtMeetings,
    By,
    EveryMeeting,
    EveryMonths,
    EveryNth,
    LastIn,
    NamedMonths,
    OnCalendar,
    Ongoing,
    RecurrenceRule,
    Timing,
    Undecided,
    YearMonth,
)
from .words import MONTHS, listed, long_date

ORDINAL_WORDS = {2: "every other", 3: "every third", 4: "every fourth"}


def sentence(timing: Timing, planner: Planner) -> str:
    """`timing` as a sentence for people, without a full stop."""
    match timing:
        case AtMeetings():
            return _at_meetings(timing, planner)
        case OnCalendar():
            return _on_calendar(timing)
        case By():
            return _by(timing, planner)
        case Ongoing(review=review):
            return f"ongoing, never due; looked at again {sentence(review, planner)}"
        case After(event=event, days=days):
            return f"{_working_days(days)} after {_event_title(event, planner)}"
        case AsRequired():
            return "as required, without a date"
        case Undecided(why=why):
            return f"no date decided: {why[:1].lower()}{why[1:].rstrip('.')}"


def _at_meetings(timing: AtMeetings, planner: Planner) -> str:
    name = _short(timing.body, planner)
    return f"{_which(timing, name)}; papers {_working_days(timing.papers)} before"


def _which(timing: AtMeetings, name: str) -> str:
    match timing.which:
        case EveryMeeting():
            return f"at every {name} meeting"
        case NamedMonths(months=months):
            return f"every {_months(months)}, at the {name} meeting"
        case EveryNth(n=n, start=start):
            often = ORDINAL_WORDS.get(n, f"every {n}th")
            return f"at {often} {name} meeting held, from {_month_of_year(start)}"
        case LastIn(span=span):
            return f"once a {span}, at the last {name} meeting in it"


def _on_calendar(timing: OnCalendar) -> str:
    on = "the last working day" if timing.day is None else f"day {timing.day}"
    match timing.which:
        case NamedMonths(months=months):
            return f"every {_months(months)}, by {on} of the month"
        case EveryMonths(n=n, start=start):
            often = "every month" if n == 1 else f"every {n} months"
            return f"{often} from {_month_of_year(start)}, by {on} of the month"
        case RecurrenceRule(rrule=rule, start=start):
            return f"by the rule {rule} from {long_date(start)}"


def _by(timing: By, planner: Planner) -> str:
    stated = f"by {listed([date.text for date in timing.dates])}"
    if timing.review is None:
        return stated
    return f"{stated}, then ongoing: looked at again {sentence(timing.review, planner)}"


def _months(months: tuple[int, ...]) -> str:
    return listed([MONTHS[month - 1] for month in months])


def _month_of_year(month: YearMonth) -> str:
    return f"{MONTHS[month.month - 1]} {month.year}"


def _working_days(count: int) -> str:
    return "1 working day" if count == 1 else f"{count} working days"


def _short(body_id: str, planner: Planner) -> str:
    body = planner.body(body_id)
    return body_id if body is None else body.short


def _event_title(event_id: str, planner: Planner) -> str:
    titles = (event.title for event in planner.events if event.id == event_id)
    title = next(titles, event_id)
    return title[:1].lower() + title[1:]
