"""What fell due before mails began and has no outcome yet, with the outcomes it may have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ..calendar.status import Status
from ..scheduler.planning.board_view import BoardView
from ..storage.occurrences import unsettled
from ..wording.names import Named, Names

# What was due before anybody was reminded of it is not chased: "returned" would be.
OUTCOMES = (Status.SUBMITTED, Status.ACCEPTED, Status.NOTHING_TO_REPORT, Status.WAIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettledItem:
    """One report or action without an outcome; `outcomes` are those that may be recorded."""

    id: int
    key: str
    title: str
    place: str
    owner: Named
    due: date
    outcomes: tuple[Status, ...]


def unsettled_items(connection: Connection, view: BoardView) -> tuple[UnsettledItem, ...]:
    """What is unsettled of a Board, by due date."""
    names = view.names
    return tuple(
        UnsettledItem(
            id=row.id,
            key=row.key,
            title=row.title,
            place=names.place(row.ref, row.row),
            owner=names.body(row.owner),
            due=row.due,
            outcomes=_outcomes(names, row.ref),
        )
        for row in unsettled(connection, view.id)
    )


def _outcomes(names: Names, ref: str) -> tuple[Status, ...]:
    obligation = names.obligations.get(ref)
    may_be_empty = obligation is not None and obligation.accepts_nothing
    return tuple(
        status for status in OUTCOMES if status is not Status.NOTHING_TO_REPORT or may_be_empty
    )
