"""What a planner leaves open: undecided dates, assumptions, contradictions, vacancies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ...calendar.planner.builder import planner_of
from ...calendar.planner.entries import PLAN
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.model import Obligation, Planner, Report
from ...calendar.rules.date_text import weekday_date
from ...calendar.rules.meeting_series import FURTHEST_MOVE, meetings
from ...calendar.rules.timing import Undecided
from ...notifications.letters.overview import vacant_roles
from ...wording.names import reference
from ...wording.text import needless_days

# Reserved for examples (RFC 2606, RFC 6761): no mail arrives there.
NOWHERE = ("example.org", "example.com", "example.net", "example", "test", "invalid", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDate:
    """A report or action whose date the source leaves open; `row` is the planner's What cell."""

    ref: str
    row: str | None
    quote: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read into the source: `ref` is a report, an action, a body, or "plan"."""

    ref: str
    row: str | None
    quote: str | None
    reading: str


def open_dates(content: PlannerFile) -> list[OpenDate]:
    """Reports and actions without an agreed date."""
    return [
        OpenDate(
            ref=obligation.ref,
            row=_row(obligation),
            quote=obligation.quote,
            why=obligation.timing.why,
        )
        for obligation in planner_of(content).obligations()
        if isinstance(obligation.timing, Undecided)
    ]


def readings(content: PlannerFile) -> list[Reading]:
    """Assumptions in the planner, for the secretariat to confirm."""
    return [*_plan_readings(content), *_obligation_readings(content)]


def _plan_readings(content: PlannerFile) -> Iterator[Reading]:
    stated = [(PLAN, content.plan.assumed)]
    for body in content.body:
        stated.append((body.id, body.assumed))
        stated.append((body.id, body.meets.assumed if body.meets else None))
    for ref, assumed in stated:
        if assumed is not None:
            yield Reading(ref=ref, row=None, quote=None, reading=assumed)


def _obligation_readings(content: PlannerFile) -> Iterator[Reading]:
    for obligation in planner_of(content).obligations():
        if obligation.assumed is not None:
            yield Reading(
                ref=obligation.ref,
                row=_row(obligation),
                quote=obligation.quote,
                reading=obligation.assumed,
            )


def concerns(content: PlannerFile, today: date) -> list[str]:
    """Contradictions, promises that the planner does not keep, and vacant roles; sentences."""
    planner = planner_of(content)
    return [
        *_doubts(planner),
        *_promises(planner),
        *_meetings_on_days_off(planner, today),
        *_vacancies(planner, today),
        *needless_days(planner.days),
    ]


def _doubts(planner: Planner) -> Iterator[str]:
    for obligation in planner.obligations():
        if obligation.doubt is not None:
            place = reference(obligation)
            named = f'"{obligation.title}" ({place})' if place else f'"{obligation.title}"'
            yield f"The plan is not clear about {named}: {obligation.doubt}"


def _promises(planner: Planner) -> Iterator[str]:
    for promise in planner.promises:
        yield (
            f"Promised in the plan and missing from its planner: {promise.text} ({promise.where}). "
            "Nobody is reminded of it."
        )


def _meetings_on_days_off(planner: Planner, today: date) -> Iterator[str]:
    for body in planner.bodies:
        known = () if body.series is None else meetings(body.series, today, today + FURTHEST_MOVE)
        for meeting in known:
            if meeting.held and not planner.days.is_working(meeting.day):
                yield (
                    f"{body.short} meets on {weekday_date(meeting.day)}, which is no working day. "
                    "Move or cancel that meeting if it is not meant so."
                )


def _vacancies(planner: Planner, today: date) -> Iterator[str]:
    for vacancy in vacant_roles(planner, today):
        yield f"{vacancy}; its mails go to whoever stands in. `boardcal people appoint` fills it."


def addresses_nowhere(content: PlannerFile) -> set[str]:
    """The role-holders' addresses that are only examples."""
    return {
        holder.address
        for body in content.body
        for holders in (body.chair, body.vice_chair, body.administrator, body.secretariat)
        for holder in holders
        if _leads_nowhere(holder.address.rpartition("@")[2])
    }


def _leads_nowhere(domain: str) -> bool:
    return any(domain == name or domain.endswith(f".{name}") for name in NOWHERE)


def _row(obligation: Obligation) -> str | None:
    return obligation.row if isinstance(obligation, Report) else None
