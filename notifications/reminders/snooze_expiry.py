"""Snoozes that must end early: whoever asked for quiet does not get that mail any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import Connection

from ...calendar.rules.escalation import Step
from ...storage.mail.ledger import resting_rows
from ...storage.replies.snoozes import end_snoozes
from .mailing_boards import LiveBoard
from .recipients import recipients


def lapsed_snoozes(
    connection: Connection, boards: Mapping[str, LiveBoard], today: date
) -> Iterator[tuple[int, str]]:
    """Occurrences and people who would not be mailed about them any more.

    Somebody else holds the role by now, and must not wait for a rest that they never asked for.
    """
    for row in resting_rows(connection, today):
        board = boards.get(row.board)
        obligation = None if board is None else board.obligations.get(row.ref)
        if board is None or obligation is None:
            continue
        step = Step(day=today, offset=row.step)
        found = recipients(
            board.planner, row.owner, step, obligation.policy, day=today, away=board.away
        )
        if row.recipient not in {each.address for each in found}:
            yield row.occurrence_id, row.recipient


def end_lapsed(connection: Connection, boards: Mapping[str, LiveBoard], today: date) -> None:
    """Ends them, so that what was put off goes to whoever holds the role now."""
    for occurrence_id, recipient in list(lapsed_snoozes(connection, boards, today)):
        end_snoozes(connection, [occurrence_id], recipient)
