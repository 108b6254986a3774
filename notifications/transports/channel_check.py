"""What will stop a channel, or does not fit it, before an email meets it."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from ...calendar.rules.date_text import listed, long_date
from ...settings.errors import ConfigError
from ...settings.mail import SmtpAuth, TransportName
from .registry import transport_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...settings.model import Settings

WARNED_BEFORE = 30  # days
MICROSOFT = re.compile(
    r"(^|\.)(office365\.(com|us)|outlook\.(com|office\.com)|outlook\.cn)$", re.IGNORECASE
)


def channel_warnings(settings: Settings, today: date) -> Iterator[str]:
    """Sentences about the channel of `[mail]`, each with what to change."""
    mail = settings.mail
    smtp = mail.smtp
    by_smtp = mail.transport is TransportName.SMTP and bool(smtp.username)
    if by_smtp and smtp.auth is SmtpAuth.PASSWORD and MICROSOFT.search(smtp.host):
        yield (
            "Microsoft 365 switches sign-in with a password off by default at the end of December "
            '2026. Ask your Microsoft 365 administrator for an application, and set auth = "oauth" '
            "under [mail.smtp] in config.toml: docs/email.md."
        )
    ending = secret_ending(settings, today)
    if ending is not None:
        yield ending
    if not transport_class(settings).reaches_people:
        return
    if not transport_class(settings).traits.own_sender:
        if mail.from_by_board or mail.reply_to is not None:
            yield (
                f'transport = "{mail.transport}" sends every email from the name and address of '
                "its own service, and replies go to the one set there, so mail.from_by_board and "
                "mail.reply_to have no effect."
            )
        return
    senders = {mail.sender.address, *(sender.address for sender in mail.from_by_board.values())}
    others = sorted(address for address in senders if address.lower() != smtp.username.lower())
    if by_smtp and "@" in smtp.username and others:
        yield (
            f"boardcal signs in to the mailbox {smtp.username} and sends as {listed(others)}. Ask "
            "your administrator for the right Send As, or refused emails wait."
        )


def secret_ending(settings: Settings, today: date) -> str | None:
    """What is to be said of the application's secret within its last 30 days, and after them."""
    left = secret_days_left(settings, today)
    if left is None or left > WARNED_BEFORE:
        return None
    last = long_date(date.fromordinal(today.toordinal() + left))
    if left < 0:
        return (
            f"The secret that boardcal signs in with to send email ended on {last}. Ask your "
            "administrator for a new one: no email leaves without."
        )
    return (
        f"The secret that boardcal signs in with to send email ends on {last}. Ask your "
        "administrator for a new one before that day: no email leaves without."
    )


def secret_days_left(settings: Settings, today: date) -> int | None:
    """The days until the application's secret or certificate ends, negative after its end.

    None where the channel uses none, or nothing is known of its end.
    """
    mail = settings.mail
    by_smtp = mail.transport is TransportName.SMTP and mail.smtp.auth is SmtpAuth.OAUTH
    if not by_smtp and mail.transport is not TransportName.GRAPH:
        return None
    end = mail.oauth.secret_expires
    if mail.oauth.certificate_file is not None:
        # Loaded here: only a certificate says itself when it ends.
        from ..web_services.tokens import certificate_in

        try:
            certificate = certificate_in(mail.oauth.certificate(mail.oauth.certificate_file))
        except (ConfigError, ValueError):
            return None  # the channel's own check says what is wrong with it
        end = certificate.not_valid_after_utc.date()
    return None if end is None else (end - today).days
