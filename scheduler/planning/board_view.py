"""One Board at one moment: what planning, changes, queries and pages work from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ...calendar.occurrences import Kind, Occurrence, policy_of
from ...calendar.planner.model import Obligation, Planner
from ...calendar.rules.escalation import Policy
from ...calendar.status import OPEN, Status
from ...core.local_time import LocalTime, Moment
from ...storage.boards import BoardRow
from ...wording.names import Names

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """A Board as stored, its planner by id, and the moment it is looked at.

    Made once for each request, command or stage of a tick, so that all of it has one `now`, and
    one local day, `today`.
    """

    row: BoardRow
    names: Names
    moment: Moment

    @property
    def id(self) -> str:
        """The Board's id, which is its body's too."""
        return self.row.id

    @property
    def planner(self) -> Planner:
        """The planner in force."""
        return self.names.planner

    @property
    def obligations(self) -> dict[str, Obligation]:
        """The planner's reports and actions by id."""
        return self.names.obligations

    @property
    def local(self) -> LocalTime:
        """The Board's own clock."""
        return self.moment.local

    @property
    def now(self) -> datetime:
        """The instant that the Board is looked at."""
        return self.moment.now

    @property
    def today(self) -> date:
        """The Board's local day."""
        return self.moment.today

    @property
    def go_live(self) -> date:
        """The day that emails begin; today where that is not decided."""
        return self.row.go_live or self.today

    @property
    def soonest(self) -> date:
        """The next day on which email goes out: nobody can be late before they could know."""
        opened = self.today + ONE_DAY if self.moment.is_open else self.today
        return self.planner.days.on_or_after(opened)

    def policy(self, ref: str, kind: Kind, *, is_soonest: bool = False) -> Policy | None:
        """The steps of an occurrence, or None where the planner lost its report."""
        obligation = self.obligations.get(ref)
        return None if obligation is None else policy_of(obligation, kind, is_soonest=is_soonest)


def view_of(row: BoardRow, planner: Planner, moment: Moment) -> BoardView:
    """A Board as its row and its planner are at a moment."""
    return BoardView(row=row, names=Names(planner), moment=moment)


def first_state(occurrence: Occurrence, view: BoardView) -> str:
    """The state that an occurrence is stored in: open, or void or unsettled from the start."""
    if occurrence.void:
        return Status.VOID
    return Status.UNSETTLED if occurrence.due < view.go_live else OPEN
