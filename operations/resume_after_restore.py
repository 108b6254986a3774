"""After a restore: what went out after the backup was made, though the backup does not know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Date, bindparam, select, update

from ..calendar.rules.date_text import long_date
from ..core.errors import BoardcalError
from ..scheduler.tick import Ticker
from ..storage.boards import boards
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.mail.carried_rows import CARRIED
from ..storage.message_states import CHANGEABLE, GONE, IN_HAND, CarriedState, MessageState
from ..storage.replies.snoozes import RESTS
from ..storage.schema.mail import ledger, message
from ..storage.schema.occurrences import occurrence
from ..storage.unsent_reasons import UnsentReason
from ..wording.text import count

# Nobody gets two mails a day: what was decided after the first waits for the next.
HAD_ANOTHER = (
    select(message.c.id)
    .where(
        message.c.recipient == ledger.c.recipient,
        message.c.day == bindparam("today", type_=Date),
        message.c.state.in_(GONE),
    )
    .exists()
)


class NotYetError(BoardcalError):
    """A sending time that has not come."""


def count_due_as_sent(
    connection: Connection, ticker: Ticker, *, until: date, now: datetime, who: str
) -> int:
    """Lets no reminder out that the sending time of `until` brought; how many counted as sent.

    Those count too that the backup caught on their way. Later steps come as ever, and so does the
    secretariat's overview. What rests for its reader, or waits for the day after their last mail,
    has not been sent by then and is left; so is what is paused in the backup, for nobody can tell
    whether it was when the reminders went.

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
    _take_back_what_was_on_its_way(connection, until, now=now, reply=reply)
    after = ticker.local.sending_instant(until + timedelta(days=1))
    counted = 0
    for row in boards(connection):
        mine = select(occurrence.c.id).where(occurrence.c.board == row.id)
        taken_back = connection.execute(
            update(ledger)
            .where(
                ledger.c.state == CarriedState.PENDING,
                ledger.c.occurrence_id.in_(mine),
                ledger.c.decided_at < after,
                ~RESTS,
                ~HAD_ANOTHER,
            )
            .values(
                state=CarriedState.SUPERSEDED,
                reason=UnsentReason.SENT_BEFORE_RESTORE,
                reason_detail=who,
            ),
            {"today": until},
        ).rowcount
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


def _take_back_what_was_on_its_way(
    connection: Connection, until: date, *, now: datetime, reply: str
) -> None:
    """Ends the mails up to a day that nobody carries any more, or that were to go again.

    What they carried waits as though it had been in none of them.
    """
    fixed = message.c.state.in_(CHANGEABLE) & message.c.content.is_not(None)
    on_its_way = select(message.c.id).where(
        message.c.day <= until, message.c.state.in_(IN_HAND) | fixed
    )
    found: Sequence[int] = connection.execute(on_its_way).scalars().all()
    connection.execute(
        update(message)
        .where(message.c.id.in_(found))
        .values(
            state=MessageState.SUPERSEDED,
            finished_at=now,
            reply=reply,
            claimed_by=None,
            lease_until=None,
            next_attempt_at=None,
        )
    )
    for table in CARRIED:
        connection.execute(
            update(table)
            .where(table.c.message_id.in_(found), table.c.state == CarriedState.SENDING)
            .values(state=CarriedState.PENDING)
        )
