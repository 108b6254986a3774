"""A Board's planner: its bodies, their reports to each other, and its action plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from ..rules.escalation import REMINDERS, Policy
from ..rules.meeting_series import Series
from ..rules.timing import AsRequired, Timing
from ..rules.working_days import WorkingDays
from .roles import RoleHolder, RoleName


class BodyKind(StrEnum):
    """The relation of a body to the Board."""

    BOARD = "board"
    GROUP = "group"
    SUBGROUP = "subgroup"
    PARTNER = "partner"
    POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A Board, a subgroup or an outside partner.

    `lead` is what the one who answers for it is called ("chair", "contact").
    """

    id: str
    name: str
    short: str
    kind: BodyKind
    lead: str = "chair"
    also: tuple[str, ...] = ()
    holders: tuple[RoleHolder, ...] = ()
    series: Series | None = None
    assumed: str | None = None

    def holder_on(self, role: RoleName, day: date) -> str | None:
        """The address of who holds `role` on `day`; of several the one appointed last."""
        holding = [
            holder for holder in self.holders if holder.role is role and holder.holds_on(day)
        ]
        if not holding:
            return None
        return max(holding, key=lambda holder: holder.starts or date.min).address


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """The common part of a report and an action.

    `ref` is the report's id or the action's number, `quote` the cell it was read from,
    `assumed` what was read into it, `doubt` where the source contradicts itself.
    """

    ref: str
    title: str
    owners: tuple[str, ...]
    audience: tuple[str, ...]
    timing: Timing
    quote: str
    assumed: str | None = None
    doubt: str | None = None
    policy: Policy = REMINDERS
    starts: date | None = None
    ends: date | None = None

    @property
    def is_action(self) -> bool:
        """Whether this is a line of the action plan."""
        return isinstance(self, Action)

    @property
    def accepts_nothing(self) -> bool:
        """Whether "nothing to report" is an answer: a line of the action plan takes none."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Obligation):
    """A standing obligation to report; `row` is the planner's cell "What".

    `met_by` is the report whose submission counts for this one too.
    """

    row: str
    met_by: str | None = None
    nothing_to_report: bool = False

    @property
    def accepts_nothing(self) -> bool:
        """Whether "nothing to report" is an answer: where it says so, or is only as required."""
        return self.nothing_to_report or isinstance(self.timing, AsRequired)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Obligation):
    """A line of the action plan; `number` as printed, `text` its Action cell.

    `ref` is the number too, made unique where the source prints one twice.
    """

    number: str
    section: str
    text: str
    outcome: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedEvent:
    """An event that timings wait for and the secretariat records."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Something the source promises elsewhere that its planner leaves out."""

    text: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan document; its years bound its actions, and nothing else."""

    title: str
    source: str
    starts: date
    ends: date
    assumed: str | None = None


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Everything that one Board has planned."""

    board: str
    name: str
    plan: Plan
    bodies: tuple[Body, ...]
    reports: tuple[Report, ...] = ()
    actions: tuple[Action, ...] = ()
    events: tuple[AwaitedEvent, ...] = ()
    promises: tuple[Promise, ...] = ()
    business_group: str | None = None
    days: WorkingDays = field(default_factory=WorkingDays)

    def body(self, body_id: str) -> Body | None:
        """The body with this id."""
        return self._by_id.get(body_id)

    def bodies_naming(self, address: str) -> tuple[Body, ...]:
        """The bodies in which an address holds a role on any day, in the planner's order."""
        return tuple(self._naming.get(address, ()))

    @cached_property
    def _by_id(self) -> dict[str, Body]:
        return {body.id: body for body in self.bodies}

    @cached_property
    def _naming(self) -> dict[str, list[Body]]:
        naming: dict[str, list[Body]] = {}
        for body in self.bodies:
            for address in {holder.address for holder in body.holders}:
                naming.setdefault(address, []).append(body)
        return naming

    def addresses(self) -> list[str]:
        """Every address that holds, held or will hold a role, in alphabetical order."""
        return sorted(self._naming)

    def name_of(self, address: str) -> str:
        """What the person at an address is called; "" where the planner does not say it."""
        holders = (holder for body in self.bodies_naming(address) for holder in body.holders)
        return next((holder.name for holder in holders if holder.address == address), "")

    def address_named(self, typed: str) -> str | None:
        """The role-holder's address that was typed, in whichever case; None for a stranger's."""
        folded = typed.casefold()
        return next((known for known in self._naming if known.casefold() == folded), None)

    def obligations(self) -> Iterator[Obligation]:
        """The reports, then the actions, in the planner's order."""
        yield from self.reports
        yield from self.actions
