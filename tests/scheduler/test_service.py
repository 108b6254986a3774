"""The daemon's jobs and its watchdog, on a real database with turns of a few milliseconds."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from boardcal.notifications.delivery.deliver import Delivered
from boardcal.notifications.transports.base import DeliveryError, OutgoingMail, always
from boardcal.scheduler import service as service_module
from boardcal.scheduler.clock_guard import ClockGuard
from boardcal.scheduler.installation import Installation
from boardcal.scheduler.jobs import Jobs
from boardcal.scheduler.service import Service, StalledError, in_words
from boardcal.scheduler.single_instance import AnotherDaemonError, only_daemon
from boardcal.scheduler.tick import Ticker
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.storage.database.engine import Database
from boardcal.storage.database.errors import DatabaseError
from boardcal.storage.planners import store_planner
from boardcal.storage.schema.mail import message
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import CHAIR, SECRETARIAT, at, make_planner
from boardcal.tests.office import Postbag

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

TEN_BEFORE = at("2018-02-08 09:00")
TURN = 0.02


@dataclass
class House:
    """A daemon, and what it said."""

    service: Service
    postbag: Postbag
    said: list[str] = field(default_factory=list)

    def runs(self, while_it_runs: Callable[[], Any] | None = None, seconds: float = 10) -> None:
        """Runs the daemon until `while_it_runs` has come back, then tells it to stop."""

        async def work() -> None:
            running = asyncio.create_task(self.service.run())
            if while_it_runs is not None:
                await asyncio.wait_for(while_it_runs(), timeout=seconds)
            self.service.stopping.set()
            await asyncio.wait_for(running, timeout=seconds)

        asyncio.run(work())

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits until something is so."""
        while not is_so():  # noqa: ASYNC110 - what is waited for tells nobody that it is so
            await asyncio.sleep(TURN)


