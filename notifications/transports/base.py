"""The seam between the outbox and whatever carries a mail away.

A transport knows how to hand over one mail and how to name what went wrong. When to try
again, and what to do about a mail whose fate is unknown, its caller decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from ...core.errors import BoardcalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime, timedelta

Scope = Literal["recipient", "transport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """One mail to one person, ready to leave.

    `message_id` is the header's value with its angle brackets; `sender` and `recipient` are the
    envelope's addresses; `content` is the complete message (RFC 5322, CRLF line ends) and leaves
    exactly so at every attempt; `day` is the local day the mail belongs to.
    """

    message_id: str
    sender: str
    recipient: str
    content: bytes
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A mail was handed over. `reply` is what the server said, or the file that was written."""

    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """When it counts that a channel does not know a mail: so long after its sending began.

    Before `since` it may yet turn up there, after `until` the channel may have forgotten it.
    """

    since: timedelta
    until: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What tells one channel from another, for those who set it up and those who use it.

    `gives_id`: its yes names the mail, so that it can be looked up there. `own_sender`: mails show
    the From of the settings, else the channel's own. `attachments`: a mail may have some. `absence`
    is None where the channel cannot be asked what became of a mail.
    """

    gives_id: bool
    own_sender: bool
    attachments: bool
    absence: Absence | None = None


class AccountError(BoardcalError):
    """Settings of a channel that contradict each other, or lack something."""

    exit_code = 78


class DeliveryError(BoardcalError):
    """A mail was not handed over, or it is unknown whether it was.

    `permanent`: the same mail to the same address would be refused again.
    `scope`: "recipient" when it concerns this mail only; "transport" when no mail can leave at
    present (server unreachable, log-in, TLS, sender not allowed, folder full), so that the
    caller holds all of them and counts no attempt against this one.
    `uncertain`: the handing over had begun and its outcome is unknown; the mail may have left.
    `of_sender`: the server does not let the sender of this mail send; another may.
    `reply`: the server's own words, on one line, or None where it said nothing.
    """

    def __init__(
        self,
        sentence: str,
        *,
        scope: Scope,
        permanent: bool = False,
        uncertain: bool = False,
        of_sender: bool = False,
        reply: str | None = None,
    ) -> None:
        super().__init__(sentence)
        self.scope: Scope = scope
        self.permanent = permanent
        self.uncertain = uncertain
        self.of_sender = of_sender
        self.reply = reply


class LostClaimError(Exception):
    """Another daemon took a mail over while this one was slow; nothing has left from here."""


def always() -> bool:
    """True: the claim holds, since no other daemon shares the mails."""
    return True


class Transport(Protocol):
    """Carries mails away, one at a time. `registry.TRANSPORTS` lists them.

    A transport hands over one mail and names what went wrong. It holds no queue, never tries
    again by itself and reads no database: its caller does.
    """

    @property
    def reaches_people(self) -> bool:
        """Whether mails leave this machine; else they are only written."""
        ...

    async def send(
        self,
        mail: OutgoingMail,
        *,
        on_data: Callable[[], None],
        still_ours: Callable[[], bool] = always,
    ) -> Receipt:
        """Hand `mail` over.

        `on_data` is called once, at the last moment at which nothing has left yet: before the
        SMTP command DATA, before the file gets its name. It is never called again for the same
        `send`. What it raises passes through unchanged, and then nothing has left.
        `still_ours` is asked where something was waited for after `on_data`; where it says no,
        LostClaimError is raised and nothing has left.

        Raises DeliveryError. Before `on_data` was called the mail has certainly not left; after
        it, only when the error is not `uncertain`. The same holds of a cancelled `send`.
        """
        ...

    async def check(self) -> str:
        """A sentence saying that mail could leave this way now. Sends nothing.

        Raises DeliveryError.
        """
        ...

    async def close(self) -> None:
        """Let go of what is held open; the next `send` opens it again. Raises nothing."""
        ...


@runtime_checkable
class AskableTransport(Transport, Protocol):
    """A transport that can be asked what became of a mail whose answer was lost."""

    @property
    def absence(self) -> Absence:
        """When its not knowing a mail counts."""
        ...

    async def find(self, mail: OutgoingMail, *, begun: datetime) -> Receipt | None:
        """What came of handing `mail` over at `begun`; None where the channel does not know it.

        Raises DeliveryError: `permanent` where the channel took the mail and gave it up, else where
        it cannot be asked at present. Changes nothing.
        """
        ...
