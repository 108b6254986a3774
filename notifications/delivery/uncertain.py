"""Mails that may or may not have arrived: held for a person, or sent once more.

SMTP cannot give "never lost" and "never twice" together: between the mail's last byte and the
server's yes, a connection or a process may end. Such a mail is held for a person, or sent once
more with the same bytes and Message-ID, as the settings say for its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from ...storage.mail.board_messages import has_overview
from ...storage.mail.carried_rows import mark_rows
from ...storage.mail.claims import (
    Claim,
    advance,
    attempts_with,
    claim_of,
    left_over,
    let_go_again,
    note_attempt,
    take_over,
)
from ...storage.mail.messages import message_numbered
from ...storage.message_states import CarriedState, MessageState

# Long enough for a mail server that was started anew to answer again.
BEFORE_AGAIN = timedelta(minutes=1)
STOPPED = "boardcal stopped while it was being sent"


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
    claim: Claim,
    policy: UncertainPolicy,
    *,
    reply: str | None,
    now: datetime,
    today: date,
) -> bool:
    """Ends an attempt whose outcome is unknown as the policy says; False where it was fenced.

    A mail is sent once more only on its own day: by the next one another reminder says more.
    """
    if not advance(connection, claim, MessageState.UNCERTAIN, finished_at=now, reply=reply):
        return False
    note_attempt(connection, claim, outcome=MessageState.UNCERTAIN, reply=reply, now=now)
    if _goes_again(connection, claim, policy, today):
        let_go_again(connection, claim, now + BEFORE_AGAIN)
        # Not pending: what is in fixed bytes is not to be put into another mail.
        mark_rows(
            connection,
            [claim.message_id],
            before=(CarriedState.PENDING, CarriedState.UNCERTAIN),
            to=CarriedState.SENDING,
        )
    else:
        mark_rows(
            connection,
            [claim.message_id],
            before=(CarriedState.PENDING, CarriedState.SENDING),
            to=CarriedState.UNCERTAIN,
        )
    return True


def _goes_again(connection: Connection, claim: Claim, policy: UncertainPolicy, today: date) -> bool:
    with_overview = has_overview(connection, claim.message_id)
    chosen = policy.overviews if with_overview else policy.reminders
    if chosen is not WhenUncertain.RESEND_ONCE:
        return False
    message = message_numbered(connection, claim.message_id)
    if message.day != today or message.content is None:
        return False
    return attempts_with(connection, claim.message_id, MessageState.UNCERTAIN) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """A daemon that can ask its channel what became of mails, and holds them meanwhile."""

    channel: str
    owner: str
    lease_until: datetime


def recover(
    connection: Connection,
    policy: UncertainPolicy,
    *,
    now: datetime,
    today: date,
    alone: bool = False,
    owner: str | None = None,
    asker: Asker | None = None,
) -> int:
    """Takes up messages whose sender is gone; how many may or may not have arrived.

    What was claimed and not begun is free again. What had begun is uncertain. `alone`: no
    other daemon can hold a claim, so that leases need not run out first. `owner`: a daemon that
    is sending nothing, whose own claims are left over from something that went wrong. What had
    begun to leave by the channel of `asker` is not uncertain yet: it goes to who asks.
    """
    rows = left_over(connection, now=now, alone=alone, owner=owner)
    uncertain = 0
    for row in rows:
        claim = claim_of(row)
        if row.state == MessageState.CLAIMED:
            # Behind all that wait: should it be what stopped the daemon, the others come first.
            advance(
                connection,
                claim,
                MessageState.PENDING,
                claimed_by=None,
                lease_until=None,
                next_attempt_at=now,
            )
        elif asker is not None and row.channel == asker.channel and row.content is not None:
            take_over(connection, claim, owner=asker.owner, lease_until=asker.lease_until)
        else:
            uncertain += settle_uncertain(
                connection, claim, policy, reply=STOPPED, now=now, today=today
            )
    return uncertain
