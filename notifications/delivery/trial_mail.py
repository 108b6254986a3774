"""One plain mail, to see whether mail arrives."""

from __future__ import annotations

from datetime import datetime

from ...calendar.rules.date_text import long_date
from ...core.addresses import parse_address
from ..transports.base import AskableTransport, DeliveryError, OutgoingMail, Transport
from .envelope import Sender
from .mime import build_mail, new_message_id

SUBJECT = "Test email from boardcal, {day} at {time}"
TEXT = (
    "This is a test email from boardcal, sent on {day} at {time}.\n"
    "\n"
    "If you can read it, boardcal's emails arrive at this address. There is nothing to do.\n"
)
HTML = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{subject}</title></head>'
    "<body>{paragraphs}</body></html>"
)


async def send_test_mail(
    transport: Transport, sender: Sender, address: str, *, now: datetime
) -> str:
    """Sends a test mail to `address`, whatever redirect_to says; what became of it, as sentences.

    `now` is an aware local time. Raises DeliveryError where it did not leave.
    """
    mail = _mail(sender, address, now)
    try:
        receipt = await transport.send(mail, on_data=_nothing)
        afterwards = await _asked(transport, mail, now)
    finally:
        await transport.close()
    if not transport.reaches_people:
        return f"The test mail to {address} is written to {receipt.reply}; it was not sent."
    return (
        f"The test mail to {address} was handed over; the mail server said: {receipt.reply}."
        f"{afterwards} See that it arrives, and look among the junk mail if it does not."
    )


async def _asked(transport: Transport, mail: OutgoingMail, now: datetime) -> str:
    """What a channel says afterwards that can be asked, as a sentence after another."""
    if not isinstance(transport, AskableTransport):
        return ""
    try:
        found = await transport.find(mail, begun=now)
    except DeliveryError as error:
        return f" Asked afterwards, the channel said: {error}"
    if found is None:
        return " It is not listed there yet, which may take some minutes."
    return f" Asked afterwards: {found.reply}."


def _mail(sender: Sender, address: str, now: datetime) -> OutgoingMail:
    author, recipient = parse_address(sender.address), parse_address(address)
    message_id = new_message_id(author)
    when = {"day": long_date(now.date()), "time": f"{now:%H:%M}"}
    text, subject = TEXT.format(**when), SUBJECT.format(**when)
    paragraphs = "".join(f"<p>{part.strip()}</p>" for part in text.split("\n\n"))
    content = build_mail(
        sender=author,
        recipient=recipient,
        reply_to=parse_address(sender.reply_to or sender.address),
        subject=subject,
        text=text,
        html=HTML.format(subject=subject, paragraphs=paragraphs),
        message_id=message_id,
        date=now,
    )
    return OutgoingMail(
        message_id=message_id,
        sender=author.address,
        recipient=recipient.address,
        content=content,
        day=now.date(),
    )


def _nothing() -> None:
    """Nothing needs to be noted before a test mail leaves."""
