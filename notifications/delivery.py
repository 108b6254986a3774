"""The deliver stage: claim a message, freeze it, hand it over, and record what came of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default

from sqlalchemy import update

from ..calendar.addresses import Address, parse_address
from ..calendar.errors import BoardcalError
from ..calendar.localtime import LocalTime
from ..storage.database import Database
from ..storage.holds import hold_of
from ..storage.planners import PlannerShelf
from ..storage.tables import ledger, overview
from .assembling import assemble
from .composing import due_messages
from .letters import Letter
from .live_boards import live_boards
from .messages import Claim, advance, claim, drop, give_back, recover, settle
from .mime import MailItem, build_mail, message_id_for
from .rendering import Rendered, Templates
from .retry import RetrySchedule
from .revising import Assembling
from .states import MessageState
from .transports import DeliveryError, OutgoingMail, Transport

# A send may take 15 minutes: RFC 5321 4.5.3.2.6 grants a server ten for the end of DATA alone.
LEASE = timedelta(minutes=20)

Clock = Callable[[], datetime]
# Sentences about the installation for the overview, by Board.
Said = Mapping[str, tuple[str, ...]]
Notices = Callable[[], Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How mails of this installation are addressed and named.

    `reply_to` overrides the secretariat's address, `redirect_to` every recipient's (trials).
    """

    installation: str
    address: str
    reply_to: str = ""
    redirect_to: str = ""


def mail_of(
    letter: Letter, rendered: Rendered, *, sender: Sender, name: str, at: datetime
) -> OutgoingMail:
    """A letter as the mail that leaves; `name` tells it from every other of the installation."""
    author = parse_address(sender.address)
    recipient = parse_address(sender.redirect_to or letter.recipient)
    domain = author.address.rpartition("@")[2]
    message_id = message_id_for(sender.installation, name, domain=domain)
    content = build_mail(
        sender=author,
        recipient=recipient,
        reply_to=_answers_to(letter, sender),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=message_id,
        date=at,
        items=[MailItem(key=i.key, step=i.step, level=i.level.value) for i in letter.items],
    )
    return OutgoingMail(
        message_id=message_id,
        sender=author.address,
        recipient=recipient.address,
        content=content,
        day=letter.day,
    )


