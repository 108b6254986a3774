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

Anything else puts the installation on hold; `boardcal resume` accepts the clock as it is. Only a
clock that is behind while the machine has just started is waited for: many a machine begins in
the past, until it has asked another what time it is.

The database is watched in the same way: one that knows less than it did went back, by whatever
hand, and the mails since then would go again.
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
from ..storage.backup.restore import go_on_from_the_past
from ..storage.backup.witness import Witness
from ..storage.boards import hold_boards
from ..storage.clock_marks import Mark, leave_mark, marks
from ..storage.database.engine import Database
from ..storage.holds import hold_of, put_on_hold

TOLERANCE = timedelta(minutes=5)
LONGEST_STANDSTILL = timedelta(days=400)
# So long after its start a machine may still be about to set its clock.
SETTLING = timedelta(minutes=10)
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


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why nothing is to be decided, as sentences; `may_repeat`: mails may have left since."""

    why: str
    may_repeat: bool = False


@dataclass(slots=True, kw_only=True)
class ClockGuard:
    """Watches over the clock of one daemon, and over its database where there is a `witness`.

    `waits_for` says what it waits for without a hold.
    """

    database: Database
    local: LocalTime
    uptime: Callable[[], float] = uptime
    boot: str = field(default_factory=this_boot)
    witness: Witness | None = None
    waits_for: str | None = None

    def trusts(self, now: datetime) -> bool:
        """Whether `now` can be the time, and the database is all there; if not, all is on hold."""
        self.waits_for = None
        with self.database.read() as connection:
            if hold_of(connection) is not None:
                return False
            known = marks(connection)
            went_back = self.witness is not None and self.witness.misses(connection)
        doubt = self._of_database() if went_back else self._doubt(known, now)
        if doubt is None:
            return True
        if self._may_settle(known, now) and not went_back:
            self.waits_for = doubt.why
            return False
        # Whatever the clock says, it is not what this can be dated by.
        last = max((mark.at for mark in known), default=now)
        with self.database.write() as connection:
            hold_boards(connection)
            put_on_hold(connection, why=doubt.why, now=last, after_restore=doubt.may_repeat)
            if went_back and self.witness is not None:
                go_on_from_the_past(connection, self.witness.seen, now)
        return False

    def leave_mark(self, now: datetime) -> None:
        """Notes that all went well at `now`."""
        with self.database.write() as connection:
            if hold_of(connection) is None:
                leave_mark(connection, Mark(boot=self.boot, at=now, uptime=self.uptime()))
        self.note(now)

    def note(self, now: datetime) -> None:
        """Notes what the database holds, outside of it."""
        if self.witness is not None:
            with self.database.read() as connection:
                self.witness.note(connection, now)

    def _may_settle(self, known: list[Mark], now: datetime) -> bool:
        """Whether the machine has just started, and its clock is behind since then."""
        has_own = any(mark.boot == self.boot for mark in known)
        is_behind = now < max((mark.at for mark in known), default=now)
        return is_behind and not has_own and self.uptime() < SETTLING.total_seconds()

    def _of_database(self) -> Doubt:
        """The doubt about a database that went back."""
        at = self.witness.at if self.witness is not None else None
        since = "" if at is None else f" than it did on {self._words(at)}"
        return Doubt(
            f"The database {self.database.name} knows less{since}, so it was put back or has lost "
            "something. What was recorded or sent after that is not known here, so some mails may "
            "come twice.",
            may_repeat=True,
        )

    def _doubt(self, known: list[Mark], now: datetime) -> Doubt | None:
        """Why `now` cannot be the time; None where it can."""
        if not known:
            return None
        own = next((mark for mark in known if mark.boot == self.boot), None)
        newest = max(known, key=lambda mark: mark.at)
        if own is not None:
            expected = own.at + timedelta(seconds=self.uptime() - own.uptime)
            if abs(now - expected) > TOLERANCE:
                measure = "by how long it has been running it should say {}"
                return self._of_clock(now, measure, expected, is_ahead=now > expected)
        if now < newest.at - TOLERANCE or now > newest.at + LONGEST_STANDSTILL:
            return self._of_clock(now, "boardcal was last at work on {}", newest.at)
        return None

    def _of_clock(
        self, now: datetime, measure: str, at: datetime, *, is_ahead: bool = False
    ) -> Doubt:
        # A machine that is brought back from a snapshot, memory and all, finds the time ahead.
        snapshot = "; or the machine was brought back from a snapshot" if is_ahead else ""
        return Doubt(
            f"The clock of this machine says {self._words(now)}, but "
            f"{measure.format(self._words(at))}. See that it is right{snapshot}.",
            may_repeat=is_ahead,
        )

    def _words(self, at: datetime) -> str:
        moment = at.astimezone(self.local.zone)
        return f"{long_date(moment.date())}, {moment:%H:%M}"
