"""The states of a message in the database; every change checks that its claim still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from ..message_states import CHANGEABLE, DONE, IN_HAND, CarriedState, MessageState
from ..schema.column_types import AnyRow
from ..schema.mail import attempt, message
from .carried_rows import mark_rows
from .queue import next_due

LEFT_OVER = (
    select(
        message.c.id,
        message.c.recipient,
        message.c.state,
        message.c.attempt,
        message.c.claimed_by,
        message.c.lease_until,
        message.c.channel,
        message.c.data_started_at,
        message.c.content,
    )
    .where(message.c.state.in_(IN_HAND))
    .order_by(message.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to send one message: who holds it, until when, at which attempt.

    `content` are its bytes where they were fixed before: it may have arrived, and is sent again
    as it was. `identifier` is its Message-ID from when it was first written.
    """

    message_id: int
    recipient: str
    attempt: int
    owner: str
    lease_until: datetime
    content: bytes | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A message that began to leave by a channel which can be asked what became of it."""

    claim: Claim
    content: bytes
    begun: datetime


def claim_next(
    connection: Connection, *, owner: str, now: datetime, today: date, lease_until: datetime
) -> Claim | None:
    """Claims the message that is to be sent next, or gives None where there is none.

    Any number of daemons may ask at once: each gets another one.
    """
    number = next_due(connection, today=today, now=now)
    if number is None:
        return None
    return claim_message(
        connection, number, owner=owner, now=now, today=today, lease_until=lease_until
    )


def claim_message(
    connection: Connection,
    message_id: int,
    *,
    owner: str,
    now: datetime,
    today: date,
    lease_until: datetime,
) -> Claim | None:
    """Claims a message that may be sent; None where another daemon was faster.

    It is today's mail from then on, whenever it was made, so that its reader gets no other.
    """
    row = connection.execute(
        update(message)
        .where(
            message.c.id == message_id,
            message.c.state.in_(CHANGEABLE),
            message.c.next_attempt_at.is_(None) | (message.c.next_attempt_at <= now),
        )
        .values(
            state=MessageState.CLAIMED,
            day=today,
            claimed_by=owner,
            lease_until=lease_until,
            attempt=message.c.attempt + 1,
        )
        .returning(message.c.recipient, message.c.attempt, message.c.content, message.c.identifier)
    ).first()
    if row is None:
        return None
    return Claim(
        message_id=message_id,
        recipient=row.recipient,
        attempt=row.attempt,
        owner=owner,
        lease_until=lease_until,
        content=row.content,
        identifier=row.identifier,
    )


def advance(connection: Connection, claim: Claim, state: MessageState, **values: Any) -> bool:
    """Moves a claimed message on; False where the claim was lost meanwhile."""
    moved = connection.execute(update(message).where(_mine(claim)).values(state=state, **values))
    return moved.rowcount == 1


def count_as_sent(connection: Connection, messages: Sequence[int], *, now: datetime) -> None:
    """Ends the messages of a simulation as sent."""
    _end(connection, messages, MessageState.SENT, now=now)


def count_as_dropped(connection: Connection, messages: Sequence[int], *, now: datetime) -> None:
    """Ends messages that have nothing left to say."""
    _end(connection, messages, MessageState.SUPERSEDED, now=now)


def _end(
    connection: Connection, messages: Sequence[int], state: MessageState, *, now: datetime
) -> None:
    if not messages:
        return
    connection.execute(
        update(message).where(message.c.id.in_(messages)).values(state=state, finished_at=now)
    )
    mark_rows(connection, messages, before=(CarriedState.PENDING,), to=CarriedState(state))


def note_attempt(
    connection: Connection, claim: Claim, *, outcome: MessageState, reply: str | None, now: datetime
) -> None:
    """Adds what came of one attempt to the record."""
    connection.execute(
        insert(attempt).values(
            message_id=claim.message_id,
            number=claim.attempt,
            at=now,
            outcome=outcome,
            reply=reply,
        )
    )


def attempts_with(connection: Connection, message_id: int, outcome: str) -> int:
    """How many attempts to send a message ended so."""
    return connection.execute(
        select(func.count())
        .select_from(attempt)
        .where(attempt.c.message_id == message_id, attempt.c.outcome == outcome)
    ).scalar_one()


def settle(
    connection: Connection, claim: Claim, state: MessageState, *, reply: str | None, now: datetime
) -> bool:
    """Ends a message as sent, written, failed or uncertain, and its rows with it."""
    done = advance(connection, claim, state, finished_at=now, reply=reply)
    if done:
        mark_rows(
            connection,
            [claim.message_id],
            before=(CarriedState.PENDING, CarriedState.SENDING),
            to=CarriedState.SENT if state in DONE else CarriedState(state),
        )
        note_attempt(connection, claim, outcome=state, reply=reply, now=now)
    return done


def give_back(
    connection: Connection,
    claim: Claim,
    *,
    reply: str | None,
    next_attempt_at: datetime,
    now: datetime,
    counts: bool,
) -> bool:
    """Defers a message that did not leave; `counts` is false where its transport was at fault."""
    done = advance(
        connection,
        claim,
        MessageState.DEFERRED,
        reply=reply,
        next_attempt_at=next_attempt_at,
        claimed_by=None,
        lease_until=None,
        content=claim.content,
        data_started_at=None,
        attempt=claim.attempt if counts else claim.attempt - 1,
    )
    if done:
        if claim.content is None:
            mark_rows(
                connection,
                [claim.message_id],
                before=(CarriedState.SENDING,),
                to=CarriedState.PENDING,
            )
        note_attempt(connection, claim, outcome=MessageState.DEFERRED, reply=reply, now=now)
    return done


def free(connection: Connection, claim: Claim, *, now: datetime) -> bool:
    """Lets go of a message of which nothing has left: anybody may claim it at once."""
    fixed = claim.content is not None
    written = {} if fixed else {"content": None, "data_started_at": None}
    done = advance(
        connection,
        claim,
        MessageState.PENDING,
        claimed_by=None,
        lease_until=None,
        next_attempt_at=now,
        **written,
    )
    if done and not fixed:
        mark_rows(
            connection, [claim.message_id], before=(CarriedState.SENDING,), to=CarriedState.PENDING
        )
    return done


def let_go_again(connection: Connection, claim: Claim, at: datetime) -> None:
    """Lets a message that may have arrived go out once more from `at`, as it was."""
    connection.execute(
        update(message)
        .where(message.c.id == claim.message_id)
        .values(
            state=MessageState.DEFERRED,
            next_attempt_at=at,
            finished_at=None,
            claimed_by=None,
            lease_until=None,
        )
    )


def drop(connection: Connection, claim: Claim, *, now: datetime) -> None:
    """Ends a message that has nothing left to say."""
    reply = "nothing left to say"
    if advance(connection, claim, MessageState.SUPERSEDED, finished_at=now, reply=reply):
        mark_rows(
            connection,
            [claim.message_id],
            before=(CarriedState.PENDING,),
            to=CarriedState.SUPERSEDED,
        )


def is_held_by(connection: Connection, claim: Claim, *, now: datetime) -> bool:
    """Whether a claim holds: its message was not taken over, its lease has not run out."""
    if now >= claim.lease_until:
        return False
    mine = select(message.c.id).where(_mine(claim))
    return connection.execute(mine).first() is not None


def is_left_over(
    connection: Connection, *, now: datetime, alone: bool = False, owner: str | None = None
) -> bool:
    """Whether `left_over` would find anything."""
    first = LEFT_OVER.where(_has_no_sender(now, alone=alone, owner=owner)).limit(1)
    return connection.execute(first).first() is not None


def left_over(
    connection: Connection, *, now: datetime, alone: bool = False, owner: str | None = None
) -> Sequence[AnyRow]:
    """Claimed messages whose sender is gone, held until the transaction ends.

    `alone`: no other daemon can hold a claim, so that leases need not run out first. `owner`: a
    daemon that is sending nothing, so that its own claims are left over, too.
    """
    # Another daemon may be taking up the same ones.
    rows = LEFT_OVER.where(_has_no_sender(now, alone=alone, owner=owner)).with_for_update(
        skip_locked=True
    )
    return connection.execute(rows).all()


def take_over(connection: Connection, claim: Claim, *, owner: str, lease_until: datetime) -> bool:
    """Gives a message whose sender is gone to `owner`, who asks what became of it."""
    return advance(
        connection, claim, MessageState.DATA_STARTED, claimed_by=owner, lease_until=lease_until
    )


def open_questions(connection: Connection, *, owner: str, channel: str) -> list[OpenQuestion]:
    """Messages of `owner` that began to leave by `channel`, and have no outcome yet."""
    rows = connection.execute(
        LEFT_OVER.where(
            message.c.state == MessageState.DATA_STARTED,
            message.c.claimed_by == owner,
            message.c.channel == channel,
            message.c.content.is_not(None),
        )
    )
    return [
        OpenQuestion(claim=claim_of(row), content=row.content, begun=row.data_started_at)
        for row in rows
    ]


def claim_of(row: AnyRow) -> Claim:
    """The claim by which a message is held, whoever holds it."""
    return Claim(
        message_id=row.id,
        recipient=row.recipient,
        attempt=row.attempt,
        owner=row.claimed_by,
        lease_until=row.lease_until,
    )


def _has_no_sender(now: datetime, *, alone: bool, owner: str | None) -> ColumnElement[bool]:
    if alone:
        return message.c.lease_until.is_not(None)
    run_out = message.c.lease_until < now
    return run_out if owner is None else run_out | (message.c.claimed_by == owner)


def _mine(claim: Claim) -> ColumnElement[bool]:
    """The fence: every change of a claimed message asks for it."""
    return and_(
        message.c.id == claim.message_id,
        message.c.claimed_by == claim.owner,
        message.c.attempt == claim.attempt,
        message.c.state.in_(IN_HAND),
    )
