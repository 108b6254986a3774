"""What became of a message, noted: now, or first of all when the database is back."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from ...core.local_time import LocalTime
from ...storage.boards import share_boards
from ...storage.database.engine import Database
from ...storage.mail.claims import Claim, free, give_back, settle
from ...storage.message_states import MessageState
from ..transports.base import DeliveryError
from .retry import RetrySchedule
from .throttle import Breaker
from .uncertain import UncertainPolicy, settle_uncertain


@dataclass(slots=True, kw_only=True)
class Outcomes:
    """Notes what became of claimed messages. Every method may raise DatabaseError.

    What could not be noted is kept, so that a mail which left is not taken for one that may have.
    """

    database: Database
    local: LocalTime
    clock: Callable[[], datetime]
    retry: RetrySchedule
    jitter: random.Random
    breaker: Breaker
    uncertain: UncertainPolicy
    unrecorded: list[Callable[[Connection], object]] = field(default_factory=list)
    trouble: str | None = None

    def catch_up(self) -> None:
        """Notes what is known and could not be noted before."""
        while self.unrecorded:
            with self.database.write() as connection:
                share_boards(connection)
                self.unrecorded[0](connection)
            del self.unrecorded[0]

    def sent(self, claim: Claim, reply: str, *, to_file: bool) -> MessageState:
        """The mail was taken, or written `to_file`, and so others can leave, too."""
        now, state = self.clock(), MessageState.WRITTEN if to_file else MessageState.SENT
        self.breaker.works()
        self.trouble = None
        self._note(lambda connection: settle(connection, claim, state, reply=reply, now=now))
        return state

    def let_go(self, claim: Claim) -> None:
        """Nothing has left, so that the message may be claimed again, where it is still ours."""
        now = self.clock()
        self._note(lambda connection: free(connection, claim, now=now))

    def failed(
        self,
        claim: Claim,
        error: DeliveryError,
        *,
        of_one_board: bool = False,
        to_be_asked: bool = False,
    ) -> MessageState | None:
        """The mail was refused, has to wait, or may or may not have arrived.

        `of_one_board`: it has a sender of one Board alone, whose refusal holds up no other.
        `to_be_asked`: one whose outcome is unknown stays in hand (None) until its channel is asked.
        """
        reply = error.reply or str(error)
        if error.uncertain and to_be_asked:
            if error.scope == "transport":
                self.hold_up(error)
            return None
        if error.uncertain:
            return self._uncertain(claim, reply)
        now = self.clock()
        if error.permanent and error.scope == "recipient":
            self._note(
                lambda connection: settle(
                    connection, claim, MessageState.FAILED, reply=reply, now=now
                )
            )
            return MessageState.FAILED
        at_fault = error.scope == "transport" and not (of_one_board and error.of_sender)
        if at_fault:
            again, self.trouble = self.breaker.failed(now), str(error)
        else:
            again = self.retry.next_attempt(claim.attempt, now, self.jitter)
        self._note(
            lambda connection: give_back(
                connection, claim, reply=reply, next_attempt_at=again, now=now, counts=not at_fault
            )
        )
        return MessageState.DEFERRED

    def hold_up(self, error: DeliveryError) -> None:
        """The channel itself is at fault, so that nothing is tried for a while."""
        self.breaker.failed(self.clock())
        self.trouble = str(error)

    def unknowable(self, claim: Claim, reply: str) -> None:
        """Nobody can tell any more whether the mail arrived."""
        self._uncertain(claim, reply)

    def _uncertain(self, claim: Claim, reply: str) -> MessageState:
        now, policy = self.clock(), self.uncertain
        today = self.local.day_of(now)
        self._note(
            lambda connection: settle_uncertain(
                connection, claim, policy, reply=reply, now=now, today=today
            )
        )
        return MessageState.UNCERTAIN

    def _note(self, outcome: Callable[[Connection], object]) -> None:
        self.unrecorded.append(outcome)
        self.catch_up()
