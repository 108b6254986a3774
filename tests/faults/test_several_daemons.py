"""Several daemons on one PostgreSQL, whose connections are cut and who come and go."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from boardcal.tests.faults.judge import doubled
from boardcal.tests.faults.yard import many_chairs
from boardcal.tests.waiting import PATIENCE, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Daemon, Yard

SECONDS = 2 * PATIENCE  # at full length there are thousands of mails
LEASE = 20.0
CUT_ONE = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " ORDER BY random() LIMIT 1"
)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("daemons", [4, 8])
def test_daemons_that_share_a_database_send_each_mail_once_whatever_is_cut(
    daemons: int, kind: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    mails = figures.size(60, 5000)
    chance = random.Random(daemons)
    # What a daemon that was stopped could not let go of is free sooner than in 20 minutes.
    yard = make_yard(lease=LEASE)
    yard.holds(many_chairs(mails))
    with figures.run(f"{daemons} daemons, cut and restarted", kind) as run:
        at_work = [yard.start(f"daemon-{number}") for number in range(daemons)]
        cuts = restarts = kills = 0
        # The planner is imported in peace: a first start that is cut makes nothing, and says so.
        assert until(lambda: len(judge.received) >= daemons), at_work[0].said()
        end = time.monotonic() + SECONDS
        while _left(yard) and time.monotonic() < end:
            time.sleep(chance.uniform(0.5, 1.5))
            with yard.opened() as database, database.write() as connection:
                cuts += len(connection.execute(CUT_ONE).all())
            if chance.random() < 0.3:
                restarts += 1
                # What a killed one had claimed waits for its lease: too long for the short form.
                killed = figures.full and chance.random() < 0.5
                kills += killed
                _restart(yard, at_work, chance.randrange(daemons), killed=killed)
        assert not _left(yard), at_work[0].said()
        # Not even one whose connection is cut while it starts has ended by itself.
        assert all(daemon.is_alive for daemon in at_work)
        for daemon in at_work:
            daemon.stop()
        assert not any("Traceback" in daemon.said() for daemon in yard.daemons)
        rows, counts = yard.messages(), judge.counts()
        uncertain = {row.recipient for row in rows if row.state == "uncertain"}
        run.kills, run.mails, run.uncertain = kills, len(rows), len(uncertain)
        run.lost = len({row.recipient for row in rows} - counts.keys() - uncertain)
        run.doubled = doubled(counts.values())
        arrived = len(uncertain & counts.keys())
        run.note = f"{cuts} connections cut, {restarts} restarts; {arrived} uncertain had arrived"
    assert (run.lost, run.doubled) == (0, 0)


def _left(yard: Yard) -> int:
    """How many mails are on their way still; what is uncertain waits for a person."""
    return sum(row.state not in ("sent", "uncertain") for row in yard.messages())


def _restart(yard: Yard, at_work: list[Daemon], number: int, *, killed: bool) -> None:
    if killed:
        at_work[number].kill()
    else:
        at_work[number].stop()
    at_work[number] = yard.start(f"daemon-{number}")
