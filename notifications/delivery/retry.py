"""When a mail that could not leave is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySchedule:
    """Soon at first, then every few hours (RFC 5321 4.5.4.1), each wait a little off.

    `first` are the waits after the first failures, `then_every` every wait after those.
    `jitter` is the largest share by which a wait is lengthened or shortened, so that the mails
    of one outage do not all come back in the same second.
    """

    first: tuple[timedelta, ...] = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60))
    then_every: timedelta = timedelta(minutes=150)
    jitter: float = 0.2

    def next_attempt(self, attempt: int, at: datetime, jitter: Random) -> datetime:
        """The time, in UTC, of the attempt after number `attempt` (from 1), which failed at `at`.

        The same `Random` state gives the same time.
        """
        if attempt < 1:
            raise ValueError(f"attempts are counted from 1, not {attempt}")
        if at.tzinfo is None:
            raise ValueError("the time of an attempt must carry its time zone")
        wait = self.first[attempt - 1] if attempt <= len(self.first) else self.then_every
        # UTC, because a wait of an hour is an hour also in the night the clocks change.
        return at.astimezone(UTC) + wait * jitter.uniform(1 - self.jitter, 1 + self.jitter)
