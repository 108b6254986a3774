"""A real installation in a folder of its own: a planner of many chairs, a config, daemons."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from click.testing import CliRunner, Result
from sqlalchemy import func, select

from boardcal.calendar.planner.export import toml_of
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.rules.date_text import long_date
from boardcal.cli.main import boardcal
from boardcal.storage.database.engine import Database, open_database
from boardcal.storage.schema.column_types import AnyRow
from boardcal.storage.schema.mail import attempt, message
from boardcal.tests.factories import LONDON, checked, make_body, make_document, make_report
from boardcal.tests.ports import free_port
from boardcal.tests.waiting import until

NURSERY = [sys.executable, str(Path(__file__).with_name("nursery.py"))]
# A working day in winter, an hour after mails begin.
MORNING = "2018-02-22T09:00:00+00:00"
TODAY = date(2018, 2, 22)
READY = "Press Ctrl-C"


def many_chairs(count: int, days: Sequence[date] = (TODAY,)) -> PlannerFile:
    """A planner in which `count` subgroups owe a paper on each of `days`.

    That is one mail on each of them for each of their chairs.
    """
    groups = [make_body(f"group-{number:04}") for number in range(count)]
    for group in groups:
        del group["vice-chair"]
    document = make_document()
    paper = make_report(
        "paper",
        title="Subgroup progress report",
        owner=[group["id"] for group in groups],
        when={"by": [long_date(day) for day in days]},
    )
    return checked(document | {"body": [*document["body"], *groups], "report": [paper]})


@dataclass(slots=True)
class Daemon:
    """One daemon's process. Its log may hold what others of its name said `before`."""

    pid: int
    log: Path
    before: int = 0

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def signals(self, number: signal.Signals) -> None:
        """Sends it a signal; nothing where it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.signals(signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """Ends it as a supervisor would."""
        self.signals(signal.SIGTERM)
        self.wait()

    def wait(self) -> None:
        """Waits until it has ended."""
        assert until(lambda: not self.is_alive), self.said()

    def said(self) -> str:
        """What it has said on its terminal."""
        return self.log.read_text()[self.before :] if self.log.exists() else ""

    def lives_until_ready(self) -> bool:
        """Waits until it has sent what there was to send; False where it ended before."""
        until(lambda: READY in self.said() or not self.is_alive)
        return self.is_alive and READY in self.said()


@dataclass(slots=True)
class Nursery:
    """The process that daemons are forked from; one serves any number of yards."""

    process: subprocess.Popen[str]

    def bears(self, wish: dict[str, Any]) -> int:
        """A new daemon's process id."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def open_nursery() -> Iterator[Nursery]:
    """A nursery, closed in the end."""
    with subprocess.Popen(
        NURSERY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass(kw_only=True)
class Yard:
    """One installation. Its clock stood at `begins` when it was opened.

    `sleeps` lets time go by with the machine switched off; `turns` is somebody at its clock.
    """

    nursery: Nursery
    folder: Path
    url: str
    smtp_port: int
    settings: str = ""
    transport: str = "smtp"
    channel: str = ""  # the sections of another transport
    sign_in: str = 'security = "none"'
    begins: str = MORNING
    begun: float = field(default_factory=time.time)
    jumped: float = 0.0
    lease: float | None = None
    boots: int = 1
    daemons: list[Daemon] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Makes its folder; its first daemon makes the database."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def holds(self, content: PlannerFile) -> None:
        """Writes the planner file that the first daemon imports."""
        (self.folder / "planner.toml").write_text(toml_of(content), encoding="utf-8")

    def config(self, name: str) -> Path:
        """The config of one daemon: its pages have a port of their own."""
        port = free_port()
        path = self.folder / f"{name}.toml"
        path.write_text(
            f'planner = "planner.toml"\n'
            f'database.url = "{self.url}"\n'
            f'web = {{ port = {port}, base_url = "http://127.0.0.1:{port}" }}\n'
            f"schedule.sweep_seconds = 5\n"
            f'[mail]\ntransport = "{self.transport}"\nfrom = "Cumbria LSCB <lscb@example.org>"\n'
            f"{self.settings}"
            f'[mail.smtp]\nhost = "127.0.0.1"\nport = {self.smtp_port}\n{self.sign_in}\n'
            f"rate_per_minute = 10000\n"
            f"{self.channel}",
            encoding="utf-8",
        )
        return path

    @property
    def now(self) -> str:
        """What its clock shows."""
        passed = time.time() - self.begun + self.jumped
        return (datetime.fromisoformat(self.begins) + timedelta(seconds=passed)).isoformat()

    def sleeps(self, **time_passed: float) -> None:
        """The machine is off for so long; daemons that start from now on find it started anew."""
        self.jumped += timedelta(**time_passed).total_seconds()
        self.boots += 1

    def turns(self, name: str, **by: float) -> None:
        """Turns the clock under a daemon that runs, on or back."""
        written = self.folder / f"{name}.new"
        written.write_text(str(timedelta(**by).total_seconds()))
        written.replace(self.folder / f"{name}.turned")

    def start(
        self,
        name: str = "one",
        *,
        point: str = "",
        after: int = 1,
        lease: float | None = None,
        room: int | None = None,
        powerless: bool = False,
    ) -> Daemon:
        """Starts a daemon, which kills itself where `point` says; its `lease` is the yard's.

        No file of its may grow beyond `room` bytes, as on a disk that is full. A `powerless` one
        may write what its modes allow, whoever runs the tests.
        """
        log = self.folder / f"{name}.log"
        before = log.stat().st_size if log.exists() else 0
        boot = self.folder / f"boot-{self.boots}"
        boot.write_text(boot.name)
        wish = {
            "boot": str(boot),
            "turned": str(self.folder / f"{name}.turned"),
            "config": str(self.config(name)),
            "log": str(log),
            "begun": time.time(),
            "at": self.now,
            "point": point,
            "after": after,
            "lease": lease or self.lease,
            "room": room,
            "powerless": powerless,
        }
        daemon = Daemon(pid=self.nursery.bears(wish), log=log, before=before)
        self.daemons.append(daemon)
        return daemon

    def command(self, *arguments: str) -> Result:
        """What the command did in this process, on the installation's own clock."""
        at = datetime.fromisoformat(self.now).astimezone(LONDON.zone)
        shared = ["--config", str(self.config("command")), "--as-of", f"{at:%Y-%m-%dT%H:%M}"]
        return CliRunner().invoke(boardcal, [*shared, *arguments], prog_name="boardcal")

    def messages(self) -> list[AnyRow]:
        """Every message, as the installation believes it to be."""
        columns = [column for column in message.c if column.name != "content"]
        with self.opened() as database, database.read() as connection:
            return list(connection.execute(select(*columns).order_by(message.c.id)))

    def attempts(self, outcome: str) -> int:
        """How many attempts at sending had an outcome, as the installation believes."""
        asked = select(func.count()).select_from(attempt).where(attempt.c.outcome == outcome)
        with self.opened() as database, database.read() as connection:
            return connection.execute(asked).scalar_one()

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """Its database."""
        database = open_database(self.url)
        try:
            yield database
        finally:
            database.close()

    def close(self) -> None:
        """Ends every daemon."""
        for daemon in self.daemons:
            daemon.signals(signal.SIGCONT)
            daemon.signals(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
