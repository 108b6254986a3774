"""The daemon's jobs and its watchdog, on a real database with turns of a few milliseconds.

The watchdog's time is a clock that the test moves on.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, update

from boardcal.notifications.delivery.deliver import Delivered, Delivery
from boardcal.notifications.delivery.outcomes import Outcomes
from boardcal.notifications.letters.render import Templates
from boardcal.notifications.transports.base import DeliveryError, OutgoingMail, always
from boardcal.notifications.transports.outbox import OutboxTransport
from boardcal.scheduler import service as service_module
from boardcal.scheduler.clock_guard import ClockGuard
from boardcal.scheduler.installation import Installation
from boardcal.scheduler.jobs import Jobs, apart
from boardcal.scheduler.service import Service, StalledError, in_words
from boardcal.scheduler.single_instance import AnotherDaemonError, only_daemon
from boardcal.scheduler.tick import Ticker
from boardcal.scheduler.watchdog import Beats
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.settings.model import Web
from boardcal.storage.database.engine import Database
from boardcal.storage.database.errors import DatabaseError
from boardcal.storage.planners import store_planner
from boardcal.storage.schema.mail import message
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import CHAIR, SECRETARIAT, at, make_planner
from boardcal.tests.office import Postbag
from boardcal.tests.waiting import PATIENCE, happens
from boardcal.web.server import bound, serve_pages

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

TEN_BEFORE = at("2018-02-08 09:00")
TURN = 0.02
LATE = service_module.TURNS_MISSED * TURN + service_module.SLOWEST_SWEEP_SECONDS


@dataclass
class Stopwatch:
    """Stands in for the module `time` in the service: its time goes by when a test says so."""

    now: float = field(default_factory=time.monotonic)

    def monotonic(self) -> float:
        """What it shows."""
        return self.now


@dataclass
class House:
    """A daemon, and what it said."""

    service: Service
    postbag: Postbag
    watch: Stopwatch
    said: list[str] = field(default_factory=list)

    def runs(self, while_it_runs: Callable[[], Any] | None = None) -> None:
        """Runs the daemon until `while_it_runs` has come back, then tells it to stop."""

        async def work() -> None:
            running = asyncio.create_task(self.service.run())
            if while_it_runs is not None:
                await asyncio.wait_for(while_it_runs(), PATIENCE)
            self.service.stopping.set()
            await asyncio.wait_for(running, PATIENCE)

        asyncio.run(work())

    async def is_at_work(self) -> None:
        """Waits until its jobs take their turns."""
        await happens(lambda: self.service.has_swept and self.service.jobs.scheduler.running)

    async def falls_silent(self, times: float, until: Callable[[], bool]) -> None:
        """Lets so many times what the watchdog puts up with go by since the last sweep."""

        def is_so() -> bool:
            self.watch.now = self.service.swept_at + times * LATE
            return until()

        await happens(is_so)


@pytest.fixture
def house(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A daemon of a Board that is live since 5 February 2018, on the 8th."""
    return make_house(sqlite, tmp_path, monkeypatch)


