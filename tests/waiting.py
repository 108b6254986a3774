"""How tests wait: for an event or a state, never for a number of seconds to go by.

A time limit of the program is tried on a clock that the test moves on, so that no test depends on
how fast the machine is.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

# Seconds after which a test gives up on what it waits for. Only a test that fails waits so long,
# so it is far more than the busiest machine takes.
PATIENCE = 300
POLL_SECONDS = 0.005
# Of an event loop: more than any step towards the next wait takes.
TURNS = 50

Result = TypeVar("Result")


def until(is_so: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait until something is so; False where it never was."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True


async def happens(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; TimeoutError where it never is."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110 - what is waited for tells nobody that it is so
            await asyncio.sleep(POLL_SECONDS)


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock `skip` moves on: what waits for a time limit reaches it at once."""

    skipped = 0.0

    def time(self) -> float:
        """The loop's own clock."""
        return super().time() + self.skipped


def run_skipping(work: Coroutine[Any, Any, Result]) -> Result:
    """What `asyncio.run` gives, on a SkippingLoop."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(work)


async def skip(seconds: float) -> None:
    """Move on the clock of the SkippingLoop that runs, once all else has come to wait."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SkippingLoop)
    for _ in range(TURNS):
        await asyncio.sleep(0)
    loop.skipped += seconds
