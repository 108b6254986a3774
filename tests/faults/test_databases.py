"""Databases that are locked, full, read-only or gone while mails leave: it goes on unaided."""

from __future__ import annotations

import resource
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text

from boardcal.tests.faults.go_between import HOST, GoBetween
from boardcal.tests.faults.judge import doubled
from boardcal.tests.faults.yard import many_chairs
from boardcal.tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from boardcal.tests.faults.figures import Figures, Run
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Daemon, Yard

MAILS = 40
BEFORE_THE_FAULT = 5


def send_all(yard: Yard, judge: Judge, run: Run, fault: Callable[[Daemon], None]) -> Daemon:
    """A daemon that is in the middle of its mails when the fault comes, and ends them after it."""
    yard.holds(many_chairs(MAILS))
    daemon = yard.start()
    assert until(lambda: len(judge.received) >= BEFORE_THE_FAULT), daemon.said()
    fault(daemon)
    # The secretariat's overview is one more.
    assert until(lambda: len(judge.counts()) >= MAILS + 1), daemon.said()[-3000:]
    settled = ("sent", "uncertain")
    assert until(lambda: all(row.state in settled for row in yard.messages()))
    daemon.stop()
    rows, counts = yard.messages(), judge.counts()
    run.mails, run.lost = len(rows), len({row.recipient for row in rows} - counts.keys())
    run.doubled = doubled(counts.values())
    run.uncertain = sum(row.state == "uncertain" for row in rows)
    assert "Traceback" not in daemon.said()
    return daemon


def lasts(daemon: Daemon, sentence: str, seconds: float) -> None:
    """Lets a fault last until the daemon has said so, and then for so long."""
    assert until(lambda: sentence in daemon.said()), daemon.said()
    time.sleep(seconds)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_database_that_somebody_locks_is_waited_for(
    judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    yard = make_yard()

    def lock(daemon: Daemon) -> None:
        with yard.opened() as database, database.write() as connection:
            connection.execute(text("UPDATE board SET name = name"))
            lasts(daemon, "in use by another program", figures.size(0, 60))

    with figures.run("locked for a while", "sqlite") as run:
        send_all(yard, judge, run, lock)
    assert (run.lost, run.doubled, run.uncertain) == (0, 0, 0)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_is_waited_for(
    judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    yard = make_yard()

    def fill(daemon: Daemon) -> None:
        # No file may grow any more, as on a disk without room; then there is room again.
        endless = resource.RLIM_INFINITY
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (16_384, endless))
        lasts(daemon, "full", figures.size(0, 30))
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (endless, endless))

    with figures.run("disk full for a while", "sqlite") as run:
        send_all(yard, judge, run, fill)
    assert (run.lost, run.doubled) == (0, 0)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_database_that_may_only_be_read_for_a_while_is_waited_for(
    judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    yard = make_yard()
    name = make_url(yard.url).database

    def only_read(daemon: Daemon) -> None:
        _tell(yard.url, f"ALTER DATABASE {name} SET default_transaction_read_only = on", CUT_ALL)
        lasts(daemon, "does not let the account", figures.size(0, 30))
        _tell(
            yard.url,
            "SET default_transaction_read_only = off",
            f"ALTER DATABASE {name} SET default_transaction_read_only = off",
            CUT_ALL,
        )

    with figures.run("read-only for a while", "postgresql") as run:
        send_all(yard, judge, run, only_read)
    assert (run.lost, run.doubled) == (0, 0)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_database_server_that_is_away_for_a_while_is_waited_for(
    empty_url: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    with between(empty_url) as (way, url):
        yard = make_yard(url=url)

        def away(daemon: Daemon) -> None:
            way.closes()
            lasts(daemon, "does not answer", figures.size(0, 30))
            way.opens()

        with figures.run("connections refused for a while", "postgresql") as run:
            send_all(yard, judge, run, away)
    assert (run.lost, run.doubled) == (0, 0)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_database_server_that_is_not_there_yet_when_a_daemon_starts_is_waited_for(
    empty_url: str, judge: Judge, make_yard: Callable[..., Yard], figures: Figures
) -> None:
    with between(empty_url) as (way, url):
        way.closes()
        yard = make_yard(url=url)
        yard.holds(many_chairs(MAILS))
        with figures.run("not there yet at the start", "postgresql") as run:
            daemon = yard.start()
            assert until(lambda: "tries again" in daemon.said()), daemon.said()
            time.sleep(figures.size(0, 30))
            assert judge.received == []
            way.opens()
            assert until(lambda: len(judge.counts()) == MAILS + 1), daemon.said()
            daemon.stop()
            run.mails, run.doubled = len(yard.messages()), doubled(judge.counts().values())
        assert daemon.said().count("does not answer") == 1
        assert "Traceback" not in daemon.said()
    assert (run.mails, run.doubled) == (MAILS + 1, 0)


CUT_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def _tell(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@contextmanager
def between(url: str) -> Iterator[tuple[GoBetween, str]]:
    """A go-between to a database server, and the address of the database through it."""
    there = make_url(url)
    socket_folder = there.query.get("host") or (there.host if "/" in (there.host or "") else "")
    port = there.port or 5432
    path = str(Path(str(socket_folder)) / f".s.PGSQL.{port}") if socket_folder else ""
    with GoBetween(path=path, host=there.host or HOST, at_port=port) as way:
        through = there.set(host=HOST, port=way.port, query={})
        yield way, through.render_as_string(hide_password=False)
