"""After a restore: mails sent since the backup was made, which it does not know, count as sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from ..calendar.rules.date_text import long_date
from ..core.errors import BoardcalError
from ..scheduler.tick import Ticker
from ..storage.boards import boards
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.mail.decisions import count_rows_as_sent, end_on_their_way
from ..wording.text import count


class NotYetError(BoardcalError):
    """A sending time that lies ahead."""


def count_due_as_sent(
    connection: Connection, ticker: Ticker, *, until: date, now: datetime, who: str
) -> int:
    """Counts the reminders up to the sending time of `until` as sent; the number of them.

    Mails that the backup caught on their way count too. Later steps come as planned, and so does
    the secretariat's overview. Left to be sent: what rests for its reader, what waits for the day
    after their last mail, and what is paused in the backup, since it may not have been paused
    when the reminders went.

    Raises NotYetError where that time has not come.
    """
    at = ticker.local.sending_instant(until)
    if at > now:
        raise NotYetError(
            f"The mails of {long_date(until)} go out at {ticker.local.send_at:%H:%M} and cannot "
            "have been sent yet; give an earlier day."
        )
    ticker.catch_up(connection, at)
    reply = f"sent before the backup came back, {who} says"
    end_on_their_way(connection, until, now=now, reply=reply)
    after = ticker.local.sending_instant(until + timedelta(days=1))
    counted = 0
    for row in boards(connection):
        taken_back = count_rows_as_sent(connection, row.id, before=after, day=until, who=who)
        if taken_back:
            note_change(
                connection,
                board=row.id,
                subject=row.id,
                what=ChangeKind.COUNTED_AS_SENT,
                after=count(taken_back, "reminder"),
                now=now,
                who=who,
            )
        counted += taken_back
    return counted
