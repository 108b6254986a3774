"""A letter as the mail that leaves: its headers, its bytes, its envelope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default

from ...core.addresses import Address, parse_address
from ...wording.text import one_line
from ..letters.model import Letter
from ..letters.render import Rendered
from ..transports.base import OutgoingMail
from .mime import MailItem, build_mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How mails of this installation are addressed and named.

    `by_board` are the senders of Boards that have their own, by id. `reply_to` overrides the
    secretariat's address, `redirect_to` every recipient's (trials).
    """

    address: str
    by_board: Mapping[str, str] = field(default_factory=dict)
    reply_to: str = ""
    redirect_to: str = ""

    def author_of(self, letter: Letter) -> Address:
        """The sender of a letter: the Board that it is about, under its own name."""
        author = parse_address(self.by_board.get(letter.board, self.address))
        is_own = letter.board in self.by_board and author.name
        return author if is_own else replace(author, name=one_line(letter.sender_name))


def mail_of(
    letter: Letter, rendered: Rendered, *, sender: Sender, message_id: str, at: datetime
) -> OutgoingMail:
    """A letter as the mail that leaves; `message_id` is the same however often it is tried."""
    author = sender.author_of(letter)
    recipient = (
        parse_address(sender.redirect_to)
        if sender.redirect_to
        else Address(name=letter.recipient_name, address=letter.recipient)
    )
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
    headers = message_from_bytes(content, policy=default)
    return OutgoingMail(
        message_id=str(headers["Message-ID"]),
        sender=headers["From"].addresses[0].addr_spec,
        recipient=parse_address(sender.redirect_to or recipient).address,
        content=content,
        day=day,
    )
