"""What Microsoft Graph's refusals mean, as sentences: what to do, and who can do it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .base import DeliveryError

if TYPE_CHECKING:
    from ..web_services.calls import Answer
    from .base import OutgoingMail

GRAPH = "Microsoft Graph"
SETTINGS = "under [mail.graph] in config.toml"
GUIDE = "docs/email.md"
ADMINISTRATOR = "your Microsoft 365 administrator"

# Of the mailbox that a mail leaves from; another may be in order.
OF_THE_SENDER = (
    (
        r"SendAsDenied|not allowed to send as|to send as",
        (
            "The application may not send as {mailbox}. Ask "
            f"{ADMINISTRATOR} for the right Send As on that address, or correct from under [mail] "
            "in config.toml."
        ),
    ),
    (
        r"ErrorInvalidUser|ResourceNotFound|MailboxNotEnabled|NonExistentMailbox|MailboxNotFound",
        (
            "Microsoft 365 has no mailbox {mailbox}. Correct from under [mail] in config.toml, or "
            f"ask {ADMINISTRATOR}."
        ),
    ),
    (
        r"ErrorAccessDenied|Authorization_RequestDenied|AccessRestricted|Forbidden",
        (
            "The application may not {what} of {mailbox}. Ask "
            f"{ADMINISTRATOR} for the application permission {{permission}} on that mailbox: "
            f"{GUIDE}. It takes effect after 30 minutes or more."
        ),
    ),
)
SLOWER = r"Throttled|TooManyRequests|MailboxConcurrency|ErrorExceededMessageLimit"
NO_RECIPIENT = r"ErrorInvalidRecipients|InvalidRecipient"


def refused(
    answer: Answer, mail: OutgoingMail | None = None, *, mailbox: str = ""
) -> DeliveryError:
    """The error for any answer but yes to `mail`, or to a look into Sent Items of `mailbox`."""
    error = answer.fields.get("error")
    words = answer.words or "without a reason"
    if isinstance(error, dict):
        words = f"{error.get('code')}: {error.get('message')}".replace("\n", " ")[:300]
    reply = f"{answer.status} {words}"
    if 400 <= answer.status < 500:
        known = _known(answer, reply, mail, mailbox or (mail.sender if mail else ""))
        if known is not None:
            return known
    return _unexpected(answer, reply, mail)


def _known(
    answer: Answer, reply: str, mail: OutgoingMail | None, mailbox: str
) -> DeliveryError | None:
    if answer.status == 429 or re.search(SLOWER, reply):
        return DeliveryError(
            "Microsoft 365 takes emails more slowly than they come. Lower rate_per_minute "
            f"{SETTINGS} if this goes on. Emails wait.",
            scope="transport",
            reply=reply,
        )
    what, permission = ("send out", "Mail.Send") if mail else ("see Sent Items", "Mail.ReadBasic")
    for pattern, sentence in OF_THE_SENDER:
        if re.search(pattern, reply):
            said = sentence.format(mailbox=mailbox, what=what, permission=permission)
            return DeliveryError(
                f"{said} Emails wait.", scope="transport", of_sender=True, reply=reply
            )
    if answer.status == 401:
        return DeliveryError(
            "Microsoft Graph does not accept the application's token. Check tenant, client_id and "
            f"scope under [mail.oauth] in config.toml, and base_url {SETTINGS}. Emails wait.",
            scope="transport",
            reply=reply,
        )
    if mail is not None and re.search(NO_RECIPIENT, reply):
        return DeliveryError(
            f"Microsoft 365 refused {mail.recipient}. Check the address with whoever holds the "
            "role and correct it.",
            scope="recipient",
            permanent=True,
            reply=reply,
        )
    if mail is not None and isinstance(answer.fields.get("error"), dict):
        return DeliveryError(
            f"Microsoft 365 does not take the email to {mail.recipient}: {reply}. The email is "
            f"tried again; ask {ADMINISTRATOR}.",
            scope="recipient",
            reply=reply,
        )
    return None


def _unexpected(answer: Answer, reply: str, mail: OutgoingMail | None) -> DeliveryError:
    """An answer that Graph itself hardly gives; after a mail it may still have been taken."""
    if answer.status >= 500:
        sentence = f"{GRAPH} cannot answer at present ({answer.status}); there is nothing to do."
    else:
        sentence = (
            f"Something other than {GRAPH} answered ({answer.status}), as a proxy or a wrong "
            f"address does. Check base_url {SETTINGS}, and ask who runs your network."
        )
    return DeliveryError(
        f"{sentence} Emails wait and are tried again.",
        scope="transport",
        uncertain=mail is not None and (answer.status < 300 or answer.status >= 500),
        reply=reply,
    )