@pytest.fixture
def any_house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The same on SQLite and on PostgreSQL."""
    return make_house(database, tmp_path, monkeypatch)


def make_house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    settings = Settings.model_validate(
        {"database": {"url": f"sqlite:///{tmp_path}/lock.db"}}, context={"folder": tmp_path}
    )
    # Turns quicker than config.toml may ask for.
    schedule = settings.schedule.model_copy(update={"sweep_seconds": TURN})
    settings = settings.model_copy(update={"schedule": schedule})
    watch = Stopwatch()
    monkeypatch.setattr(service_module, "time", watch)
    loaded = LoadedSettings(settings=settings, file=None, folder=tmp_path, variables=())
    with database.write() as connection:
        store_planner(connection, make_planner(), source="test", who="test", now=TEN_BEFORE)
        connection.execute(update(board).values(go_live=at("2018-02-05").date()))
    installation = Installation(loaded=loaded, database=database, clock=lambda: TEN_BEFORE)
    said: list[str] = []
    postbag = Postbag(clock=lambda: TEN_BEFORE)
    return House(
        service=Service(
            installation=installation, transport=postbag, secret="5" * 64, announce=said.append
        ),
        postbag=postbag,
        watch=watch,
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

    asyncio.run(asyncio.wait_for(run(), PATIENCE))
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
        await happens(lambda: works in house.said)
        house.service.stopping.set()
        await asyncio.wait_for(running, PATIENCE)

    asyncio.run(run())
    assert len(tried) == 3
    assert house.said.count("The disk is full.") == 1


def test_what_comes_later_is_sent_at_a_later_turn(house: House) -> None:
    async def a_week_passes() -> None:
        await happens(lambda: house.service.has_swept)
        house.service.installation.clock = house.service.delivery.clock = lambda: at("2018-02-15")
        await happens(lambda: len(house.postbag.mails) == 4)

    house.runs(a_week_passes)
    later = house.postbag.mails[2:]
    assert {mail.to for mail in later} == {CHAIR, SECRETARIAT}
    assert [mail.items for mail in later if mail.to == CHAIR] == [
        [("lscb/s11/pmqag/2018-03", -5, "owner")]
    ]


def test_silence_is_infinite_before_the_first_sweep_and_short_after_it(house: House) -> None:
    assert house.service.silence() == float("inf")
    asyncio.run(house.service.sweep())
    house.watch.now += 5
    assert house.service.silence() == 5


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
    house.runs(lambda: happens(lambda: house.service.has_swept))
    assert order == ["in", "mail", "mail", "out"]


def test_a_second_daemon_on_the_same_file_is_refused_before_it_does_anything(
    house: House,
) -> None:
    file = house.service.installation.settings.database.sqlite_file
    assert file is not None
    with only_daemon(file), pytest.raises(AnotherDaemonError):
        house.runs()
    assert house.postbag.mails == []


# The event loop is for whoever reads the pages


def test_nothing_that_computes_or_waits_for_a_disk_is_done_in_the_event_loop(
    any_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, database = any_house, any_house.service.installation.database
    where: dict[str, set[int]] = {}

    def notes(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any, **keywords: Any) -> Any:
            where.setdefault(what, set()).add(threading.get_ident())
            return function(*arguments, **keywords)

        return noted

    # What may come to wait for a disk, a network or a template, whoever calls it.
    for owner, name in (
        (Ticker, "tick"),
        (Templates, "render"),
        (OutboxTransport, "send"),
        (ClockGuard, "trusts"),
        (os, "fsync"),
    ):
        monkeypatch.setattr(owner, name, notes(name, getattr(owner, name)))
    event.listen(database.engine, "begin", notes("begin", lambda _: None))
    event.listen(database.engine, "before_cursor_execute", notes("ask", lambda *_: None))
    service = house.service
    service.transport = service.delivery.transport = OutboxTransport(
        service.installation.loaded.folder / "outbox"
    )
    service.guard = ClockGuard(database=database, local=service.installation.local)

    async def work() -> None:
        where["loop"] = {threading.get_ident()}
        running = asyncio.create_task(service.run())
        await house.is_at_work()
        for job in (service.sweep, service.deliver, service.housekeeping):
            await service.jobs.run("sweep", job)
        # And where it may not work: the hold is asked for once more, to say why.
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(ClockGuard, "trusts", lambda *_: False)
            await service.jobs.run("sweep", service.sweep)
        service.stopping.set()
        await asyncio.wait_for(running, PATIENCE)

    asyncio.run(work())
    (loop,) = where.pop("loop")
    assert where.keys() == {"tick", "render", "send", "trusts", "fsync", "begin", "ask"}
    assert {what for what, threads in where.items() if loop in threads} == set()
    assert house.said == ["Mails: 2 written."]


@pytest.mark.parametrize("held", [(Templates, "render"), (Delivery, "_begin"), (Outcomes, "sent")])
def test_the_pages_answer_while_a_mail_is_held_up_at_any_stage(
    any_house: House, monkeypatch: pytest.MonkeyPatch, held: tuple[type, str]
) -> None:
    reached, may_go_on = threading.Event(), threading.Event()
    stage = getattr(*held)

    def held_up(*arguments: Any, **keywords: Any) -> Any:
        reached.set()
        assert may_go_on.wait(PATIENCE)
        return stage(*arguments, **keywords)

    monkeypatch.setattr(*held, held_up)
    house = any_house

    async def answers(port: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    async def work(listener: socket.socket) -> None:
        service = house.service
        service.beside = [serve_pages(service, "5" * 64, listener)]
        running = asyncio.create_task(service.run())
        try:
            await happens(reached.is_set)
            port = listener.getsockname()[1]
            answer = await asyncio.wait_for(answers(port), PATIENCE)
            assert (answer[:12], answer[-4:]) == (b"HTTP/1.1 200", b"\nok\n")
            assert house.postbag.mails == [] or held[1] == "sent"
        finally:
            may_go_on.set()
            service.stopping.set()
            await asyncio.wait_for(running, PATIENCE)

    with bound(Web.model_construct(host="127.0.0.1", port=0)) as listener:
        asyncio.run(work(listener))
    assert len(house.postbag.mails) == 1


def test_a_burst_of_mails_is_work_however_long_it_takes(house: House) -> None:
    asyncio.run(house.service.sweep())
    house.service.installation.clock = house.service.delivery.clock = lambda: at("2018-02-15")
    assert house.service.installation.ticker().tick(at("2018-02-15"))
    seen: list[float] = []

    def slow(_: OutgoingMail) -> None:
        seen.append(house.service.silence())
        house.watch.now += LATE

    house.postbag.before = slow
    asyncio.run(house.service.deliver())
    assert seen == [0, 0]


def test_where_it_is_cancelled_its_mail_is_at_an_end_before_another_may_begin() -> None:
    ended: list[str] = []
    begun, may_go_on = threading.Event(), threading.Event()

    async def sends() -> None:
        begun.set()
        assert may_go_on.wait(PATIENCE)  # as a disk that hangs
        try:
            await asyncio.sleep(3600)  # as a server that does not answer
        finally:
            ended.append("the mail")

    async def work() -> None:
        sending = asyncio.create_task(apart(sends))
        await happens(begun.is_set)
        sending.cancel()
        for _ in range(100):
            await asyncio.sleep(0)
        assert not sending.done()
        may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(sending, PATIENCE)
        ended.append("the burst")

    asyncio.run(work())
    assert ended == ["the mail", "the burst"]


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
        (ValueError("a bug"), "The search for what is due failed (ValueError in tests/sche"),
    ],
)
def test_an_error_is_said_once_and_so_is_its_end(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    monkeypatch.setattr(Ticker, "tick", fails(5, error))
    house.runs(lambda: happens(lambda: "The search for what is due works again." in house.said))
    failed, works = house.said
    assert failed.startswith(sentence)
    assert works == "The search for what is due works again."


def test_another_error_is_said_as_well(house: House) -> None:
    errors = [OSError(1, words) for words in ("one", "one", "two", "one")]

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
    house.service.installation.clock = house.service.delivery.clock = lambda: at("2018-02-15")
    assert house.service.installation.ticker().tick(at("2018-02-15"))
    monkeypatch.setattr(Ticker, "tick", fails(1000, ValueError("a bug")))
    house.runs(lambda: happens(lambda: len(house.postbag.mails) == 2))
    assert {mail.to for mail in house.postbag.mails} == {CHAIR, SECRETARIAT}


# The watchdog


def test_jobs_that_stopped_are_started_again(house: House) -> None:
    async def stalls() -> None:
        await house.is_at_work()
        house.service.jobs.scheduler.pause()
        await house.falls_silent(1.5, until=lambda: again in house.said)
        before = house.service.swept_at
        await happens(lambda: house.service.swept_at > before)

    again = "No sweep has come for a while; the jobs are started again."
    house.runs(stalls)
    assert house.said.count(again) == 1


def test_where_nothing_helps_it_ends_so_that_it_is_started_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Jobs, "start", lambda self, *_: self.scheduler.start())
    again = "No sweep has come for a while; the jobs are started again."
    with pytest.raises(StalledError) as ended:
        asyncio.run(_until_it_ends(house, _silence(house)))
    assert str(ended.value).startswith("boardcal has stopped working")
    assert house.said[-1] == again


def test_a_job_that_hangs_for_ever_does_not_keep_it_from_ending(house: House) -> None:
    async def hangs() -> None:
        await asyncio.sleep(3600)

    async def stuck() -> None:
        await house.is_at_work()
        await house.service.jobs.run("deliver", hangs)

    with pytest.raises(StalledError):
        asyncio.run(_until_it_ends(house, stuck(), _silence(house)))


async def _silence(house: House) -> None:
    """Time in which no sweep comes, before and after the jobs were started again."""
    await house.is_at_work()
    await house.falls_silent(1.5, until=lambda: bool(house.said) and "again" in house.said[-1])
    await house.falls_silent(2.5, until=lambda: False)


async def _until_it_ends(house: House, *beside: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.create_task(work) for work in beside]
    try:
        await asyncio.wait_for(house.service.run(), PATIENCE)
    finally:
        for task in tasks:
            task.cancel()


def test_a_sweep_that_fails_is_no_reason_to_start_the_jobs_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ticker, "tick", fails(100_000, DatabaseError("It is locked.")))
    turns: list[float] = []
    monkeypatch.setattr(Beats, "beat", lambda _, within: turns.append(within))

    async def a_while() -> None:
        await house.falls_silent(10, until=lambda: len(turns) > 5)

    house.runs(a_while)
    assert house.said == ["It is locked."]


# The end


def test_a_mail_begun_is_finished_when_it_is_told_to_stop(house: House) -> None:
    begun, may_end = threading.Event(), threading.Event()
    send = house.postbag.send

    async def slowly(
        mail: OutgoingMail,
        *,
        on_data: Callable[[], None],
        still_ours: Callable[[], bool] = always,
    ) -> Any:
        begun.set()
        assert may_end.wait(PATIENCE)
        return await send(mail, on_data=on_data, still_ours=still_ours)

    house.postbag.send = slowly  # type: ignore[method-assign]

    async def work() -> None:
        running = asyncio.create_task(house.service.run())
        await happens(begun.is_set)
        house.service.stopping.set()
        # So many turns of the loop that it could have ended.
        for _ in range(100):
            await asyncio.sleep(0)
        assert not running.done()
        may_end.set()
        await asyncio.wait_for(running, PATIENCE)

    asyncio.run(work())
    assert len(house.postbag.mails) == 1
    with house.service.installation.database.read() as connection:
        states = connection.execute(message.select()).all()
    # The other waits for the next start.
    assert sorted(row.state for row in states) == ["pending", "sent"]


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_signals_of_a_supervisor_and_of_a_terminal_end_it(
    house: House, name: signal.Signals
) -> None:
    async def work() -> None:
        running = asyncio.create_task(house.service.run())
        await house.is_at_work()
        os.kill(os.getpid(), name)
        await asyncio.wait_for(running, PATIENCE)

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
        asyncio.run(asyncio.wait_for(running, PATIENCE))
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
    # What is left is no sweep's but the delivery's that follows it.
    house.runs(lambda: happens(lambda: any("Mails:" in sentence for sentence in house.said)))
    assert len(house.postbag.mails) == sent
    assert house.said == [*sentence, f"Mails: {sent} sent."]


@pytest.mark.parametrize(("months", "removed"), [(0, 0), (24, 0), (12, 2)])
def test_texts_older_than_the_config_says_are_removed_hourly(
    house: House, months: int, removed: int
) -> None:
    service = house.service
    asyncio.run(service.sweep())
    house.said.clear()
    settings = service.installation.settings
    kept = settings.retention.model_copy(update={"mail_texts_months": months})
    service.installation.loaded = replace(
        service.installation.loaded, settings=settings.model_copy(update={"retention": kept})
    )
    service.installation.clock = service.delivery.clock = lambda: at("2019-03-08")
    asyncio.run(service.housekeeping())
    with service.installation.database.read() as connection:
        rows = connection.execute(message.select()).all()
    assert [row.content is None for row in rows] == [removed > 0] * 2
    assert all(row.subject and row.identifier and row.reply for row in rows)
    said = (
        "The texts of 2 mail(s) from before 8 March 2018 were removed, as [retention] says; the "
        "record of them stays."
    )
    assert house.said == [said] * (removed > 0)


# Words


@pytest.mark.parametrize(
    ("done", "reaches_people", "sentence"),
    [
        (Delivered(sent=3), True, "Mails: 3 sent."),
        (Delivered(sent=3), False, "Mails: 3 written."),
        (
            Delivered(sent=1, failed=2, deferred=3, uncertain=4),
            True,
            "Mails: 1 sent, 2 refused, 3 to be tried again, 4 with unknown outcome.",
        ),
    ],
)
def test_a_burst_of_sending_is_a_sentence(
    done: Delivered, reaches_people: bool, sentence: str
) -> None:
    assert in_words(done, reaches_people=reaches_people) == sentence


def test_under_a_clock_that_cannot_be_right_nothing_is_decided_and_it_is_said_once(
    house: House,
) -> None:
    service = house.service
    database = service.installation.database
    service.guard = ClockGuard(
        database=database, local=service.installation.local, uptime=lambda: 60.0
    )
    service.guard.leave_mark(TEN_BEFORE)
    service.installation.clock = service.delivery.clock = lambda: at("2019-03-08")
    for _ in range(3):
        asyncio.run(service.sweep())
        asyncio.run(service.deliver())
        asyncio.run(service.housekeeping())
    with database.read() as connection:
        assert connection.execute(message.select()).all() == []
    (said,) = house.said
    assert said.startswith("On hold, no mail goes out until `boardcal resume`: The clock of")
    assert service.silence() == 0
