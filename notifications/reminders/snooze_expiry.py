"""Snoozes that must end early: whoever asked for quiet does not get that mail any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import Connection, select

from ...calendar.rules.escalation import Step
from ...storage.replies.snoozes import RESTS, end_snoozes
from ...storage.schema.mail import ledger
from ...storage.schema.occurrences import occurrence
from .mailing_boards import LiveBoard
from .recipients import recipients

# Built once: each sweep asks, and mostly nobody rests.
RESTING = (
    select(
        ledger.c.occurrence_id,
        ledger.c.recipient,
        ledger.c.step,
        occurrence.c.board,
        occurrence.c.ref,
        occurrence.c.owner,
    )
    .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
    .where(ledger.c.state == "pending", RESTS)
    .order_by(ledger.c.id)
)
ANY_RESTING = RESTING.with_only_columns(ledger.c.id).order_by(None).limit(1)


def is_anything_resting(connection: Connection, today: date) -> bool:
    """Whether a mail is put off because its reader wants no reminder yet."""
    return connection.execute(ANY_RESTING, {"today": today}).first() is not None


def lapsed_snoozes(
    connection: Connection, boards: Mapping[str, LiveBoard], today: date
) -> Iterator[tuple[int, str]]:
    """Occurrences and people who would not be mailed about them any more.

    Somebody else holds the role by now, and must not wait for a rest that they never asked for.
    """
    for row in connection.execute(RESTING, {"today": today}).all():
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
