"""The Boards that mail, with everything that decides who gets what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from ...calendar.occurrences import policy_of
from ...calendar.planner.model import Obligation, Planner
from ...calendar.rules.escalation import Policy
from ...storage.boards import boards
from ...storage.occurrences import StoredOccurrence
from ...storage.planners import PlannerShelf
from ...storage.schema.planner import pause


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBoard:
    """A Board that mails: its planner, since when, and who and what is paused.

    `away` are the addresses of people who are paused.
    """

    planner: Planner
    go_live: date
    obligations: Mapping[str, Obligation]
    paused_bodies: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()
    paused: bool = False

    def policy(self, row: StoredOccurrence) -> Policy | None:
        """The steps of an occurrence, or None where the planner lost its report."""
        obligation = self.obligations.get(row.ref)
        return None if obligation is None else policy_of(obligation, row.kind)


PAUSES = select(pause.c.board, pause.c.kind, pause.c.id)


def live_boards(connection: Connection, shelf: PlannerShelf, today: date) -> dict[str, LiveBoard]:
    """Every Board whose mails have begun by `today`, by id."""
    pauses = connection.execute(PAUSES).all()
    found = {}
    for row in boards(connection):
        if row.go_live is None or row.go_live > today:
            continue
        planner = shelf.get(connection, row)
        mine = [each for each in pauses if each.board == row.id]
        found[row.id] = LiveBoard(
            planner=planner,
            go_live=row.go_live,
            obligations={each.ref: each for each in planner.obligations()},
            paused=any(each.kind == "board" for each in mine),
            paused_bodies=frozenset(each.id for each in mine if each.kind == "body"),
            away=frozenset(each.id for each in mine if each.kind == "person"),
        )
    return found
