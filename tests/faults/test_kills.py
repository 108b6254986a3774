"""Power cuts at random while mails are in flight: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.faults.judge import MOMENTS, doubled
from boardcal.tests.faults.yard import many_chairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Daemon, Yard

# A moment later than the server's: the daemon may have gone on by then.
LONGEST_DELAY = 0.006
SETTINGS = {
    policy: f'[mail.uncertain]\nreminders = "{policy}"\noverviews = "{policy}"\n'
    for policy in ("hold", "resend_once")
}


@dataclass(slots=True)
class Executioner:
    """Kills a daemon while a mail of its is in flight: at some moment of one of the next few."""

    judge: Judge
    chance: random.Random
    mails_between: int
    daemon: Daemon | None = None
    kills: int = 0
    moments: list[str] = field(default_factory=list)
    _left: int = 0
    _moment: str = ""

    def aims_at(self, daemon: Daemon) -> None:
        """Chooses the moment of the next kill."""
        self._left = self.chance.randint(1, self.mails_between)
        self._moment = self.chance.choice(MOMENTS)
        self.daemon = daemon
        self.judge.watch = self.sees

    def rests(self) -> None:
        """Kills nobody any more."""
        self.judge.watch = lambda _moment, _connection: None

    def sees(self, moment: str, _connection: int) -> None:
        """Counts the moments that were chosen; at the last one it strikes."""
        if moment != self._moment or self.daemon is None:
            return
        self._left -= 1
        if self._left == 0:
            self.kills += 1
            self.moments.append(moment)
            threading.Timer(self.chance.uniform(0, LONGEST_DELAY), self.daemon.kill).start()


def run_to_the_end(yard: Yard, name: str) -> None:
    """One daemon that nobody kills, until it has sent what there is to send."""
    daemon = yard.start(name)
    assert daemon.lives_until_ready(), daemon.said()
    daemon.stop()


@pytest.mark.parametrize("policy", ["hold", "resend_once"])
def test_kills_at_random_while_mails_are_in_flight_lose_and_double_nothing(
    policy: str,
    kind: str,
    judge: Judge,
    make_yard: Callable[..., Yard],
    figures: Figures,
) -> None:
    mails, kills = figures.size(40, 2000), figures.size(8, 500)
    yard = make_yard(settings=SETTINGS[policy])
    yard.holds(many_chairs(mails))
    executioner = Executioner(
        judge=judge, chance=random.Random(20180222), mails_between=max(2 * mails // kills - 2, 2)
    )
    with figures.run(f"killed at random, {policy}", kind) as run:
        while executioner.kills < kills:
            daemon = yard.start("killed")
            executioner.aims_at(daemon)
            before = executioner.kills
            daemon.lives_until_ready()
            if executioner.kills == before:
                break
        executioner.rests()
        # What a daemon that is gone had claimed on PostgreSQL is free when its lease has run out.
        yard.sleeps(minutes=30)
        time.sleep(LONGEST_DELAY)
        for daemon in yard.daemons:
            daemon.kill()
        run_to_the_end(yard, "last")
        # And what is sent once more waits a minute before that.
        yard.sleeps(minutes=5)
        run_to_the_end(yard, "last")
        states = {row.recipient: row for row in yard.messages()}
        uncertain = {name for name, row in states.items() if row.state == "uncertain"}
        counts = judge.counts()
        run.kills, run.mails = executioner.kills, mails
        run.lost = len(states.keys() - counts.keys() - uncertain)
        run.doubled = doubled(counts.values())
        # Every time that an outcome was unknown, whatever was done about it.
        run.uncertain = yard.attempts("uncertain")
        run.note = f"{len(uncertain)} of them wait for a person"
    assert len(states) >= mails
    assert {row.state for row in states.values()} <= {"sent", "uncertain"}
    assert run.kills >= kills * 0.9
    assert run.lost == 0
    assert run.uncertain <= run.kills
    # One connection is in flight at a kill, and has one mail in the window at most.
    assert run.doubled <= (0 if policy == "hold" else run.uncertain)
