"""What can be done about a mail, by what has become of it, and how the record calls that."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from sqlalchemy import Connection, Table, func, select, union

from ..calendar.status import OWED
from ..storage.change_kinds import ChangeKind
from ..storage.message_states import CarriedState, MessageState
from ..storage.schema.mail import answer_request, ledger, overview
from ..storage.schema.occurrences import occurrence


class MailAction(Enum):
    """What can be done about a mail; the value is how the record of changes calls it."""

    SEND_AGAIN = ChangeKind.MAIL_SENT_AGAIN
    HOLD_BACK = ChangeKind.MAIL_HELD_BACK
    ARRIVED = ChangeKind.MAIL_ARRIVED
    LOST = ChangeKind.MAIL_LOST


# A mail that was sent, or is in a daemon's hands this moment, is nobody's to change.
POSSIBLE = {
    MessageState.PENDING: (MailAction.HOLD_BACK,),
    MessageState.DEFERRED: (MailAction.HOLD_BACK,),
    MessageState.FAILED: (MailAction.SEND_AGAIN, MailAction.HOLD_BACK),
    MessageState.UNCERTAIN: (MailAction.ARRIVED, MailAction.SEND_AGAIN),
}
WHY_NOT = {
    MessageState.CLAIMED: "is being sent this moment; look again in a minute",
    MessageState.DATA_STARTED: "is being sent this moment; look again in a minute",
    MessageState.SENT: "was sent, and nobody is told twice",
    MessageState.SUPERSEDED: "was not sent: what it was about was settled, or is in another mail",
    MessageState.PENDING: "waits to be sent already",
    MessageState.DEFERRED: "waits to be sent already",
    MessageState.FAILED: "was refused: it did not arrive",
    MessageState.UNCERTAIN: "may have arrived, so it cannot be held back",
}


def possible(state: MessageState) -> tuple[MailAction, ...]:
    """What can be done about a mail in a state."""
    return POSSIBLE.get(state, ())


def owed_of(
    connection: Connection, message_id: int, state: CarriedState
) -> list[tuple[Table, Sequence[int]]]:
    """What a message carries in a state that is worth a mail yet, as rows of their tables."""
    still = (
        select(ledger.c.id)
        .join(occurrence, occurrence.c.id == ledger.c.occurrence_id)
        .where(
            ledger.c.message_id == message_id,
            ledger.c.state == state,
            occurrence.c.state.in_(OWED),
            occurrence.c.due_revision == ledger.c.due_revision,
            # A later reminder says all that this one did.
            occurrence.c.last_step == ledger.c.step,
        )
    )
    later = overview.alias()
    newest = select(func.max(later.c.week)).where(later.c.board == overview.c.board)
    weeks = select(overview.c.id).where(
        overview.c.message_id == message_id,
        overview.c.state == state,
        overview.c.week == newest.scalar_subquery(),
    )
    asked = select(answer_request.c.id).where(
        answer_request.c.message_id == message_id,
        answer_request.c.state == state,
    )
    found = [
        (table, connection.execute(query).scalars().all())
        for table, query in ((ledger, still), (overview, weeks), (answer_request, asked))
    ]
    return [(table, numbers) for table, numbers in found if numbers]


def boards_of(connection: Connection, message_id: int) -> set[str]:
    """The Boards that a message speaks of."""
    due = (
        select(occurrence.c.board)
        .join(ledger, ledger.c.occurrence_id == occurrence.c.id)
        .where(ledger.c.message_id == message_id)
    )
    others = (
        select(table.c.board).where(table.c.message_id == message_id)
        for table in (overview, answer_request)
    )
    return set(connection.execute(union(due, *others)).scalars())
