"""Mails that go out once more as they were: their day is one, and then a person decides again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Date, bindparam, exists, select, update

from ...storage.message_states import CHANGEABLE, MessageState
from ...storage.schema.mail import attempt, message
from .unsent import CARRIERS

# May have arrived, and goes out once more as it was: nothing is added to it, and its reader gets
# no other mail before.
SENT_AGAIN = message.c.state.in_(CHANGEABLE) & message.c.content.is_not(None)
NOT_TAKEN = "it could not be sent again on its day"


# It was tried, on an earlier day, since it was let go once more.
TRIED_IN_VAIN = (
    select(message.c.id)
    .where(
        SENT_AGAIN,
        message.c.recipient.in_(bindparam("readers", expanding=True)),
        message.c.day < bindparam("today", type_=Date),
        exists().where(attempt.c.message_id == message.c.id, attempt.c.at >= message.c.made_at),
    )
    .with_for_update()
)


def give_up_resending(
    connection: Connection, readers: Sequence[str], *, today: date, now: datetime
) -> None:
    """Keeps a mail that failed all day to go out once more from holding up its reader's new ones.

    It is what it was before: one that may have arrived.
    """
    asked = {"readers": list(readers), "today": today}
    found = connection.execute(TRIED_IN_VAIN, asked).scalars().all()
    if not found:
        return
    uncertain = MessageState.UNCERTAIN.value
    connection.execute(
        update(message)
        .where(message.c.id.in_(found))
        .values(state=uncertain, finished_at=now, next_attempt_at=None, reply=NOT_TAKEN)
    )
    for table in CARRIERS:
        connection.execute(
            update(table)
            .where(table.c.message_id.in_(found), table.c.state == "sending")
            .values(state=uncertain)
        )
