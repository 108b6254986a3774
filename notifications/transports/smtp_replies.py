"""What a mail server's refusals and silences mean: for this mail, or for all of them.

| what happened | `permanent` | `scope` | `uncertain` |
|---|---|---|---|
| no connection, no encryption, no log-in | no | transport | no |
| 5xx: log in first, or this sender is not allowed | no | transport | no |
| 4xx or 5xx: a limit on how much this account may send, such as a day's | no | transport | no |
| 421, silence or hanging up at MAIL | no | transport | no |
| any other 4xx; 421, silence or hanging up at RCPT or DATA | no | recipient | no |
| any other 5xx | yes | recipient | no |
| silence or hanging up once the mail itself was given | no | recipient | yes |
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from typing import TYPE_CHECKING, Literal

import aiosmtplib

from .base import DeliveryError
from .smtp_known import known_refusal

if TYPE_CHECKING:
    from .base import OutgoingMail


# DATA is the server's answer to the command, CONTENT its answer to the mail.
Stage = Literal["MAIL", "RCPT", "DATA", "CONTENT"]
SETTINGS = "under [mail.smtp] in config.toml"
LONGEST_REPLY = 300
UNAVAILABLE = 421  # RFC 5321 4.2.3: the server closes the connection after it
LOG_IN_FIRST = {530, 534, 535, 538}  # RFC 4954 6


# RFC 5321 4.3.2: in answer to MAIL these refuse the sender; RFC 3463: so do 5.1.7, 5.1.8, 5.7.x.
SENDER_REFUSED = re.compile(r"55[03]\b|5\d\d 5\.(1\.[78]|7\.\d+)\b")


# Microsoft 365 refuses a sender only after DATA: by 5.7.57, 5.7.60 or 5.2.252, or in words; and
# one that is blocked, by 5.1.8 or as an organisation or machine by the others (its "Email
# non-delivery reports", November 2026). Every mail would meet these.
SENDER_DENIED = re.compile(
    r"5\d\d (5\.(1\.8|7\.(57|60|50[123]|511|705|708|750)|2\.252)\b|.*(SendAsDenied|to send as))",
    re.IGNORECASE,
)


# How much one account may send in a day or an hour: Gmail's 5.4.5, Microsoft's 5.1.90 and
# 5.7.232 to 236, and what others say in words. A mailbox that is full (x.2.2), one that gets too
# much (5.2.121 and 122) and a mail that is too big are limits of another kind.
SENDING_LIMIT = re.compile(
    r"[45]\d\d (?!\d\.(2\.(2|3|12[12])|3\.4)\b)"
    r"(5\.(4\.5|1\.90|7\.23[2-6])\b"
    r"|(?=.*(limit|quota|exceed))"
    r".*\b(daily|hourly|(per|an|a|24) (day|hour)s?|sending|submission ?quota|outgoing|outbound))",
    re.IGNORECASE,
)


# Microsoft 365 has this mail already, from an attempt whose answer was lost.
DUPLICATE = re.compile(r"5\d\d 5\.2\.0 .*duplicate", re.IGNORECASE)


# OpenSSL's numbers for a certificate that is not valid yet and one that is not any more.
OUT_OF_DATE = {9, 10}


# The first that fits; each sentence ends with where the settings are.
HINDRANCES: tuple[tuple[type[Exception], str], ...] = (
    (
        ssl.SSLCertVerificationError,
        "shows a certificate that cannot be trusted, so nothing was sent. Ask IT, or check host",
    ),
    (
        ssl.SSLError,
        'does not encrypt as asked. Check port and security, "starttls" (587) or "tls" (465),',
    ),
    (socket.gaierror, "cannot be found by that name. Check host"),
    (ValueError, "cannot be found by that name. Check host"),
    (TimeoutError, "did not answer in time. Check host, port and security"),
)


def one_line(code: int, message: str) -> str:
    """A server's reply as one line that can be shown and stored: "550 5.1.1 No such user"."""
    text = f"{code} {message}" if code > 0 else message  # the library's -1: no code was read
    seen = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(seen.split())[:LONGEST_REPLY]


def is_settled(answer: aiosmtplib.SMTPResponseException) -> bool:
    """Whether the server's refusal is one it stays connected after."""
    return answer.code != UNAVAILABLE and 400 <= answer.code < 600


def already_delivered(error: DeliveryError) -> bool:
    """Whether a refusal says that the server took this very mail at an earlier attempt."""
    return error.reply is not None and DUPLICATE.match(error.reply) is not None


