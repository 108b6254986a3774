"""The links in mails: signed ones that let their reader answer, and plain ones to pages."""

from __future__ import annotations

import hashlib
import re
from binascii import b2a_qp
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_bytes
from urllib.parse import quote

from itsdangerous import BadData, URLSafeSerializer

from ..core.errors import BoardcalError

# A chaser comes every 20 working days, each with a link of its own: three months outlast those
# of any mail that is still worth answering.
KEPT_FOR = timedelta(days=92)


# Stands where a mail is only shown. It has the form of a link and opens a page that says so.
ONLY_SHOWN = "works-in-the-sent-mail"


SIGNED = re.compile(r"(/answer/)[\w.~:=-]+")


class LinkError(BoardcalError):
    """A link that opens nothing: cut off, made up, or of another installation."""


class ExpiredLinkError(LinkError):
    """A link whose time is over; `answer` is what it was for."""

    def __init__(self, answer: AnswerLink) -> None:
        super().__init__("The time of this link is over.")
        self.answer = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLink:
    """What a signed link is for: one reader answering about one thing due.

    `occurrence` is its identity, never given to another; `due_revision` says which of its dates
    the mail spoke of, `until` the last day that the link opens anything.
    """

    occurrence: str
    due_revision: int
    recipient: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSigner:
    """Makes and reads the signed part of links.

    What was signed by another installation, or for another purpose, does not pass.
    """

    secret: str = field(repr=False)
    installation: str

    def token(self, link: AnswerLink) -> str:
        """The signed part: letters, digits, "-", "_" and "."; the same for the same link."""
        payload = [link.occurrence, link.due_revision, link.until.isoformat(), link.recipient]
        return str(self._serializer().dumps(payload))

    def read(self, token: str, *, today: date) -> AnswerLink:
        """What a token is for. Raises LinkError, or ExpiredLinkError after its time."""
        try:
            identity, revision, until, recipient = self._serializer().loads(token)
        except BadData:
            raise LinkError("The link is not whole, or not one of ours.") from None
        link = AnswerLink(
            # Links of before carry a number, which what was there then has kept for its identity.
            occurrence=str(identity),
            due_revision=revision,
            recipient=recipient,
            until=date.fromisoformat(until),
        )
        if link.until < today:
            raise ExpiredLinkError(link)
        return link

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(
            self.secret,
            salt=f"boardcal answer {self.installation}",
            signer_kwargs={"digest_method": hashlib.sha256},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the links of a mail lead; `base_url` is where people reach the pages.

    Without a `signer` the mail is only shown: its signed links open nothing. Without a
    `base_url` there are no links at all.
    """

    base_url: str = ""
    signer: LinkSigner | None = None

    def answer(self, link: AnswerLink) -> str:
        """The address of the page at which a mail's reader answers."""
        if not self.base_url:
            return ""
        token = ONLY_SHOWN if self.signer is None else self.signer.token(link)
        return f"{self.base_url}/answer/{token}"

    def board(self, board: str) -> str:
        """Where the pages of a Board are: what their paths are put behind."""
        return f"{self.base_url}/boards/{quote(board)}" if self.base_url else ""

    def due(self, board: str, key: str) -> str:
        """The page of something due, for who signs in."""
        return due_page(self.board(board), key)

    def request(self, board: str, identity: str) -> str:
        """The page of what a chair asks for."""
        return f"{self.board(board)}/requests/{identity}" if self.base_url else ""


def without_links(content: bytes) -> bytes:
    """The bytes of a mail whose signed links open nothing any more, for others than its reader.

    A mail without any comes back as it is.
    """
    mail, is_changed = message_from_bytes(content), False
    for part in mail.walk():
        if part.get_content_maintype() != "text":
            continue
        text = bytes(part.get_payload(decode=True) or b"").decode(errors="replace")
        safe = SIGNED.sub(rf"\1{ONLY_SHOWN}", text)
        if safe != text:
            is_changed = True
            del part["Content-Transfer-Encoding"]
            part["Content-Transfer-Encoding"] = "quoted-printable"
            lines = safe.replace("\r\n", "\n").encode()
            part.set_payload(b2a_qp(lines, istext=True).decode("ascii"))
    # Headers stay as they are: none is folded anew.
    as_sent = mail.policy.clone(linesep="\r\n", max_line_length=0)
    return mail.as_bytes(policy=as_sent) if is_changed else content


def due_page(pages: str, key: str) -> str:
    """The page of something due below a Board's `pages`; "" where those are nowhere."""
    return f"{pages}/due/{quote(key, safe='/:@')}" if pages else ""


def last_day_of(due: date, today: date) -> date:
    """The last day of a link that is mailed `today` about something due then."""
    return max(due, today) + KEPT_FOR


NO_LINKS = Links()
