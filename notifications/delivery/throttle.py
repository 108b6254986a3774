"""How fast mails leave: none while the transport fails, so many a minute at most."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .retry import RetrySchedule

MINUTE = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Keeps every mail back while the transport itself is at fault, and tries it now and then.

    Closed: mails leave. Open, after a fault: none does, until the schedule's next wait is over.
    Then it is half open: somebody tries whether mail could leave, and `works` or `failed` says
    what came of it.
    """

    schedule: RetrySchedule = field(default_factory=RetrySchedule)
    jitter: random.Random = field(default_factory=random.Random)
    failures: int = 0
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether nothing is to be tried at present."""
        return self.open_until is not None and now < self.open_until

    @property
    def is_closed(self) -> bool:
        """Whether nothing speaks against sending."""
        return self.open_until is None

    def failed(self, now: datetime) -> datetime:
        """Opens after a fault at `now`; until when."""
        self.failures += 1
        self.open_until = self.schedule.next_attempt(self.failures, now, self.jitter)
        return self.open_until

    def works(self) -> None:
        """Closes: a mail has left."""
        self.failures, self.open_until = 0, None


@dataclass(slots=True, kw_only=True)
class Pace:
    """At most so many mails in any minute; None: as many as there are.

    Mail servers ask for it: Microsoft 365 takes 30 a minute from one mailbox.
    """

    per_minute: int | None = None
    _left: deque[datetime] = field(default_factory=deque)

    def allows(self, now: datetime) -> bool:
        """Whether one more mail may leave at `now`."""
        if self.per_minute is None:
            return True
        while self._left and not now - MINUTE < self._left[0] <= now:
            # Those in the future were counted before the clock was put back.
            self._left.popleft()
        return len(self._left) < self.per_minute

    def count(self, now: datetime) -> None:
        """Notes that a mail was given to the server at `now`."""
        if self.per_minute is not None:
            self._left.append(now)
