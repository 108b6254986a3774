"""What planning works from: one Board, its planner, its clock, and the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ...calendar.occurrences import Kind, Occurrence, policy_of
from ...calendar.planner.model import Obligation, Planner
from ...calendar.rules.escalation import Policy
from ...calendar.status import OPEN, Status
from ...core.local_time import LocalTime
from ...storage.boards import BoardRow

# Who is noted for what nobody in particular did.
BOARDCAL = "boardcal"


@dataclass(slots=True, kw_only=True)
class Planning:
    """One planning of one Board: what it knows, and what it is about to write."""

    row: BoardRow
    planner: Planner
    local: LocalTime
    now: datetime
    go_live: date
    obligations: dict[str, Obligation]

    @property
    def today(self) -> date:
        """The Board's local day."""
        return self.local.day_of(self.now)

    def policy(self, ref: str, kind: Kind) -> Policy | None:
        """The steps of an occurrence, or None where the planner lost its report."""
        obligation = self.obligations.get(ref)
        return None if obligation is None else policy_of(obligation, kind)


def planning_of(row: BoardRow, planner: Planner, *, local: LocalTime, now: datetime) -> Planning:
    """What is needed to plan, or to change single occurrences as planning would."""
    return Planning(
        row=row,
        planner=planner,
        local=local,
        now=now,
        go_live=row.go_live or local.day_of(now),
        obligations={each.ref: each for each in planner.obligations()},
    )


def first_state(each: Occurrence, planning: Planning) -> str:
    """The state that an occurrence is stored in: open, or void or unsettled from the start."""
    if each.void:
        return Status.VOID
    return Status.UNSETTLED if each.due < planning.go_live else OPEN
