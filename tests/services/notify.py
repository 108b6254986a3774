"""A stand-in for GOV.UK Notify: it checks keys, fills its template, and counts what it took."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt

from boardcal.tests.services.web_service import Call, Reply, WebService

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

SERVICE = "0a1b2c3d-0000-4000-8000-000000000001"
KEY_SECRET = "0a1b2c3d-0000-4000-8000-000000000002"
API_KEY = f"boardcal-{SERVICE}-{KEY_SECRET}"
TEMPLATE = "0a1b2c3d-0000-4000-8000-000000000003"
REPLY_TO = "0a1b2c3d-0000-4000-8000-000000000004"


def refusal(status: int, error: str, message: str) -> Reply:
    """An error as Notify words it."""
    return Reply(status, {"status_code": status, "errors": [{"error": error, "message": message}]})


def make_template(**overrides: Any) -> dict[str, Any]:
    """The template as docs/email.md says to make it."""
    return {
        "id": TEMPLATE,
        "name": "boardcal",
        "type": "email",
        "subject": "((subject))",
        "body": "((body))",
        "version": 1,
    } | overrides


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One email that Notify took."""

    id: str
    reference: str
    recipient: str
    subject: str
    body: str
    reply_to: str | None


@dataclass(kw_only=True)
class NotifyService(WebService):
    """`clock` is its own, None: any token's time will do. `team`: it sends to them alone.

    `status` is what became of each email; `remembers` whether a question finds what was taken.
    """

    clock: Callable[[], datetime] | None = None
    template: dict[str, Any] = field(default_factory=make_template)
    team: set[str] | None = None
    status: str = "sending"
    remembers: bool = True
    taken: list[Taken] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """How many emails it took for each recipient."""
        return Counter(email.recipient for email in self.taken)

    def answer(self, call: Call) -> Reply:
        refused = self._key_refused(call.bearer)
        if refused is not None:
            return refused
        match call.verb, call.path.split("/")[2:]:
            case "GET", ["template", number]:
                if number != self.template["id"]:
                    return refusal(404, "NoResultFound", "No result found")
                return Reply(200, self.template)
            case "POST", ["notifications", "email"]:
                return self._take(json.loads(call.body))
            case "GET", ["notifications"]:
                return Reply(200, {"notifications": self._listed(call.query["reference"])})
        return refusal(404, "NotFound", "The requested URL was not found")

    def _key_refused(self, token: str) -> Reply | None:
        try:
            claims = jwt.decode(
                token, KEY_SECRET, algorithms=["HS256"], options={"verify_iat": False}
            )
        except jwt.PyJWTError:
            return refusal(403, "AuthError", "Invalid token: API key not found")
        if claims["iss"] != SERVICE:
            return refusal(403, "AuthError", "Invalid token: service not found")
        if self.clock is not None and abs(claims["iat"] - self.clock().timestamp()) > 30:
            words = "Error: Your system clock must be accurate to within 30 seconds"
            return refusal(403, "AuthError", words)
        return None

    def _take(self, form: dict[str, Any]) -> Reply:
        if form["template_id"] != self.template["id"]:
            return refusal(400, "BadRequestError", "Template not found")
        if self.team is not None and form["email_address"] not in self.team:
            words = "Can't send to this recipient using a team-only API key"
            return refusal(400, "BadRequestError", words)
        if "@" not in form["email_address"]:
            return refusal(400, "ValidationError", "email_address Not a valid email address")
        reply_to = form.get("email_reply_to_id")
        if reply_to not in (None, REPLY_TO):
            words = f"email_reply_to_id {reply_to} does not exist in database for service id"
            return refusal(400, "BadRequestError", words)
        said = form["personalisation"]
        email = Taken(
            id=f"0a1b2c3d-0000-4000-8000-{len(self.taken) + 1:012}",
            reference=form["reference"],
            recipient=form["email_address"],
            subject=self.template["subject"].replace("((subject))", said["subject"]),
            body=self.template["body"].replace("((body))", said["body"]),
            reply_to=reply_to,
        )
        self.taken.append(email)
        return Reply(201, {"id": email.id, "reference": email.reference})

    def _listed(self, reference: str) -> list[dict[str, str]]:
        if not self.remembers:
            return []
        return [
            {"id": email.id, "reference": reference, "status": self.status}
            for email in self.taken
            if email.reference == reference
        ]
