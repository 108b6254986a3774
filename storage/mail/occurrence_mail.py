"""What was mailed about an occurrence: its ledger rows, and the messages that carried them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, select

from ...calendar.rules.escalation import TAKEN_BACK, Level
from ..database.batches import batches
from ..message_states import GONE, CarriedState
from ..occurrences import StoredOccurrence
from ..schema.column_types import AnyRow
from ..schema.mail import ledger, message
from .ledger import hand_rows_on

# Its reader was told, or could have been: only the address or the server stood in the way.
TOLD = (
    CarriedState.SENDING,
    CarriedState.SENT,
    CarriedState.FAILED,
    CarriedState.UNCERTAIN,
)


def ledger_of(connection: Connection, occurrence_id: int) -> Sequence[AnyRow]:
    """The ledger rows of an occurrence, the oldest first.

    Beside each stand its message's `day`, `became` (the state), `finished_at` and `reply`.
    """
    return connection.execute(
        select(
            ledger,
            message.c.day,
            message.c.state.label("became"),
            message.c.finished_at,
            message.c.reply,
        )
        .outerjoin(message, ledger.c.message_id == message.c.id)
        .where(ledger.c.occurrence_id == occurrence_id)
        .order_by(ledger.c.id)
    ).all()


def messages_about(connection: Connection, occurrence_id: int) -> Sequence[AnyRow]:
    """The messages that an occurrence was in, the oldest first."""
    carrying = select(ledger.c.message_id).where(ledger.c.occurrence_id == occurrence_id)
    return connection.execute(
        select(message).where(message.c.id.in_(carrying)).order_by(message.c.id)
    ).all()


def count_reminded(connection: Connection, occurrences: Iterable[int]) -> int:
    """Of how many of some occurrences a reminder was sent."""
    reminded: set[int] = set()
    for batch in batches(occurrences):
        sent = (
            select(ledger.c.occurrence_id)
            .where(ledger.c.occurrence_id.in_(batch), ledger.c.state == CarriedState.SENT)
            .distinct()
        )
        reminded.update(connection.execute(sent).scalars())
    return len(reminded)


def mailed_on(connection: Connection, day: date) -> frozenset[str]:
    """The addresses that have had the one email of a day, or are getting it."""
    recipients = select(message.c.recipient).where(message.c.day == day, message.c.state.in_(GONE))
    return frozenset(connection.execute(recipients).scalars())


def told_of(connection: Connection, occurrences: Iterable[int]) -> list[AnyRow]:
    """The ledger rows of some occurrences that were mailed, the oldest first."""
    return [
        row
        for batch in batches(occurrences)
        for row in connection.execute(
            select(ledger)
            .where(ledger.c.occurrence_id.in_(batch), ledger.c.state.in_(TOLD))
            .order_by(ledger.c.id)
        )
    ]


def owners_told_of(connection: Connection, occurrences: Iterable[int]) -> dict[int, AnyRow]:
    """The last ledger row that was mailed to the owner of each occurrence, by its number."""
    rows = told_of(connection, occurrences)
    return {row.occurrence_id: row for row in rows if row.level == Level.OWNER}


def steps_from(connection: Connection, row: StoredOccurrence, due: date) -> dict[str, int | None]:
    """The columns by which the steps of an occurrence run from a date that it is given.

    Where its owner was last told of that very date, the steps go on from the one mailed then.
    """
    told = owners_told_of(connection, [row.id]).get(row.id)
    holds = told is not None and told.due == due and told.step != TAKEN_BACK
    last_step = told.step if told is not None and holds else None
    return {"due_revision": row.due_revision + 1, "last_step": last_step}


def announce_off(connection: Connection, row: StoredOccurrence, now: datetime) -> None:
    """Has those who were mailed the date of an occurrence hear that its meeting is cancelled."""
    last = {told.recipient: told for told in told_of(connection, [row.id])}
    hand_rows_on(
        connection,
        [
            {
                "occurrence_id": row.id,
                "due_revision": row.due_revision,
                "step": TAKEN_BACK,
                "recipient": told.recipient,
                "level": told.level,
                "because": told.because,
                "due": told.due,
                "decided_at": now,
                "state": CarriedState.PENDING,
                "reason": None,
                "message_id": None,
            }
            for told in last.values()
            if told.step != TAKEN_BACK and told.due == row.due
        ],
    )
