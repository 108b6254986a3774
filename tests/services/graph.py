"""A stand-in for Microsoft Graph: it takes MIME in base64, files it in Sent Items, and counts."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from boardcal.tests.services.web_service import Call, Reply, WebService

if TYPE_CHECKING:
    from collections.abc import Callable

MAY_ALL = frozenset({"Mail.Send", "Mail.ReadBasic"})


def refusal(status: int, code: str, message: str = "No.") -> Reply:
    """An error as Graph words it."""
    return Reply(status, {"error": {"code": code, "message": message}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One mail that was taken, as it stands in Sent Items."""

    mailbox: str
    recipient: str
    message_id: str
    subject: str
    content: bytes
    sent_at: datetime

    @property
    def as_listed(self) -> dict[str, Any]:
        return {
            "internetMessageId": self.message_id,
            "subject": self.subject,
            "toRecipients": [{"emailAddress": {"name": "", "address": self.recipient.upper()}}],
            "sentDateTime": f"{self.sent_at:%Y-%m-%dT%H:%M:%SZ}",
        }


@dataclass(kw_only=True)
class GraphService(WebService):
    """`is_good` says which tokens it takes; `may` what the application is allowed in `mailboxes`.

    `files` says whether Sent Items gets a copy; `rewrites` whether a mail gets another Message-ID.
    """

    is_good: Callable[[str], bool]
    mailboxes: set[str] = field(default_factory=lambda: {"lscb@example.org"})
    may: frozenset[str] = MAY_ALL
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    files: bool = True
    rewrites: bool = False
    page: int = 100
    taken: list[Filed] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """How many mails it took for each recipient."""
        return Counter(mail.recipient for mail in self.taken)

    def answer(self, call: Call) -> Reply:
        if not self.is_good(call.bearer):
            return refusal(401, "InvalidAuthenticationToken", "Lifetime validation failed.")
        mailbox, *what = unquote(call.path).removeprefix("/v1.0/users/").split("/")
        if mailbox not in self.mailboxes:
            return refusal(404, "ErrorInvalidUser", f"The requested user '{mailbox}' is invalid.")
        match call.verb, what:
            case "POST", ["sendMail"]:
                if "Mail.Send" not in self.may:
                    return refusal(403, "ErrorAccessDenied", "Access is denied.")
                return self._take(mailbox, call)
            case "GET", ["mailFolders", "sentitems", "messages"]:
                if "Mail.ReadBasic" not in self.may:
                    return refusal(403, "ErrorAccessDenied", "Access is denied.")
                return self._listed(mailbox, call.query)
        return refusal(400, "BadRequest", "Resource not found for the segment.")

    def _take(self, mailbox: str, call: Call) -> Reply:
        if call.headers["content-type"] != "text/plain":
            return refusal(400, "RequestBodyRead", "Invalid JSON.")
        content = b64decode(call.body, validate=True)
        mail = message_from_bytes(content, policy=default)
        number = len(self.taken)
        self.taken.append(
            Filed(
                mailbox=mailbox,
                recipient=mail["To"].addresses[0].addr_spec,
                message_id=f"<{number}@prod.outlook.com>" if self.rewrites else mail["Message-ID"],
                subject=str(mail["Subject"]),
                content=content,
                sent_at=self.clock(),
            )
        )
        return Reply(202)

    def _listed(self, mailbox: str, query: dict[str, str]) -> Reply:
        wanted = [mail for mail in self.taken if mail.mailbox == mailbox and self.files]
        asked = query.get("$filter", "")
        if asked.startswith("internetMessageId eq '"):
            name = asked.removeprefix("internetMessageId eq '").removesuffix("'")
            wanted = [mail for mail in wanted if mail.message_id == name]
        elif asked:
            _, _, since, _, _, _, until = asked.split(" ")
            first, last = datetime.fromisoformat(since), datetime.fromisoformat(until)
            wanted = [mail for mail in wanted if first <= mail.sent_at <= last]
        skipped = int(query.get("$skip", 0))
        answer: dict[str, Any] = {
            "value": [mail.as_listed for mail in wanted[skipped : skipped + self.page]]
        }
        if len(wanted) > skipped + self.page:
            answer["@odata.nextLink"] = (
                f"{self.url}/v1.0/users/{mailbox}/mailFolders/sentitems/messages"
                f"?$skip={skipped + self.page}&$filter={asked}"
            )
        return Reply(200, answer)
