"""Snoozes that end early, because another person has to be reminded by now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from ...calendar.rules.escalation import Step
from ...core.local_time import Moment
from ...storage.mail.ledger import resting_rows
from ...storage.replies.snoozes import end_snoozes
from .mailing_boards import LiveBoard
from .recipients import recipients
from .stage import Stage


def lapsed_snoozes(
    connection: Connection, boards: Mapping[str, LiveBoard], moment: Moment
) -> Iterator[tuple[int, str]]:
    """Occurrences, each with a reader who snoozed it and would not be mailed about it any more.

    Somebody else holds the role by now, and must not wait for a rest that they never asked for.
    """
    for row in resting_rows(connection, moment.today):
        board = boards.get(row.board)
        obligation = None if board is None else board.obligations.get(row.ref)
        if board is None or obligation is None:
            continue
        step = Step(day=moment.today, offset=row.step)
        current = recipients(
            board.planner,
            row.owner,
            step,
            obligation.policy,
            day=moment.today,
            away=board.away,
        )
        if row.recipient not in {recipient.address for recipient in current}:
            yield row.occurrence_id, row.recipient


def end_lapsed(connection: Connection, boards: Mapping[str, LiveBoard], moment: Moment) -> None:
    """Ends such snoozes, so that what was put off goes to the holder of today."""
    for occurrence_id, recipient in list(lapsed_snoozes(connection, boards, moment)):
        end_snoozes(connection, [occurrence_id], recipient)


END_LAPSED_SNOOZES = Stage(
    has_work=lambda connection, boards, moment: any(lapsed_snoozes(connection, boards, moment)),
    run=end_lapsed,
)
