"""What GOV.UK Notify's refusals mean, as sentences: what to do, and who can do it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .base import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..web_services.calls import Answer
    from .base import OutgoingMail

NOTIFY = "GOV.UK Notify"
SETTINGS = "under [mail.notify] in config.toml"
GUIDE = "docs/email.md"
PLACEHOLDER = re.compile(r"\(\(([^()?]+)(?:\?\?[^()]*)?\)\)")

# Of all mails alike; the first that fits.
OF_THE_CHANNEL = (
    (
        r"system clock",
        (
            "The clock of this machine is wrong by more than 30 seconds, so Notify refuses the "
            "key. Set it right."
        ),
    ),
    (
        r"AuthError|Invalid token|api token|API key|Unauthorized",
        (
            "Notify does not accept the key: it was revoked, or belongs to another service. Ask "
            "who manages the service for a live key, and put it into the file of api_key_file "
            f"{SETTINGS}."
        ),
    ),
    (
        r"Template not found|No ?result ?found|template_id|archived|deleted",
        (
            f"Notify finds no such template in the key's service. Correct template_id {SETTINGS}, "
            "or put the key of the service that has it into the file of api_key_file."
        ),
    ),
    (
        r"Missing personalisation",
        (
            "The template in Notify asks for more than a subject and a body. Ask who manages the "
            f"service to leave ((subject)) and ((body)) alone in it: {GUIDE}."
        ),
    ),
    (
        r"reply_to",
        (f"Notify knows no such address for replies. Correct reply_to_id {SETTINGS}, or empty it."),
    ),
    (
        r"send limit|TooManyRequests",
        (
            "The service in Notify has sent all that it may for today. Ask who manages it to raise "
            "the limit."
        ),
    ),
    (
        r"rate limit|RateLimit",
        f"Notify takes emails more slowly than they come. Lower rate_per_minute {SETTINGS}.",
    ),
)
# Of one recipient: others can be sent to meanwhile.
NOT_ON_THE_LIST = re.compile(r"team-only|trial mode|guest list", re.IGNORECASE)
NO_ADDRESS = re.compile(r"email_address", re.IGNORECASE)


def refused(answer: Answer, mail: OutgoingMail | None = None) -> DeliveryError:
    """The error for any answer but yes to `mail`, or to a question where there is none."""
    reply = f"{answer.status} {_words(answer)}"
    if answer.status == 400 and mail is not None:
        if NOT_ON_THE_LIST.search(reply):
            return DeliveryError(
                f"Notify does not send to {mail.recipient}, because the service is on trial or the "
                "key is for its team alone. Ask who manages the service to make it live and for a "
                "live key. The email waits.",
                scope="recipient",
                reply=reply,
            )
        if NO_ADDRESS.search(reply):
            return DeliveryError(
                f"Notify refused {mail.recipient}: {_words(answer)}. Check the address with "
                "whoever holds the role and correct it.",
                scope="recipient",
                permanent=True,
                reply=reply,
            )
    sentence = next(
        (words for pattern, words in OF_THE_CHANNEL if re.search(pattern, reply, re.IGNORECASE)),
        None,
    )
    if sentence is not None and 400 <= answer.status < 500:
        return DeliveryError(f"{sentence} Emails wait.", scope="transport", reply=reply)
    if answer.status == 400 and answer.fields and mail is not None:
        return DeliveryError(
            f"Notify does not take the email to {mail.recipient}: {_words(answer)}. The email is "
            "tried again; ask who manages the service in Notify.",
            scope="recipient",
            reply=reply,
        )
    return _unexpected(answer, reply, of_mail=mail is not None)


def _unexpected(answer: Answer, reply: str, *, of_mail: bool) -> DeliveryError:
    """An answer that Notify itself hardly gives; after a mail it may still have been taken."""
    if answer.status >= 500:
        sentence = f"{NOTIFY} cannot answer at present ({answer.status}); there is nothing to do."
    else:
        sentence = (
            f"Something other than {NOTIFY} answered ({answer.status}), as a proxy or a wrong "
            f"address does. Check base_url {SETTINGS}, and ask who runs your network."
        )
    return DeliveryError(
        f"{sentence} Emails wait and are tried again.",
        scope="transport",
        uncertain=of_mail and (answer.status < 300 or answer.status >= 500),
        reply=reply,
    )


def given_up(mail: OutgoingMail) -> DeliveryError:
    """The error for a mail that Notify took, and could not deliver."""
    return DeliveryError(
        f"Notify could not deliver the email to {mail.recipient}: there is no such address. Check "
        "it with whoever holds the role and correct it.",
        scope="recipient",
        permanent=True,
        reply="permanent-failure",
    )


def template_fault(template: Mapping[str, Any]) -> str | None:
    """What is wrong with a template of Notify, as sentences; None where it is as it must be."""
    name = template.get("name")
    if template.get("type") != "email":
        return (
            f'The template "{name}" in Notify is not for emails. Make one for emails, and put its '
            f"ID into template_id {SETTINGS}: {GUIDE}. Emails wait."
        )
    for field, placeholder in (("subject", "subject"), ("body", "body")):
        text = str(template.get(field) or "")
        names = {match.strip().lower() for match in PLACEHOLDER.findall(text)}
        if names != {placeholder}:
            return (
                f'The {field} of the template "{name}" in Notify must be (({placeholder})) and no '
                "other placeholder; else emails would arrive without what they are to say. Ask who "
                f"manages the service to change it: {GUIDE}. Emails wait."
            )
    return None


def _words(answer: Answer) -> str:
    """Notify's own words: the errors that it lists, else what there is."""
    errors = answer.fields.get("errors")
    if not isinstance(errors, list):
        return answer.words or "without a reason"
    parts = [
        f"{entry.get('error')}: {entry.get('message')}".replace("\n", " ")
        for entry in errors
        if isinstance(entry, dict)
    ]
    return "; ".join(parts)[:300] or "without a reason"
