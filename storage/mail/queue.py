"""Which messages may leave now, which next, and how long the oldest has waited."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, select

from ..message_states import CHANGEABLE, IN_HAND, MessageState
from ..replies.snoozes import TODAY
from ..schema.column_types import Instant
from ..schema.mail import message
from .carried_rows import HAS_UNSENT
from .messages import SENT_AGAIN

NOW = bindparam("now", type_=Instant)
others = message.alias()
HAS_TODAYS = (
    select(others.c.id)
    .where(
        others.c.recipient == message.c.recipient,
        others.c.day == TODAY,
        others.c.id != message.c.id,
        others.c.state != MessageState.SUPERSEDED,
    )
    .exists()
)


# Built once: they run for every mail. One of an earlier day waits for the next sending time and
# goes into that day's: mail that comes at night or at a weekend, and then again in the morning, is
# nobody's wish.
MAY_LEAVE = select(message.c.id).where(
    # Said once more by itself, so that the few that wait are found among all that ever left.
    message.c.state.in_(CHANGEABLE),
    (message.c.day == TODAY) | ((message.c.day < TODAY) & SENT_AGAIN & ~HAS_TODAYS),
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


def due_messages(connection: Connection, *, today: date, now: datetime) -> list[int]:
    """The messages that may be sent by `now`, oldest first."""
    return list(connection.execute(DUE, {"today": today, "now": now}).scalars())


def is_due(connection: Connection, *, today: date, now: datetime) -> bool:
    """Whether any message may be sent by `now`."""
    return connection.execute(ANY_DUE, {"today": today, "now": now}).first() is not None


def next_due(connection: Connection, *, today: date, now: datetime) -> int | None:
    """The message to send next, held against other daemons until the transaction ends."""
    number: int | None = connection.execute(NEXT_DUE, {"today": today, "now": now}).scalar()
    return number


def oldest_waiting(connection: Connection, today: date) -> datetime | None:
    """When the oldest message was made that should have left by now; None where none waits."""
    made_at: datetime | None = connection.execute(
        select(func.min(message.c.made_at)).where(
            message.c.state.in_((*CHANGEABLE, *IN_HAND)), message.c.day <= today, HAS_UNSENT
        )
    ).scalar()
    return made_at
