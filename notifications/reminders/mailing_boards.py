"""The Boards that mail, with everything that decides who gets what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ...calendar.occurrences import policy_of
from ...calendar.planner.model import Obligation, Planner
from ...calendar.rules.escalation import Policy
from ...core.local_time import Moment
from ...storage.boards import BoardRow, boards
from ...storage.occurrences import StoredOccurrence
from ...storage.pauses import PauseKind
from ...storage.planners import PlannerCache


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBoard:
    """A Board that mails: its planner, its first day of mails, and its pauses.

    `away` are the addresses of people who are paused.
    """

    planner: Planner
    go_live: date
    obligations: Mapping[str, Obligation]
    paused_bodies: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    paused: bool = False

    def is_paused_for(self, owner: str) -> bool:
        """Whether no reminder of what a body owes goes out at present."""
        return self.paused or owner in self.paused_bodies

    def is_sending(self, moment: Moment) -> bool:
        """Whether mail goes out now: a working day, from the sending time on."""
        return moment.is_open and self.planner.days.is_working(moment.today)

    def policy(self, row: StoredOccurrence) -> Policy | None:
        """The steps of an occurrence, or None where the planner lost its report."""
        obligation = self.obligations.get(row.ref)
        if obligation is None:
            return None
        return policy_of(obligation, row.kind, is_soonest=row.planned_due is not None)


def live_boards(
    connection: Connection,
    planners: PlannerCache,
    today: date,
    rows: Iterable[BoardRow] | None = None,
) -> dict[str, LiveBoard]:
    """Every Board whose mails have begun by `today`, by id; `rows` are all Boards, where known."""
    live = {}
    for row in boards(connection) if rows is None else rows:
        if row.go_live is None or row.go_live > today:
            continue
        planner = planners.get(connection, row)
        live[row.id] = LiveBoard(
            planner=planner,
            go_live=row.go_live,
            obligations={obligation.ref: obligation for obligation in planner.obligations()},
            paused=any(kind == PauseKind.BOARD for kind, _ in row.pauses),
            paused_bodies=frozenset(name for kind, name in row.pauses if kind == PauseKind.BODY),
            away=frozenset(name for kind, name in row.pauses if kind == PauseKind.PERSON),
        )
    return live
