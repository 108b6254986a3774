"""The daemon: a few recurring jobs in one process, and a watchdog over them."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from ..calendar.errors import BoardcalError
from ..notifications.delivery import Delivered, Delivery
from ..notifications.rendering import Templates
from ..notifications.transports import Transport
from ..storage.holds import hold_of
from .clock_guard import ClockGuard
from .installation import Installation, installation_id
from .notices import Said, notices
from .one_daemon import at_work, own_name
from .watchdog import Beats
from .wiring import alive_for, links_for, pace_for, sender_for, uncertain_policy

if TYPE_CHECKING:
    from .alive import Alive

HOUSEKEEPING_SECONDS = 3600
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

    here: Installation
    transport: Transport
    secret: str = field(repr=False)
    announce: Announce
    beside: Sequence[AbstractAsyncContextManager[object]] = ()
    guard: ClockGuard | None = None
    delivery: Delivery = field(init=False)
    alive: Alive | None = field(init=False)
    scheduler: AsyncIOScheduler = field(init=False)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    swept_at: float = field(default_factory=time.monotonic)
    has_swept: bool = False
    failures: dict[str, str] = field(default_factory=dict)
    said_of_hold: str | None = None
    beats: Beats = field(default_factory=Beats)
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """Puts the parts together; nothing runs yet."""
        with self.here.database.read() as connection:
            installation = installation_id(connection)
        self.delivery = Delivery(
            database=self.here.database,
            transport=self.transport,
            templates=Templates(),
            sender=sender_for(self.here.settings, installation),
            local=self.here.local,
            clock=self.here.clock,
            name=own_name(),
            shelf=self.here.shelf,
            notices=self._notices,
            pace=pace_for(self.here.settings),
            uncertain=uncertain_policy(self.here.settings),
            stopping=self.stopping.is_set,
            links=links_for(self.here.settings, installation, self.secret),
        )
        self.scheduler = _scheduler()
        self.alive = alive_for(self.here.settings, self.announce)

    async def sweep(self) -> None:
        """Plans, decides and composes what has come; delivers at once what that made."""
        now = self.here.clock()
        if await self._trusts(now):
            if await asyncio.to_thread(self.here.ticker().tick, now):
                await self.deliver()
            if self.guard is not None:
                await asyncio.to_thread(self.guard.leave_mark, now)
        self.swept_at = time.monotonic()
        self.has_swept = True
        if self.alive is not None and not await asyncio.to_thread(self._is_held):
            self.alive.tell()

    async def _trusts(self, now: datetime) -> bool:
        """Whether the clock can be right; what is said of one that cannot is said once."""
        if self.guard is None or await asyncio.to_thread(self.guard.trusts, now):
            return True
        with self.here.database.read() as connection:
            held = hold_of(connection)
        if held is not None and self.said_of_hold != held.why:
            self.said_of_hold = held.why
            self.announce(f"On hold, no mail goes out until `boardcal resume`: {held.why}")
        return False

    def _is_held(self) -> bool:
        """On hold nobody is reminded, and whoever watches from outside should hear of it."""
        with self.here.database.read() as connection:
            return hold_of(connection) is not None

    def silence(self) -> float:
        """Seconds since the last sweep ended; infinite before the first has."""
        return time.monotonic() - self.swept_at if self.has_swept else inf

    async def deliver(self) -> Delivered:
        """Sends what is due."""
        if not await self._trusts(self.here.clock()):
            return Delivered()
        done = await self.delivery.deliver()
        if any((done.sent, done.failed, done.deferred, done.uncertain)):
            self.announce(in_words(done, self.transport.name))
        if self.delivery.trouble is not None:
            self._say_once("mail", self.delivery.trouble)
        elif self.failures.pop("mail", None) is not None:
            self.announce("Mails leave again.")
        await self.transport.close()
        return done

    async def housekeeping(self) -> None:
        """Takes up what a daemon that is gone left behind."""
        if await self._trusts(self.here.clock()):
            self._recover(alone=False)

    def _recover(self, *, alone: bool) -> None:
        uncertain = self.delivery.recover(alone=alone)
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
        file = self.here.settings.database.sqlite_file
        async with AsyncExitStack() as stack:
            stack.enter_context(at_work(self.here.database, file))
            # Before the first mail: one that is being sent is finished whenever the end comes.
            self._listen()
            if await self._trusts(self.here.clock()):
                self._recover(alone=file is not None)
            for companion in self.beside:
                await stack.enter_async_context(companion)
            await self._guarded("sweep", self.sweep)
            await self._guarded("deliver", self.deliver)
            if not self.stopping.is_set():
                # A database that fails just now is no reason to end.
                await self._guarded("start", lambda: asyncio.to_thread(on_ready))
            self._start_jobs()
            try:
                await self._watch()
                # The server may take ten minutes over the mail in hand.
                self.beats.at = None
                await self._drain()
            finally:
                self.scheduler.shutdown(wait=False)
                await self.transport.close()

    def _start_jobs(self) -> None:
        seconds = self.here.settings.schedule.sweep_seconds
        self._add("sweep", self.sweep, seconds)
        # Mails that wait for another attempt, or for the next minute, do not wait for a sweep.
        self._add("deliver", self.deliver, min(seconds, DELIVERY_SECONDS))
        self._add("housekeeping", self.housekeeping, HOUSEKEEPING_SECONDS)
        self.scheduler.start()

    def _add(self, name: str, work: Callable[[], Awaitable[object]], seconds: int) -> None:
        self.scheduler.add_job(
            self._guarded,
            IntervalTrigger(seconds=seconds, timezone="UTC"),
            args=(name, work),
            id=name,
            replace_existing=True,
        )

    async def _guarded(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Runs a job; an error is said once and the job tried again at its next turn."""
        async with self._busy:
            try:
                await work()
            except BoardcalError as error:
                self._say_once(name, str(error))
            except Exception as error:  # noqa: BLE001 - the daemon outlives any one mistake
                self._say_once(name, f"The {name} failed ({type(error).__name__}: {error}).")
            else:
                said = self.failures.pop(name, None)
                if said is not None and said not in self.failures.values():
                    self.announce(f"The {name} works again.")

    def _say_once(self, name: str, sentence: str) -> None:
        """Says what fails, once: two jobs often fail of one thing."""
        if sentence not in self.failures.values():
            self.announce(sentence)
        self.failures[name] = sentence

    async def _watch(self) -> None:
        """Waits for the end; revives the jobs when sweeps stop coming, and gives up if not."""
        seconds = self.here.settings.schedule.sweep_seconds
        patience = TURNS_MISSED * seconds + SLOWEST_SWEEP_SECONDS
        revived = False
        while not self.stopping.is_set():
            self.beats.beat(2 * seconds)
            try:
                await asyncio.wait_for(self.stopping.wait(), timeout=seconds)
            except TimeoutError:
                silent = time.monotonic() - self.swept_at
                if silent < patience or "sweep" in self.failures:
                    revived = False
                elif not revived:
                    revived = True
                    self.announce("No sweep has come for a while; the jobs are started again.")
                    self._start_again()
                elif silent > 2 * patience:
                    raise StalledError(
                        "boardcal has stopped working and could not be revived; it ends here so "
                        "that it is started anew."
                    ) from None

    def _start_again(self) -> None:
        """Starts the jobs on a new scheduler: a stalled one cannot be trusted."""
        self.scheduler.shutdown(wait=False)
        self.scheduler = _scheduler()
        self._start_jobs()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stopping.set)

    async def _drain(self) -> None:
        """Waits for the job that is running: a mail begun is a mail finished.

        Only where it was told to stop: what stalled would be waited for for ever.
        """
        async with self._busy:
            return

    def _notices(self) -> Said:
        trouble = None if self.alive is None else self.alive.trouble
        return notices(self.here, failures=self.failures.values(), no_sign_of_life=trouble)


# A turn that is skipped because the one before still works is nothing that a reader must know;
# what goes wrong in a turn is said by `_guarded`.
logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


def _scheduler() -> AsyncIOScheduler:
    """A scheduler for a few jobs kept in memory: what is due is computed anew at each turn.

    A turn that was missed is made up for once, however late, and never runs beside another.
    """
    return AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )


def in_words(done: Delivered, transport: str) -> str:
    """What a burst of sending came to, as a sentence."""
    verb = "written" if transport == "outbox" else "sent"
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
