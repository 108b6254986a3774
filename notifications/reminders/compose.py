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
    true,
    union,
    update,
)

from ...storage.message_states import CHANGEABLE, GONE, IN_HAND, MessageState
from ...storage.replies.snoozes import RESTS
from ...storage.schema.column_types import Instant
from ...storage.schema.mail import answer_request, ledger, message, overview
from ...storage.schema.planner import board, pause
from .resend import SENT_AGAIN, give_up_resending
from .unsent import CARRIERS, HAS_PENDING

TODAY = bindparam("today", type_=Date)


# What rests for its reader, or is of a Board or for a person that is paused, waits without any
# message.
MAY_GO = {
    ledger: ~RESTS,
    overview: true(),
    answer_request: answer_request.c.recipient.is_not(None)
    & answer_request.c.board.in_(select(board.c.id).where(board.c.go_live <= TODAY))
    & ~select(pause.c.id)
    .where(
        pause.c.board == answer_request.c.board,
        (pause.c.kind == "board")
        | ((pause.c.kind == "person") & (pause.c.id == answer_request.c.recipient)),
    )
    .exists(),
}


def _waiting_in(table: Table) -> Select[tuple[str]]:
    free = (
        table.c.message_id.is_(None)
        | (message.c.state == MessageState.SUPERSEDED.value)
        | ((message.c.day < TODAY) & message.c.state.in_(CHANGEABLE))
    )
    return (
        select(table.c.recipient)
        .select_from(table.outerjoin(message, table.c.message_id == message.c.id))
        .where(table.c.state == "pending", free, MAY_GO[table])
    )


READERS: BindParameter[str] = bindparam("readers", expanding=True)
OF_TODAY = (message.c.day == TODAY) & message.c.state.in_(CHANGEABLE)


# Built once: each sweep asks, and mostly finds nothing.
WAITING = union(*(_waiting_in(table) for table in CARRIERS))


# Held, so that nobody begins to send one of them while it is added to.
MESSAGES_OF_TODAY = (
    select(message.c.recipient, message.c.state, SENT_AGAIN.label("is_fixed"))
    .where(
        (message.c.day == TODAY) | SENT_AGAIN,
        message.c.recipient.in_(READERS),
        message.c.state != MessageState.SUPERSEDED.value,
    )
    .with_for_update()
)
GIVE_UP_EARLIER = (
    update(message)
    .where(
        message.c.recipient.in_(READERS),
        message.c.day < TODAY,
        message.c.state.in_(CHANGEABLE),
        message.c.content.is_(None),
    )
    .values(
        state=bindparam("ended"),
        finished_at=bindparam("now", type_=Instant),
        reply=bindparam("why"),
    )
)
NOW = bindparam("now", type_=Instant)


# One that waited for another attempt while all that it said was settled, moved or taken back.
GIVE_UP_EMPTY = (
    update(message)
    .where(
        message.c.day < TODAY,
        message.c.state.in_(CHANGEABLE),
        message.c.content.is_(None),
        ~HAS_PENDING,
    )
    .values(
        state=MessageState.SUPERSEDED.value,
        finished_at=bindparam("now", type_=Instant),
        reply="nothing left to say",
    )
)
others = message.alias()
HAS_TODAYS = (
    select(others.c.id)
    .where(
        others.c.recipient == message.c.recipient,
        others.c.day == TODAY,
        others.c.id != message.c.id,
        others.c.state != MessageState.SUPERSEDED.value,
    )
    .exists()
)
MAY_LEAVE = select(message.c.id).where(
    # Said once more by itself, so that the few that wait are found among all that ever left.
    message.c.state.in_(CHANGEABLE),
    OF_TODAY | ((message.c.day < TODAY) & SENT_AGAIN & ~HAS_TODAYS),
    message.c.next_attempt_at.is_(None) | (message.c.next_attempt_at <= NOW),
)
DUE = MAY_LEAVE.order_by(message.c.id)
ANY_DUE = MAY_LEAVE.limit(1)


# In the order of the index on both columns. What another daemon is claiming is passed over.
NEXT_DUE = (
    MAY_LEAVE.order_by(message.c.state, message.c.next_attempt_at)
    .limit(1)
    .with_for_update(skip_locked=True, of=message)
)
INTO_MESSAGES = tuple(
    update(table)
    .where(
        table.c.recipient.in_(READERS),
        table.c.state == "pending",
        MAY_GO[table],
        ~select(message.c.id)
        .where(message.c.id == table.c.message_id, message.c.state.in_(IN_HAND))
        .exists(),
    )
    .values(
        message_id=select(message.c.id)
        .where(OF_TODAY, message.c.recipient == table.c.recipient)
        .scalar_subquery()
    )
    for table in CARRIERS
)


def compose(connection: Connection, *, today: date, now: datetime) -> int:
    """Puts every pending row into its recipient's message of `today`; how many were touched.

    Who already had a message today, or gets one that goes out again, waits for a later day. A
    message of an earlier day that has not left gives its rows to today's.
    """
    connection.execute(GIVE_UP_EMPTY, {"today": today, "now": now})
    waiting = sorted(waiting_recipients(connection, today))
    if not waiting:
        return 0
    give_up_resending(connection, waiting, today=today, now=now)
    todays = connection.execute(MESSAGES_OF_TODAY, {"readers": waiting, "today": today}).all()
    served = {row.recipient for row in todays if row.is_fixed or row.state in GONE}
    readers = [each for each in waiting if each not in served]
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
    has_one = {row.recipient for row in todays}
    missing = [each for each in readers if each not in has_one]
    if missing:
        made = {
            "day": today,
            "state": MessageState.PENDING.value,
            "made_at": now,
            "next_attempt_at": now,
        }
        connection.execute(insert(message), [{"recipient": each, **made} for each in missing])
    for statement in INTO_MESSAGES:
        connection.execute(statement, {"readers": readers, "today": today})
    return len(readers)


def waiting_recipients(connection: Connection, today: date) -> set[str]:
    """Who has pending rows that are in no message of today yet."""
    return {row.recipient for row in connection.execute(WAITING, {"today": today})}


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


def due_messages(connection: Connection, *, today: date, now: datetime) -> list[int]:
    """The messages of `today` that may be sent by `now`, oldest first.

    One of an earlier day waits for the next sending time and goes into that day's: mail that
    comes at night or at a weekend, and then again in the morning, is nobody's wish.
    """
    return list(connection.execute(DUE, {"today": today, "now": now}).scalars())


def is_due(connection: Connection, *, today: date, now: datetime) -> bool:
    """Whether any message may be sent by `now`."""
    return connection.execute(ANY_DUE, {"today": today, "now": now}).first() is not None


def next_due(connection: Connection, *, today: date, now: datetime) -> int | None:
    """The message to send next, held against other daemons until the transaction ends."""
    found: int | None = connection.execute(NEXT_DUE, {"today": today, "now": now}).scalar()
    return found
