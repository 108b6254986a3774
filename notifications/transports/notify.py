"""The transport that sends through GOV.UK Notify, which can be asked afterwards by our reference.

Notify fills a template of the organisation's own service: subject and text of a mail go into its
two placeholders. The HTML part and the sender stay here; Notify has its own of both.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, Self

import jwt

from ...core.errors import BoardcalError
from ..web_services.calls import Answer, Calls, NoAnswerError
from .base import (
    Absence,
    AccountError,
    DeliveryError,
    LostClaimError,
    OutgoingMail,
    Receipt,
    Traits,
    always,
)
from .notify_refusals import NOTIFY, SETTINGS, given_up, refused, template_fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ...settings.mail import Notify
    from ...settings.model import Settings

# A key is a name, the service's id and the secret, joined by hyphens.
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
KEY = re.compile(rf".*?({UUID})-({UUID})", re.IGNORECASE)
# Notify takes a mail into its list within seconds. Services may have it forget after three days.
ABSENCE = Absence(since=timedelta(minutes=5), until=timedelta(days=3))
INDENT = re.compile(r"(?m)^[ ]+(?=\S)")
UNDERLINED = re.compile(r"(?m)^([^\s-].*)\n(?:-{3,}|={3,})$")
RULE = re.compile(r"(?m)^-{4,}$")
ON_ITS_WAY = {"created", "sending", "pending", "delivered", "sent"}
FAILED_FOR_GOOD = "permanent-failure"


class NotifyTransport:
    """Hands mails to Notify, one after another, over connections that are kept for a burst."""

    reaches_people = True
    absence = ABSENCE
    traits = Traits(gives_id=True, own_sender=False, attachments=False, absence=ABSENCE)

    def __init__(self, settings: Notify, *, patience: float, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._calls = Calls(patience=patience / 2)
        self._one_at_a_time = asyncio.Lock()
        self._template = ""

    @classmethod
    def from_settings(
        cls, settings: Settings, *, patience: float, clock: Callable[[], datetime]
    ) -> Self:
        """The service of `[mail.notify]`. Its key is read at each burst and never kept."""
        notify = settings.mail.notify
        if notify.api_key_file is None:
            raise AccountError(
                f"api_key_file {SETTINGS} must name the file with the service's key."
            )
        if re.fullmatch(UUID, notify.template_id, re.IGNORECASE) is None:
            raise AccountError(
                f"template_id {SETTINGS} must be the ID that Notify shows with the template."
            )
        return cls(notify, patience=patience, clock=clock)

    @staticmethod
    def per_minute(settings: Settings) -> int | None:
        """What Notify takes, as the settings say."""
        return settings.mail.notify.rate_per_minute

    @staticmethod
    def way_out(settings: Settings) -> str:
        """That mails are sent through Notify."""
        return f"Mails are sent through GOV.UK Notify ({settings.mail.notify.base_url})."

    async def send(
        self,
        mail: OutgoingMail,
        *,
        on_data: Callable[[], None],
        still_ours: Callable[[], bool] = always,
    ) -> Receipt:
        """Hand `mail` over; the receipt has Notify's id of it."""
        async with self._one_at_a_time:
            await self._checked_template()
            form = self._form(mail)
            headers = self._headers()
            on_data()
            if not still_ours():
                raise LostClaimError
            try:
                answer = await self._calls.post(
                    self._url("/v2/notifications/email"), headers=headers, json=form
                )
            except NoAnswerError as error:
                raise _unanswered(error, uncertain=error.may_have_arrived) from error
        number = answer.fields.get("id")
        if answer.status == 201 and isinstance(number, str):
            return Receipt(reply=f"Notify took it as {number}")
        raise refused(answer, mail)

    async def find(self, mail: OutgoingMail, *, begun: datetime) -> Receipt | None:  # noqa: ARG002
        """What Notify's list says of our reference."""
        query = {"reference": _reference(mail), "template_type": "email"}
        answer = await self._asked("/v2/notifications", query)
        listed = answer.fields.get("notifications")
        if answer.status != 200 or not isinstance(listed, list):
            raise refused(answer)
        states = {str(entry.get("status")): entry for entry in listed if isinstance(entry, dict)}
        arrived = next((states[state] for state in states if state in ON_ITS_WAY), None)
        if arrived is not None:
            return Receipt(reply=f"Notify has it as {arrived.get('id')}: {arrived.get('status')}")
        if FAILED_FOR_GOOD in states:
            raise given_up(mail)
        return None

    async def check(self) -> str:
        """Signs in and looks at the template; sends nothing."""
        self._template = ""
        try:
            await self._checked_template()
            name = self._template
        finally:
            await self.close()
        return (
            f'{NOTIFY} answers, and its template "{name}" takes our subject and text; '
            "nothing was sent."
        )

    async def close(self) -> None:
        """Let go of the connections. The template is looked at again at the next burst."""
        self._template = ""
        await self._calls.close()

    async def _checked_template(self) -> None:
        """Without both placeholders, Notify would send mails that say nothing."""
        if self._template:
            return
        answer = await self._asked(f"/v2/template/{self._settings.template_id}", {})
        if answer.status != 200 or "body" not in answer.fields:
            raise refused(answer)
        fault = template_fault(answer.fields)
        if fault is not None:
            raise DeliveryError(fault, scope="transport")
        self._template = str(answer.fields.get("name") or self._settings.template_id)

    async def _asked(self, path: str, query: dict[str, str]) -> Answer:
        try:
            return await self._calls.get(self._url(path), headers=self._headers(), query=query)
        except NoAnswerError as error:
            raise _unanswered(error) from error

    def _url(self, path: str) -> str:
        return f"{self._settings.base_url}{path}"

    def _headers(self) -> dict[str, str]:
        """A proof of the key that is good for 30 seconds. Raises DeliveryError."""
        file = self._settings.api_key_file
        assert file is not None  # noqa: S101 - from_settings saw to it
        try:
            key = KEY.fullmatch(self._settings.api_key(file))
        except BoardcalError as error:
            raise DeliveryError(str(error), scope="transport") from error
        if key is None:
            raise DeliveryError(
                f"{file} holds no key of {NOTIFY}, which ends in two IDs joined by a hyphen. Copy "
                f"the whole key into it; api_key_file {SETTINGS} names it.",
                scope="transport",
            )
        claims = {"iss": key[1], "iat": self._clock()}
        return {"Authorization": f"Bearer {jwt.encode(claims, key[2], algorithm='HS256')}"}

    def _form(self, mail: OutgoingMail) -> dict[str, Any]:
        message = message_from_bytes(mail.content, policy=default)
        text = message.get_body(("plain",))
        form: dict[str, Any] = {
            "email_address": mail.recipient,
            "template_id": self._settings.template_id,
            "personalisation": {
                "subject": str(message["Subject"]),
                "body": "" if text is None else _in_notify_style(text.get_content()),
            },
            "reference": _reference(mail),
        }
        if self._settings.reply_to_id:
            form["email_reply_to_id"] = self._settings.reply_to_id
        return form


def _in_notify_style(text: str) -> str:
    """A mail's plain text as Notify lays it out: its headings, its rules, nothing set in.

    Notify would show lines that are set in far as code, and underlines as rules.
    """
    plain = INDENT.sub("", text.replace("\r\n", "\n"))
    return RULE.sub("---", UNDERLINED.sub(r"# \1", plain))


def _reference(mail: OutgoingMail) -> str:
    return mail.message_id.strip("<>")


def _unanswered(error: NoAnswerError, *, uncertain: bool = False) -> DeliveryError:
    return DeliveryError(
        f"{NOTIFY} {error}. Emails wait and are tried again. Check that this machine may reach it, "
        f"and base_url {SETTINGS}.",
        scope="transport",
        uncertain=uncertain,
    )
