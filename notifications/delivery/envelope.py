"""A letter as the mail that leaves: its headers, its bytes, its envelope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default

from ...core.addresses import Address, parse_address
from ..letters.model import Letter
from ..letters.render import Rendered
from ..transports.base import OutgoingMail
from .mime import MailItem, build_mail, message_id_for


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
    further = [secretariat.address for secretariat in letter.also_reply_to]
    return [parse_address(address) for address in (letter.reply_to, *further)]


def mail_as_it_was(content: bytes, *, sender: Sender, recipient: str, day: date) -> OutgoingMail:
    """A mail that may have arrived before, byte for byte with its Message-ID."""
    return OutgoingMail(
        message_id=str(message_from_bytes(content, policy=default)["Message-ID"]),
        sender=parse_address(sender.address).address,
        recipient=parse_address(sender.redirect_to or recipient).address,
        content=content,
        day=day,
    )
