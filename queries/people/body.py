"""One body in full: its meetings, roles, obligations and what it receives."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from ...calendar.planner.model import Action, Obligation
from ...calendar.planner.roles import RoleName
from ...scheduler.planning.board_view import BoardView
from ...wording.changes import ChangeLine
from ...wording.names import Named, Names
from ...wording.timings import sentence
from ..calendar.board_calendar import BoardCalendar, Line
from ..calendar.entries import CalendarEntry, entries_of, standing
from ..calendar.report import MONTHS_AHEAD
from ..changes import history
from .people import BodyLine, directory
from .roles import Tenure


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationLine:
    """A report or an action of a body: its place, when it is due, and with whom else.

    `standing` says how it stands with the body that owes it; what it receives has none.
    """

    ref: str
    is_action: bool
    title: str
    place: str
    when: str
    others: tuple[Named, ...]
    standing: CalendarEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A current or future holder of a role, which can be ended."""

    role: RoleName
    name: str
    address: str
    words: str
    starts: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyDetails:
    """A body. `others` are the other owners of what it owes, the owners of what it receives."""

    line: BodyLine
    is_board: bool
    owes: tuple[ObligationLine, ...]
    receives: tuple[ObligationLine, ...]
    history: tuple[ChangeLine, ...]

    @property
    def held(self) -> tuple[Held, ...]:
        """The current and future role-holders."""
        return tuple(
            Held(
                role=role.role,
                name=role.name,
                address=holder.address,
                words=holder.words,
                starts=holder.starts,
            )
            for role in self.line.roles
            for holder in role.holders
            if holder.when is not Tenure.PAST
        )


def body_details(connection: Connection, view: BoardView, body_id: str) -> BodyDetails | None:
    """A body of a Board, or None where there is none of that id."""
    everyone = directory(connection, view)
    line = next((line for line in everyone.bodies if line.body.id == body_id), None)
    if line is None:
        return None
    names, obligations = view.names, tuple(view.planner.obligations())
    stands = _standing(connection, view, body_id)
    return BodyDetails(
        line=line,
        is_board=body_id == view.planner.board,
        owes=tuple(
            replace(
                _line(
                    obligation,
                    names,
                    others=[owner for owner in obligation.owners if owner != body_id],
                ),
                standing=stands.get(obligation.ref),
            )
            for obligation in obligations
            if body_id in obligation.owners
        ),
        receives=tuple(
            _line(obligation, names, others=list(obligation.owners))
            for obligation in obligations
            if body_id in obligation.audience
        ),
        history=history(connection, view, [body_id]),
    )


def _standing(connection: Connection, view: BoardView, body_id: str) -> dict[str, CalendarEntry]:
    """How each report and action stands with a body that owes it."""
    refs = {item.ref for item in view.planner.obligations() if body_id in item.owners}
    calendar, today = BoardCalendar(connection, view), view.today
    first, last = min(view.planner.plan.starts, today), today + relativedelta(months=MONTHS_AHEAD)
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in calendar.lines(first, last, refs):
        if line.owner == body_id:
            lines[line.ref].append(line)
    pressing = [line for same in lines.values() for line in standing(same, today)[:1]]
    return {entry.ref: entry for entry in entries_of(calendar, pressing)}


def _line(obligation: Obligation, names: Names, *, others: list[str]) -> ObligationLine:
    return ObligationLine(
        ref=obligation.ref,
        is_action=isinstance(obligation, Action),
        title=obligation.title,
        place=names.place(obligation.ref),
        when=sentence(obligation.timing, names.planner),
        others=names.several(others),
    )
