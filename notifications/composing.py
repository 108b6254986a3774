"""The compose stage: what was decided for one person becomes one message of the day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from ..storage.tables import ledger, message, overview
from .states import CHANGEABLE, GONE, MessageState


def compose(connection: Connection, *, today: date, now: datetime) -> int:
    """Puts every pending row into its recipient's message of `today`; how many were touched.

    Who already had a message today waits for the next working day. A message of an earlier
    day that has not left gives its rows to today's.
    """
    waiting = waiting_recipients(connection, today)
    if not waiting:
        return 0
    had_one = connection.execute(
        select(message.c.recipient).where(message.c.day == today, message.c.state.in_(GONE))
    ).scalars()
    readers = sorted(waiting - set(had_one))
    if not readers:
        return 0
    connection.execute(
        update(message)
        .where(
            message.c.recipient.in_(readers),
            message.c.day < today,
            message.c.state.in_(CHANGEABLE),
        )
        .values(
            state=MessageState.SUPERSEDED.value,
            finished_at=now,
            reply="went into a later day's mail",
        )
    )
    _gather(connection, readers, today=today, now=now)
    return len(readers)


def waiting_recipients(connection: Connection, today: date) -> set[str]:
    """Who has pending rows that are in no message of today yet."""
    found: set[str] = set()
    for table in (ledger, overview):
        joined = table.outerjoin(message, table.c.message_id == message.c.id)
        rows = connection.execute(
            select(table.c.recipient)
            .select_from(joined)
            .where(
                table.c.state == "pending",
                table.c.message_id.is_(None)
                | (message.c.state == MessageState.SUPERSEDED.value)
                | ((message.c.day < today) & message.c.state.in_(CHANGEABLE)),
            )
            .distinct()
        )
        found.update(rows.scalars())
    return found


def _gather(connection: Connection, readers: list[str], *, today: date, now: datetime) -> None:
    """Gives each reader a message of today, and all their pending rows to it."""
    todays = (message.c.day == today) & message.c.state.in_(CHANGEABLE)
    existing = connection.execute(
        select(message.c.recipient).where(todays, message.c.recipient.in_(readers))
    ).scalars()
    missing = sorted(set(readers) - set(existing))
    if missing:
        made = {"day": today, "state": MessageState.PENDING.value, "made_at": now}
        connection.execute(insert(message), [{"recipient": each, **made} for each in missing])
    for table in (ledger, overview):
        theirs = select(message.c.id).where(todays, message.c.recipient == table.c.recipient)
        connection.execute(
            update(table)
            .where(table.c.recipient.in_(readers), table.c.state == "pending")
            .values(message_id=theirs.scalar_subquery())
        )


def add_overview(
    connection: Connection, board: str, *, week: date, recipient: str, first: bool = False
) -> bool:
    """Asks for a Board's overview of a week, once; whether it was not asked for before."""
    asked = connection.execute(
        select(overview.c.id).where(overview.c.board == board, overview.c.week == week)
    ).first()
    if asked is not None:
        return False
    connection.execute(
        insert(overview).values(
            board=board, week=week, recipient=recipient, first=first, state="pending"
        )
    )
    return True


def due_messages(
    connection: Connection, now: datetime, states: Collection[str] = CHANGEABLE
) -> list[int]:
    """The messages that may be sent by `now`, oldest first."""
    rows = connection.execute(
        select(message.c.id)
        .where(
            message.c.state.in_(states),
            message.c.next_attempt_at.is_(None) | (message.c.next_attempt_at <= now),
        )
        .order_by(message.c.day, message.c.id)
    )
    return list(rows.scalars())
