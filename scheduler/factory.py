"""What the settings describe, made: senders, links, the pace of mails, the sign of life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..notifications.transports.registry import transport_class
from ..settings.load import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..notifications.delivery.envelope import Sender
    from ..notifications.delivery.throttle import Pace
    from ..notifications.delivery.uncertain import UncertainPolicy
    from ..notifications.links import Links
    from .heartbeat import Alive


def alive_for(settings: Settings, announce: Callable[[str], None]) -> Alive | None:
    """The sign of life of `[alive]`, None where no address is configured."""
    if not settings.alive.url:
        return None
    # Loaded here because fetching an address is slow to load, and most have none.
    from .heartbeat import Alive

    return Alive(
        url=settings.alive.url, every_seconds=settings.alive.every_seconds, announce=announce
    )


def sender_for(settings: Settings) -> Sender:
    """How the mails of an installation are addressed."""
    from ..notifications.delivery.envelope import Sender

    mail = settings.mail
    return Sender(
        address=str(mail.sender),
        by_board={board: str(sender) for board, sender in mail.from_by_board.items()},
        reply_to="" if mail.reply_to is None else str(mail.reply_to),
        redirect_to="" if mail.redirect_to is None else str(mail.redirect_to),
    )


def access_file(settings: Settings) -> Path:
    """Where who may sign in, and which feeds are open, is kept beside the database."""
    return settings.web.secret_file.with_name("access.json")


def pace_for(settings: Settings) -> Pace:
    """How many mails may leave in a minute."""
    from ..notifications.delivery.throttle import Pace

    return Pace(per_minute=transport_class(settings).per_minute(settings))


def uncertain_policy(settings: Settings) -> UncertainPolicy:
    """What `[mail.uncertain]` says."""
    from ..notifications.delivery.uncertain import UncertainPolicy, WhenUncertain

    chosen = settings.mail.uncertain
    return UncertainPolicy(
        reminders=WhenUncertain(chosen.reminders), overviews=WhenUncertain(chosen.overviews)
    )


def links_for(settings: Settings, installation: str, secret: str) -> Links:
    """The links in the mails of an installation, signed with its secret.

    In a trial they are only shown: the reader of all mails must not answer in chairs' names.
    """
    from ..notifications.links import Links, LinkSigner

    is_trial = settings.mail.redirect_to is not None
    signer = None if is_trial else LinkSigner(secret=secret, installation=installation)
    return Links(base_url=settings.web.base_url, signer=signer)
