from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time

from boardcal.scheduler import heartbeat
from boardcal.scheduler.factory import alive_for
from boardcal.scheduler.heartbeat import Alive
from boardcal.scheduler.installation import Installation
from boardcal.scheduler.service import Service
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.storage.holds import put_on_hold
from boardcal.storage.planners import store_planner
from boardcal.tests.factories import at, make_planner
from boardcal.tests.office import Postbag
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database

NOW = at("2018-02-08 09:00")
STOPPED = (
    "The sign of life under [alive] did not arrive: 127.0.0.1 answered 500. Mails go on; whoever "
    "watches over boardcal may be alarmed."
)


def unsaid(_: str) -> None:
    """Nobody listens."""


class Watcher:
    """A real server that notes what it is asked for, and answers as it is told to."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.code = 200
        self.location = ""
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.url = ""


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    """Somebody who watches over boardcal."""
    with _serving() as found:
        yield found


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on a busy machine may take its time."""
    monkeypatch.setattr(heartbeat, "TIMEOUT_SECONDS", PATIENCE)


@contextmanager
def _serving() -> Iterator[Watcher]:
    watcher = Watcher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            watcher.paths.append(self.path)
            watcher.may_answer.wait(PATIENCE)
            self.send_response(watcher.code)
            if watcher.location:
                self.send_header("Location", watcher.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    watcher.url = f"http://127.0.0.1:{server.server_port}/a-secret?from=boardcal"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield watcher
    finally:
        watcher.may_answer.set()
        server.shutdown()
        server.server_close()
        thread.join()


def told(alive: Alive) -> bool:
    done = alive.tell()
    alive.wait(PATIENCE)
    return done


def test_a_sign_of_life_is_sent_and_nothing_is_said_of_it(watcher: Watcher) -> None:
    said: list[str] = []
    alive = Alive(url=watcher.url, every_seconds=0, announce=said.append)
    assert told(alive)
    assert told(alive)
    assert watcher.paths == ["/a-secret?from=boardcal"] * 2
    assert (said, alive.trouble) == ([], None)


def test_it_is_sent_at_most_every_so_often(watcher: Watcher) -> None:
    with freeze_time(NOW) as machine:
        alive = Alive(url=watcher.url, every_seconds=300, announce=unsaid)
        assert [told(alive), told(alive)] == [True, False]
        machine.tick(299)
        assert not told(alive)
        machine.tick(1)
        assert told(alive)
    assert len(watcher.paths) == 2


def test_trouble_is_said_once_without_the_secret_and_so_is_its_end(watcher: Watcher) -> None:
    said: list[str] = []
    alive = Alive(url=watcher.url, every_seconds=0, announce=said.append)
    watcher.code = 500
    told(alive)
    told(alive)
    assert said == [STOPPED]
    assert alive.trouble == "127.0.0.1 answered 500"
    watcher.code = 204
    told(alive)
    assert said == [STOPPED, "The sign of life under [alive] arrives again."]
    assert alive.trouble is None


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(watcher: Watcher, code: int) -> None:
    with _serving() as elsewhere:
        watcher.code, watcher.location = code, elsewhere.url
        alive = Alive(url=watcher.url, every_seconds=0, announce=unsaid)
        told(alive)
        assert elsewhere.paths == []
        assert alive.trouble == f"127.0.0.1 answered {code}"


def test_a_server_that_is_not_there_is_trouble() -> None:
    alive = Alive(url="http://127.0.0.1:1/", every_seconds=0, announce=unsaid)
    told(alive)
    assert alive.trouble is not None
    assert alive.trouble.startswith("127.0.0.1 could not be reached (")


def test_a_server_that_hangs_holds_nobody_up(watcher: Watcher) -> None:
    watcher.may_answer.clear()
    alive = Alive(url=watcher.url, every_seconds=0, announce=unsaid)
    assert alive.tell() is True
    assert alive.tell() is False  # the one before is still under way
    watcher.may_answer.set()
    alive.wait(PATIENCE)
    assert alive.trouble is None


def loaded(folder: Path, url: str) -> LoadedSettings:
    settings = Settings.model_validate({"alive": {"url": url}}, context={"folder": folder})
    return LoadedSettings(settings=settings, file=None, folder=folder, variables=())


@pytest.fixture
def service(sqlite: Database, tmp_path: Path, watcher: Watcher) -> Service:
    """A daemon that is watched over."""
    with sqlite.write() as connection:
        store_planner(connection, make_planner(), source="test", who="test", now=NOW)
    installation = Installation(
        loaded=loaded(tmp_path, watcher.url), database=sqlite, clock=lambda: NOW
    )
    return Service(
        installation=installation,
        secret="5" * 64,
        transport=Postbag(clock=lambda: NOW),
        announce=unsaid,
    )


def sweep(service: Service) -> None:
    asyncio.run(service.sweep())
    assert service.alive is not None
    service.alive.wait(PATIENCE)


def test_a_good_sweep_sends_it(service: Service, watcher: Watcher) -> None:
    sweep(service)
    assert len(watcher.paths) == 1


def test_a_sweep_that_fails_sends_none(
    service: Service, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> bool:
        raise OSError("no disk")

    monkeypatch.setattr("boardcal.scheduler.tick.Ticker.tick", fails)
    with pytest.raises(OSError, match="no disk"):
        sweep(service)
    assert watcher.paths == []


def test_on_hold_none_is_sent(service: Service, watcher: Watcher) -> None:
    with service.installation.database.write() as connection:
        put_on_hold(connection, why="A test.", now=NOW)
    sweep(service)
    assert watcher.paths == []


def test_the_overview_says_what_does_not_work(service: Service, watcher: Watcher) -> None:
    watcher.code = 500
    sweep(service)
    service.jobs.failures["housekeeping"] = "The disk is full."
    notices = service._notices()["lscb"]
    assert "The disk is full." in notices
    assert "The sign of life under [alive] does not arrive: 127.0.0.1 answered 500." in notices


def test_without_an_address_there_is_none(tmp_path: Path) -> None:
    assert alive_for(loaded(tmp_path, "").settings, unsaid) is None
