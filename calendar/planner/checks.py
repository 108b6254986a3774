"""Checks between the entries of a planner file, which find every mistake at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ...core.validation.explain import nearest
from ..rules.date_text import MONTHS, listed, long_date, month_number
from ..rules.due_dates import Expansion
from ..rules.meeting_series import FURTHEST_MOVE, Series, scheduled_days
from ..rules.timing import AtMeetings, OnCalendar, Ongoing, Timing
from ..rules.working_days import WorkingDays
from .builder import series_of
from .file_schema import (
    ActionEntry,
    BodyEntry,
    ChangeEntry,
    ObligationEntry,
    PlannerFile,
    ReportEntry,
)
from .timing_schema import AfterWhen, ByWhen, MeetingWhen, OngoingWhen, RuleWhen, When

# 29 February can be eight years away (1896 to 1904, 2096 to 2104).
HORIZON_YEARS = 9
HORIZON = timedelta(days=366 * HORIZON_YEARS)


# A path inside `when`, the value there, and the mistake as a predicate.
Complaint = tuple[tuple[str, ...], object, str]


def when_complaints(
    content: PlannerFile,
    bodies: Mapping[str, BodyEntry],
    when: When,
    until: date | None = None,
) -> Iterator[Complaint]:
    """The mistakes of a well-formed `when` in the planner that it stands in.

    What it is of ends after `until`; then a rule for meetings that held so long counts too.
    """
    match when:
        case MeetingWhen():
            yield from _at_meetings(bodies, when, until)
        case RuleWhen(rrule=rule, from_=start):
            if not _yields(when.timing(), start, start + HORIZON, {}):
                yield ("rrule",), rule, f"gives no date within {HORIZON_YEARS} years of {start}"
        case AfterWhen(after=event):
            events = {entry.id for entry in content.event}
            if event not in events:
                yield ("after",), event, is_no(event, "event", events)
        case ByWhen(review=review) | OngoingWhen(review=review) if review is not None:
            for inside, value, says in when_complaints(content, bodies, review, until):
                yield ("review", *inside), value, says


def _at_meetings(
    bodies: Mapping[str, BodyEntry], when: MeetingWhen, until: date | None
) -> Iterator[Complaint]:
    body = bodies.get(when.meeting)
    if body is None:
        yield ("meeting",), when.meeting, is_no(when.meeting, "body", bodies)
        return
    if body.meets is None:
        says = "has no [body.meets], so nothing can be due at its meetings"
        yield ("meeting",), when.meeting, says
        return
    former = (met for met in body.met if until is not None and until <= met.until)
    rules = (body.meets, *former)
    meets = {month_number(month) for rule in rules for month in rule.months}
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
    series = {body.id: known for body in bodies.values() if (known := series_of(body)) is not None}
    expansion = Expansion(start=start, end=end, days=WorkingDays(), series=series)
    return any(not due_date.void for due_date in expansion.due_dates(timing))


def is_no(value: str, kind: str, known: Collection[str]) -> str:
    """Say that an id is not `known`, with the nearest known one or all of them."""
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


Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A mistake: `path` in the file, the `key` as people name it, the value, the predicate."""

    path: Path
    key: str
    value: object
    says: str


def cross_findings(content: PlannerFile) -> list[Finding]:
    """Everything that is wrong between the entries of `content`."""
    bodies = {body.id: body for body in content.body}
    findings = [*_duplicates(content), *_board(content, bodies)]
    for index, body in enumerate(content.body):
        findings += _meetings(("body", index), body)
    for index, report in enumerate(content.report):
        findings += _obligation(content, bodies, ("report", index), report)
        findings += _report(content, bodies, ("report", index), report)
    for index, action in enumerate(content.action):
        findings += _obligation(content, bodies, ("action", index), action)
    return findings


def _duplicates(content: PlannerFile) -> Iterator[Finding]:
    # Reports and actions share their ids: keys are made of them.
    for kinds in (("body",), ("event",), ("report", "action")):
        seen: set[str] = set()
        for kind in kinds:
            for index, entry in enumerate(getattr(content, kind)):
                if entry.id in seen:
                    says = f"is used already; give this {kind} another id"
                    path = (kind, index, "id")
                    yield Finding(path=path, key=f"{kind}, id", value=entry.id, says=says)
                seen.add(entry.id)


def _board(content: PlannerFile, bodies: Mapping[str, BodyEntry]) -> Iterator[Finding]:
    board, group = content.board.id, content.board.business_group
    if board not in bodies:
        yield _unknown(("board", "id"), "board.id", board, "body", bodies)
    elif not any(holder.to is None for holder in bodies[board].secretariat):
        path = ("body", [body.id for body in content.body].index(board), "secretariat")
        says = "is missing, or ends; mails that nobody else can get must always reach somebody"
        yield Finding(path=path, key=f'body "{board}", secretariat', value=None, says=says)
    if group is not None and group not in bodies:
        where = ("board", "business_group")
        yield _unknown(where, "board.business_group", group, "body", bodies)


