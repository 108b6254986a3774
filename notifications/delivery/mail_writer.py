"""Write the mail of a claimed message from what is owed now, and check it before DATA."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from ...core.local_time import LocalTime
from ...storage.boards import share_boards
from ...storage.database.engine import Database
from ...storage.mail.claims import Claim, advance, drop
from ...storage.message_states import MessageState
from ...storage.planners import PlannerCache
from ..letters.assemble import assemble
from ..letters.model import Letter
from ..letters.render import Templates
from ..letters.subject import subject
from ..links import NO_LINKS, Links
from ..reminders.mailing_boards import live_boards
from ..reminders.recheck import LetterSources, still_holds
from ..transports.base import DeliveryError, OutgoingMail
from .envelope import Sender, mail_as_it_was, mail_of
from .mime import new_message_id

NOT_AGAIN = "it was not sent again: nothing that it says is to be said any more"
NOT_IN_A_TRIAL = "it was not sent again: in a trial every mail goes to another address"


# Sentences about the installation for the overview, by Board.
Notices = Mapping[str, tuple[str, ...]]


class ChangedError(Exception):
    """What a mail says is no longer so; nothing has left, and it is written anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail that is ready to leave, and the letter that it was written from.

    The letter is None where the bytes were fixed before: it may have arrived already.
    """

    mail: OutgoingMail
    letter: Letter | None = None
    subject: str | None = None

    @property
    def frozen(self) -> dict[str, object]:
        """What the message keeps of it from the moment that its sending begins."""
        if self.letter is None:
            return {}
        return {
            "content": self.mail.content,
            "subject": self.subject,
            "introduces": self.letter.first_contact is not None,
        }


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes the mails of claimed messages."""

    templates: Templates
    sender: Sender
    local: LocalTime
    clock: Callable[[], datetime]
    planners: PlannerCache
    links: Links = NO_LINKS

    def write(self, database: Database, claim: Claim, notices: Notices) -> Written | None:
        """The mail of a claimed message; None, and the message ended, where nothing is left."""
        now = self.clock()
        if claim.content is not None:
            mail = mail_as_it_was(
                claim.content,
                sender=self.sender,
                recipient=claim.recipient,
                day=self.local.day_of(now),
            )
            return Written(mail=mail)
        with database.write() as connection:
            share_boards(connection)
            letter = self._assembled(connection, claim, self._sources(connection, notices))
            if letter is None:
                drop(connection, claim, now=now)
                return None
            message_id = claim.identifier or new_message_id(self.sender.author_of(letter))
            # Kept also where the mail does not leave: it is the same mail the next time.
            kept = {"subject": subject(letter), "identifier": message_id}
            advance(connection, claim, MessageState.CLAIMED, **kept)
        letter = replace(letter, is_trial=bool(self.sender.redirect_to))
        rendered = self.templates.render(letter)
        at = now.astimezone(self.local.zone)
        mail = mail_of(letter, rendered, sender=self.sender, message_id=message_id, at=at)
        return Written(mail=mail, letter=letter, subject=rendered.subject)

    def require_unchanged(
        self, connection: Connection, claim: Claim, written: Written, notices: Notices
    ) -> None:
        """Raises ChangedError where what a mail says is no longer owed, or not by its reader.

        Raises DeliveryError where that is so of a mail with fixed bytes, or a trial has begun: it
        is not sent again.
        """
        if written.letter is not None:
            sources = self._sources(connection, notices, in_full=False)
            letter = self._assembled(connection, claim, sources)
            if letter is None or letter.gist != written.letter.gist:
                raise ChangedError
        elif self.sender.redirect_to:
            # Any reader of it could answer in the name of the one it was meant for.
            raise DeliveryError(NOT_IN_A_TRIAL, scope="recipient", uncertain=True)
        elif not still_holds(connection, claim.message_id, self._sources(connection, notices)):
            raise DeliveryError(NOT_AGAIN, scope="recipient", uncertain=True)

    def _assembled(
        self, connection: Connection, claim: Claim, sources: LetterSources
    ) -> Letter | None:
        return assemble(connection, [claim.message_id], sources)[claim.message_id]

    def _sources(
        self, connection: Connection, notices: Notices, *, in_full: bool = True
    ) -> LetterSources:
        today = self.local.day_of(self.clock())
        boards = live_boards(connection, self.planners, today)
        return LetterSources(
            boards=boards,
            today=today,
            local=self.local,
            notices=notices,
            in_full=in_full,
            links=self.links,
        )
