"""What a sign-in service's refusal means, as a sentence: what to do, and who can do it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...settings.mail import OAuthProvider
from ..transports.base import DeliveryError

if TYPE_CHECKING:
    from .calls import Answer

SETTINGS = "under [mail.oauth] in config.toml"
CLOCK = (
    "The clock of this machine is wrong, so the sign-in is refused. Set it right: boardcal signs "
    "what it asks with the time."
)

# By the number that Microsoft gives each refusal, or by Google's words; the first that fits.
MICROSOFT = (
    (
        r"AADSTS(90002|900021|900023|50059)\b",
        (
            f"Microsoft does not know the tenant. Correct tenant {SETTINGS}: it is the directory "
            "(tenant) ID of your organisation."
        ),
    ),
    (
        r"AADSTS(700016|90013|7000112)\b",
        (
            f"Microsoft does not know the application in this tenant, or it is switched off. "
            f"Correct client_id and tenant {SETTINGS}, or ask your Microsoft 365 administrator."
        ),
    ),
    (
        r"AADSTS7000222\b",
        (
            "The application's secret has expired. Ask your Microsoft 365 administrator for a new "
            f"one, and put it into the file of client_secret_file {SETTINGS}."
        ),
    ),
    (
        r"AADSTS7000215\b",
        (
            "The application's secret is wrong. Ask your Microsoft 365 administrator for its value "
            f"(not its ID), and put it into the file of client_secret_file {SETTINGS}."
        ),
    ),
    (r"AADSTS(700024|700023)\b", CLOCK),
    (
        r"AADSTS(700027|7000272|50013|700030)\b",
        (
            "The application does not know this certificate, or it has expired. Ask your Microsoft "
            f"365 administrator to upload the one of certificate_file {SETTINGS} to the app "
            "registration."
        ),
    ),
    (
        r"AADSTS(70011|1002012|500011|28002|65001|650057)\b",
        (
            f"Microsoft does not know the scope that was asked for. Empty scope {SETTINGS}, or "
            "correct it as your Microsoft 365 administrator says."
        ),
    ),
    (
        r"AADSTS(53003|530034?|50105|53000|53001)\b",
        (
            "A conditional access policy keeps the application out. Ask your Microsoft 365 "
            "administrator to let it sign in from this machine."
        ),
    ),
)
GOOGLE = (
    (r"reasonable timeframe|iat and exp", CLOCK),
    (
        r"unauthorized_client",
        (
            "Google does not let the service account send for others. Ask your Google Workspace "
            "administrator for domain-wide delegation of the scope https://mail.google.com/ to it."
        ),
    ),
    (
        r"Invalid JWT Signature|account not found|invalid_client|disabled_client|deleted_client",
        (
            "Google does not know the service account's key. Ask your Google Workspace "
            f"administrator for a new one, and put it into the file of service_account_file "
            f"{SETTINGS}."
        ),
    ),
    (
        r"Invalid email or User ID|Not a valid email",
        "Google does not know the mailbox. Correct username under [mail.smtp] in config.toml.",
    ),
    (
        r"invalid_scope",
        f"Google does not know the scope that was asked for. Empty scope {SETTINGS}.",
    ),
)
KNOWN = {OAuthProvider.MICROSOFT: MICROSOFT, OAuthProvider.GOOGLE: GOOGLE}


def refusal(provider: OAuthProvider, url: str, answer: Answer) -> DeliveryError:
    """The error for an answer without a token; it holds up all emails alike."""
    sentence = next(
        (words for pattern, words in KNOWN[provider] if re.search(pattern, answer.words)), None
    )
    if sentence is None and (answer.is_page or not answer.fields):
        sentence = (
            f"{url} answered with something other than a token ({answer.status}), as a proxy or a "
            f"wrong address does. Check token_url and tenant {SETTINGS}, and ask who runs your "
            "network."
        )
    if sentence is None and (answer.status == 429 or answer.status >= 500):
        sentence = (
            f"The sign-in service {url} cannot answer at present ({answer.status}); there is "
            "nothing to do."
        )
    return DeliveryError(
        f"{sentence or _unknown(url, answer)} Emails wait and are tried again.",
        scope="transport",
        reply=f"{answer.status} {answer.words}",
    )


def _unknown(url: str, answer: Answer) -> str:
    error, why = answer.fields.get("error"), answer.fields.get("error_description")
    words = ": ".join(" ".join(str(part).split()) for part in (error, why) if part)
    return (
        f"The sign-in service {url} gives boardcal no token ({answer.status} "
        f"{words[:200] or 'without a reason'}). Ask your administrator, and check {SETTINGS[6:]}."
    )
