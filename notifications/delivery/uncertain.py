"""What happens to a mail of which nobody can tell whether it arrived.

SMTP cannot give "never lost" and "never twice" together: between the mail's last byte and the
server's yes, a connection or a process may end. Such a mail is held for a person, or sent once
more with the same bytes and Message-ID, as the settings say for its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, select, update

from ...storage.message_states import IN_HAND, MessageState
from ...storage.schema.column_types import AnyRow
from ...storage.schema.mail import attempt, message, overview
from .claims import Claim, advance, mark_rows, note_attempt

# Long enough for a mail server that was started anew to answer again.
BEFORE_AGAIN = timedelta(minutes=1)
STOPPED = "boardcal stopped while it was being sent"
LEFT_OVER = (
    select(
        message.c.id,
        message.c.recipient,
        message.c.state,
        message.c.attempt,
        message.c.claimed_by,
        message.c.lease_until,
    )
    .where(message.c.state.in_(IN_HAND))
    .order_by(message.c.id)
)


class WhenUncertain(StrEnum):
    """What to do about a mail that may or may not have arrived."""

    HOLD = "hold"
    RESEND_ONCE = "resend_once"


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainPolicy:
    """What to do, by kind of mail: one with the weekly overview in it, and any other.

    Reminders are held, because another one follows within days, and nobody can take back the
    second of two. The overview is sent again, because it is what tells of the mails on hold.
    """

    reminders: WhenUncertain = WhenUncertain.HOLD
    overviews: WhenUncertain = WhenUncertain.RESEND_ONCE


def settle_uncertain(
    connection: Connection,
    held: Claim,
    policy: UncertainPolicy,
    *,
    reply: str | None,
    now: datetime,
    today: date,
) -> bool:
    """Ends an attempt whose outcome is unknown as the policy says; False where it was fenced.

    A mail is sent once more only on its own day: by the next one another reminder says more.
    """
    if not advance(connection, held, MessageState.UNCERTAIN, finished_at=now, reply=reply):
        return False
    note_attempt(connection, held, outcome=MessageState.UNCERTAIN.value, reply=reply, now=now)
    row = connection.execute(select(message).where(message.c.id == held.message_id)).one()
    if _goes_again(connection, row, policy, today):
        connection.execute(
            update(message)
            .where(message.c.id == held.message_id)
            .values(
                state=MessageState.DEFERRED.value,
                next_attempt_at=now + BEFORE_AGAIN,
                finished_at=None,
                claimed_by=None,
                lease_until=None,
            )
        )
        # Not "pending": what is in fixed bytes is not to be put into another mail.
        mark_rows(connection, [held.message_id], before=("pending", "uncertain"), to="sending")
    else:
        mark_rows(connection, [held.message_id], before=("pending", "sending"), to="uncertain")
    return True


def _goes_again(connection: Connection, row: AnyRow, policy: UncertainPolicy, today: date) -> bool:
    with_overview = select(overview.c.id).where(overview.c.message_id == row.id).limit(1)
    has_overview = connection.execute(with_overview).first() is not None
    wanted = policy.overviews if has_overview else policy.reminders
    if wanted is not WhenUncertain.RESEND_ONCE or row.day != today or row.content is None:
        return False
    times = connection.execute(
        select(func.count())
        .select_from(attempt)
        .where(attempt.c.message_id == row.id, attempt.c.outcome == MessageState.UNCERTAIN.value)
    ).scalar_one()
    return times == 1


def is_left_over(
    connection: Connection, *, now: datetime, alone: bool = False, owner: str | None = None
) -> bool:
    """Whether `recover` would find anything."""
    asked = LEFT_OVER.where(_is_gone(now, alone=alone, owner=owner)).limit(1)
    return connection.execute(asked).first() is not None


def _is_gone(now: datetime, *, alone: bool, owner: str | None) -> ColumnElement[bool]:
    if alone:
        return message.c.lease_until.is_not(None)
    run_out = message.c.lease_until < now
    return run_out if owner is None else run_out | (message.c.claimed_by == owner)


def recover(
    connection: Connection,
    policy: UncertainPolicy,
    *,
    now: datetime,
    today: date,
    alone: bool = False,
    owner: str | None = None,
) -> int:
    """Takes up messages whose sender is gone; how many may or may not have arrived.

    What was claimed and not begun is free again. What had begun is uncertain. `alone`: no
    other daemon can hold a claim, so that leases need not run out first. `owner`: a daemon that
    is sending nothing, whose own claims are left over from something that went wrong.
    """
    # Another daemon may be taking up the same ones.
    asked = LEFT_OVER.where(_is_gone(now, alone=alone, owner=owner)).with_for_update(
        skip_locked=True
    )
    rows = connection.execute(asked).all()
    uncertain = 0
    for row in rows:
        held = Claim(
            message_id=row.id,
            recipient=row.recipient,
            attempt=row.attempt,
            owner=row.claimed_by,
            lease_until=row.lease_until,
        )
        if row.state == MessageState.CLAIMED.value:
            # Behind all that wait: should it be what stopped the daemon, the others come first.
            advance(
                connection,
                held,
                MessageState.PENDING,
                claimed_by=None,
                lease_until=None,
                next_attempt_at=now,
            )
        else:
            uncertain += settle_uncertain(
                connection, held, policy, reply=STOPPED, now=now, today=today
            )
    return uncertain