@pytest.fixture
def house(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A daemon of a Board that is live since 5 February 2018, on the 8th."""
    settings = Settings.model_validate(
        {"database": {"url": f"sqlite:///{tmp_path}/lock.db"}}, context={"folder": tmp_path}
    )
    # Turns quicker than config.toml may ask for.
    schedule = settings.schedule.model_copy(update={"sweep_seconds": TURN})
    settings = settings.model_copy(update={"schedule": schedule})
    monkeypatch.setattr(service_module, "SLOWEST_SWEEP_SECONDS", 0.2)
    loaded = LoadedSettings(settings=settings, file=None, folder=tmp_path, variables=())
    with sqlite.write() as connection:
        store_planner(connection, make_planner(), source="test", who="test", now=TEN_BEFORE)
        connection.execute(update(board).values(go_live=at("2018-02-05").date()))
    here = Installation(loaded=loaded, database=sqlite, clock=lambda: TEN_BEFORE)
    said: list[str] = []
    postbag = Postbag(clock=lambda: TEN_BEFORE)
    return House(
        service=Service(here=here, transport=postbag, secret="5" * 64, announce=said.append),
        postbag=postbag,
        said=said,
    )


# What it does


def test_a_start_sends_what_is_due_before_it_says_that_it_is_ready(house: House) -> None:
    sent_when_ready: list[int] = []

    async def run() -> None:
        def ready() -> None:
            sent_when_ready.append(len(house.postbag.mails))
            house.service.stopping.set()

        await house.service.run(on_ready=ready)

    asyncio.run(asyncio.wait_for(run(), 10))
    assert sent_when_ready == [2]
    assert sorted(mail.to for mail in house.postbag.mails) == [CHAIR, SECRETARIAT]
    assert house.said == ["Mails: 2 sent."]


def test_what_could_not_be_shown_at_the_start_is_shown_at_a_later_turn(house: House) -> None:
    tried: list[int] = []

    def shows() -> None:
        tried.append(1)
        if len(tried) < 3:
            raise DatabaseError("The disk is full.")

    async def run() -> None:
        running = asyncio.create_task(house.service.run(on_ready=shows))
        works = "The calendar that is shown at the start works again."
        await asyncio.wait_for(house.until(lambda: works in house.said), 10)
        house.service.stopping.set()
        await asyncio.wait_for(running, 10)

    asyncio.run(run())
    assert len(tried) == 3
    assert house.said.count("The disk is full.") == 1


def test_what_comes_later_is_sent_at_a_later_turn(house: House) -> None:
    async def a_week_passes() -> None:
        await house.until(lambda: house.service.has_swept)
        house.service.here.clock = house.service.delivery.clock = lambda: at("2018-02-15")
        await house.until(lambda: len(house.postbag.mails) == 4)

    house.runs(a_week_passes)
    later = house.postbag.mails[2:]
    assert {mail.to for mail in later} == {CHAIR, SECRETARIAT}
    assert [mail.items for mail in later if mail.to == CHAIR] == [
        [("lscb/s11/pmqag/2018-03", -5, "owner")]
    ]


def test_silence_is_infinite_before_the_first_sweep_and_short_after_it(house: House) -> None:
    assert house.service.silence() == float("inf")
    asyncio.run(house.service.sweep())
    assert house.service.silence() < 5


def test_what_stands_beside_it_comes_before_the_first_job_and_goes_after_the_last(
    house: House,
) -> None:
    order: list[str] = []
    house.postbag.before = lambda _: order.append("mail")

    @asynccontextmanager
    async def pages() -> AsyncIterator[None]:
        order.append("in")
        yield
        order.append("out")

    house.service.beside = [pages()]
    house.runs(lambda: house.until(lambda: house.service.has_swept))
    assert order == ["in", "mail", "mail", "out"]


def test_a_second_daemon_on_the_same_file_is_refused_before_it_does_anything(
    house: House,
) -> None:
    file = house.service.here.settings.database.sqlite_file
    assert file is not None
    with only_daemon(file), pytest.raises(AnotherDaemonError):
        house.runs()
    assert house.postbag.mails == []


# Errors are said once


def fails(times: int, error: Exception) -> Callable[..., bool]:
    """A tick that fails a number of times and then has nothing to do."""
    left = [error] * times

    def tick(*_: object) -> bool:
        if left:
            raise left.pop()
        return False

    return tick


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DatabaseError("The disk is full."), "The disk is full."),
        (ValueError("a bug"), "The search for what is due failed (ValueError: a bug)."),
    ],
)
def test_an_error_is_said_once_and_so_is_its_end(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    monkeypatch.setattr(Ticker, "tick", fails(5, error))
    house.runs(lambda: house.until(lambda: "The search for what is due works again." in house.said))
    assert house.said == [sentence, "The search for what is due works again."]


def test_another_error_is_said_as_well(house: House) -> None:
    errors = [OSError("one"), OSError("one"), OSError("two"), OSError("one")]

    async def work() -> None:
        raise errors.pop(0)

    async def turns() -> None:
        for _ in range(4):
            await house.service.jobs.run("sweep", work)

    asyncio.run(turns())
    assert [sentence.split(": ")[1] for sentence in house.said] == ["one).", "two).", "one)."]


def test_one_job_that_fails_does_not_keep_another_from_working(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(house.service.sweep())
    house.postbag.mails.clear()
    house.service.here.clock = house.service.delivery.clock = lambda: at("2018-02-15")
    assert house.service.here.ticker().tick(at("2018-02-15"))
    monkeypatch.setattr(Ticker, "tick", fails(1000, ValueError("a bug")))
    house.runs(lambda: house.until(lambda: len(house.postbag.mails) == 2))
    assert {mail.to for mail in house.postbag.mails} == {CHAIR, SECRETARIAT}


# The watchdog


def test_jobs_that_stopped_are_started_again(house: House) -> None:
    async def stalls() -> None:
        await house.until(lambda: house.service.has_swept and house.service.jobs.scheduler.running)
        house.service.jobs.scheduler.pause()
        await house.until(lambda: bool(house.said) and "started again" in house.said[-1])
        before = house.service.swept_at
        await house.until(lambda: house.service.swept_at > before)

    house.runs(stalls)
    again = "No sweep has come for a while; the jobs are started again."
    assert house.said.count(again) == 1


def test_where_nothing_helps_it_ends_so_that_it_is_started_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Jobs, "start", lambda self, *_: self.scheduler.start())
    with pytest.raises(StalledError) as ended:
        asyncio.run(asyncio.wait_for(house.service.run(), 30))
    assert str(ended.value).startswith("boardcal has stopped working")
    assert house.said[-1] == "No sweep has come for a while; the jobs are started again."


def test_a_job_that_hangs_for_ever_does_not_keep_it_from_ending(house: House) -> None:
    async def hangs() -> None:
        await asyncio.sleep(3600)

    async def stuck() -> None:
        await house.until(lambda: house.service.has_swept and house.service.jobs.scheduler.running)
        await house.service.jobs.run("deliver", hangs)

    with pytest.raises(StalledError):
        asyncio.run(_both(house, stuck()))


async def _both(house: House, beside: Any) -> None:
    running = asyncio.create_task(house.service.run())
    stuck = asyncio.create_task(beside)
    try:
        await asyncio.wait_for(running, timeout=10)
    finally:
        stuck.cancel()


def test_a_sweep_that_fails_is_no_reason_to_start_the_jobs_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ticker, "tick", fails(100_000, DatabaseError("It is locked.")))
    house.runs(lambda: asyncio.sleep(1))
    assert house.said == ["It is locked."]


# The end


def test_a_mail_begun_is_finished_when_it_is_told_to_stop(house: House) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    send = house.postbag.send

    async def slowly(
        mail: OutgoingMail,
        *,
        on_data: Callable[[], None],
        still_ours: Callable[[], bool] = always,
    ) -> Any:
        begun.set()
        await may_end.wait()
        return await send(mail, on_data=on_data, still_ours=still_ours)

    house.postbag.send = slowly  # type: ignore[method-assign]

    async def work() -> None:
        running = asyncio.create_task(house.service.run())
        await asyncio.wait_for(begun.wait(), 5)
        house.service.stopping.set()
        await asyncio.sleep(5 * TURN)
        assert not running.done()
        may_end.set()
        await asyncio.wait_for(running, 5)

    asyncio.run(work())
    assert len(house.postbag.mails) == 1
    with house.service.here.database.read() as connection:
        states = connection.execute(message.select()).all()
    # The other waits for the next start.
    assert sorted(row.state for row in states) == ["pending", "sent"]


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_signals_of_a_supervisor_and_of_a_terminal_end_it(
    house: House, name: signal.Signals
) -> None:
    async def work() -> None:
        running = asyncio.create_task(house.service.run())
        await house.until(lambda: house.service.has_swept and house.service.jobs.scheduler.running)
        os.kill(os.getpid(), name)
        await asyncio.wait_for(running, 5)

    asyncio.run(work())
    assert len(house.postbag.mails) == 2


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_first_mail_after_a_start_is_finished_as_well(
    house: House, name: signal.Signals
) -> None:
    unheard: list[int] = []
    before = signal.signal(name, lambda number, _: unheard.append(number))
    ready: list[str] = []
    send = house.postbag.send

    async def ended_meanwhile(mail: OutgoingMail, **more: Any) -> Any:
        os.kill(os.getpid(), name)
        await asyncio.sleep(TURN)
        return await send(mail, **more)

    house.postbag.send = ended_meanwhile  # type: ignore[method-assign]
    running = house.service.run(lambda: ready.append("ready"))
    try:
        asyncio.run(asyncio.wait_for(running, 5))
    finally:
        signal.signal(name, before)
    assert (len(house.postbag.mails), unheard, ready) == (1, [], [])


# After a crash


class KilledError(BaseException):
    """What kill -9 does, as far as a process can do it to itself."""


@pytest.mark.parametrize(
    ("at_stage", "sent", "sentence"),
    [
        ("before", 2, []),
        (
            "after",
            1,
            [
                (
                    "1 mail(s) were being sent when boardcal stopped and may or may not have "
                    "arrived; the overview lists them."
                )
            ],
        ),
    ],
)
def test_the_next_start_takes_up_what_a_killed_one_left(
    house: House, at_stage: str, sent: int, sentence: list[str]
) -> None:
    def kill(_: OutgoingMail) -> DeliveryError | None:
        raise KilledError

    setattr(house.postbag, at_stage, kill)
    with pytest.raises(KilledError):
        asyncio.run(house.service.sweep())
    assert house.postbag.mails == []
    setattr(house.postbag, at_stage, lambda _: None)
    house.runs(lambda: house.until(lambda: house.service.has_swept))
    assert len(house.postbag.mails) == sent
    assert house.said == [*sentence, f"Mails: {sent} sent."]


# Words


@pytest.mark.parametrize(
    ("done", "transport", "sentence"),
    [
        (Delivered(sent=3), "smtp", "Mails: 3 sent."),
        (Delivered(sent=3), "outbox", "Mails: 3 written."),
        (
            Delivered(sent=1, failed=2, deferred=3, uncertain=4),
            "smtp",
            "Mails: 1 sent, 2 refused, 3 to be tried again, 4 with unknown outcome.",
        ),
    ],
)
def test_a_burst_of_sending_is_a_sentence(done: Delivered, transport: str, sentence: str) -> None:
    assert in_words(done, transport) == sentence


def test_under_a_clock_that_cannot_be_right_nothing_is_decided_and_it_is_said_once(
    house: House,
) -> None:
    service = house.service
    database = service.here.database
    service.guard = ClockGuard(database=database, local=service.here.local, uptime=lambda: 60.0)
    service.guard.leave_mark(TEN_BEFORE)
    service.here.clock = service.delivery.clock = lambda: at("2019-03-08")
    for _ in range(3):
        asyncio.run(service.sweep())
        asyncio.run(service.deliver())
        asyncio.run(service.housekeeping())
    with database.read() as connection:
        assert connection.execute(message.select()).all() == []
    (said,) = house.said
    assert said.startswith("On hold, no mail goes out until `boardcal resume`: The clock of")
    assert service.silence() < 5
