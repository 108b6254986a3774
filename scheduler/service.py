"""The daemon: a few recurring jobs in one process, and a watchdog over them."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from ..calendar.rules.date_text import long_date
from ..core.errors import BoardcalError
from ..notifications.delivery.deliver import Delivered, Delivery
from ..notifications.delivery.mail_writer import Notices
from ..notifications.letters.render import Templates
from ..notifications.transports.base import Transport
from ..storage.backup.access import keep_access
from ..storage.holds import Hold, hold_of
from ..storage.installation import installation_id
from ..storage.mail.thinning import thin_texts
from .clock_guard import ClockGuard
from .factory import access_file, alive_for, links_for, pace_for, sender_for, uncertain_policy
from .installation import Installation, witness_of
from .jobs import Jobs, apart
from .notices import notices
from .single_instance import Presence, at_work, own_name
from .watchdog import Beats

if TYPE_CHECKING:
    from .heartbeat import Alive

HOUSEKEEPING_SECONDS = 3600
ACCESS_SECONDS = 60
DELIVERY_SECONDS = 15


# A sweep is late when this many of its turns passed without one; then the watchdog acts.
TURNS_MISSED = 3
SLOWEST_SWEEP_SECONDS = 120
Announce = Callable[[str], None]


class StalledError(BoardcalError):
    """The scheduler stopped working and could not be revived."""


@dataclass(slots=True, kw_only=True)
class Service:
    """The daemon of one installation. `announce` gets a sentence for whatever happens.

    `secret` signs the links in its mails. What is in `beside` is entered before the first job
    and left after the last. `guard` watches over the clock; a pretended clock has none.
    """

    installation: Installation
    transport: Transport
    secret: str = field(repr=False)
    announce: Announce
    beside: Sequence[AbstractAsyncContextManager[object]] = ()
    guard: ClockGuard | None = None
    delivery: Delivery = field(init=False)
    alive: Alive | None = field(init=False)
    jobs: Jobs = field(init=False)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    swept_at: float = field(default_factory=time.monotonic)
    has_swept: bool = False
    said_of_hold: str | None = None
    beats: Beats = field(default_factory=Beats)
    presence: Presence | None = None

    def __post_init__(self) -> None:
        """Puts the parts together; nothing runs yet."""
        with self.installation.database.read() as connection:
            installed_as = installation_id(connection)
        self.delivery = Delivery(
            database=self.installation.database,
            transport=self.transport,
            templates=Templates(),
            sender=sender_for(self.installation.settings),
            local=self.installation.local,
            clock=self.installation.clock,
            name=own_name(),
            channel=self.installation.settings.mail.transport,
            planners=self.installation.planners,
            notices=self._notices,
            pace=pace_for(self.installation.settings),
            uncertain=uncertain_policy(self.installation.settings),
            stopping=self.stopping.is_set,
            before_each=self._before_mail,
            links=links_for(self.installation.settings, installed_as, self.secret),
        )
        self.jobs = Jobs(self.announce)
        self.alive = alive_for(self.installation.settings, self.announce)

    async def sweep(self) -> None:
        """Plans, decides and composes what has come; delivers at once what that made."""
        now = self.installation.clock()
        if await self._may_work(now):
            if await asyncio.to_thread(self.installation.ticker().tick, now):
                await self.deliver()
            if self.guard is not None:
                await asyncio.to_thread(self.guard.leave_mark, now)
        self.swept_at = time.monotonic()
        self.has_swept = True
        # On hold the sign of life stops, so that its watcher hears.
        if self.alive is not None and await asyncio.to_thread(self._hold) is None:
            self.alive.tell()

    async def _may_work(self, now: datetime) -> bool:
        """Whether the clock can be right. Raises AnotherDaemonError while a restore is going on."""
        await asyncio.to_thread(self._keep_place)
        return await self._trusts(now)

    def _keep_place(self) -> None:
        if self.presence is not None:
            self.presence.keep()

    def _before_mail(self) -> None:
        self._keep_place()
        # A burst of mails is work, however long it takes.
        self.swept_at = time.monotonic()

    async def _trusts(self, now: datetime) -> bool:
        """Whether the clock can be right; what is said of one that cannot is said once."""
        if self.guard is None or await asyncio.to_thread(self.guard.trusts, now):
            if self.jobs.failures.pop("clock", None) is not None:
                self.announce("The clock has been set; mails go on.")
            return True
        if self.guard.waits_for is not None:
            self.jobs.say_once(
                "clock",
                f"{self.guard.waits_for} No mail goes out until it is, for ten minutes at most; "
                "then everything is put on hold.",
            )
        held = await asyncio.to_thread(self._hold)
        if held is not None and self.said_of_hold != held.why:
            self.said_of_hold = held.why
            self.announce(f"On hold, no mail goes out until `boardcal resume`: {held.why}")
        return False

    def _hold(self) -> Hold | None:
        with self.installation.database.read() as connection:
            return hold_of(connection)

    def silence(self) -> float:
        """Seconds since the last sweep ended, or a mail was begun; infinite before a sweep has."""
        return time.monotonic() - self.swept_at if self.has_swept else inf

    async def deliver(self) -> Delivered:
        """Sends what is due."""
        if not await self._may_work(self.installation.clock()):
            return Delivered()
        done = await apart(self._burst)
        if any((done.sent, done.failed, done.deferred, done.uncertain)):
            if self.guard is not None:
                await asyncio.to_thread(self.guard.note, self.installation.clock())
            self.announce(in_words(done, reaches_people=self.transport.reaches_people))
        if self.delivery.trouble is not None:
            self.jobs.say_once("mail", self.delivery.trouble)
        elif self.jobs.failures.pop("mail", None) is not None:
            self.announce("Mails leave again.")
        return done

    async def _burst(self) -> Delivered:
        try:
            return await self.delivery.deliver()
        finally:
            await self.transport.close()

    async def housekeeping(self) -> None:
        """Takes up what a daemon that is gone left behind, and removes texts that are too old."""
        now = self.installation.clock()
        if await self._may_work(now):
            await self._recover(alone=False)
            await asyncio.to_thread(self._thin, now)

    async def keep_access(self) -> None:
        """Notes beside the database who may sign in, for the day that a backup is restored."""
        file = access_file(self.installation.settings)
        witness = witness_of(self.installation.settings)
        await asyncio.to_thread(keep_access, self.installation.database, file, witness)

    def _thin(self, now: datetime) -> None:
        months = self.installation.settings.retention.mail_texts_months
        if not months:
            return
        before = self.installation.local.day_of(now) - relativedelta(months=months)
        removed = 0
        while not self.stopping.is_set():
            with self.installation.database.write() as connection:
                thinned = thin_texts(connection, before=before)
            removed += thinned
            if not thinned:
                break
        if removed:
            self.announce(
                f"The texts of {removed} mail(s) from before {long_date(before)} were removed, as "
                "[retention] says; the record of them stays."
            )

    async def _recover(self, *, alone: bool) -> None:
        uncertain = await asyncio.to_thread(self.delivery.recover, alone=alone)
        if uncertain:
            self.announce(
                f"{uncertain} mail(s) were being sent when boardcal stopped and may or may not "
                "have arrived; the overview lists them."
            )

    async def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Works until it is told to stop, then finishes what it is doing.

        `on_ready` is called after the first sweep, unless the end came first. Raises StalledError
        where the watchdog finds that nothing works any more.
        """
        file = self.installation.settings.database.sqlite_file
        async with AsyncExitStack() as stack:
            self.presence = stack.enter_context(at_work(self.installation.database, file))
            # Before the first mail: one that is being sent is finished whenever the end comes.
            self._listen()
            if await self._trusts(self.installation.clock()):
                await self._recover(alone=file is not None)
            for companion in self.beside:
                await stack.enter_async_context(companion)
            await self.jobs.run("sweep", self.sweep)
            await self.jobs.run("deliver", self.deliver)
            await self.jobs.run("access", self.keep_access)
            ready = _Once(on_ready)
            if not self.stopping.is_set():
                # A database that fails just now is no reason to end: it is said at a later turn.
                await self.jobs.run("start", ready)
            self._start_jobs(ready)
            try:
                await self._watch()
                # The server may take ten minutes over the mail in hand.
                self.beats.at = None
                await self.jobs.drain()
            finally:
                self.jobs.stop()

    def _start_jobs(self, ready: _Once) -> None:
        seconds = self.installation.settings.schedule.sweep_seconds
        self.jobs.start(
            ("sweep", self.sweep, seconds),
            # Mails that wait for another attempt, or for the next minute, do not wait for a sweep.
            ("deliver", self.deliver, min(seconds, DELIVERY_SECONDS)),
            ("start", ready, min(seconds, DELIVERY_SECONDS)),
            ("housekeeping", self.housekeeping, HOUSEKEEPING_SECONDS),
            ("access", self.keep_access, ACCESS_SECONDS),
        )

    async def _watch(self) -> None:
        """Waits for the end; revives the jobs when sweeps stop coming, and gives up if not."""
        seconds = self.installation.settings.schedule.sweep_seconds
        patience = TURNS_MISSED * seconds + SLOWEST_SWEEP_SECONDS
        revived = False
        while not self.stopping.is_set():
            self.beats.beat(2 * seconds)
            try:
                await asyncio.wait_for(self.stopping.wait(), timeout=seconds)
            except TimeoutError:
                silent = time.monotonic() - self.swept_at
                if silent < patience or "sweep" in self.jobs.failures:
                    revived = False
                elif not revived:
                    revived = True
                    self.announce("No sweep has come for a while; the jobs are started again.")
                    self.jobs.start_again()
                elif silent > 2 * patience:
                    raise StalledError(
                        "boardcal has stopped working and could not be revived; it ends here so "
                        "that it is started anew."
                    ) from None

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stopping.set)

    def _notices(self) -> Notices:
        trouble = None if self.alive is None else self.alive.trouble
        return notices(
            self.installation, failures=self.jobs.failures.values(), no_sign_of_life=trouble
        )


@dataclass(slots=True)
class _Once:
    """Something to be done until it has been done without an error."""

    work: Callable[[], None]
    is_done: bool = False

    async def __call__(self) -> None:
        if not self.is_done:
            await asyncio.to_thread(self.work)
            self.is_done = True


def in_words(done: Delivered, *, reaches_people: bool) -> str:
    """What a burst of sending came to, as a sentence."""
    verb = "sent" if reaches_people else "written"
    parts = [
        f"{count} {word}"
        for count, word in (
            (done.sent, verb),
            (done.failed, "refused"),
            (done.deferred, "to be tried again"),
            (done.uncertain, "with unknown outcome"),
        )
        if count
    ]
    return f"Mails: {', '.join(parts)}."
