"""The daemon's recurring jobs: one at a time, late rather than never, despite any error.

What computes, or waits for a disk or a database, is done in threads: the event loop has browsers
and calendar programs to answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from ..core.errors import BoardcalError, fault_in_words

# What a job is called where people read of it.
IN_WORDS = {
    "sweep": "search for what is due",
    "deliver": "sending of mails",
    "housekeeping": "search for mails left behind",
    "access": "list of who may sign in",
    "start": "calendar that is shown at the start",
}
Work = Callable[[], Awaitable[object]]
Result = TypeVar("Result")


# A turn that is skipped because the one before still works is nothing that a reader must know;
# what goes wrong in a turn is said by `run`.
logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


def _scheduler() -> AsyncIOScheduler:
    """A scheduler for a few jobs kept in memory: what is due is computed anew at each turn.

    A turn that was missed is made up for once, however late, and never runs beside another.
    """
    return AsyncIOScheduler(
        timezone="UTC",
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )


@dataclass(slots=True)
class Jobs:
    """Jobs that take turns. `announce` gets a sentence for each that fails, and when it works.

    `failures` is what fails now, by the job's name.
    """

    announce: Callable[[str], None]
    failures: dict[str, str] = field(default_factory=dict)
    scheduler: AsyncIOScheduler = field(default_factory=_scheduler)
    _table: list[tuple[str, Work, float]] = field(default_factory=list)
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    def start(self, *table: tuple[str, Work, float]) -> None:
        """Lets each job, a name and what it does, take its turn every so many seconds."""
        self._table = list(table)
        for name, work, seconds in table:
            self.scheduler.add_job(
                self.run,
                IntervalTrigger(seconds=seconds, timezone="UTC"),
                args=(name, work),
                id=name,
                replace_existing=True,
            )
        self.scheduler.start()

    def start_again(self) -> None:
        """Starts the jobs on a new scheduler: a stalled one cannot be trusted."""
        self.stop()
        self.scheduler = _scheduler()
        self.start(*self._table)

    def stop(self) -> None:
        """Begins no further turn."""
        self.scheduler.shutdown(wait=False)

    async def run(self, name: str, work: Work) -> None:
        """One turn of a job; an error is said once and the job tried again at its next turn."""
        async with self._busy:
            try:
                await work()
            except BoardcalError as error:
                self.say_once(name, str(error))
            except Exception as error:  # noqa: BLE001 - the daemon outlives any one mistake
                self.say_once(name, f"The {_named(name)} failed ({fault_in_words(error)}).")
            else:
                sentence = self.failures.pop(name, None)
                if sentence is not None and sentence not in self.failures.values():
                    self.announce(f"The {_named(name)} works again.")

    def say_once(self, name: str, sentence: str) -> None:
        """Says what fails, once: two jobs often fail of one thing."""
        if sentence not in self.failures.values():
            self.announce(sentence)
        self.failures[name] = sentence

    async def drain(self) -> None:
        """Waits for the job that is running: a mail begun is a mail finished.

        Only where it was told to stop: what stalled would be waited for for ever.
        """
        async with self._busy:
            return


def _named(name: str) -> str:
    return IN_WORDS.get(name, name)


async def apart(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Do `work` in a thread with an event loop of its own, where it may hold that loop up.

    Where this is cancelled `work` is cancelled, too, and its end waited for: a mail is never
    taken up anew while its sending may still go on.
    """
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Future[Result]]] = Future()

    async def noted() -> Result:
        working = asyncio.ensure_future(work())
        begun.set_result((asyncio.get_running_loop(), working))
        return await working

    done = asyncio.ensure_future(asyncio.to_thread(lambda: asyncio.run(noted())))
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        loop, working = await asyncio.wrap_future(begun)
        with suppress(RuntimeError):  # its loop has ended just now
            loop.call_soon_threadsafe(working.cancel)
        await asyncio.wait({done})
        raise
