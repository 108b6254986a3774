"""A mail as the bytes that leave: headers, a text part and an HTML part.

Written out here (RFC 5322, 2045, 2047) rather than by `email.message.EmailMessage`: that drops
spaces in long subjects that mix plain and accented words, and encodes long words, so that
X-Boardcal-Items could not be searched for. The same inputs give the same bytes, always.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from binascii import b2a_qp
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from ...core.addresses import Address, AddressError, parse_address
from ...core.errors import BoardcalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

LINE = 76  # RFC 5322 2.1.1 asks for 78 at most, RFC 2047 2 for 76 where words are encoded
ITEM = 900  # RFC 5322 2.1.1: a line may never pass 998 octets, and an item is never cut
UNSEEN = frozenset({"Cc", "Zl", "Zp", "Cs"})  # controls, line and paragraph ends, half characters
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")  # RFC 5322 3.2.3, in a phrase
PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,120}@[!-;=?A-~]{1,120}>")


# Exchange's NDR is left out on purpose: a refused mail is what the secretariat must hear of.
SUPPRESSED = "DR, RN, NRN, OOF, AutoReply"


class MailError(BoardcalError):
    """A mail that cannot be written as it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailItem:
    """What a mail was sent for: an occurrence's key, a step in working days, a level."""

    key: str
    step: int
    level: str


def build_mail(
    *,
    sender: Address,
    recipient: Address,
    reply_to: Address | Sequence[Address],
    subject: str,
    text: str,
    html: str,
    message_id: str,
    date: datetime,
    items: Sequence[MailItem] = (),
) -> bytes:
    """The complete message, CRLF line ends, ASCII only, ready for DATA or a file.

    `date` carries its time zone. Raises MailError for a control character in any header, an
    address that cannot be written, a Message-ID that is none.
    """
    if date.tzinfo is None:
        raise ValueError("the date of a mail must carry its time zone")
    headers = [
        _mailbox("From", sender),
        _mailbox("To", recipient),
        _mailboxes("Reply-To", reply_to),
        _unstructured("Subject", subject),
        f"Date: {format_datetime(date)}",
        f"Message-ID: {_checked_id(message_id)}",
        "Auto-Submitted: auto-generated",
        f"X-Auto-Response-Suppress: {SUPPRESSED}",
        *_items(items),
        "MIME-Version: 1.0",
    ]
    return _alternatives(headers, text=text, html=html, message_id=message_id)


def new_message_id(author: Address) -> str:
    """A Message-ID that no other mail ever has, and that nobody can work out.

    Its domain is that of the sender (RFC 5322 3.6.4).
    """
    domain = author.address.rpartition("@")[2]
    return _checked_id(f"<boardcal.{secrets.token_hex(16)}@{domain}>")


def _items(items: Iterable[MailItem]) -> list[str]:
    """The header X-Boardcal-Items, one item a line; none at all for no items."""
    words = [_item(item) for item in items]
    return ["X-Boardcal-Items: " + "\r\n ".join(words)] if words else []


def _item(item: MailItem) -> str:
    key, level = quote(item.key, safe="/:,;+()'!*="), quote(item.level, safe="")
    word = f"{key}@{item.step}/{level}"
    if len(word) > ITEM:
        raise MailError(f'The key "{item.key[:60]}…" is too long for a mail; shorten its names.')
    return word


def _mailbox(header: str, mailbox: Address) -> str:
    try:
        address = parse_address(mailbox.address).address
    except AddressError as error:
        raise MailError(f'{header}: "{mailbox.address}" {error}.') from None
    name = _phrase(header, mailbox.name)
    gap = "\r\n " if len(f"{header}: {name} <{address}>") > LINE else " "
    return f"{header}: {name}{gap}<{address}>" if name else f"{header}: {address}"


def _mailboxes(header: str, mailboxes: Address | Sequence[Address]) -> str:
    """One mailbox or several, each on a line of its own (RFC 5322 3.6.2)."""
    listed = [mailboxes] if isinstance(mailboxes, Address) else mailboxes
    written = [_mailbox(header, mailbox) for mailbox in listed]
    further = [line.removeprefix(f"{header}: ") for line in written[1:]]
    return ",\r\n ".join([written[0], *further])


def _phrase(header: str, name: str) -> str:
    """`name` as it may stand before an address: as it is, quoted, or encoded."""
    _refuse_unseen(header, name)
    if len(f"{header}: {name}") > LINE - 4 or not name.isascii() or "=?" in name:
        return _encoded(header, name)
    if not name or (ATOMS.fullmatch(name) and PLAIN.fullmatch(name)):
        return name
    escaped = name.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _unstructured(header: str, text: str) -> str:
    """A header of free text, folded (RFC 5322 2.2.3), encoded where it has to be (RFC 2047)."""
    _refuse_unseen(header, text)
    if PLAIN.fullmatch(text) is None or "=?" in text:
        return f"{header}: {_encoded(header, text)}"
    lines = [f"{header}:"]
    for word in text.split(" "):
        if len(word) >= LINE:
            return f"{header}: {_encoded(header, text)}"
        if len(lines[-1]) + len(word) < LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines)


def _encoded(header: str, text: str) -> str:
    return Header(text, "utf-8", LINE, header).encode(linesep="\r\n")


def _refuse_unseen(header: str, text: str) -> None:
    if text.isprintable():
        return
    for position, character in enumerate(text, start=1):
        if unicodedata.category(character) in UNSEEN:
            raise MailError(
                f'{header}: character {position} of "{_seen(text)}" is a line break or another '
                "character that cannot be seen. Type the text again without it."
            )


def _seen(text: str) -> str:
    return "".join("�" if unicodedata.category(c) in UNSEEN else c for c in text)[:80]


def _checked_id(message_id: str) -> str:
    if MESSAGE_ID.fullmatch(message_id) is None:
        raise MailError(f'"{_seen(message_id)}" is no Message-ID; it must look like <name@domain>.')
    return message_id


def _alternatives(headers: list[str], *, text: str, html: str, message_id: str) -> bytes:
    """The whole message: `headers`, then the text, then the HTML, which mail programs prefer."""
    # "=_" cannot occur in quoted-printable text, so the boundary never meets the content.
    boundary = f"=_boardcal_{hashlib.sha256(message_id.encode()).hexdigest()[:24]}"
    head = [*headers, f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"', "", ""]
    return b"".join(
        (
            "\r\n".join(head).encode("ascii"),
            *_part(boundary, "plain", text),
            *_part(boundary, "html", html),
            f"--{boundary}--\r\n".encode(),
        )
    )


def _part(boundary: str, subtype: str, body: str) -> tuple[bytes, bytes, bytes]:
    lines = body.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    head = (
        f"--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    octets = ("\r\n".join(lines) + "\r\n").encode("utf-8")
    # The line end before a boundary belongs to the boundary (RFC 2046 5.1.1).
    return head.encode("ascii"), b2a_qp(octets, istext=True), b"\r\n"
