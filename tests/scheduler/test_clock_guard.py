"""The guard over the clock: which clocks it believes, and what a wrong one cannot do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from boardcal.scheduler.clock_guard import ClockGuard, this_boot, uptime
from boardcal.storage.clock_marks import Mark, forget_marks, leave_mark, marks
from boardcal.storage.holds import end_hold, hold_of
from boardcal.storage.schema.mail import ledger, message
from boardcal.storage.unsent_reasons import UnsentReason
from boardcal.tests.factories import LONDON, at
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database

NOW = at("2018-02-08 09:00")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TO_2200 = datetime(2200, 1, 1, tzinfo=UTC) - NOW


def guard(database: Database, ran: float, boot: str = "a") -> ClockGuard:
    return ClockGuard(database=database, local=LONDON, uptime=lambda: ran, boot=boot)


@pytest.mark.parametrize(
    ("went", "ran", "boot", "is_trusted"),
    [
        # The same start of the machine: the clock goes as far as the machine ran.
        (timedelta(minutes=1), timedelta(minutes=1), "a", True),
        (8 * HOUR, 8 * HOUR, "a", True),
        (30 * DAY, 30 * DAY, "a", True),
        (500 * DAY, 500 * DAY, "a", False),
        (timedelta(minutes=5), timedelta(minutes=1), "a", True),
        (timedelta(minutes=-3), timedelta(minutes=1), "a", True),
        (HOUR, timedelta(minutes=1), "a", False),
        (-HOUR, timedelta(minutes=1), "a", False),
        (30 * DAY, timedelta(minutes=1), "a", False),
        (TO_2200, timedelta(minutes=1), "a", False),
        (timedelta(minutes=1), 8 * HOUR, "a", False),
        # Started anew, or another machine: nothing to measure by but the newest mark.
        (timedelta(minutes=1), timedelta(0), "b", True),
        (timedelta(minutes=-4), timedelta(0), "b", True),
        (DAY, timedelta(0), "b", True),
        (30 * DAY, timedelta(0), "b", True),
        (366 * DAY, timedelta(0), "b", True),
        (401 * DAY, timedelta(0), "b", False),
        (-HOUR, timedelta(0), "b", False),
        (TO_2200, timedelta(0), "b", False),
        # Other steps, on and back, that a machine's clock takes.
        *(
            (sign * by + timedelta(minutes=1), timedelta(minutes=1), "a", by < 5 * MINUTE)
            for by in (4 * MINUTE, 6 * MINUTE, 2 * HOUR, 365 * DAY)
            for sign in (1, -1)
        ),
        (4 * MINUTE, timedelta(0), "b", True),
        (6 * MINUTE, timedelta(0), "b", True),
        (2 * HOUR, timedelta(0), "b", True),
        (-6 * MINUTE, timedelta(0), "b", False),
        (-365 * DAY, timedelta(0), "b", False),
        (-20 * 365 * DAY, timedelta(0), "b", False),
    ],
)
def test_a_clock_is_believed_as_far_as_it_can_be_right(
    database: Database, went: timedelta, ran: timedelta, boot: str, is_trusted: bool
) -> None:
    before = guard(database, 1000.0)
    assert before.trusts(NOW)
    before.leave_mark(NOW)
    assert guard(database, 1000.0 + ran.total_seconds(), boot).trusts(NOW + went) is is_trusted
    with database.read() as connection:
        assert (hold_of(connection) is None) is is_trusted


@pytest.mark.parametrize(
    ("back", "set_after", "is_held"),
    [
        (20 * 365 * DAY, timedelta(minutes=1), False),
        (2 * HOUR, timedelta(minutes=9), False),
        (20 * 365 * DAY, timedelta(minutes=11), True),
        (2 * HOUR, timedelta(minutes=11), True),
    ],
)
def test_a_clock_that_begins_in_the_past_is_waited_for_after_a_start(
    database: Database, back: timedelta, set_after: timedelta, is_held: bool
) -> None:
    guard(database, 1e6).leave_mark(NOW)
    started = guard(database, 20.0, "b")
    ran = timedelta(seconds=20)
    while ran < set_after:
        started.uptime = ran.total_seconds
        assert not started.trusts(NOW - back + ran)
        ran += MINUTE
    assert (started.waits_for is None) is is_held
    started.uptime = ran.total_seconds
    assert started.trusts(NOW + HOUR + ran) is not is_held
    assert started.waits_for is None
    with database.read() as connection:
        assert (hold_of(connection) is not None) is is_held


@pytest.mark.parametrize("back", [4 * MINUTE, HOUR])
def test_a_clock_that_is_put_back_under_a_daemon_is_never_waited_for(
    database: Database, back: timedelta
) -> None:
    # The machine started three minutes ago, and has left a mark of its own.
    guard(database, 180.0).leave_mark(NOW)
    mine = guard(database, 200.0)
    assert mine.trusts(NOW + timedelta(seconds=20) - back) is (back < 5 * MINUTE)
    assert mine.waits_for is None


def test_a_machine_with_a_wrong_clock_is_found_out_by_anothers_mark(database: Database) -> None:
    guard(database, 50.0, "a").leave_mark(NOW)
    other = guard(database, 9000.0, "b")
    assert other.trusts(NOW + timedelta(seconds=20))
    other.leave_mark(NOW + timedelta(seconds=20))
    assert guard(database, 110.0, "a").trusts(NOW + timedelta(seconds=60))
    assert not guard(database, 120.0, "c").trusts(NOW + TO_2200)


def test_the_hold_is_dated_by_what_was_known_last_and_ends_with_the_marks(
    database: Database,
) -> None:
    first = guard(database, 0.0)
    first.leave_mark(NOW)
    assert not first.trusts(NOW + TO_2200)
    first.leave_mark(NOW + TO_2200)
    with database.write() as connection:
        held = hold_of(connection)
        assert held is not None
        assert held.since == NOW
        assert held.why == (
            "The clock of this machine says 1 January 2200, 00:00, but by how long it has been "
            "running it should say 8 February 2018, 09:00. See that it is right; or the machine "
            "was brought back from a snapshot."
        )
        assert [mark.at for mark in marks(connection)] == [NOW]
        end_hold(connection, now=NOW, who="test")
        forget_marks(connection)
    assert first.trusts(NOW + TO_2200)


def test_marks_of_machines_long_gone_are_cleared_away(database: Database) -> None:
    with database.write() as connection:
        for number in range(20):
            leave_mark(connection, Mark(boot=f"boot{number}", at=NOW + number * DAY, uptime=1.0))
        assert len(marks(connection)) == 8


def test_this_machine_has_an_id_and_has_been_running() -> None:
    assert this_boot() == this_boot()
    assert uptime() > 0
    assert json.dumps(this_boot())


@pytest.mark.parametrize(
    ("night", "morning"), [("2018-03-24", "2018-03-26"), ("2018-10-27", "2018-10-29")]
)
def test_the_nights_when_the_clocks_change_pass_minute_by_minute_without_a_doubt(
    office: Office, night: str, morning: str
) -> None:
    office.store(go_live="2018-02-05").days("2018-02-05", night)
    start, end = at(f"{night} 23:30"), at(f"{morning} 08:10")
    watch = guard(office.database, 0.0)
    before = len(office.postbag.mails)
    now = start
    while now < end:
        watch.uptime = lambda now=now: (now - start).total_seconds()  # type: ignore[misc]
        assert watch.trusts(now)
        office.now = now
        office.tick()
        office.deliver()
        watch.leave_mark(now)
        # The hours around the change minute by minute, the rest of the weekend less closely.
        now += timedelta(minutes=1 if now < start + 4 * HOUR else 10)
    told = [(mail.to, LONDON.day_of(mail.at)) for mail in office.postbag.mails[before:]]
    assert len(told) == len(set(told))
    assert all(mail.at == at(morning) for mail in office.postbag.mails[before:])


@pytest.mark.parametrize(("days", "ends"), [(30, "2018-03-12"), (365, "2019-02-08")])
def test_after_a_month_or_a_year_everyone_gets_one_mail_and_the_rest_is_on_record(
    any_office: Office, days: int, ends: str
) -> None:
    office = any_office
    office.store(go_live="2018-02-05").days("2018-02-05", "2018-02-08")
    last = office.now
    guard(office.database, 0.0).leave_mark(last)
    back = at(ends)
    assert guard(office.database, 5.0, "after").trusts(back), days
    mails = office.sweep(ends)
    told = [mail.to for mail in mails]
    assert len(told) == len(set(told))
    assert len(told) <= 5, "nobody but the five who hold a role"
    assert office.sweep(ends) == []
    with office.database.read() as connection:
        rows = connection.execute(select(ledger).where(ledger.c.decided_at > last)).all()
        messages = connection.execute(select(message.c.day)).scalars().all()
    assert {row.reason for row in rows if row.state == "superseded"} <= {
        UnsentReason.LATER_STEP_BY_THEN
    }
    assert max(messages) == LONDON.day_of(back)
