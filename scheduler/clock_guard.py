"""The guard over the clock: under a clock that cannot be right, nothing is decided or sent.

A wrong clock does harm that stays: a year ahead, every reminder of that year would be decided
and sent, and then none is left for when it is due. Each good sweep leaves a mark in the database
with the time and with how long the machine has been running, sleep included. The rule:

- As long as the machine has not been started anew since a mark of its own, the clock must have
  gone on as far as the machine has run, give or take 5 minutes. Only a clock that was changed
  does anything else; a stop of boardcal, however long, or a lid closed over night does not.
- After a start of the machine, or on another one, there is nothing to measure by. Then the clock
  may be any time from 5 minutes before the newest mark to 400 days after it: boardcal may have
  stood still for a year, and catches up by itself.

Anything else puts the installation on hold; `boardcal resume` accepts the clock as it is.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ..calendar.rules.date_text import long_date
from ..core.local_time import LocalTime
from ..storage.boards import hold_boards
from ..storage.clock_marks import Mark, leave_mark, marks
from ..storage.database.engine import Database
from ..storage.holds import hold_of, put_on_hold

TOLERANCE = timedelta(minutes=5)
LONGEST_STANDSTILL = timedelta(days=400)
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def uptime() -> float:
    """Seconds that this machine has been running; on Linux with the time that it slept."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def this_boot() -> str:
    """The identity of this start of the machine; of this process where that is unknown."""
    try:
        return BOOT_ID.read_text().strip().replace("-", "")[:32] or uuid.uuid4().hex
    except OSError:
        return uuid.uuid4().hex


@dataclass(slots=True, kw_only=True)
class ClockGuard:
    """Watches over the clock of one daemon."""

    database: Database
    local: LocalTime
    uptime: Callable[[], float] = uptime
    boot: str = field(default_factory=this_boot)

    def trusts(self, now: datetime) -> bool:
        """Whether `now` can be the time; if not, everything is put on hold."""
        with self.database.read() as connection:
            if hold_of(connection) is not None:
                return False
            known = marks(connection)
        doubt = self._doubt(known, now)
        if doubt is None:
            return True
        # Whatever the clock says, it is not what this can be dated by.
        last = max(mark.at for mark in known)
        with self.database.write() as connection:
            hold_boards(connection)
            put_on_hold(connection, why=doubt, now=last)
        return False

    def leave_mark(self, now: datetime) -> None:
        """Notes that all went well at `now`."""
        with self.database.write() as connection:
            if hold_of(connection) is None:
                leave_mark(connection, Mark(boot=self.boot, at=now, uptime=self.uptime()))

    def _doubt(self, known: list[Mark], now: datetime) -> str | None:
        """Why `now` cannot be the time, as a sentence; None where it can."""
        if not known:
            return None
        own = next((mark for mark in known if mark.boot == self.boot), None)
        newest = max(known, key=lambda mark: mark.at)
        if own is not None:
            expected = own.at + timedelta(seconds=self.uptime() - own.uptime)
            if abs(now - expected) > TOLERANCE:
                return self._sentence(
                    now, "by how long it has been running it should say {}", expected
                )
        if now < newest.at - TOLERANCE or now > newest.at + LONGEST_STANDSTILL:
            return self._sentence(now, "boardcal was last at work on {}", newest.at)
        return None

    def _sentence(self, now: datetime, measure: str, at: datetime) -> str:
        return (
            f"The clock of this machine says {self._words(now)}, but "
            f"{measure.format(self._words(at))}. See that it is right."
        )

    def _words(self, at: datetime) -> str:
        moment = at.astimezone(self.local.zone)
        return f"{long_date(moment.date())}, {moment:%H:%M}"
