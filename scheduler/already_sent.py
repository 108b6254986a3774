"""After a restore: what is due by now was mailed before, though the backup does not know it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from ..notifications.phrases import count
from ..storage.occurrence_rows import note_change
from ..storage.planners import boards
from ..storage.tables import ledger, occurrence
from .tick import Ticker

COUNTED = "counted as sent"


def count_due_as_sent(connection: Connection, ticker: Ticker, *, now: datetime, who: str) -> int:
    """Lets no reminder out whose step has come by `now`; how many were counted as sent.

    Later steps come as ever, and so does the secretariat's overview. What is to be sent again
    with the same bytes somebody has decided on already; it is left as it is.
    """
    ticker.catch_up(connection, now)
    counted = 0
    for row in boards(connection):
        mine = select(occurrence.c.id).where(occurrence.c.board == row.id)
        taken_back = connection.execute(
            update(ledger)
            .where(ledger.c.state == "pending", ledger.c.occurrence_id.in_(mine))
            .values(state="superseded", reason=f"sent before the backup came back, {who} says")
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
