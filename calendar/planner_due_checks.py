"""Whether the `when` of an entry can ever be: its bodies, its events, its months, its rule."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from .file_problems import nearest
from .planner_cadence import MeetingWhen, RuleWhen
from .planner_entries import series_of
from .planner_file import BodyEntry, PlannerFile
from .planner_when import AfterWhen, ByWhen, OngoingWhen, When
from .rules import Expansion
from .timing import AtMeetings, OnCalendar, Ongoing, Timing
from .words import MONTHS, listed, month_number
from .workdays import WorkingDays

# 29 February can be eight years away (1896 to 1904, 2096 to 2104).
HORIZON_YEARS = 9
HORIZON = timedelta(days=366 * HORIZON_YEARS)

# Where inside `when` something is wrong, what stands there, and what is wrong with it.
Complaint = tuple[tuple[str, ...], object, str]


def when_complaints(
    content: PlannerFile, bodies: Mapping[str, BodyEntry], when: When
) -> Iterator[Complaint]:
    """What is wrong with a `when` that is well-formed in itself."""
    match when:
        case MeetingWhen():
            yield from _at_meetings(bodies, when)
        case RuleWhen(rrule=rule, from_=start):
            if not _yields(when.timing(), start, start + HORIZON, {}):
                yield ("rrule",), rule, f"gives no date within {HORIZON_YEARS} years of {start}"
        case AfterWhen(after=event):
            events = {each.id for each in content.event}
            if event not in events:
                yield ("after",), event, is_no(event, "event", events)
        case ByWhen(review=review) | OngoingWhen(review=review) if review is not None:
            for inside, value, says in when_complaints(content, bodies, review):
                yield ("review", *inside), value, says


def _at_meetings(bodies: Mapping[str, BodyEntry], when: MeetingWhen) -> Iterator[Complaint]:
    body = bodies.get(when.meeting)
    if body is None:
        yield ("meeting",), when.meeting, is_no(when.meeting, "body", bodies)
        return
    if body.meets is None:
        says = "has no [body.meets], so nothing can be due at its meetings"
        yield ("meeting",), when.meeting, says
        return
    meets = {month_number(month) for month in body.meets.months}
    in_months = listed([MONTHS[month - 1] for month in sorted(meets)])
    for month in when.months or ():
        if month_number(month) not in meets:
            says = f"is no month in which {body.id} meets; it meets in {in_months}"
            yield ("months",), month, says


def without_any_date(
    bodies: Mapping[str, BodyEntry], when: When, first: date | None, last: date
) -> bool:
    """Whether something that comes again and again gives no date from `first` to `last`."""
    timing = when.timing()
    if not isinstance(timing, (AtMeetings, OnCalendar, Ongoing)):
        return False
    return not _yields(timing, first or last - HORIZON, last, bodies)


def _yields(timing: Timing, start: date, end: date, bodies: Mapping[str, BodyEntry]) -> bool:
    series = {
        body.id: series_of(body.meets, body.meeting) for body in bodies.values() if body.meets
    }
    expansion = Expansion(start=start, end=end, days=WorkingDays(), series=series)
    return any(not each.void for each in expansion.due_dates(timing))


def is_no(value: str, kind: str, known: Collection[str]) -> str:
    """That an id is none of the `known` ones; which was meant, or all that there are."""
    ids, article = sorted(known), "an" if kind == "event" else "a"
    meant = nearest(value, ids, likeness=0.75)
    if meant is not None:
        hint = f'did you mean "{meant}"?'
    elif ids:
        ones = "the only one is" if len(ids) == 1 else "the known ones are"
        hint = f"{ones} {listed(ids)}"
    else:
        hint = f"add {article} [[{kind}]] with this id"
    return f"is not {article} {kind} of this file; {hint}"
