"""The transport that sends through Microsoft Graph, which can be asked afterwards by Sent Items.

Graph answers 202 without an id; what it took stands in Sent Items of the mailbox that it was sent
from, where the application must be allowed to look.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from ...settings.mail import OAuthProvider
from ..web_services.calls import Answer, Calls, NoAnswerError
from ..web_services.tokens import Tokens
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
from .graph_refusals import GRAPH, SETTINGS, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from ...settings.model import Settings

# Exchange files a copy within seconds, and may take minutes when it is told to go slowly.
ABSENCE = Absence(since=timedelta(minutes=15), until=timedelta(days=3))
# How far the clocks of this machine and of Exchange may be apart, and how long a mail may queue.
EARLIER, LATER = timedelta(minutes=5), timedelta(hours=2)
# A mail that kept such an id is another of ours, as in a trial, where all have one reader.
OURS = "<boardcal."
PAGE = 100
MOST_PAGES = 10  # at 30 a minute, more than leaves a mailbox in half an hour


class GraphTransport:
    """Hands mails to Graph, one after another, over connections that are kept for a burst."""

    reaches_people = True
    absence = ABSENCE
    traits = Traits(gives_id=False, own_sender=True, attachments=True, absence=ABSENCE)

    def __init__(self, base_url: str, *, mailbox: str, tokens: Tokens, patience: float) -> None:
        self._base_url = base_url
        self._mailbox = mailbox
        self._tokens = tokens
        self._calls = Calls(patience=patience / 2)
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    def from_settings(
        cls, settings: Settings, *, patience: float, clock: Callable[[], datetime]
    ) -> Self:
        """The application of `[mail.oauth]`, in the mailbox of each mail's sender."""
        oauth, mailbox = settings.mail.oauth, settings.mail.sender.address
        base_url = settings.mail.graph.base_url
        if oauth.provider is not OAuthProvider.MICROSOFT:
            raise AccountError(
                'transport = "graph" is of Microsoft 365, so provider under [mail.oauth] in '
                'config.toml must be "microsoft".'
            )
        tokens = Tokens(
            settings=oauth,
            scope=oauth.scope or f"{base_url}/.default",
            mailbox=mailbox,
            clock=clock,
            calls=Calls(patience=patience / 2),
        )
        return cls(base_url, mailbox=mailbox, tokens=tokens, patience=patience)

    @staticmethod
    def per_minute(settings: Settings) -> int | None:
        """What a mailbox takes, as the settings say."""
        return settings.mail.graph.rate_per_minute

    @staticmethod
    def way_out(settings: Settings) -> str:
        """That mails are sent through Graph."""
        return f"Mails are sent through Microsoft 365 ({settings.mail.graph.base_url})."

    async def send(
        self,
        mail: OutgoingMail,
        *,
        on_data: Callable[[], None],
        still_ours: Callable[[], bool] = always,
    ) -> Receipt:
        """Hand `mail` over as it is written (MIME)."""
        async with self._one_at_a_time:
            content = b64encode(mail.content)
            # A token is got before the mail begins, so that one which is refused costs nothing.
            await self._tokens.token()
            on_data()
            if not still_ours():
                raise LostClaimError
            answer = await self._posted(mail, content)
            if answer.status == 401:
                self._tokens.forget()
                await self._tokens.token()
                if not still_ours():
                    raise LostClaimError
                answer = await self._posted(mail, content)
        if answer.status == 202:
            return Receipt(reply="202 Accepted by Microsoft 365")
        raise refused(answer, mail)

    async def find(self, mail: OutgoingMail, *, begun: datetime) -> Receipt | None:
        """Look into Sent Items: by Message-ID, then by time, reader and subject.

        The second because Exchange may give a mail another Message-ID on its way out.
        """
        by_id = f"internetMessageId eq '{_quoted(mail.message_id)}'"
        for item in await self._sent_items(mail.sender, by_id):
            return Receipt(reply=f"In Sent Items since {item.get('sentDateTime')}")
        since, until = _moment(begun - EARLIER), _moment(begun + LATER)
        at_that_time = f"sentDateTime ge {since} and sentDateTime le {until}"
        subject = str(message_from_bytes(mail.content, policy=default)["Subject"])
        for item in await self._sent_items(mail.sender, at_that_time):
            is_another = str(item.get("internetMessageId")).startswith(OURS)
            if is_another or item.get("subject") != subject:
                continue
            if mail.recipient.lower() in _readers(item):
                return Receipt(reply=f"In Sent Items since {item.get('sentDateTime')}")
        return None

    async def check(self) -> str:
        """Signs in and looks into Sent Items of the sender's mailbox; sends nothing."""
        try:
            await self._sent_items(self._mailbox, "", pages=1)
        finally:
            await self.close()
        return (
            f"{GRAPH} gives boardcal a token and lets it look into Sent Items of {self._mailbox}; "
            "whether it lets boardcal send is seen with a test mail. Nothing was sent."
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._calls.close()

    async def _posted(self, mail: OutgoingMail, content: bytes) -> Answer:
        headers = await self._headers() | {"Content-Type": "text/plain"}
        try:
            return await self._calls.post(
                f"{self._user(mail.sender)}/sendMail", headers=headers, content=content
            )
        except NoAnswerError as error:
            raise _unanswered(error, uncertain=error.may_have_arrived) from error

    async def _sent_items(
        self, mailbox: str, where: str, *, pages: int = MOST_PAGES
    ) -> list[Mapping[str, Any]]:
        """The mails in Sent Items that fit. Raises DeliveryError where they cannot be seen."""
        url = f"{self._user(mailbox)}/mailFolders/sentitems/messages"
        query: dict[str, str] | None = {
            "$select": "internetMessageId,subject,toRecipients,sentDateTime",
            "$top": str(PAGE),
        } | ({"$filter": where} if where else {})
        items: list[Mapping[str, Any]] = []
        for _ in range(pages):
            answer = await self._got(url, query)
            page = answer.fields.get("value")
            if answer.status != 200 or not isinstance(page, list):
                raise refused(answer, mailbox=mailbox)
            items += [item for item in page if isinstance(item, dict)]
            following = answer.fields.get("@odata.nextLink")
            if not isinstance(following, str) or not following.startswith(f"{self._base_url}/"):
                return items
            url, query = following, None
        if pages > 1:
            raise DeliveryError(
                f"Sent Items of {mailbox} holds too many emails of one hour to look through. Let "
                "boardcal send from a mailbox of its own: docs/email.md.",
                scope="transport",
            )
        return items

    async def _got(self, url: str, query: dict[str, str] | None) -> Answer:
        try:
            answer = await self._calls.get(url, headers=await self._headers(), query=query)
            if answer.status == 401:
                self._tokens.forget()
                answer = await self._calls.get(url, headers=await self._headers(), query=query)
        except NoAnswerError as error:
            raise _unanswered(error) from error
        return answer

    async def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {await self._tokens.token()}"}

    def _user(self, mailbox: str) -> str:
        return f"{self._base_url}/v1.0/users/{quote(mailbox, safe='@')}"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _readers(item: Mapping[str, Any]) -> Iterable[str]:
    """The addresses that a mail in Sent Items went to, in small letters."""
    listed = item.get("toRecipients")
    for entry in listed if isinstance(listed, list) else []:
        yield str(entry.get("emailAddress", {}).get("address", "")).lower()


def _unanswered(error: NoAnswerError, *, uncertain: bool = False) -> DeliveryError:
    return DeliveryError(
        f"{GRAPH} {error}. Emails wait and are tried again. Check that this machine may reach it, "
        f"and base_url {SETTINGS}.",
        scope="transport",
        uncertain=uncertain,
    )
