"""Texts of emails that a Board no longer keeps: the record of them stays, the bytes go."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, bindparam, select, update

from ..message_states import DONE, MessageState
from ..schema.mail import message

# In one transaction, so that nobody waits long for the first thinning of many years.
AT_ONCE = 200

# Sent, written or given up for good. One that waits, was refused or whose delivery is not known is
# still somebody's to decide on.
OLD = (
    select(message.c.id)
    .where(
        message.c.day < bindparam("before"),
        message.c.state.in_((*DONE, MessageState.SUPERSEDED)),
        message.c.content.is_not(None),
    )
    .order_by(message.c.id)
    .limit(AT_ONCE)
)
THIN = update(message).where(message.c.id.in_(OLD)).values(content=None)


def thin_texts(connection: Connection, *, before: date) -> int:
    """Removes the bytes of at most AT_ONCE emails of days before `before`; how many they were.

    Who was sent what, when, about which items and with what outcome stays as it was.
    """
    return connection.execute(THIN, {"before": before}).rowcount
