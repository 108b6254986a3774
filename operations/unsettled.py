"""Outcomes recorded, many at a time, of what fell due before mails began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ..calendar.status import OPEN, Status
from ..scheduler.planning.board_view import BoardView
from ..storage.boards import hold_boards
from ..storage.occurrences import occurrence_by_key
from ..wording.statuses import STATUS_WORDS
from .record import RecordError, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of one unsettled occurrence, as a person chose it."""

    key: str
    status: Status
    note: str | None


class RecordedMeanwhileError(RecordError):
    """Some of it has an outcome by now; nothing was changed. `sentences` say which, by key."""

    def __init__(self, sentences: dict[str, str]) -> None:
        super().__init__(" ".join(sentences.values()))
        self.sentences = sentences


def record_outcomes(
    connection: Connection, view: BoardView, outcomes: Sequence[Outcome], *, who: str
) -> None:
    """Records all the outcomes, as of today, or none of them.

    Raises RecordedMeanwhileError where another person has recorded any of them since.
    """
    hold_boards(connection)
    no_longer = {}
    for outcome in outcomes:
        row = occurrence_by_key(connection, outcome.key)
        if row is None or row.board != view.row.id:
            no_longer[outcome.key] = "It is not in the calendar any more."
        elif row.state != Status.UNSETTLED:
            state = "owed again" if row.state == OPEN else STATUS_WORDS[Status(row.state)]
            no_longer[outcome.key] = (
                f"“{row.title}” was settled by somebody else meanwhile: it is {state}."
            )
    if no_longer:
        raise RecordedMeanwhileError(no_longer)
    for outcome in outcomes:
        record(
            connection,
            view,
            outcome.key,
            outcome.status,
            on=view.today,
            who=who,
            note=outcome.note,
        )
