"""What fails under a daemon, and what holds: databases that go away, first starts at once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from boardcal.notifications.transports.registry import transport_for
from boardcal.queries import system_check as checking
from boardcal.scheduler.installation import first_go_live, opened
from boardcal.scheduler.watchdog import STUCK, Beats, last_resort
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.storage.boards import hold_boards, share_boards
from boardcal.storage.database.engine import open_database
from boardcal.storage.database.errors import DatabaseError
from boardcal.storage.schema.planner import board, installation, planner_import
from boardcal.tests.factories import CUMBRIA, at
from boardcal.tests.notifications.delivery.test_stages import ready
from boardcal.tests.office import Office
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

    from boardcal.notifications.transports.base import DeliveryError, Transport
    from boardcal.scheduler.clock import Clock
    from boardcal.storage.database.engine import Database

NOW = at("2018-02-08 09:00")


def settings_of(folder: Path, **sections: object) -> LoadedSettings:
    document = {"planner": str(CUMBRIA), **sections}
    settings = Settings.model_validate(document, context={"folder": folder})
    return LoadedSettings(settings=settings, file=None, folder=folder, variables=())


def test_first_starts_at_once_on_an_empty_database_make_one_installation(
    empty_url: str, tmp_path: Path
) -> None:
    loaded = settings_of(tmp_path, database={"url": empty_url})

    def start(_: int) -> bool:
        with opened(loaded, lambda: NOW) as installation:
            return first_go_live(installation, NOW)

    with ThreadPoolExecutor(4) as pool:
        firsts = list(pool.map(start, range(4)))
    database = open_database(empty_url)
    with database.read() as connection:
        assert len(connection.execute(select(installation)).all()) == 1
        assert len(connection.execute(select(planner_import)).all()) == 1
        assert len(connection.execute(select(board)).all()) == 1
    database.close()
    assert sorted(firsts) == [False, False, False, True]


@pytest.mark.parametrize("put_back", ["the same", "another", "nothing"])
def test_a_database_file_that_is_gone_or_replaced_is_noticed_and_may_come_back(
    sqlite_url: str, put_back: str
) -> None:
    from pathlib import Path

    path = Path(sqlite_url.removeprefix("sqlite:///"))
    database = open_database(sqlite_url)
    with database.write() as connection:
        connection.execute(text("DELETE FROM board"))
    aside = path.with_name("aside.db")
    path.rename(aside)
    with pytest.raises(DatabaseError, match="is gone while boardcal works"), database.read():
        pass
    with pytest.raises(DatabaseError, match="is gone while boardcal works"), database.write():
        pass
    if put_back == "the same":
        aside.rename(path)
        with database.write() as connection:
            connection.execute(text("DELETE FROM board"))
    elif put_back == "another":
        path.write_bytes(aside.read_bytes())
        with pytest.raises(DatabaseError, match="was replaced by another"), database.write():
            pass
    database.close()


@pytest.mark.parametrize("stage", ["before", "after"])
def test_connections_that_are_ended_lose_and_double_nothing(any_office: Office, stage: str) -> None:
    office = any_office
    if office.database.engine.name != "postgresql":
        pytest.skip("SQLite has no connections to end")
    ready(office)
    before = len(office.postbag.mails)

    def end_them(_: object) -> DeliveryError | None:
        setattr(office.postbag, stage, lambda _: None)
        other = open_database(office.database.engine.url.render_as_string(hide_password=False))
        with other.write() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid != pg_backend_pid() AND datname = current_database()"
                )
            )
        other.close()
        return None

    setattr(office.postbag, stage, end_them)
    for _ in range(4):
        with suppress(DatabaseError):
            office.deliver()
    assert len(office.postbag.mails) - before == 1
    assert office.messages()[-1][2] == "sent"


def test_nobody_waits_for_ever_on_postgresql(any_office: Office) -> None:
    office = any_office
    if office.database.engine.name != "postgresql":
        pytest.skip("SQLite has its own limit")
    with office.database.read() as connection:
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "10s"
        idle = "SHOW idle_in_transaction_session_timeout"
        assert connection.execute(text(idle)).scalar() == "2min"


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        (hold_boards, hold_boards, True),
        (hold_boards, share_boards, True),
        (share_boards, hold_boards, True),
        (share_boards, share_boards, False),
    ],
)
@pytest.mark.parametrize("kind", ["postgresql"])
def test_nothing_is_decided_while_somebody_sends_and_several_may_send(
    database: Database,
    kind: str,
    first: Callable[[Connection], None],
    second: Callable[[Connection], None],
    waits: bool,
) -> None:
    def wait_for_it() -> None:
        with database.write() as other:
            other.execute(text("SET LOCAL lock_timeout = '100ms'"))
            second(other)

    with database.write() as connection:
        first(connection)
        if waits:
            with pytest.raises(DatabaseError, match="in use by another"):
                wait_for_it()
        else:
            wait_for_it()
    wait_for_it()
    assert kind == "postgresql"


def test_a_mail_server_that_says_nothing_does_not_keep_check_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checking.PATIENCE == 10
    monkeypatch.setattr(checking, "PATIENCE", 0.2)
    granted: list[float] = []

    def transport(settings: Settings, *, clock: Clock, patience: float) -> Transport:
        granted.append(patience)
        return transport_for(settings, clock=clock, patience=patience)

    monkeypatch.setattr(checking, "transport_for", transport)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        smtp = {"host": "127.0.0.1", "port": silent.getsockname()[1]}
        loaded = settings_of(tmp_path, mail={"transport": "smtp", "smtp": smtp})
        findings = checking.check(loaded, lambda: NOW, test_mail_to=None)
    assert granted == [0.2]
    assert any("did not answer in time" in sentence for sentence in findings.errors)


def test_a_loop_that_gives_no_sign_of_life_is_given_up() -> None:
    given_up = threading.Event()
    said: list[str] = []

    def give_up(sentence: str) -> None:
        said.append(sentence)
        given_up.set()

    beats = Beats()
    assert not beats.missing(grace=0), "before the first beat nothing is missing"
    with last_resort(beats, give_up, grace=0.1, looks=0.02):
        beats.beat(within=0.1)
        assert given_up.wait(PATIENCE)
    assert said == [STUCK]


STOPPED = """
import asyncio, os
from boardcal.cli.commands.run import _give_up
from boardcal.scheduler.watchdog import Beats, last_resort

