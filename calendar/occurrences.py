"""Occurrences: every due instance of everything in a planner, one for each owner."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from .planner.model import Action, Body, Obligation, Planner, Report
from .rules.as_required import AROUND, Happened, Raised, raised_due
from .rules.date_text import long_date
from .rules.due_dates import DueDate, Event, Expansion
from .rules.escalation import REVIEWS, Policy
from .rules.timing import (
    AsRequired,
    AtMeetings,
    By,
    OnCalendar,
    Ongoing,
    Precision,
    Timing,
)


class Kind(StrEnum):
    """What an occurrence is."""

    REPORT = "report"
    ACTION = "action"
    REVIEW = "review"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One due instance of one owner.

    `period` names the instance within its report for good; `met_by` is the key of the
    occurrence whose submission counts for this one; `note` says why it moved; `raised` is the
    day on which somebody raised what is only due as required.
    """

    board: str
    ref: str
    owner: str
    period: str
    kind: Kind
    title: str
    due: date
    precision: Precision
    audience: tuple[str, ...] = ()
    row: str | None = None
    meeting: date | None = None
    met_by: str | None = None
    void: bool = False
    note: str | None = None
    raised: date | None = None

    @property
    def key(self) -> str:
        """Its identity: board/ref/owner/period."""
        return f"{self.board}/{self.ref}/{self.owner}/{self.period}"


def occurrences(
    planner: Planner,
    start: date,
    end: date,
    happened: Iterable[Happened] = (),
    *,
    refs: Collection[str] | None = None,
) -> Iterator[Occurrence]:
    """What falls due from `start` to `end`, inclusive, reports and actions and reviews.

    `happened` is what people recorded that due dates follow from. With `refs` only of some
    reports and actions.
    """
    recorded = tuple(happened)
    events = (each for each in recorded if isinstance(each, Event))
    raised = [each for each in recorded if isinstance(each, Raised)]
    expansion = expansion_of(planner, start, end, events)
    for obligation in planner.obligations():
        if refs is not None and obligation.ref not in refs:
            continue
        if isinstance(obligation.timing, AsRequired):
            near = (each for each in raised if start - AROUND <= each.day <= end + AROUND)
            found = _raised(planner, obligation, near)
            yield from (each for each in found if start <= each.due <= end)
            continue
        first, last = bounds(planner, obligation)
        for each in expansion.due_dates(obligation.timing):
            if first <= each.due <= last or not (each.review or recurs(obligation)):
                for owner in obligation.owners:
                    yield _occurrence(planner, obligation, owner, each)


def _raised(
    planner: Planner, obligation: Obligation, raised: Iterable[Raised]
) -> Iterator[Occurrence]:
    """What was raised of one report or action: it goes to the body whose meeting it is for."""
    for each in raised:
        if each.ref == obligation.ref and each.owner in obligation.owners:
            body = None if each.body is None else planner.body(each.body)
            series = None if body is None else body.series
            due = raised_due(each, series, planner.days)
            occurrence = _occurrence(planner, obligation, each.owner, due)
            to = obligation.audience if each.body is None else (each.body,)
            # It was asked for by itself: no other report's submission counts for it.
            yield replace(occurrence, audience=to, met_by=None)


def meeting_occurrences(planner: Planner, start: date, end: date) -> Iterator[Occurrence]:
    """The meetings of every body from `start` to `end`, inclusive, cancelled ones too."""
    expansion = expansion_of(planner, start, end)
    for body in planner.bodies:
        if body.series is not None:
            for meeting in expansion.meetings_of(body.id):
                moved = f"moved from {long_date(meeting.scheduled)}" if meeting.moved else None
                yield Occurrence(
                    board=planner.board,
                    ref=body.id,
                    owner=body.id,
                    period=meeting.slot,
                    kind=Kind.MEETING,
                    title=_meeting_title(body, extraordinary=meeting.extraordinary),
                    due=meeting.day,
                    meeting=meeting.day,
                    precision=Precision.DAY,
                    void=not meeting.held,
                    note=moved if meeting.held else "cancelled",
                )


def expansion_of(
    planner: Planner, start: date, end: date, events: Iterable[Event] = ()
) -> Expansion:
    """The planner's series and working days over one window."""
    return Expansion(
        start=start,
        end=end,
        days=planner.days,
        series={body.id: body.series for body in planner.bodies if body.series is not None},
        events=events,
    )


def recurs(obligation: Obligation) -> bool:
    """Whether it comes again and again, rather than on stated dates or after events."""
    return isinstance(obligation.timing, (AtMeetings, OnCalendar, Ongoing))


def bounds(planner: Planner, obligation: Obligation) -> tuple[date, date]:
    """The first and last due date that a recurring obligation can have.

    A plan's years bound its actions only; a report recurs until it is ended.
    """
    first, last = obligation.starts or date.min, obligation.ends or date.max
    if isinstance(obligation, Action):
        return max(first, planner.plan.starts), min(last, planner.plan.ends)
    return first, last


def policy_of(obligation: Obligation, kind: Kind) -> Policy:
    """The steps of an occurrence: a review has its own, whatever its action's are."""
    return REVIEWS if kind is Kind.REVIEW else obligation.policy


def _occurrence(planner: Planner, obligation: Obligation, owner: str, each: DueDate) -> Occurrence:
    return Occurrence(
        board=planner.board,
        ref=obligation.ref,
        owner=owner,
        period=each.period,
        kind=_kind(obligation, each),
        title=obligation.title,
        row=obligation.row if isinstance(obligation, Report) else None,
        audience=obligation.audience,
        meeting=each.meeting,
        due=each.due,
        precision=each.precision,
        met_by=_met_by(planner, obligation, owner, each.period),
        void=each.void,
        note=each.note,
        raised=each.raised,
    )


def _kind(obligation: Obligation, each: DueDate) -> Kind:
    if each.review:
        return Kind.REVIEW
    return Kind.ACTION if isinstance(obligation, Action) else Kind.REPORT


def _met_by(planner: Planner, obligation: Obligation, owner: str, period: str) -> str | None:
    """The key of the same period's occurrence of the report that meets this one."""
    if not isinstance(obligation, Report) or obligation.met_by is None:
        return None
    other = next(report for report in planner.reports if report.ref == obligation.met_by)
    submitter = owner if owner in other.owners else other.owners[0]
    return f"{planner.board}/{other.ref}/{submitter}/{period}"


def _meeting_title(body: Body, *, extraordinary: bool) -> str:
    return f"{body.short} extraordinary meeting" if extraordinary else f"{body.short} meeting"


def governing(timing: Timing, kind: Kind) -> Timing:
    """The timing that gives an occurrence its date: of a review, the cadence of reviews."""
    if kind is Kind.REVIEW:
        if isinstance(timing, Ongoing):
            return timing.review
        if isinstance(timing, By) and timing.review is not None:
            return timing.review
    return timing


def meeting_body(obligation: Obligation, kind: Kind) -> str | None:
    """The body at whose meeting it is dealt with, or None."""
    timing = governing(obligation.timing, kind)
    return timing.body if isinstance(timing, AtMeetings) else None
