"""The compose stage: what was decided for one person becomes one message of the day."""

from __future__ import annotations

from sqlalchemy import Connection

from ...core.local_time import Moment
from ...storage.mail.carried_rows import put_into_messages, waiting_recipients
from ...storage.mail.messages import (
    add_messages,
    give_up_earlier,
    give_up_empty,
    give_up_resending,
    messages_of_today,
)
from ...storage.message_states import GONE
from .stage import Stage


def compose(connection: Connection, moment: Moment) -> int:
    """Puts every pending row into its recipient's message of the day; how many were touched.

    Who already had a message today, or gets one that goes out again, waits for a later day. A
    message of an earlier day that has not left gives its rows to today's.
    """
    today, now = moment.today, moment.now
    give_up_empty(connection, today=today, now=now)
    waiting = sorted(waiting_recipients(connection, today))
    if not waiting:
        return 0
    give_up_resending(connection, waiting, today=today, now=now)
    messages = messages_of_today(connection, waiting, today)
    served = {row.recipient for row in messages if row.is_fixed or row.state in GONE}
    readers = [reader for reader in waiting if reader not in served]
    if not readers:
        return 0
    give_up_earlier(connection, readers, today=today, now=now)
    has_one = {row.recipient for row in messages}
    missing = [reader for reader in readers if reader not in has_one]
    add_messages(connection, missing, today=today, now=now)
    put_into_messages(connection, readers, today)
    return len(readers)


COMPOSE = Stage(
    has_work=lambda connection, _, moment: bool(waiting_recipients(connection, moment.today)),
    run=lambda connection, _, moment: compose(connection, moment),
)
