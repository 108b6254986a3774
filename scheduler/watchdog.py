"""The watchdog's watchdog: a thread that ends the process when nothing else can.

The service's own watchdog works in the event loop. A call that never comes back, into a database
or a disk that hangs, holds the loop up, and with it everything that could say so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# Longer than any call may take: a database that is locked is waited for 10 seconds at a time.
GRACE_SECONDS = 300
LOOKS_SECONDS = 5
STUCK = (
    "boardcal is stuck in something that does not come back; it ends here so that it is started "
    "anew."
)


@dataclass(slots=True)
class Beats:
    """The last sign of life of an event loop, and how long it may be until the next."""

    at: float | None = None
    within: float = 0.0

    def beat(self, within: float) -> None:
        """Says that the loop works, and will again within so many seconds."""
        self.at, self.within = time.monotonic(), within

    def missing(self, grace: float) -> bool:
        """Whether a beat is overdue by more than `grace` seconds."""
        return self.at is not None and time.monotonic() - self.at > self.within + grace


@contextmanager
def last_resort(
    beats: Beats,
    give_up: Callable[[str], None],
    *,
    grace: float = GRACE_SECONDS,
    looks: float = LOOKS_SECONDS,
) -> Iterator[None]:
    """Time in which `give_up` is called, from a thread, once the beats stay away."""
    over = threading.Event()

    def watch() -> None:
        missed_before = None
        while not over.wait(looks):
            # A process that was stopped for a while finds its beats missing when it goes on, and
            # the loop beats within one more look; one that is stuck does not.
            missed = beats.at if beats.missing(grace) else None
            if missed is not None and missed == missed_before:
                give_up(STUCK)
                return
            missed_before = missed

    threading.Thread(target=watch, name="last resort", daemon=True).start()
    try:
        yield
    finally:
        over.set()
