"""A daemon that sleeps past its lease: another takes over, and the sleeper sends nothing more."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.faults.judge import doubled
from boardcal.tests.faults.yard import TODAY, many_chairs
from boardcal.tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Daemon, Yard

# Of the one that is stopped; the other may take its time over a mail.
LEASE = 2.0


def working_days(count: int) -> list[date]:
    """So many working days, from the yard's first on; no bank holiday is among them."""
    days = (TODAY + timedelta(days=number) for number in range(2 * count))
    return [day for day in days if day.weekday() < 5][:count]


def stop_at(moment: str, yard: Yard, judge: Judge) -> Daemon:
    """A daemon that is stopped while a mail of its is at a moment."""
    daemon = yard.start("sleeper", lease=LEASE)
    stopped = threading.Event()

    def watch(seen: str, _connection: int) -> None:
        if seen == moment and not stopped.is_set():
            daemon.signals(signal.SIGSTOP)
            stopped.set()

    judge.watch = watch
    assert until(stopped.is_set), daemon.said()
    judge.watch = lambda _moment, _connection: None
    return daemon


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "CONTENT", "DOT"])
def test_a_daemon_stopped_past_its_lease_sends_nothing_that_was_taken_over(
    moment: str, kind: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    times = figures.size(1, 13)
    days = working_days(times)
    yard = make_yard()
    yard.holds(many_chairs(2, days))
    with figures.run(f"stopped at {moment}, past its lease", kind) as run:
        for day, before in zip(days, (days[0], *days), strict=False):
            yard.sleeps(days=(day - before).days)
            sleeper = stop_at(moment, yard, judge)
            time.sleep(LEASE + 0.5)
            other = yard.start("other")
            assert other.lives_until_ready(), other.said()
            sleeper.signals(signal.SIGCONT)
            assert sleeper.lives_until_ready(), sleeper.said()
            other.stop()
            sleeper.stop()
        rows = yard.messages()
        arrived = Counter((mail.recipient, mail.sent_on) for mail in judge.received)
        uncertain = {(row.recipient, row.day) for row in rows if row.state == "uncertain"}
        run.mails, run.uncertain = len(rows), len(uncertain)
        run.lost = len({(row.recipient, row.day) for row in rows} - arrived.keys() - uncertain)
        run.doubled = doubled(arrived.values())
        run.note = f"stopped {times} times"
    assert (run.lost, run.doubled) == (0, 0)
    assert run.uncertain <= times
