"""Snoozes: readers' wishes for no reminder for a while, which put mails off.

A snooze is of one due date. Another date brings its reminders whatever was wished about the one
before, and where that comes back, so does the wish.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Date, bindparam, delete, insert, select, update

from ...calendar.rules.escalation import TAKEN_BACK
from ..message_states import CHANGEABLE, CarriedState
from ..schema.mail import ledger, message
from ..schema.occurrences import occurrence, snooze

TODAY = bindparam("today", type_=Date)


# Whether a row of the ledger waits for its reader's snooze to end. The due date stands here
# besides the snooze's own end: whatever was stored, nothing rests once it has passed.
# That something is off is no reminder.
RESTS: ColumnElement[bool] = (
    select(snooze.c.until)
    .where(
        snooze.c.occurrence_id == ledger.c.occurrence_id,
        snooze.c.recipient == ledger.c.recipient,
        snooze.c.due == ledger.c.due,
        snooze.c.until > TODAY,
        ledger.c.due >= TODAY,
        ledger.c.step < TAKEN_BACK,
    )
    .exists()
)


# A mail that is being sent, or goes out once more as it was, keeps what it says.
FREE = select(message.c.id).where(message.c.state.in_(CHANGEABLE), message.c.content.is_(None))


# Built once: it runs for every mail.
RESTING = (
    select(snooze.c.occurrence_id, snooze.c.recipient)
    .join(occurrence, snooze.c.occurrence_id == occurrence.c.id)
    .where(
        snooze.c.recipient.in_(bindparam("readers", expanding=True)),
        snooze.c.until > TODAY,
        snooze.c.due == occurrence.c.due,
    )
)


def set_snooze(
    connection: Connection,
    *,
    occurrence: int,
    due: date,
    recipient: str,
    until: date,
    now: datetime,
) -> None:
    """Lets one person's reminders of something rest; `until` is the first day of them again."""
    end_snoozes(connection, [occurrence], recipient)
    connection.execute(
        insert(snooze).values(
            occurrence_id=occurrence,
            recipient=recipient,
            due=due,
            until=until,
            at=now,
        )
    )
    connection.execute(
        update(ledger)
        .where(
            ledger.c.occurrence_id == occurrence,
            ledger.c.recipient == recipient,
            ledger.c.state == CarriedState.PENDING,
            ledger.c.message_id.in_(FREE),
        )
        .values(message_id=None)
    )


def end_snoozes(
    connection: Connection, occurrences: Sequence[int], recipient: str | None = None
) -> None:
    """Ends the snoozes of occurrences, everybody's or one person's."""
    ended = delete(snooze).where(snooze.c.occurrence_id.in_(occurrences))
    if recipient is not None:
        ended = ended.where(snooze.c.recipient == recipient)
    connection.execute(ended)


def snoozed_until(
    connection: Connection, *, occurrence: int, due: date, recipient: str, today: date
) -> date | None:
    """The first day of reminders again for a reader; None without a snooze."""
    until: date | None = connection.execute(
        select(snooze.c.until).where(
            snooze.c.occurrence_id == occurrence,
            snooze.c.recipient == recipient,
            snooze.c.due == due,
            snooze.c.until > today,
        )
    ).scalar()
    return until


def all_snoozed_until(
    connection: Connection, *, occurrence: int, due: date, today: date
) -> dict[str, date]:
    """Who wants no reminder of something yet, and the first day of reminders again, by address."""
    rows = connection.execute(
        select(snooze.c.recipient, snooze.c.until).where(
            snooze.c.occurrence_id == occurrence,
            snooze.c.due == due,
            snooze.c.until > today,
        )
    )
    return {row.recipient: row.until for row in rows}


def resting(
    connection: Connection, readers: Sequence[str], today: date
) -> frozenset[tuple[int, str]]:
    """The occurrences, each with the reader who wants no reminder of it yet."""
    rows = connection.execute(RESTING, {"readers": list(readers), "today": today})
    return frozenset((row.occurrence_id, row.recipient) for row in rows)
