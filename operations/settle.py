"""What fell due before mails began, settled many at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ..calendar.planner.model import Planner, Report
from ..calendar.status import OPEN, Status
from ..scheduler.planning.board_view import BoardView
from ..storage.boards import hold_boards
from ..storage.occurrences import occurrence_by_key
from ..storage.occurrences import unsettled as stored_unsettled
from ..wording.names import Named, Names
from ..wording.statuses import STATUS_WORDS
from .record import RecordError, record

# What can have become of something that fell due before anybody was reminded of it.
OUTCOMES = (Status.SUBMITTED, Status.ACCEPTED, Status.NOTHING_TO_REPORT, Status.WAIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettledLine:
    """One thing of which nobody has said what became of it; `outcomes` are what can be said."""

    id: int
    key: str
    title: str
    place: str
    owner: Named
    due: date
    outcomes: tuple[Status, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of one thing, as somebody chose it."""

    key: str
    outcome: Status
    note: str | None


class SettledMeanwhileError(RecordError):
    """Somebody else settled some of it; nothing was changed. `sentences` say what, by key."""

    def __init__(self, sentences: dict[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = sentences


def unsettled(
    connection: Connection, planner: Planner, *, owner: str | None = None
) -> tuple[UnsettledLine, ...]:
    """What is unsettled of a Board, or of one body of it, by due date."""
    names = Names(planner)
    return tuple(
        UnsettledLine(
            id=each.id,
            key=each.key,
            title=each.title,
            place=names.place(each.ref, each.row),
            owner=names.body(each.owner),
            due=each.due,
            outcomes=outcomes(names, each.ref),
        )
        for each in stored_unsettled(connection, planner.board)
        if owner in (None, each.owner)
    )


def outcomes(names: Names, ref: str) -> tuple[Status, ...]:
    """What can have become of a report or an action; "nothing to report" only where allowed."""
    found = names.obligations.get(ref)
    accepts_nothing = isinstance(found, Report) and found.accepts_nothing
    return tuple(
        each for each in OUTCOMES if each is not Status.NOTHING_TO_REPORT or accepts_nothing
    )


def settle(
    connection: Connection, view: BoardView, chosen: Iterable[Settlement], *, who: str
) -> int:
    """Records what became of each, all or nothing; how many.

    Raises SettledMeanwhileError where somebody else has settled any of them since.
    """
    hold_boards(connection)
    wanted = list(chosen)
    gone = {}
    for each in wanted:
        row = occurrence_by_key(connection, each.key)
        if row is None or row.board != view.row.id:
            gone[each.key] = "It is not in the calendar any more."
        elif row.state != Status.UNSETTLED:
            state = "owed again" if row.state == OPEN else STATUS_WORDS[Status(row.state)]
            gone[each.key] = f"“{row.title}” was settled by somebody else meanwhile: it is {state}."
    if gone:
        raise SettledMeanwhileError(gone)
    for each in wanted:
        record(
            connection,
            view,
            each.key,
            each.outcome,
            on=view.today,
            who=who,
            note=each.note,
        )
    return len(wanted)