def _meetings(path: Path, body: BodyEntry) -> Iterator[Finding]:
    series = series_of(body)
    if series is None:
        needs = "needs a [body.meets] above it, which says when this body usually meets"
        for name in ("met", "meeting"):
            if getattr(body, name):
                key = f'body "{body.id}", {name}'
                yield Finding(path=(*path, name), key=key, value=None, says=needs)
        return
    seen: set[tuple[str, date, bool]] = set()
    for place, change in enumerate(body.meeting):
        for kind in ("moved", "cancelled", "added"):
            day = getattr(change, kind)
            if day is None or (change.added and kind == "cancelled"):
                continue
            says = _change_problem(body, series, kind, change)
            one = (kind, day, change.extraordinary)
            if one in seen:
                says = f"is {kind} twice; keep one of the two"
            # One that was added and went away leaves its day to another.
            if not (change.added and (change.to or change.cancelled)):
                seen.add(one)
            if says is not None:
                key = f'body "{body.id}", meeting.{kind}'
                where = (*path, "meeting", place, kind)
                yield Finding(path=where, key=key, value=day, says=says)


def _change_problem(body: BodyEntry, series: Series, kind: str, change: ChangeEntry) -> str | None:
    day: date = getattr(change, kind)
    if change.to is not None and abs(change.to - day) > FURTHEST_MOVE:
        return "goes to a day more than a year away; cancel it and add another meeting instead"
    around = (day - FURTHEST_MOVE, day + FURTHEST_MOVE)
    days = {scheduled for _, scheduled in scheduled_days(series, *around)}
    if kind == "added":
        is_free = change.extraordinary or change.to or change.cancelled or day not in days
        return None if is_free else _no_addition(body, day)
    known = days | {change.added for change in body.meeting if change.added}
    if day in known:
        return None
    closest = min(known, key=lambda other: (abs(other - day), other))
    return f"is not a day on which this body meets; the nearest one is {long_date(closest)}"


def _no_addition(body: BodyEntry, day: date) -> str | None:
    """Why no meeting can be added on a day of the series; None where that one has moved away."""
    for change in body.meeting:
        if change.moved == day and change.to != day:
            return None
    for change in body.meeting:
        if change.cancelled == day and not change.added:
            return "is the day of a meeting that is cancelled; take the cancelling out instead"
    return "is a meeting of the series already; nothing needs adding"


def _obligation(
    content: PlannerFile, bodies: Mapping[str, BodyEntry], path: Path, entry: ObligationEntry
) -> Iterator[Finding]:
    name = f'{path[0]} "{entry.id}"'
    for field, ids in (("owner", entry.owner), ("to", entry.to)):
        for place, body_id in enumerate(ids):
            where, key = (*path, field, place), f"{name}, {field}"
            if body_id not in bodies:
                yield _unknown(where, key, body_id, "body", bodies)
            elif body_id in ids[:place]:
                says = "is named twice; leave one of them out"
                yield Finding(path=where, key=key, value=body_id, says=says)
    if entry.from_ and entry.until and entry.until < entry.from_:
        says = f"lies before the day from which this {path[0]} runs ({entry.from_})"
        where = (*path, "until")
        yield Finding(path=where, key=f"{name}, until", value=entry.until, says=says)
        return
    complaints = list(when_complaints(content, bodies, entry.when, entry.until))
    for inside, value, says in complaints or _never(content, bodies, entry):
        key = ".".join(("when", *inside))
        yield Finding(path=(*path, "when", *inside), key=f"{name}, {key}", value=value, says=says)


def _never(
    content: PlannerFile, bodies: Mapping[str, BodyEntry], entry: ObligationEntry
) -> list[Complaint]:
    """The complaint about a recurring obligation that ends before its first due date."""
    first, last, kind = entry.from_, entry.until, "report"
    if isinstance(entry, ActionEntry):  # the plan's years bound its actions
        kind = "action"
        first = max(first or content.plan.from_, content.plan.from_)
        last = min(last or content.plan.to, content.plan.to)
    if first and last and last < first:
        plan = f"{long_date(content.plan.from_)} to {long_date(content.plan.to)}"
        return [((), None, f"gives no date, as this {kind} lies outside the plan ({plan})")]
    if last is None or not without_any_date(bodies, entry.when, first, last):
        return []
    since = f"from {long_date(first)} " if first else ""
    return [((), None, f"gives no date {since}until {long_date(last)}, when this {kind} ends")]


def _report(
    content: PlannerFile, bodies: Mapping[str, BodyEntry], path: Path, entry: ReportEntry
) -> Iterator[Finding]:
    name = f'report "{entry.id}"'
    body = bodies.get(entry.id)
    if body is not None and body.meets and entry.id in entry.owner:
        # Both would have the key board/id/id/period.
        taken = "is the id of a body that meets; give this report another id"
        yield Finding(path=(*path, "id"), key=f"{name}, id", value=entry.id, says=taken)
    if entry.met_by is None:
        return
    where, key = (*path, "met_by"), f"{name}, met_by"
    if entry.met_by == entry.id:
        itself = "is this report itself; name another one, or leave `met_by` out"
        yield Finding(path=where, key=key, value=entry.met_by, says=itself)
        return
    others = {report.id: report for report in content.report if report.id != entry.id}
    other = others.get(entry.met_by)
    if other is None:
        yield _unknown(where, key, entry.met_by, "report", others)
        return
    says = _met_by_problem(entry, other)
    if says is not None:
        yield Finding(path=where, key=key, value=entry.met_by, says=says)


def _met_by_problem(entry: ReportEntry, other: ReportEntry) -> str | None:
    if other.met_by is not None:
        return f'is met by another report itself; name that one ("{other.met_by}")'
    mine = (entry.when.timing(), entry.from_, entry.until)
    if mine != (other.when.timing(), other.from_, other.until):
        return "has another `when`, `from` or `until`; only a report due on the same days can count"
    return None


def _unknown(path: Path, key: str, value: str, kind: str, known: Collection[str]) -> Finding:
    return Finding(path=path, key=key, value=value, says=is_no(value, kind, known))
