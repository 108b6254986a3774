"""What was mailed about an occurrence: its ledger rows, and the messages that carried them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, select

from ..database.batches import batches
from ..message_states import GONE, CarriedState
from ..schema.column_types import AnyRow
from ..schema.mail import ledger, message


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