def _answers_to(letter: Letter, sender: Sender) -> list[Address]:
    """The secretariats of all Boards that a letter is about, unless the settings name one."""
    if sender.reply_to:
        return [parse_address(sender.reply_to)]
    further = [each.address for each in letter.also_reply_to]
    return [parse_address(address) for address in (letter.reply_to, *further)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one burst of sending came to."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0
    uncertain: int = 0


@dataclass(slots=True, kw_only=True)
class Delivery:
    """Sends what is due, one message at a time.

    `name` tells this daemon's claims from another's; `clock` is read at each stage because
    sending takes time.
    """

    database: Database
    transport: Transport
    templates: Templates
    sender: Sender
    local: LocalTime
    clock: Clock
    name: str
    shelf: PlannerShelf = field(default_factory=PlannerShelf)
    notices: Notices = dict
    retry: RetrySchedule = field(default_factory=RetrySchedule)
    jitter: random.Random = field(default_factory=random.Random)
    held_until: datetime | None = None
    transport_failures: int = 0

    async def deliver(self) -> Delivered:
        """Sends every message that is due; stops early where the transport itself fails."""
        now = self.clock()
        if self.held_until is not None and now < self.held_until:
            return Delivered()
        with self.database.read() as connection:
            if hold_of(connection) is not None:
                return Delivered()
            waiting = due_messages(connection, today=self.local.day_of(now), now=now)
        counts = dict.fromkeys(MessageState, 0)
        notices = self.notices() if waiting else {}
        for message_id in waiting:
            outcome = await self._send_one(message_id, notices)
            if outcome is not None:
                counts[outcome] += 1
            if self.held_until is not None:
                break
        return Delivered(
            sent=counts[MessageState.SENT],
            failed=counts[MessageState.FAILED],
            deferred=counts[MessageState.DEFERRED],
            uncertain=counts[MessageState.UNCERTAIN],
        )

    def recover(self, *, alone: bool) -> int:
        """Takes up what a daemon that is gone left behind; how many mails are uncertain."""
        with self.database.write() as connection:
            return recover(connection, now=self.clock(), alone=alone)

    async def _send_one(self, message_id: int, notices: Said) -> MessageState | None:
        prepared = self._prepare(message_id, notices)
        if prepared is None:
            return None
        held, letter = prepared
        try:
            mail, subject = self._write(held, letter) if letter else self._as_it_was(held)
        except BoardcalError as error:
            # One mail that cannot be written must not keep the others from leaving.
            return self._record_failure(held, DeliveryError(str(error), scope="recipient"))
        try:
            receipt = await self.transport.send(
                mail, on_data=lambda: self._freeze(held, mail, subject, letter)
            )
        except LostClaimError:
            return None
        except DeliveryError as error:
            return self._record_failure(held, error)
        self.held_until, self.transport_failures = None, 0
        with self.database.write() as connection:
            settle(connection, held, MessageState.SENT, reply=receipt.reply, now=self.clock())
        return MessageState.SENT

    def _prepare(self, message_id: int, notices: Said) -> tuple[Claim, Letter | None] | None:
        """Claims a message and looks at it again; drops it where nothing is left to say.

        The letter is None where its bytes are fixed, because it may have arrived already.
        """
        now = self.clock()
        with self.database.write() as connection:
            if hold_of(connection) is not None:
                return None
            lease_until = now + LEASE
            held = claim(connection, message_id, owner=self.name, now=now, lease_until=lease_until)
            if held is None:
                return None
            today = self.local.day_of(now)
            if held.content is not None:
                # It is today's mail now, so that its reader gets no other.
                advance(connection, held, MessageState.CLAIMED, day=today)
                return held, None
            given = Assembling(
                boards=live_boards(connection, self.shelf, today),
                today=today,
                notices=notices,
            )
            letter = assemble(connection, [message_id], given)[message_id]
            if letter is None:
                drop(connection, held, now=now)
                return None
        return held, letter

    def _write(self, held: Claim, letter: Letter) -> tuple[OutgoingMail, str]:
        rendered = self.templates.render(letter)
        mail = mail_of(
            letter,
            rendered,
            sender=self.sender,
            name=f"message/{held.message_id}",
            at=self.clock().astimezone(self.local.zone),
        )
        return mail, rendered.subject

    def _as_it_was(self, held: Claim) -> tuple[OutgoingMail, None]:
        """The mail byte for byte as it may have arrived before, Message-ID and all."""
        parsed = message_from_bytes(held.content or b"", policy=default)
        return (
            OutgoingMail(
                message_id=str(parsed["Message-ID"]),
                sender=parse_address(self.sender.address).address,
                recipient=parse_address(self.sender.redirect_to or held.recipient).address,
                content=held.content or b"",
                day=self.local.day_of(self.clock()),
            ),
            None,
        )

    def _freeze(
        self, held: Claim, mail: OutgoingMail, subject: str | None, letter: Letter | None
    ) -> None:
        """Commits that sending has begun: from here on its outcome may be uncertain."""
        written = {}
        if letter is not None:
            written = {
                "content": mail.content,
                "identifier": mail.message_id,
                "subject": subject,
                "introduces": letter.first_contact is not None,
            }
        with self.database.write() as connection:
            begun = advance(
                connection,
                held,
                MessageState.DATA_STARTED,
                data_started_at=self.clock(),
                **written,
            )
            if not begun:
                raise LostClaimError
            for table in (ledger, overview):
                connection.execute(
                    update(table)
                    .where(table.c.message_id == held.message_id, table.c.state == "pending")
                    .values(state="sending")
                )

    def _record_failure(self, held: Claim, error: DeliveryError) -> MessageState:
        now, reply = self.clock(), error.reply or str(error)
        with self.database.write() as connection:
            if error.uncertain:
                settle(connection, held, MessageState.UNCERTAIN, reply=reply, now=now)
                return MessageState.UNCERTAIN
            if error.permanent and error.scope == "recipient":
                settle(connection, held, MessageState.FAILED, reply=reply, now=now)
                return MessageState.FAILED
            at_fault = error.scope == "transport"
            tries = held.attempt
            if at_fault:
                self.transport_failures += 1
                tries = self.transport_failures
            again = self.retry.next_attempt(tries, now, self.jitter)
            if at_fault:
                self.held_until = again
            give_back(
                connection, held, reply=reply, next_attempt_at=again, now=now, counts=not at_fault
            )
        return MessageState.DEFERRED


class LostClaimError(Exception):
    """Another daemon took the message over while this one was slow; nothing has left."""
