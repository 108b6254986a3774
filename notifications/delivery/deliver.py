"""The deliver stage: claim a message, freeze it, hand it over, and record what came of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...core.addresses import parse_address
from ...core.errors import BoardcalError, fault_in_words
from ...core.local_time import LocalTime
from ...storage.boards import share_boards
from ...storage.database.engine import Database
from ...storage.database.errors import DatabaseError
from ...storage.holds import hold_of
from ...storage.mail.carried_rows import mark_rows
from ...storage.mail.claims import Claim, advance, claim_next, is_held_by, is_left_over
from ...storage.mail.queue import is_due
from ...storage.message_states import DONE, CarriedState, MessageState
from ...storage.planners import PlannerCache
from ..letters.render import Templates
from ..links import NO_LINKS, Links
from ..transports.base import AskableTransport, DeliveryError, LostClaimError, Transport
from .asking import Asking
from .envelope import Sender, mail_of
from .mail_writer import ChangedError, Notices, Writer, Written
from .outcomes import Outcomes
from .retry import RetrySchedule
from .throttle import Breaker, Pace
from .uncertain import Asker, UncertainPolicy, recover

__all__ = ["LEASE", "Delivered", "Delivery", "Sender", "mail_of"]


# A send may take 16 minutes: RFC 5321 4.5.3.2.6 grants a server ten for the end of DATA alone.
LEASE = timedelta(minutes=20)
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one burst of sending came to."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0
    uncertain: int = 0


@dataclass(slots=True, kw_only=True)
class Delivery:
    """Sends what is due, one message at a time.

    `name` tells this daemon's claims from every other's; `channel` is what the settings call the
    transport, so that no other channel is asked about a mail; `clock` is read at each stage because
    sending takes time. `stopping` says that no further message is to be begun; `before_each` may
    raise where none may be, such as AnotherDaemonError while a restore is going on.
    """

    database: Database
    transport: Transport
    templates: Templates
    sender: Sender
    local: LocalTime
    clock: Clock
    name: str
    channel: str = ""
    planners: PlannerCache = field(default_factory=PlannerCache)
    notices: Callable[[], Notices] = dict
    links: Links = NO_LINKS
    retry: RetrySchedule = field(default_factory=RetrySchedule)
    jitter: random.Random = field(default_factory=random.Random)
    breaker: Breaker = field(default_factory=Breaker)
    pace: Pace = field(default_factory=Pace)
    uncertain: UncertainPolicy = field(default_factory=UncertainPolicy)
    lease: timedelta = LEASE
    stopping: Callable[[], bool] = lambda: False
    before_each: Callable[[], None] = lambda: None
    _writer: Writer = field(init=False)
    _outcomes: Outcomes = field(init=False)
    _asking: Asking | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Gives those who write mails, and note what became of them, what they need."""
        self._writer = Writer(
            templates=self.templates,
            sender=self.sender,
            local=self.local,
            clock=self.clock,
            planners=self.planners,
            links=self.links,
        )
        self._outcomes = Outcomes(
            database=self.database,
            local=self.local,
            clock=self.clock,
            retry=self.retry,
            jitter=self.jitter,
            breaker=self.breaker,
            uncertain=self.uncertain,
        )
        if isinstance(self.transport, AskableTransport):
            self._asking = Asking(
                database=self.database,
                transport=self.transport,
                channel=self.channel,
                owner=self.name,
                sender=self.sender,
                local=self.local,
                clock=self.clock,
                outcomes=self._outcomes,
            )

    async def deliver(self) -> Delivered:
        """Sends every message that is due; stops early where the transport itself fails.

        Raises DatabaseError; what is known by then and could not be recorded is recorded first
        the next time.
        """
        self.catch_up()
        counts = dict.fromkeys(MessageState, 0)
        counts[MessageState.UNCERTAIN] += self.recover(owner=self.name)
        if self._asking is not None:
            await self._asking.ask()
        notices: Notices | None = None
        while not self.stopping() and await self._can_leave():
            self.before_each()
            claim = self._claim()
            if claim is None:
                break
            notices = self.notices() if notices is None else notices
            outcome = await self._send_one(claim, notices)
            if outcome is not None:
                counts[outcome] += 1
        return Delivered(
            sent=sum(counts[state] for state in DONE),
            failed=counts[MessageState.FAILED],
            deferred=counts[MessageState.DEFERRED],
            uncertain=counts[MessageState.UNCERTAIN],
        )

    def recover(self, *, alone: bool = False, owner: str | None = None) -> int:
        """Takes up what a daemon that is gone left behind; how many mails are uncertain."""
        now = self.clock()
        with self.database.read() as connection:
            if not is_left_over(connection, now=now, alone=alone, owner=owner):
                return 0
        today = self.local.day_of(now)
        with self.database.write() as connection:
            share_boards(connection)
            return recover(
                connection,
                self.uncertain,
                now=now,
                today=today,
                alone=alone,
                owner=owner,
                asker=self._asker(now),
            )

    def _asker(self, now: datetime) -> Asker | None:
        if self._asking is None:
            return None
        return Asker(channel=self.channel, owner=self.name, lease_until=now + self.lease)

    def catch_up(self) -> None:
        """Records what is known of mails while the database could not be written to."""
        self._outcomes.catch_up()

    @property
    def trouble(self) -> str | None:
        """Why no mail can leave at present, as a sentence; None where nothing is known of it."""
        return self._outcomes.trouble

    async def _can_leave(self) -> bool:
        """Whether the transport may be given a mail; after a fault it is asked first.

        So no mail is claimed, and none loses an attempt, for a log-in that is still refused.
        """
        now = self.clock()
        if self.breaker.is_open(now) or not self.pace.allows(now):
            return False
        if self.breaker.is_closed or not self._is_due(now):
            return True
        try:
            await self.transport.check()
        except DeliveryError as error:
            self.breaker.failed(self.clock())
            self._outcomes.trouble = str(error)
            return False
        return True

    def _is_due(self, now: datetime) -> bool:
        with self.database.read() as connection:
            if hold_of(connection) is not None:
                return False
            return is_due(connection, today=self.local.day_of(now), now=now)

    def _claim(self) -> Claim | None:
        now = self.clock()
        if not self._is_due(now):
            return None
        with self.database.write() as connection:
            return claim_next(
                connection,
                owner=self.name,
                now=now,
                today=self.local.day_of(now),
                lease_until=now + self.lease,
            )

    async def _send_one(self, claim: Claim, notices: Notices) -> MessageState | None:
        try:
            written = self._writer.write(self.database, claim, notices)
        except DatabaseError:
            self._outcomes.let_go(claim)
            raise
        except Exception as error:  # noqa: BLE001 - one poisonous mail must not keep the others
            return self._outcomes.failed(claim, _unwritable(error))
        if written is None:
            return None
        begun = False

        def begin() -> None:
            nonlocal begun
            self._begin(claim, written, notices)
            begun = True

        self.pace.count(self.clock())
        try:
            receipt = await self.transport.send(
                written.mail, on_data=begin, still_ours=lambda: self._still_ours(claim)
            )
        except DeliveryError as error:
            of_one_board = written.mail.sender != parse_address(self.sender.address).address
            return self._outcomes.failed(
                claim, error, of_one_board=of_one_board, to_be_asked=begun and self._can_ask
            )
        except (LostClaimError, ChangedError):
            self._outcomes.let_go(claim)
            return None
        except DatabaseError:
            # Raised on this side, before anything had left.
            self._outcomes.let_go(claim)
            raise
        except Exception as error:  # noqa: BLE001 - one poisonous mail must not keep the others
            unwritable = _unwritable(error, uncertain=begun)
            return self._outcomes.failed(claim, unwritable, to_be_asked=self._can_ask)
        to_file = not self.transport.reaches_people
        return self._outcomes.sent(claim, receipt.reply, to_file=to_file)

    @property
    def _can_ask(self) -> bool:
        return self._asking is not None

    def _begin(self, claim: Claim, written: Written, notices: Notices) -> None:
        """Commits that sending has begun: from here on its outcome may be uncertain.

        Minutes may have passed since the mail was written, so it is looked at once more. Raises
        ChangedError, or LostClaimError; then nothing is changed.
        """
        with self.database.write() as connection:
            share_boards(connection)
            if hold_of(connection) is not None:
                raise ChangedError
            self._writer.require_unchanged(connection, claim, written, notices)
            now = self.clock()
            if now >= claim.lease_until or not advance(
                connection,
                claim,
                MessageState.DATA_STARTED,
                data_started_at=now,
                channel=self.channel or None,
                **written.frozen,
            ):
                raise LostClaimError
            mark_rows(
                connection,
                [claim.message_id],
                before=(CarriedState.PENDING,),
                to=CarriedState.SENDING,
            )

    def _still_ours(self, claim: Claim) -> bool:
        with self.database.read() as connection:
            return is_held_by(connection, claim, now=self.clock())


def _unwritable(error: Exception, *, uncertain: bool = False) -> DeliveryError:
    sentence = str(error) if isinstance(error, BoardcalError) else fault_in_words(error)
    return DeliveryError(sentence, scope="recipient", uncertain=uncertain)
