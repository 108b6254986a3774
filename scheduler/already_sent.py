"""After a restore: what is due by now was mailed before, though the backup does not know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from ..notifications.phrases import count
from ..notifications.states import CHANGEABLE, IN_HAND, MessageState
from ..notifications.waiting import CARRIERS
from ..storage.occurrence_rows import note_change
from ..storage.planners import boards
from ..storage.tables import ledger, message, occurrence
from .tick import Ticker

COUNTED = "counted as sent"


def count_due_as_sent(connection: Connection, ticker: Ticker, *, now: datetime, who: str) -> int:
    """Lets no reminder out whose step has come by `now`; how many were counted as sent.

    That is every reminder up to the last sending time, with those that the backup caught on their
    way. Later steps come as ever, and so does the secretariat's overview. What is paused in the
    backup is left: nobody can tell whether it was when the reminders went.
    """
    ticker.catch_up(connection, now)
    why = f"sent before the backup came back, {who} says"
    _take_back_what_was_on_its_way(connection, now=now, why=why)
    counted = 0
    for row in boards(connection):
        mine = select(occurrence.c.id).where(occurrence.c.board == row.id)
        taken_back = connection.execute(
            update(ledger)
            .where(ledger.c.state == "pending", ledger.c.occurrence_id.in_(mine))
            .values(state="superseded", reason=why)
        ).rowcount
        if taken_back:
            note_change(
                connection,
                board=row.id,
                subject=row.id,
                what=COUNTED,
                after=count(taken_back, "reminder"),
                now=now,
                who=who,
            )
        counted += taken_back
    return counted


def _take_back_what_was_on_its_way(connection: Connection, *, now: datetime, why: str) -> None:
    """Ends the mails that no daemon carries any more, or that were to go again as they were.

    What they carried waits as though it had been in none of them.
    """
    fixed = message.c.state.in_(CHANGEABLE) & message.c.content.is_not(None)
    found: Sequence[int] = (
        connection.execute(select(message.c.id).where(message.c.state.in_(IN_HAND) | fixed))
        .scalars()
        .all()
    )
    connection.execute(
        update(message)
        .where(message.c.id.in_(found))
        .values(
            state=MessageState.SUPERSEDED.value,
            finished_at=now,
            reply=why,
            claimed_by=None,
            lease_until=None,
            next_attempt_at=None,
        )
    )
    for table in CARRIERS:
        connection.execute(
            update(table)
            .where(table.c.message_id.in_(found), table.c.state == "sending")
            .values(state="pending")
        )
