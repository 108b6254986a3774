"""The compose stage: what was decided for one person becomes one message of the day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BindParameter,
    Connection,
    Date,
    Select,
    Table,
    bindparam,
    insert,
    select,
    update,
)

from ..storage.columns import Instant
from ..storage.tables import ledger, message, overview
from .states import CHANGEABLE, GONE, MessageState


def _waiting_in(table: Table) -> Select[tuple[str]]:
    free = (
        table.c.message_id.is_(None)
        | (message.c.state == MessageState.SUPERSEDED.value)
        | ((message.c.day < bindparam("today", type_=Date)) & message.c.state.in_(CHANGEABLE))
    )
    return (
        select(table.c.recipient)
        .select_from(table.outerjoin(message, table.c.message_id == message.c.id))
        .where(table.c.state == "pending", free)
    )


TODAY = bindparam("today", type_=Date)
READERS: BindParameter[str] = bindparam("readers", expanding=True)
OF_TODAY = (message.c.day == TODAY) & message.c.state.in_(CHANGEABLE)
# Built once: each sweep asks, and mostly finds nothing.
WAITING = _waiting_in(ledger).union(_waiting_in(overview))
HAD_ONE = select(message.c.recipient).where(message.c.day == TODAY, message.c.state.in_(GONE))
HAVE_ONE = select(message.c.recipient).where(OF_TODAY, message.c.recipient.in_(READERS))
GIVE_UP_EARLIER = (
    update(message)
    .where(
        message.c.recipient.in_(READERS),
        message.c.day < TODAY,
        message.c.state.in_(CHANGEABLE),
    )
    .values(
        state=bindparam("ended"),
        finished_at=bindparam("now", type_=Instant),
        reply=bindparam("why"),
    )
)
NOW = bindparam("now", type_=Instant)
DUE = (
    select(message.c.id)
    .where(
        message.c.state.in_(CHANGEABLE),
        message.c.next_attempt_at.is_(None) | (message.c.next_attempt_at <= NOW),
    )
    .order_by(message.c.day, message.c.id)
)
INTO_MESSAGES = tuple(
    update(table)
    .where(table.c.recipient.in_(READERS), table.c.state == "pending")
    .values(
        message_id=select(message.c.id)
        .where(OF_TODAY, message.c.recipient == table.c.recipient)
        .scalar_subquery()
    )
    for table in (ledger, overview)
)


def compose(connection: Connection, *, today: date, now: datetime) -> int:
    """Puts every pending row into its recipient's message of `today`; how many were touched.

    Who already had a message today waits for the next working day. A message of an earlier
    day that has not left gives its rows to today's.
    """
    waiting = waiting_recipients(connection, today)
    if not waiting:
        return 0
    had_one = connection.execute(HAD_ONE, {"today": today}).scalars().all()
    readers = sorted(waiting - set(had_one))
    if not readers:
        return 0
    connection.execute(
        GIVE_UP_EARLIER,
        {
            "readers": readers,
            "today": today,
            "ended": MessageState.SUPERSEDED.value,
            "now": now,
            "why": "went into a later day's mail",
        },
    )
    _gather(connection, readers, today=today, now=now)
    return len(readers)


def waiting_recipients(connection: Connection, today: date) -> set[str]:
    """Who has pending rows that are in no message of today yet."""
    return {row.recipient for row in connection.execute(WAITING, {"today": today})}


def _gather(connection: Connection, readers: list[str], *, today: date, now: datetime) -> None:
    """Gives each reader a message of today, and all their pending rows to it."""
    asked = {"readers": readers, "today": today}
    having = connection.execute(HAVE_ONE, asked).scalars().all()
    missing = sorted(set(readers) - set(having))
    if missing:
        made = {"day": today, "state": MessageState.PENDING.value, "made_at": now}
        connection.execute(insert(message), [{"recipient": each, **made} for each in missing])
    for statement in INTO_MESSAGES:
        connection.execute(statement, asked)


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


def due_messages(connection: Connection, now: datetime) -> list[int]:
    """The messages that may be sent by `now`, oldest first."""
    return list(connection.execute(DUE, {"now": now}).scalars())