def refused(
    stage: Stage, mail: OutgoingMail, answer: aiosmtplib.SMTPResponseException
) -> DeliveryError:
    """The error for an answer other than yes at `stage`."""
    reply = one_line(answer.code, answer.message)
    sentence = reply.rstrip(".")
    known = known_refusal(reply)
    if known is not None:
        return DeliveryError(
            f"{known.sentence.format(sender=mail.sender)} Mails wait; the mail server said: "
            f"{sentence}.",
            scope="transport",
            of_sender=known.of_sender,
            reply=reply,
        )
    if SENDING_LIMIT.match(reply):
        return DeliveryError(
            f"The mail server takes no more mails of {mail.sender} for now, by a limit of its own: "
            f"{sentence}. Mails wait and are tried again, tomorrow where it is a day's limit; ask "
            "who runs the mail server to raise it.",
            scope="transport",
            of_sender=True,
            reply=reply,
        )
    if _concerns_the_account(stage, answer.code, reply):
        return DeliveryError(
            f"The mail server does not let {mail.sender} send: {sentence}. Mails wait. Check from "
            f"under [mail], and username and password_file {SETTINGS}.",
            scope="transport",
            of_sender=answer.code not in LOG_IN_FIRST,
            reply=reply,
        )
    if 500 <= answer.code < 600:
        return DeliveryError(
            _for_good(stage, mail, sentence), scope="recipient", permanent=True, reply=reply
        )
    if not 400 <= answer.code < 500:
        return broken_off(stage, mail, reply=reply)
    return DeliveryError(
        f"The mail server does not take the mail to {mail.recipient} at present: {sentence}. It is "
        "tried again.",
        scope="transport" if answer.code == UNAVAILABLE and stage == "MAIL" else "recipient",
        reply=reply,
    )


def broken_off(stage: Stage, mail: OutgoingMail, *, reply: str | None = None) -> DeliveryError:
    """The error for a server that hung up, fell silent or answered nonsense at `stage`."""
    what = f'answered "{reply}"' if reply else "hung up or fell silent"
    if stage == "CONTENT":
        return DeliveryError(
            f"The mail server {what} while it was given the mail to {mail.recipient}, so nobody "
            "can tell whether the mail arrives. Ask them before it is sent again.",
            scope="recipient",
            uncertain=True,
            reply=reply,
        )
    return DeliveryError(
        f"The mail server {what} before it was given the mail to {mail.recipient}. It is tried "
        "again.",
        scope="transport" if stage == "MAIL" else "recipient",
        reply=reply,
    )


def unwritable(stage: Stage, mail: OutgoingMail) -> DeliveryError:
    """The error for an address that SMTP has no way to write."""
    if stage == "MAIL":
        return DeliveryError(
            f'Nothing can be sent from "{mail.sender}", which is no mail address. Put right from '
            "under [mail] in config.toml.",
            scope="transport",
        )
    return DeliveryError(
        f'Nothing can be sent to "{mail.recipient}", which is no mail address. Correct it with '
        '"boardcal people appoint".',
        scope="recipient",
        permanent=True,
    )


def no_connection(server: str, error: Exception, *, by_token: bool = False) -> DeliveryError:
    """The error for a server that cannot be reached or used; it holds up all mails alike.

    `by_token`: boardcal signs in with a token, not with a password.
    """
    reply = None
    if isinstance(error, aiosmtplib.SMTPResponseException):
        reply = one_line(error.code, error.message)
        known = known_refusal(reply, by_token=by_token)
        if known is not None:
            sentence = f"{known.sentence} Mails wait and are tried again; the mail server said: "
            return DeliveryError(f"{sentence}{reply.rstrip('.')}.", scope="transport", reply=reply)
    hindrance = _hindrance(error, reply, by_token=by_token)
    return DeliveryError(
        f"{server} {hindrance} {SETTINGS}. Mails wait and are tried again.",
        scope="transport",
        reply=reply,
    )


def _concerns_the_account(stage: Stage, code: int, reply: str) -> bool:
    """Whether a 5xx refuses us rather than the mail: every mail would meet it."""
    return (
        code in LOG_IN_FIRST
        or SENDER_DENIED.match(reply) is not None
        or (stage == "MAIL" and SENDER_REFUSED.match(reply) is not None)
    )


def _for_good(stage: Stage, mail: OutgoingMail, answer: str) -> str:
    if stage == "RCPT":
        return (
            f"The mail server refused {mail.recipient}: {answer}. Check the address with whoever "
            'holds the role and correct it with "boardcal people appoint".'
        )
    return (
        f"The mail server refused the mail to {mail.recipient}: {answer}. It is not tried again; "
        "ask who runs the mail server what is wrong with it."
    )


def _hindrance(error: Exception, reply: str | None, *, by_token: bool) -> str:
    """What stands in the way, and which setting to look at; the caller adds where."""
    answer = (reply or "").rstrip(".")
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) and by_token:
        return f"did not accept the application's token: {answer}. Check username and [mail.oauth],"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"did not accept the name and password: {answer}. Check username and password_file"
    if reply:
        return f"turned us away: {answer}. Check host and port"
    # The library wraps what the system said; a time limit of ours is wrapped the other way round.
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code in OUT_OF_DATE:
        return (
            "shows a certificate that has expired or is not valid yet, so nothing was sent. Ask who"
            " runs it to renew that, see that the clock of this machine is right, or check host"
        )
    for kind, words in HINDRANCES:
        if isinstance(cause, kind):
            return words
    reason = os.strerror(cause.errno) if isinstance(cause, OSError) and cause.errno else "hung up"
    return f"could not be reached ({reason}). Check that it is running, and host and port"
