"""A daemon that sleeps past its lease: another takes over, and the sleeper sends nothing more."""

from __future__ import annotations

import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.faults.judge import doubled
from boardcal.tests.faults.yard import many_chairs, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Daemon, Yard

SECONDS = 60
LEASE = 2.0


def stop_at(moment: str, yard: Yard, judge: Judge) -> Daemon:
    """A daemon that is stopped while a mail of its is at a moment."""
    daemon = yard.start("sleeper")
    stopped = threading.Event()

    def watch(seen: str, _connection: int) -> None:
        if seen == moment and not stopped.is_set():
            daemon.signals(signal.SIGSTOP)
            stopped.set()

    judge.watch = watch
    assert until(stopped.is_set, SECONDS), daemon.said()
    judge.watch = lambda _moment, _connection: None
    return daemon


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "CONTENT", "DOT"])
def test_a_daemon_stopped_past_its_lease_finds_its_mail_taken_over_and_sends_it_no_more(
    moment: str, kind: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    times = figures.size(1, 13)
    yard = make_yard(lease=LEASE)
    yard.holds(many_chairs(2 * times))
    with figures.run(f"stopped at {moment}, past its lease", kind) as run:
        for _ in range(times):
            sleeper = stop_at(moment, yard, judge)
            time.sleep(LEASE + 0.5)
            other = yard.start("other")
            assert other.lives_until_ready(SECONDS), other.said()
            sleeper.signals(signal.SIGCONT)
            assert sleeper.lives_until_ready(SECONDS), sleeper.said()
            other.stop()
            sleeper.stop()
        rows, counts = yard.messages(), judge.counts()
        uncertain = {row.recipient for row in rows if row.state == "uncertain"}
        run.mails, run.uncertain = len(rows), len(uncertain)
        run.lost = len({row.recipient for row in rows} - counts.keys() - uncertain)
        run.doubled = doubled(counts.values())
        run.note = f"stopped {times} times"
    assert (run.lost, run.doubled) == (0, 0)
    assert run.uncertain <= times
