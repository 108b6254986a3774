"""The papers for one meeting: expected, received and overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, meeting_body
from ...calendar.planner.roles import RoleName
from ...calendar.rules.meeting_series import FURTHEST_MOVE, meetings
from ...calendar.rules.timing import AsRequired
from ...calendar.status import Status
from ...scheduler.planning.board_view import BoardView
from ...storage.change_log import last_outcomes
from ...wording.names import Named, Names
from ..calendar.board_calendar import BoardCalendar, Line
from ..calendar.entries import CalendarEntry, entries_of
from ..calendar.report import Link, link_to
from .meetings import MeetingLine, lines_at, meeting_on, raised_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper, and what was recorded of it last: on which day, with which remark."""

    entry: CalendarEntry
    recorded_on: date | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisableReport:
    """A report without a date that the agenda of each meeting asks for.

    `raised` is what was raised of it for this one; `silent` are the owners who raised nothing.
    """

    report: Link
    raised: tuple[CalendarEntry, ...] = ()
    silent: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerExceptions:
    """The overdue items of one body. `contact` is its lead, None where that is vacant."""

    owner: Named
    lead: str
    contact: str | None
    reports: tuple[CalendarEntry, ...]
    actions: tuple[CalendarEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPapers:
    """A meeting's papers, each in one of the lists but for what is no longer due.

    `offered` was submitted for a cancelled meeting: on its own page what it leaves, on that of
    the next one held what could be dealt with there. `reviews` are ongoing actions to look at
    again. `exceptions` is what is overdue anywhere, by owner: for the Business Group, else None.
    """

    meeting: MeetingLine
    as_at: date
    received: tuple[Paper, ...]
    nothing_to_report: tuple[Paper, ...]
    late: tuple[Paper, ...]
    outstanding: tuple[Paper, ...]
    unsettled: tuple[Paper, ...]
    waived: tuple[Paper, ...]
    reviews: tuple[Paper, ...]
    offered: tuple[Paper, ...]
    may_be_raised: tuple[RaisableReport, ...]
    exceptions: tuple[OwnerExceptions, ...] | None

    @property
    def expected(self) -> int:
        """How many papers are expected at it in all."""
        lists = (self.received, self.nothing_to_report, self.late, self.outstanding, self.unsettled)
        return sum(len(papers) for papers in lists)


def meeting_papers(
    connection: Connection, view: BoardView, *, body: str, day: date, slot: str | None = None
) -> MeetingPapers | None:
    """The papers for the meeting of `body` on `day`; None where it does not meet then.

    Of several on that day for the one called `slot`.
    """
    calendar = BoardCalendar(connection, view)
    meeting = meeting_on(calendar, body, day, slot)
    if meeting is None:
        return None
    names, today = view.names, view.today
    raised = raised_for(calendar)
    lines = [
        line
        for line in lines_at(calendar, day, day, body)
        if line.slot in (None, meeting.slot) and _is_for(line, body, names, raised)
    ]
    papers = [] if meeting.is_cancelled else _papers(calendar, lines)
    reviews = [paper for paper in papers if paper.entry.kind is Kind.REVIEW]
    due = [paper for paper in papers if paper.entry.kind is not Kind.REVIEW]
    return MeetingPapers(
        meeting=meeting,
        as_at=today,
        received=_with(due, Status.SUBMITTED, Status.ACCEPTED),
        nothing_to_report=_with(due, Status.NOTHING_TO_REPORT),
        late=tuple(paper for paper in due if _is_missing(paper)),
        outstanding=tuple(
            paper
            for paper in _with(due, Status.PLANNED, Status.DUE, Status.RETURNED)
            if not _is_missing(paper)
        ),
        unsettled=_with(due, Status.UNSETTLED),
        waived=_with(due, Status.WAIVED),
        reviews=tuple(reviews),
        offered=_with(
            _papers(calendar, _left_over(calendar, meeting, raised)),
            Status.SUBMITTED,
            Status.ACCEPTED,
        ),
        may_be_raised=tuple(_may_raise(names, meeting, [paper.entry for paper in due])),
        exceptions=_exceptions(calendar) if body == view.planner.business_group else None,
    )


def _left_over(
    calendar: BoardCalendar, meeting: MeetingLine, raised: Mapping[str, str]
) -> list[Line]:
    """What is for this meeting though it is cancelled, or for those cancelled just before it."""
    names, body = calendar.view.names, meeting.body.id
    series = names.bodies[body].series
    if series is None or meeting.is_extraordinary:
        return []
    cancelled = {meeting.slot} if meeting.is_cancelled else set()
    first = meeting.day
    before = meetings(series, meeting.day - FURTHEST_MOVE, meeting.day)
    for earlier in () if meeting.is_cancelled else reversed(before):
        if earlier.counts and earlier.slot != meeting.slot:
            break
        if not earlier.held:
            cancelled.add(earlier.slot)
            first = earlier.day
    return [
        line
        for line in (lines_at(calendar, first, meeting.day, body) if cancelled else ())
        if line.slot in cancelled and _is_for(line, body, names, raised)
    ]


def _is_for(line: Line, body: str, names: Names, raised: Mapping[str, str]) -> bool:
    """Whether a line of the day's meetings goes to this body's; `raised` says for what was."""
    obligation = names.obligations.get(line.ref)
    if obligation is None or line.status is Status.VOID:
        return False
    if line.key in raised:
        return raised[line.key] == body
    return body in obligation.audience or meeting_body(obligation, line.kind) == body


def _is_missing(paper: Paper) -> bool:
    return paper.entry.status is Status.MISSED or paper.entry.is_late


def _with(papers: Iterable[Paper], *statuses: Status) -> tuple[Paper, ...]:
    return tuple(paper for paper in papers if paper.entry.status in statuses)


def _papers(calendar: BoardCalendar, lines: Sequence[Line]) -> list[Paper]:
    keys = [line.key for line in lines]
    outcomes = last_outcomes(calendar.connection, calendar.view.id, keys)
    papers = []
    for entry in entries_of(calendar, lines):
        last = outcomes.get(entry.key)
        if last is None:
            papers.append(Paper(entry=entry))
        else:
            papers.append(Paper(entry=entry, recorded_on=last.on, remark=last.why))
    return papers


def _may_raise(
    names: Names, meeting: MeetingLine, due: Sequence[CalendarEntry]
) -> Iterable[RaisableReport]:
    """Reports without a date that the agenda asks for, unless no reports are due at it."""
    if meeting.is_cancelled or meeting.is_extraordinary:
        return
    body = meeting.body.id
    for report in names.planner.reports:
        if isinstance(report.timing, AsRequired) and body in report.audience:
            raised = tuple(entry for entry in due if entry.ref == report.ref)
            heard = {entry.owner.id for entry in raised}
            yield RaisableReport(
                report=link_to(names, report.ref),
                raised=raised,
                silent=names.several(owner for owner in report.owners if owner not in heard),
            )


def _exceptions(calendar: BoardCalendar) -> tuple[OwnerExceptions, ...]:
    """All overdue items, by owner in the planner's order."""
    names, today = calendar.view.names, calendar.view.today
    order = {body: place for place, body in enumerate(names.bodies)}
    lines = sorted(
        calendar.late_before(today),
        key=lambda line: (order.get(line.owner, len(order)), line.owner, line.due, line.key),
    )
    return tuple(
        _of_owner(names, owner, list(entries), today)
        for owner, entries in groupby(entries_of(calendar, lines), lambda entry: entry.owner)
    )


def _of_owner(
    names: Names, owner: Named, late: Sequence[CalendarEntry], today: date
) -> OwnerExceptions:
    body = names.bodies.get(owner.id)
    return OwnerExceptions(
        owner=owner,
        lead="chair" if body is None else body.lead,
        contact=None if body is None else body.holder_on(RoleName.CHAIR, today),
        reports=tuple(entry for entry in late if entry.kind is Kind.REPORT),
        actions=tuple(entry for entry in late if entry.kind is not Kind.REPORT),
    )
