"""What the entries of a planner file must be to each other: every mistake, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .meetings import FURTHEST_MOVE, scheduled_days
from .planner_entries import series_of
from .planner_file import BodyEntry, ObligationEntry, PlannerFile, ReportEntry
from .planner_when import ByWhen, MeetingWhen, MonthsWhen, OngoingWhen, RuleWhen, When
from .rules import Expansion
from .timing import OnCalendar
from .words import MONTHS, listed, long_date, month_number
from .workdays import WorkingDays

# 29 February can be eight years away (1896 to 1904, 2096 to 2104).
HORIZON_YEARS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One mistake: `path` in the file, the `entry` it belongs to, the value, what is wrong."""

    path: tuple[str | int, ...]
    key: str
    value: object
    says: str


def cross_findings(content: PlannerFile) -> list[Finding]:
    """Everything that is wrong between the entries of `content`."""
    return [
        *_duplicates(content),
        *_board(content),
        *(finding for index in range(len(content.body)) for finding in _meetings(content, index)),
        *(
            finding
            for kind in ("report", "action")
            for index, entry in enumerate(getattr(content, kind))
            for finding in _obligation(content, kind, index, entry)
        ),
    ]


def _duplicates(content: PlannerFile) -> Iterator[Finding]:
    for kinds in (("body",), ("event",), ("report", "action")):
        seen: dict[str, str] = {}
        for kind in kinds:
            for index, entry in enumerate(getattr(content, kind)):
                if entry.id in seen:
                    says = f"is used twice; give this {kind} another id"
                    yield Finding(
                        path=(kind, index, "id"), key=f"{kind}, id", value=entry.id, says=says
                    )
                seen[entry.id] = kind


def _board(content: PlannerFile) -> Iterator[Finding]:
    bodies = {body.id: (index, body) for index, body in enumerate(content.body)}
    board = content.board.id
    if board not in bodies:
        yield Finding(
            path=("board", "id"),
            key="board.id",
            value=board,
            says="is not a body of this file; add a [[body]] with this id",
        )
    else:
        index, body = bodies[board]
        if not any(holder.to is None for holder in body.secretariat):
            yield Finding(
                path=("body", index),
                key=f'body "{board}", secretariat',
                value=None,
                says="is missing or ends; the Board needs a secretariat, who gets what nobody "
                "else can",
            )
    group = content.board.business_group
    if group is not None and group not in bodies:
        yield _unknown(("board", "business_group"), "board.business_group", group, bodies)


def _meetings(content: PlannerFile, index: int) -> Iterator[Finding]:
    body = content.body[index]
    if body.meeting and body.meets is None:
        yield Finding(
            path=("body", index, "meeting"),
            key=f'body "{body.id}", meeting',
            value=None,
            says="names meetings of a body without a [body.meets]",
        )
        return
    seen: set[tuple[str, date]] = set()
    for place, change in enumerate(body.meeting):
        path = ("body", index, "meeting", place)
        for name in ("moved", "cancelled", "added"):
            day = getattr(change, name)
            if day is None:
                continue
            says = _change_problem(body, name, day, change.to)
            if (name, day) in seen:
                says = f"is {name} twice; keep one of the two"
            seen.add((name, day))
            if says is not None:
                yield Finding(path=(*path, name), key=_meeting_key(body), value=day, says=says)


def _meeting_key(body: BodyEntry) -> str:
    return f'body "{body.id}", meeting'


def _change_problem(body: BodyEntry, name: str, day: date, to: date | None) -> str | None:
    if to is not None and abs(to - day) > FURTHEST_MOVE:
        return "moves by more than a year; cancel it and add another meeting instead"
    if body.meets is None:
        return None
    added = {change.added for change in body.meeting}
    days = {found for _, found in scheduled_days(series_of(body.meets, ()), *_around(day))}
    if name == "added":
        return "is a day of the series already; nothing needs adding" if day in days else None
    if day in days or day in added:
        return None
    nearest = min(days, key=lambda other: abs(other - day), default=None)
    hint = "" if nearest is None else f"; the nearest meeting is on {long_date(nearest)}"
    return f"is not a day on which this body meets{hint}"


