"""Occurrences: every due instance of everything in a planner, one for each owner."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

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
    """The kinds of occurrence."""

    REPORT = "report"
    ACTION = "action"
    REVIEW = "review"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One due instance of one owner.

    `period` names the instance within its report for good, `slot` the meeting that it is for,
    which is on the day `meeting` now; `own`: the period is named for that meeting; `met_by` is
    the key of the occurrence whose submission counts for this one; `note` says why it moved;
    `raised` is the day on which somebody raised what is only due as required.
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
    slot: str | None = None
    own: bool = False
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
    """The occurrences due from `start` to `end`, inclusive: reports, actions and reviews.

    `happened` is what people recorded that due dates follow from. With `refs` only of some
    reports and actions.
    """
    recorded = tuple(happened)
    events = (record for record in recorded if isinstance(record, Event))
    raisings = [record for record in recorded if isinstance(record, Raised)]
    expansion = expansion_of(planner, start, end, events)
    for obligation in planner.obligations():
        if refs is not None and obligation.ref not in refs:
            continue
        if isinstance(obligation.timing, AsRequired):
            near = (raised for raised in raisings if start - AROUND <= raised.day <= end + AROUND)
            for occurrence in _raised(planner, obligation, near):
                if start <= occurrence.due <= end:
                    yield occurrence
            continue
        first, last = bounds(planner, obligation)
        for due_date in expansion.due_dates(obligation.timing):
            if first <= due_date.due <= last or not (due_date.review or recurs(obligation)):
                for owner in obligation.owners:
                    yield _occurrence(planner, obligation, owner, due_date)


def _raised(
    planner: Planner, obligation: Obligation, raisings: Iterable[Raised]
) -> Iterator[Occurrence]:
    """The raised occurrences of one report or action, for the body whose meeting they are for."""
    for raised in raisings:
        if raised.ref == obligation.ref and raised.owner in obligation.owners:
            body = None if raised.body is None else planner.body(raised.body)
            series = None if body is None else body.series
            due = raised_due(raised, series, planner.days)
            occurrence = _occurrence(planner, obligation, raised.owner, due)
            to = obligation.audience if raised.body is None else (raised.body,)
            # It was asked for separately, so no other report's submission counts for it.
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
                    slot=meeting.slot,
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
    """Whether its due dates recur, rather than being stated or following from events."""
    return isinstance(obligation.timing, (AtMeetings, OnCalendar, Ongoing))


def still_owes(
    planner: Planner, obligation: Obligation | None, owner: str, *, is_past: bool
) -> bool:
    """Whether `owner` owes an occurrence of a report or an action, None where that is gone.

    A report that recurs, or was asked for, stays with the body that owed it once its day
    `is_past`. What has a stated date is owed by its owner of today alone.
    """
    if obligation is None or planner.body(owner) is None:
        return False
    stays = recurs(obligation) or isinstance(obligation.timing, AsRequired)
    return owner in obligation.owners or (is_past and stays)


def bounds(planner: Planner, obligation: Obligation) -> tuple[date, date]:
    """The first and last due date that a recurring obligation can have.

    A plan's years bound its actions only; a report recurs until it is ended.
    """
    first, last = obligation.starts or date.min, obligation.ends or date.max
    if isinstance(obligation, Action):
        return max(first, planner.plan.starts), min(last, planner.plan.ends)
    return first, last


def policy_of(obligation: Obligation, kind: Kind, *, is_soonest: bool = False) -> Policy:
    """The steps of an occurrence: a review has its own, whatever its action's are.

    What `is_soonest`, due as soon as possible, is mailed about on its day in any case: its owner
    has to hear of it before it is late.
    """
    if kind is Kind.REVIEW:
        return REVIEWS
    policy = obligation.policy
    if is_soonest and 0 not in policy.offsets:
        return replace(policy, offsets=tuple(sorted((0, *policy.offsets))))
    return policy


def dated(due: date, *, ruled: date, precision: Precision = Precision.DAY) -> dict[str, Any]:
    """The fields of what is due on `due`: as its rule gave it, to that `precision`, or not.

    Another date than the `ruled` one, which had passed, is as soon as possible, and meant to the
    day.
    """
    if due == ruled:
        return {"due": due, "planned_due": None, "precision": precision}
    return {"due": due, "planned_due": ruled, "precision": Precision.DAY}


def _occurrence(
    planner: Planner, obligation: Obligation, owner: str, due_date: DueDate
) -> Occurrence:
    return Occurrence(
        board=planner.board,
        ref=obligation.ref,
        owner=owner,
        period=due_date.period,
        kind=_kind(obligation, due_date),
        title=obligation.title,
        row=obligation.row if isinstance(obligation, Report) else None,
        audience=obligation.audience,
        meeting=due_date.meeting,
        slot=due_date.slot,
        own=due_date.own,
        due=due_date.due,
        precision=due_date.precision,
        met_by=_met_by(planner, obligation, owner, due_date.period),
        void=due_date.void,
        note=due_date.note,
        raised=due_date.raised,
    )


def _kind(obligation: Obligation, due_date: DueDate) -> Kind:
    if due_date.review:
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
