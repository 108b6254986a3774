"""Kill -9 between any two stages of a mail: what is found afterwards is exactly what happened."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.faults.judge import doubled
from boardcal.tests.faults.points import POINTS
from boardcal.tests.faults.yard import many_chairs
from boardcal.tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Daemon, Yard

# The mail before the one that is hit shows that the daemon was at work.
HIT = 2


@dataclass(frozen=True, slots=True)
class Expected:
    """What the table says of the mail that was hit (None: it is in nobody's hand), whether the
    whole of it had reached the server, and whether the daemon may have noted that just in time."""

    state: str | None
    arrived: bool
    or_noted: bool = False


EXPECTED = {
    "before claim": Expected(None, arrived=False),
    "after claim": Expected("claimed", arrived=False),
    "before data_started": Expected("claimed", arrived=False),
    "after data_started": Expected("data_started", arrived=False),
    "before the final dot": Expected("data_started", arrived=False),
    "after the final dot": Expected("data_started", arrived=True),
    "after the 250": Expected("data_started", arrived=True, or_noted=True),
    "before commit": Expected("data_started", arrived=True),
    "after commit": Expected(None, arrived=True),
}
AT_THE_SERVER = {"after the final dot": "DOT", "after the 250": "REPLIED"}


def run_until_hit(yard: Yard, judge: Judge, point: str) -> Daemon:
    """A daemon that dies at the point of its second mail."""
    daemon = yard.start("hit", point=point if point in POINTS else "", after=HIT)
    if point in AT_THE_SERVER:
        seen = threading.Event()
        mails = 0

        def watch(moment: str, _connection: int) -> None:
            nonlocal mails
            mails += moment == AT_THE_SERVER[point]
            if mails == HIT and not seen.is_set():
                seen.set()
                daemon.kill()

        judge.watch = watch
    assert until(lambda: not daemon.is_alive), daemon.said()
    judge.watch = lambda _moment, _connection: None
    return daemon


@pytest.mark.parametrize("point", EXPECTED)
def test_a_kill_between_two_stages_leaves_exactly_the_state_that_is_expected(
    point: str, kind: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    times = figures.size(1, 20)
    expected = EXPECTED[point]
    yard = make_yard()
    yard.holds(many_chairs(HIT * times + 1))
    with figures.run(f"killed {point}", kind) as run:
        in_hand: set[int] = set()
        for _ in range(times):
            before = judge.counts()
            run_until_hit(yard, judge, point)
            rows = yard.messages()
            begun = {row.id: row for row in rows if row.state in ("claimed", "data_started")}
            new = begun.keys() - in_hand
            in_hand = set(begun)
            if expected.or_noted:
                # The kill may come so late that the next mail is taken up already.
                new = {number for number in new if begun[number].state != "claimed"}
            states = [begun[number].state for number in new]
            if not (expected.or_noted and states == []):
                assert states == ([] if expected.state is None else [expected.state])
            arrived = judge.counts() - before
            assert arrived.total() == HIT - 1 + expected.arrived
            assert all(bool(arrived[begun[n].recipient]) == expected.arrived for n in new)
        # Leases run out; then one daemon that nobody kills ends what was begun.
        yard.sleeps(minutes=30)
        last = yard.start("last")
        assert last.lives_until_ready(), last.said()
        last.stop()
        rows, counts = yard.messages(), judge.counts()
        uncertain = {row.recipient for row in rows if row.state == "uncertain"}
        run.kills, run.mails, run.uncertain = times, len(rows), len(uncertain)
        run.lost = len({row.recipient for row in rows} - counts.keys() - uncertain)
        run.doubled = doubled(counts.values())
    assert {row.state for row in rows} <= {"sent", "uncertain"}
    most = times if expected.state == "data_started" else 0
    assert len(uncertain) == most or (expected.or_noted and len(uncertain) < most)
    assert (run.lost, run.doubled) == (0, 0)
