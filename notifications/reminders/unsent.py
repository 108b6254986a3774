"""How long mails that are due have been waiting to leave."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, exists, func, or_, select

from ...storage.message_states import CHANGEABLE, IN_HAND
from ...storage.schema.mail import answer_request, ledger, message, overview

CARRIERS = (ledger, overview, answer_request)
UNSENT = ("pending", "sending")


# Whether a message has anything left to say: its rows may have lost their reason since.
HAS_PENDING = or_(
    *(
        exists().where(table.c.message_id == message.c.id, table.c.state.in_(UNSENT))
        for table in CARRIERS
    )
)


def oldest_waiting(connection: Connection, today: date) -> datetime | None:
    """When the oldest message was made that should have left by now; None where none waits."""
    found: datetime | None = connection.execute(
        select(func.min(message.c.made_at)).where(
            message.c.state.in_((*CHANGEABLE, *IN_HAND)), message.c.day <= today, HAS_PENDING
        )
    ).scalar()
    return found
