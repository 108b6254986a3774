"""Timings in plain English, such as "every March, at the LSCB meeting"."""

from __future__ import annotations

from ..calendar.planner.model import Planner
from ..calendar.rules.date_text import MONTHS, listed, long_date
from ..calendar.rules.timing import (
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
    Precision,
    RecurrenceRule,
    Span,
    StatedDate,
    Timing,
    Undecided,
    YearMonth,
)

OFTEN = {2: "other", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth"}


# A first word that is written small where its sentence stands inside another; a name is not.
SMALL = frozenset({"A", "All", "An", "Any", "Each", "Every", "It", "No", "Nobody", "Some", "The"})
SHORTEST_MONTH = 28


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
            return f"ongoing, never due; reviewed {sentence(review, planner)}"
        case After(event=event, days=days):
            when = f"{_working_days(days)} after" if days else "on the day that"
            return f"{when} {_event_title(event, planner)}"
        case AsRequired():
            return "as required, without a date"
        case Undecided(why=why):
            return f"no date decided: {_inside(why)}"


def _at_meetings(timing: AtMeetings, planner: Planner) -> str:
    before = f"{_working_days(timing.papers)} before" if timing.papers else "on the day"
    return f"{_which(timing, _short(timing.body, planner))}; papers {before}"


def _which(timing: AtMeetings, name: str) -> str:
    match timing.which:
        case EveryMeeting():
            return f"at every {name} meeting"
        case NamedMonths(months=months):
            return f"every {_months(months)}, at the {name} meeting"
        case EveryNth(n=n, start=start):
            often = OFTEN.get(n) or _ordinal(n)
            return f"at every {often} {name} meeting held from {_month_of_year(start)} on"
        case LastIn(span=Span.HALF_YEAR):
            return f"twice a year, at the last {name} meeting in each half-year"
        case LastIn(span=span):
            return f"every {span}, at the last {name} meeting in it"


def _on_calendar(timing: OnCalendar) -> str:
    match timing.which:
        case NamedMonths(months=months):
            return f"every {_months(months)}, by {_day(timing.day)}"
        case EveryMonths(n=n, start=start):
            often = "every month" if n == 1 else f"every {n} months"
            return f"{often} from {_month_of_year(start)}, by {_day(timing.day)}"
        case RecurrenceRule(rrule=rule, start=start):
            return f"on the days that the rule {rule} gives from {long_date(start)}"


def _day(day: int | None) -> str:
    if day is None:
        return "the last working day of the month"
    shorter = ", or the last day of a shorter month" if day > SHORTEST_MONTH else ""
    return f"the {_ordinal(day)}{shorter}"


def _by(timing: By, planner: Planner) -> str:
    stated = listed([f"by {_stated(one_date)}" for one_date in timing.dates])
    if timing.review is None:
        return stated
    return f"{stated}, then ongoing and reviewed {sentence(timing.review, planner)}"


def _stated(stated: StatedDate) -> str:
    return stated.text.lower() if stated.precision is Precision.SEASON else stated.text


def _months(months: tuple[int, ...]) -> str:
    return listed([MONTHS[month - 1] for month in months])


def _month_of_year(month: YearMonth) -> str:
    return f"{MONTHS[month.month - 1]} {month.year}"


def _ordinal(number: int) -> str:
    """ "2nd", "11th", "21st"."""
    suffixes = {1: "st", 2: "nd", 3: "rd"}
    suffix = "th" if number // 10 % 10 == 1 else suffixes.get(number % 10, "th")
    return f"{number}{suffix}"


def _working_days(count: int) -> str:
    return "1 working day" if count == 1 else f"{count} working days"


def _short(body_id: str, planner: Planner) -> str:
    body = planner.body(body_id)
    return body_id if body is None else body.short


def _event_title(event_id: str, planner: Planner) -> str:
    titles = (event.title for event in planner.events if event.id == event_id)
    return _inside(next(titles, event_id))


def _inside(text: str) -> str:
    """A sentence as it stands inside another one."""
    first = text.partition(" ")[0]
    begin = first.lower() if first in SMALL else first
    return f"{begin}{text[len(first) :].rstrip('.')}"
