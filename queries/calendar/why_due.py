"""Why an item is due on its day, in sentences: the quoted cell, its reading, the sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...calendar.occurrences import Kind, governing, meeting_body
from ...calendar.planner.model import Obligation, Planner
from ...calendar.rules.as_required import Happened, Raised, due_day, papers_day
from ...calendar.rules.date_text import long_date, weekday_date
from ...calendar.rules.due_dates import Event
from ...calendar.rules.timing import (
    PAPERS_WORKING_DAYS,
    After,
    AsRequired,
    AtMeetings,
    By,
    OnCalendar,
    Precision,
    Timing,
)
from ...calendar.status import Status
from ...wording.names import Names
from ...wording.text import one_line, stated, working_days
from ...wording.text import sentence as ended
from ...wording.timings import sentence
from .entries import CalendarEntry


def why_due(
    entry: CalendarEntry, obligation: Obligation, happened: Iterable[Happened]
) -> Iterator[str]:
    """Sentences from the source's own words to the day; `happened` is what was recorded."""
    names, planner = entry.view.names, entry.view.planner
    yield f"The plan says: “{one_line(obligation.quote)}”"
    yield f"This is read as: {sentence(obligation.timing, planner)}."
    if obligation.assumed is not None:
        yield ended(obligation.assumed)
    if obligation.doubt is not None:
        yield f"The plan is not clear: {ended(obligation.doubt)}"
    if entry.kind is Kind.REVIEW:
        yield "It is ongoing, so it is never due itself; this is when it is looked at again."
    timing = governing(obligation.timing, entry.kind)
    recorded = list(happened)
    raised = _raised(entry, recorded)
    if raised is not None:
        yield _that_it_was_raised(raised, names)
    if _still_follows(entry, timing, raised):
        yield from _sum(entry, timing, recorded)
        if entry.note is not None:
            yield entry.note
    elif entry.planned_due is not None and entry.note is not None:
        yield entry.note
    else:
        first, now = long_date(entry.first_due), long_date(entry.due)
        yield f"It was given a date of its own: {now} instead of {first}."
        if entry.status is Status.VOID and entry.note is not None:
            yield entry.note


def meeting_body_of(entry: CalendarEntry, obligation: Obligation) -> str | None:
    """The same of one entry: what was raised for a meeting goes to the body that meets."""
    if isinstance(obligation.timing, AsRequired):
        return entry.audience[0].id if entry.meeting is not None and entry.audience else None
    return meeting_body(obligation, entry.kind)


def _raised(entry: CalendarEntry, happened: Iterable[Happened]) -> Raised | None:
    """The record that it was raised, where it is due only as required."""
    period = entry.key.rpartition("/")[2]
    for event in happened:
        if isinstance(event, Raised) and (event.ref, event.period) == (entry.ref, period):
            return event
    return None


def _that_it_was_raised(raised: Raised, names: Names) -> str:
    day = long_date(raised.on)
    if raised.body is None:
        return f"It was raised on {day}, to be due by {weekday_date(raised.day)}."
    return f"It was raised on {day}, for a meeting of {names.short(raised.body)}."


def _still_follows(entry: CalendarEntry, timing: Timing, raised: Raised | None) -> bool:
    """Whether its date is still the one that its timing gives, not one that was set."""
    days = entry.view.planner.days
    if raised is not None and entry.meeting is not None:
        return due_day(raised.on, entry.meeting, days) == entry.due
    if isinstance(timing, AtMeetings) and entry.meeting is not None:
        return days.shift(entry.meeting, -timing.papers) == entry.due
    return entry.first_due == entry.due


def _sum(entry: CalendarEntry, timing: Timing, happened: Iterable[Happened]) -> Iterator[str]:
    names = entry.view.names
    match timing:
        case AtMeetings(body=body, papers=papers) if entry.meeting is not None:
            meets = f"{names.short(body)} meets on {weekday_date(entry.meeting)}"
            if papers:
                yield f"{meets}, and {working_days(papers)} before that is {_day(entry)}."
            else:
                yield f"{meets}, and it is due on that day."
        case AsRequired() if entry.meeting is not None and entry.audience:
            meets = f"{entry.audience[0].short} meets on {weekday_date(entry.meeting)}"
            if papers_day(entry.meeting, names.planner.days) == entry.due:
                before = working_days(PAPERS_WORKING_DAYS)
                yield f"{meets}, and {before} before that is {_day(entry)}."
            else:
                yield f"{meets}, so it was due at once, on {_day(entry)}."
        case OnCalendar() | By() if entry.precision is not Precision.DAY:
            last = stated(entry.due, entry.precision).removeprefix("end of ")
            yield f"The last working day of {last} is {_day(entry)}."
        case OnCalendar() | By():
            yield f"That is {_day(entry)}."
        case After(event=event, days=days):
            recorded = _recorded(entry, event, happened)
            if recorded is not None:
                title = _title(event, names.planner)
                yield f"“{title}” was recorded on {long_date(recorded.on)}."
                after = f"{working_days(days)} after that" if days else "The next working day"
                is_that_day = not days and recorded.on == entry.due
                yield f"{'That day' if is_that_day else after} is {_day(entry)}."


def _day(entry: CalendarEntry) -> str:
    return weekday_date(entry.due)


def _recorded(entry: CalendarEntry, name: str, happened: Iterable[Happened]) -> Event | None:
    """The event that an occurrence follows, by its period ("review-published-2")."""
    period = entry.key.rpartition("/")[2]
    events = (recorded for recorded in happened if isinstance(recorded, Event))
    return next((recorded for recorded in events if f"{name}-{recorded.number}" == period), None)


def _title(event: str, planner: Planner) -> str:
    return next((planned.title for planned in planner.events if planned.id == event), event)