async def main():
    beats = Beats()
    with last_resort(beats, _give_up, grace=0.5, looks=1.0):
        for turn in range(60):
            beats.beat(within=0.2)
            print(turn, flush=True)
            await asyncio.sleep(0.1)

asyncio.run(main())
"""


def test_a_process_that_was_stopped_for_longer_than_its_patience_goes_on() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STOPPED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "0\n"
        process.send_signal(signal.SIGSTOP)
        # Longer than grace, beat and look together: the time itself is what is tried.
        time.sleep(2.5)
        process.send_signal(signal.SIGCONT)
        said, trouble = process.stdout.read(), process.stderr.read()
    assert (process.returncode, trouble, said.split()[-1]) == (0, "", "59")


HANGS = """
import asyncio, sys, time
from boardcal.cli.commands.run import _give_up
from boardcal.scheduler.watchdog import Beats, last_resort

async def main():
    beats = Beats()
    with last_resort(beats, _give_up, grace=0.2, looks=0.05):
        beats.beat(within=0.1)
        if sys.argv[1] == "loop":
            time.sleep(3600)
        await asyncio.to_thread(time.sleep, 3600)

asyncio.run(main())
"""


@pytest.mark.parametrize("where", ["loop", "thread"])
def test_a_process_that_hangs_ends_for_whoever_starts_it_anew(where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGS, where],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env=dict(os.environ),
    )
    assert (done.returncode, done.stderr.strip()) == (1, STUCK)


def test_mails_are_sent_by_several_deliveries_in_one_loop(any_office: Office) -> None:
    office = any_office
    ready(office)
    before = len(office.postbag.mails)
    others = [office.new_delivery(f"daemon {number}") for number in range(3)]

    async def together() -> list[int]:
        done = await asyncio.gather(*(each.deliver() for each in others))
        return [each.sent for each in done]

    assert sum(asyncio.run(together())) == 1
    assert len(office.postbag.mails) - before == 1
