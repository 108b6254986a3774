"""Ask a channel what became of emails whose answer was lost, instead of holding them for a person.

Such an email stays in hand, with its bytes fixed, until its channel knows it (it was sent), has
surely not got it (it goes again, written anew), or has had the time to forget it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ...core.local_time import LocalTime
from ...storage.database.engine import Database
from ...storage.mail.claims import OpenQuestion, open_questions
from ..transports.base import AskableTransport, DeliveryError
from .envelope import Sender, mail_as_it_was
from .outcomes import Outcomes


@dataclass(slots=True, kw_only=True)
class Asking:
    """Asks `transport`, called `channel` in the database, about the emails that `owner` holds."""

    database: Database
    transport: AskableTransport
    channel: str
    owner: str
    sender: Sender
    local: LocalTime
    clock: Callable[[], datetime]
    outcomes: Outcomes

    async def ask(self) -> None:
        """Asks about each email in question; stops where the channel cannot be asked at present.

        Raises DatabaseError.
        """
        if self.outcomes.breaker.is_open(self.clock()):
            return
        with self.database.read() as connection:
            questions = open_questions(connection, owner=self.owner, channel=self.channel)
        for question in questions:
            if not await self._is_answered(question):
                return

    async def _is_answered(self, question: OpenQuestion) -> bool:
        """Whether the channel could be asked; what it said is noted."""
        mail = mail_as_it_was(
            question.content,
            sender=self.sender,
            recipient=question.claim.recipient,
            day=self.local.day_of(question.begun),
        )
        absence = self.transport.absence
        age = self.clock() - question.begun
        try:
            receipt = await self.transport.find(mail, begun=question.begun)
        except DeliveryError as error:
            if error.permanent:
                self.outcomes.failed(question.claim, error)
                return True
            if age <= absence.until:
                self.outcomes.hold_up(error)
                return False
            receipt = None
        if receipt is not None:
            self.outcomes.sent(question.claim, receipt.reply, to_file=False)
        elif age > absence.until:
            self.outcomes.unknowable(question.claim, "its channel could not be asked in time")
        elif age >= absence.since:
            again = DeliveryError(
                "the channel does not know this email, so it goes again", scope="recipient"
            )
            self.outcomes.failed(question.claim, again)
        return True