def _around(day: date) -> tuple[date, date]:
    return day - FURTHEST_MOVE, day + FURTHEST_MOVE


def _obligation(
    content: PlannerFile, kind: str, index: int, entry: ObligationEntry
) -> Iterator[Finding]:
    known = {body.id: body for body in content.body}
    name = f'{kind} "{entry.id}"'
    for field, ids in (("owner", entry.owner), ("to", entry.to)):
        path = (kind, index, field)
        for body_id in ids:
            if body_id not in known:
                yield _unknown(path, f"{name}, {field}", body_id, known)
        if len(set(ids)) < len(ids):
            yield Finding(path=path, key=f"{name}, {field}", value=None, says="names a body twice")
    if entry.from_ and entry.until and entry.until < entry.from_:
        says = f"ends before it begins ({entry.from_})"
        path = (kind, index, "until")
        yield Finding(path=path, key=f"{name}, until", value=entry.until, says=says)
    for says, value in _when(content, entry.when, known):
        yield Finding(path=(kind, index, "when"), key=f"{name}, when", value=value, says=says)
    if isinstance(entry, ReportEntry) and entry.met_by is not None:
        yield from _met_by(content, entry, (kind, index, "met_by"), name)


Complaint = tuple[str, object]


def _when(
    content: PlannerFile, when: When, known: dict[str, BodyEntry]
) -> Iterator[Complaint]:
    match when:
        case MeetingWhen():
            yield from _meeting_when(when, known)
        case ByWhen(review=review) if review is not None:
            yield from _when(content, review, known)
        case OngoingWhen(review=review):
            yield from _when(content, review, known)
        case MonthsWhen(months=months):
            yield from _twice(months)
        case RuleWhen():
            if not _yields(when.timing(), when.from_):
                yield f"gives no date within {HORIZON_YEARS} years of {when.from_}", when.rrule
        case _ if hasattr(when, "after"):
            if when.after not in {event.id for event in content.event}:
                yield "is not an event of this file; add an [[event]] with this id", when.after


def _meeting_when(when: MeetingWhen, known: dict[str, BodyEntry]) -> Iterator[Complaint]:
    body = known.get(when.meeting)
    if body is None:
        yield "is not a body of this file", when.meeting
    elif body.meets is None:
        yield "has no [body.meets], so nothing can be due at its meetings", when.meeting
    elif when.months is not None:
        yield from _twice(when.months)
        meets = {month_number(month) for month in body.meets.months}
        never = [month for month in when.months if month_number(month) not in meets]
        if never:
            in_months = listed([MONTHS[month - 1] for month in sorted(meets)])
            yield f"is no month in which {body.id} meets; it meets in {in_months}", never[0]


def _twice(months: Iterable[str]) -> Iterator[Complaint]:
    numbers = [month_number(month) for month in months]
    if len(set(numbers)) < len(numbers):
        yield "names a month twice", None


def _yields(timing: OnCalendar, start: date) -> bool:
    end = min(start, date.max - timedelta(days=366 * (HORIZON_YEARS + 3)))
    window_end = end + timedelta(days=366 * HORIZON_YEARS)
    expansion = Expansion(start=start, end=window_end, days=WorkingDays(), series={})
    return bool(expansion.due_dates(timing))


def _met_by(
    content: PlannerFile, entry: ReportEntry, path: tuple[str | int, ...], name: str
) -> Iterator[Finding]:
    reports = {report.id: report for report in content.report}
    other = reports.get(entry.met_by or "")
    say: Callable[[str], Finding] = lambda says: Finding(  # noqa: E731
        path=path, key=f"{name}, met_by", value=entry.met_by, says=says
    )
    if other is None:
        yield say("is not a report of this file")
    elif other.id == entry.id:
        yield say("is this report itself")
    elif other.met_by is not None:
        yield say("is met by yet another report; name that one")
    elif other.when != entry.when:
        yield say("has another timing; a report can be met only by one of the same timing")


def _unknown(
    path: tuple[str | int, ...], key: str, value: str, known: Iterable[str]
) -> Finding:
    return Finding(
        path=path,
        key=key,
        value=value,
        says=f"is not a body of this file; its bodies are {listed(sorted(known))}",
    )
