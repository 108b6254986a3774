"""Refusals of mail servers that have a sentence of their own: what to do, and who can do it.

Each holds up every email alike: it is a setting here, or at the organisation's administrator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SMTP = "under [mail.smtp] in config.toml"
ASK = "Ask your Microsoft 365 administrator"
GUIDE = "docs/email.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRefusal:
    """A refusal by the words of its reply, "550 5.7.30 Basic …" among them.

    `by_token`: it means this where boardcal signs in with a token (False: with a password; None:
    with either). `of_sender`: it concerns the sender's address; another may send.
    """

    reply: re.Pattern[str]
    sentence: str
    by_token: bool | None = None
    of_sender: bool = False


def _known(reply: str, sentence: str, *, by_token: bool | None = None) -> KnownRefusal:
    words = re.compile(reply, re.IGNORECASE)
    return KnownRefusal(reply=words, sentence=sentence, by_token=by_token)


BASIC_IS_OFF = (
    "Basic authentication (a user name and a password) is switched off for this mailbox. "
    f'{ASK}, or set auth = "oauth" {SMTP}: {GUIDE}.'
)


# The first that fits; `.*` because the words come after the code.
KNOWN = (
    _known(
        r"535 5\.7\.139 .*SmtpClientAuthentication is disabled",
        f"Sending by SMTP is switched off for this mailbox. {ASK} to switch on authenticated SMTP "
        f'for it, or to set up transport = "graph": {GUIDE}.',
        by_token=True,
    ),
    _known(
        r"535 5\.7\.139 .*security defaults",
        "The security defaults of your organisation keep a user name and a password out. "
        f'{ASK}, or set auth = "oauth" {SMTP}: {GUIDE}.',
    ),
    _known(
        r"535 5\.7\.139 .*(criteria|conditional access)",
        f"A conditional access policy keeps boardcal out. {ASK} to let it sign in from this "
        "machine.",
    ),
    _known(r"535 5\.7\.139\b", BASIC_IS_OFF, by_token=False),
    _known(
        r"535 5\.7\.139\b",
        f"Microsoft 365 keeps the application out. {ASK} why; the sign-in log there says it.",
        by_token=True,
    ),
    _known(r"5\d\d 5\.7\.30\b", BASIC_IS_OFF),
    _known(
        r"535 5\.7\.3\b",
        f"Microsoft 365 does not let the application into the mailbox of username {SMTP}. {ASK} "
        "to give it the mailbox permission again, with the object ID of the enterprise application "
        f"and not that of the app registration: {GUIDE}.",
        by_token=True,
    ),
    _known(
        r"5\d\d 5\.7\.57\b",
        "The mail server wants a sign-in before it takes an email. Fill in username, and auth or "
        f"password_file, {SMTP}: {GUIDE}.",
    ),
    _known(
        r"5\d\d 5\.7\.68\b",
        f"Your organisation rejects Direct Send, an email without a sign-in. {ASK} for a connector "
        f"for this machine, or fill in username and auth {SMTP}: {GUIDE}.",
    ),
    KnownRefusal(
        reply=re.compile(
            r"5\d\d (5\.7\.60|5\.2\.252)\b|5\d\d .*(SendAsDenied|to send as)", re.IGNORECASE
        ),
        sentence=(
            "The mailbox that boardcal signs in to may not send as {sender}. Ask your "
            "administrator for the right Send As on that address, or correct from under [mail] in "
            "config.toml."
        ),
        of_sender=True,
    ),
    _known(
        r"432 4\.3\.2\b|451 4\.7\.500\b",
        "The mail server takes emails more slowly than they come. Lower rate_per_minute "
        f"{SMTP} if this goes on.",
    ),
    _known(
        r"535 5\.7\.8\b.*google",
        f"Google does not let the service account into the mailbox of username {SMTP}. Ask your "
        f"Google Workspace administrator for domain-wide delegation: {GUIDE}.",
        by_token=True,
    ),
    _known(
        r"53[45] 5\.7\.(8|9)\b.*google",
        f'Google takes no ordinary password. Set auth = "oauth" {SMTP}: {GUIDE}.',
        by_token=False,
    ),
)


def known_refusal(reply: str, *, by_token: bool | None = None) -> KnownRefusal | None:
    """What is known of a reply; None of most. `by_token` None: it does not matter how we came."""
    return next(
        (
            known
            for known in KNOWN
            if known.reply.match(reply) and (by_token is None or known.by_token in (None, by_token))
        ),
        None,
    )
