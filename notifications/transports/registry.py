"""The ways for mails to leave. A new one is a class in this folder and a line in TRANSPORTS.

Its name is one more choice of `mail.transport` in settings/model.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ...settings.mail import TransportName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ...settings.model import Settings
    from .base import Traits, Transport


class TransportClass(Protocol):
    """What the class of a transport offers before there is a mail."""

    @property
    def reaches_people(self) -> bool:
        """Whether mails leave this machine, so that a person must agree before they begin."""
        ...

    @property
    def traits(self) -> Traits:
        """What tells this channel from others."""
        ...

    def from_settings(
        self, settings: Settings, *, patience: float, clock: Callable[[], datetime]
    ) -> Transport:
        """The transport that settings describe. Raises BoardcalError where they cannot be used.

        `patience` bounds, in seconds, the way to a usable connection. What is signed carries the
        time of `clock`.
        """
        ...

    def per_minute(self, settings: Settings) -> int | None:
        """How many mails may leave in a minute; None for as many as there are."""
        ...

    def way_out(self, settings: Settings) -> str:
        """Where mails go, as a sentence."""
        ...


# Each is loaded where it is used: a mail server's client is slow to load, and files need none.
def _outbox() -> TransportClass:
    from .outbox import OutboxTransport

    return OutboxTransport


def _smtp() -> TransportClass:
    from .smtp import SmtpTransport

    return SmtpTransport


def _graph() -> TransportClass:
    from .graph import GraphTransport

    return GraphTransport


def _notify() -> TransportClass:
    from .notify import NotifyTransport

    return NotifyTransport


TRANSPORTS: Mapping[TransportName, Callable[[], TransportClass]] = {
    TransportName.OUTBOX: _outbox,
    TransportName.SMTP: _smtp,
    TransportName.GRAPH: _graph,
    TransportName.NOTIFY: _notify,
}


def transport_class(settings: Settings) -> TransportClass:
    """The class of the transport that settings name."""
    return TRANSPORTS[settings.mail.transport]()


def transport_for(
    settings: Settings, *, clock: Callable[[], datetime], patience: float = 60
) -> Transport:
    """The transport of `[mail]`, made. Raises BoardcalError where settings cannot be used."""
    return transport_class(settings).from_settings(settings, patience=patience, clock=clock)


def reached_people(name: str | None) -> bool:
    """Whether a transport that was agreed to sends mail; None: there was none.

    Who has agreed to one that does need not agree again when another takes its place.
    """
    return any(name == known and make().reaches_people for known, make in TRANSPORTS.items())
