"""Standstills and wrong clocks: no storm of mails after the first, none at all under the second."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from boardcal.notifications.transports.smtp import SmtpAccount, SmtpTransport
from boardcal.tests.factories import at, cumbria
from boardcal.tests.faults.figures import EITHER, some
from boardcal.tests.faults.judge import HOST, doubled
from boardcal.tests.office import Office
from boardcal.tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.storage.database.engine import Database
    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Yard

# A working day, as are those a day, 30 days and a year later.
WEDNESDAY = "2018-02-21T09:00:00+00:00"
ON_HOLD = "See that it is right"


def work_once(yard: Yard, name: str) -> str:
    """Starts a daemon, lets it do what there is to do, and stops it; what it said."""
    daemon = yard.start(name)
    assert daemon.lives_until_ready(), daemon.said()
    daemon.stop()
    return daemon.said()


@pytest.mark.parametrize("kind", EITHER, indirect=True)
@pytest.mark.parametrize(("standstill", "days"), [("a day", 1), ("30 days", 30), ("a year", 365)])
def test_after_a_standstill_each_person_gets_one_mail_with_the_latest_step_alone(
    standstill: str,
    days: int,
    kind: str,
    judge: Judge,
    make_yard: Callable[..., Yard],
    figures: Figures,
) -> None:
    yard = make_yard(begins=WEDNESDAY)
    yard.holds(cumbria())
    with figures.run(f"down for {standstill}", kind) as run:
        work_once(yard, "before")
        first = len(judge.received)
        yard.sleeps(days=days)
        output = work_once(yard, "after")
        mails = judge.received[first:]
        per_person = {mail.recipient for mail in mails}
        things = [(mail.recipient, item.rsplit(" ", 2)[0]) for mail in mails for item in mail.items]
        run.mails = len(mails)
        run.doubled = doubled(judge.steps().values())
        run.note = f"{len(per_person)} people, {len(things)} items"
    assert ON_HOLD not in output
    assert len(per_person) == len(mails)
    assert len(set(things)) == len(things)
    assert run.doubled == 0
    assert mails


@pytest.mark.parametrize("kind", EITHER, indirect=True)
@pytest.mark.parametrize(
    ("turned", "by"),
    some(
        [
            ("back 1 hour", {"hours": -1}),
            ("on 1 hour", {"hours": 1}),
            ("on 30 days", {"days": 30}),
            ("on to the year 2200", {"days": 66_500}),
            ("back 6 minutes", {"minutes": -6}),
            ("on 6 minutes", {"minutes": 6}),
            ("back 2 hours", {"hours": -2}),
            ("back a year", {"days": -365}),
            ("on a year", {"days": 365}),
        ],
        lambda case: case[0].endswith(("1 hour", "30 days", "2200")),
    ),
)
def test_a_clock_turned_under_a_daemon_stops_all_mail_until_somebody_has_looked(
    turned: str,
    by: dict[str, float],
    kind: str,
    judge: Judge,
    make_yard: Callable[..., Yard],
    figures: Figures,
) -> None:
    yard = make_yard()
    yard.holds(cumbria())
    with figures.run(f"clock turned {turned}", kind) as run:
        daemon = yard.start("one")
        assert daemon.lives_until_ready(), daemon.said()
        before = len(judge.received)
        yard.turns("one", **by)
        assert until(lambda: ON_HOLD in daemon.said()), daemon.said()
        daemon.stop()
        # Its clock is right again; what was put on hold stays so until a person lets it go on.
        (yard.folder / "one.turned").unlink()
        output = work_once(yard, "one")
        run.mails = len(judge.received) - before
        run.note = "on hold, nothing sent"
        assert run.mails == 0
        assert "boardcal resume" in output
        done = yard.command("resume", "--yes")
        assert done.exit_code == 0, done.stdout + done.stderr
        yard.sleeps(days=1)
        work_once(yard, "one")
    assert len(judge.received) > before
    assert doubled(judge.steps().values()) == 0


@pytest.mark.parametrize("kind", EITHER, indirect=True)
@pytest.mark.parametrize(
    ("night", "evening"),
    [
        ("clocks go on, 25 March 2018", "2018-03-24 22:00"),
        ("clocks go back, 28 October 2018", "2018-10-27 22:00"),
    ],
)
def test_through_the_nights_in_which_clocks_change_each_mail_comes_once(
    night: str, evening: str, kind: str, database: Database, judge: Judge, figures: Figures
) -> None:
    transport = SmtpTransport(SmtpAccount(host=HOST, port=judge.port, security="none"))
    office = Office(database=database, transport=transport, now=at(evening)).store(cumbria())
    instant, minutes = at(evening), 35 * 60
    with figures.run(f"{night}, minute by minute", kind) as run:
        for _ in range(minutes):
            instant += timedelta(minutes=1)
            office.now = instant
            if office.ticker.tick(instant):
                asyncio.run(burst(office))
        run.mails = len(judge.received)
        run.doubled = doubled(judge.steps().values())
        run.note = f"{minutes:,} minutes"
    assert run.doubled == 0
    assert len({(mail.recipient, mail.sent_on) for mail in judge.received}) == len(judge.received)
    # The first overview comes at once; nobody is reminded before Monday morning.
    monday = (at(evening) + timedelta(days=2)).date()
    assert {mail.sent_on for mail in judge.received if mail.items} == {monday}


async def burst(office: Office) -> None:
    await office.delivery.deliver()
    await office.delivery.transport.close()
