"""What was mailed about an occurrence: its ledger rows, and the messages that carried them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, select

from ...calendar.rules.escalation import TAKEN_BACK, Level, Notice, is_notice
from ..change_kinds import ChangeKind
from ..database.batches import batches
from ..message_states import GONE, CarriedState
from ..occurrences import StoredOccurrence
from ..schema.column_types import AnyRow
from ..schema.mail import ledger, message
from ..schema.occurrences import change, occurrence
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


def taken_over(connection: Connection, occurrences: Iterable[int]) -> dict[int, AnyRow]:
    """From whom each occurrence was taken over, by its number, where they had been mailed of it.

    `owner` is the body that had it last, `on` the day on which it was handed over.
    """
    former, mailed = occurrence.alias(), select(ledger.c.id).where(ledger.c.state.in_(TOLD))
    columns = (occurrence.c.id, former.c.owner, change.c.on)
    return {
        row.id: row
        for batch in batches(occurrences)
        for row in connection.execute(
            select(*columns)
            .join(
                former,
                (former.c.board == occurrence.c.board)
                & (former.c.ref == occurrence.c.ref)
                & (former.c.period == occurrence.c.period)
                & (former.c.owner != occurrence.c.owner),
            )
            .join(change, (change.c.subject == former.c.key) & (change.c.what == ChangeKind.VOID))
            .where(
                occurrence.c.id.in_(batch),
                former.c.left_planner.is_(True),
                change.c.on.is_not(None),
                mailed.where(ledger.c.occurrence_id == former.c.id).exists(),
            )
            .order_by(change.c.id)
        )
    }


def steps_from(connection: Connection, row: StoredOccurrence, due: date) -> dict[str, int | None]:
    """The columns by which the steps of an occurrence run from a date that it is given."""
    return steps_after(row, owners_told_of(connection, [row.id]).get(row.id), due)


def steps_after(row: StoredOccurrence, told: AnyRow | None, due: date) -> dict[str, int | None]:
    """As `steps_from`, of which `told` was the last email to its owner.

    Where its owner was last told of that very date, the steps go on from the one mailed then.
    """
    holds = told is not None and told.due == due and not is_notice(told.step)
    last_step = told.step if told is not None and holds else None
    return {"due_revision": row.due_revision + 1, "last_step": last_step}


def announce_off(
    connection: Connection, rows: Iterable[StoredOccurrence], notice: Notice, now: datetime
) -> None:
    """Has those who were mailed of occurrences hear that the dates that they know are off."""
    off = {row.id: row for row in rows}
    last = {(told.occurrence_id, told.recipient): told for told in told_of(connection, off)}
    # One that waits already says what becomes of it by the time it leaves.
    waiting = _waiting_notices(connection, off)
    hand_rows_on(
        connection,
        [
            {
                "occurrence_id": told.occurrence_id,
                "due_revision": off[told.occurrence_id].due_revision,
                "step": notice,
                "recipient": told.recipient,
                "level": told.level,
                "because": told.because,
                "due": told.due,
                "decided_at": now,
                "state": CarriedState.PENDING,
                "reason": None,
                "reason_detail": None,
                "message_id": None,
            }
            for told in last.values()
            if not is_notice(told.step) and (told.occurrence_id, told.recipient) not in waiting
        ],
    )


def _waiting_notices(
    connection: Connection, occurrences: Iterable[int]
) -> frozenset[tuple[int, str]]:
    """The occurrences and readers of notices that are decided and have not left."""
    is_waiting = (ledger.c.step >= TAKEN_BACK) & (ledger.c.state == CarriedState.PENDING)
    return frozenset(
        (row.occurrence_id, row.recipient)
        for batch in batches(occurrences)
        for row in connection.execute(
            select(ledger.c.occurrence_id, ledger.c.recipient).where(
                ledger.c.occurrence_id.in_(batch), is_waiting
            )
        )
    )
