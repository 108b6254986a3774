"""What boardcal takes: `make bench`. It prints figures and never judges them by itself."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.request import urlopen

from boardcal.benchmarks import feed, pages, rules, serving, sign_ins
from boardcal.scheduler.clock import clock_from
from boardcal.scheduler.installation import first_go_live, opened
from boardcal.settings.load import load_settings

COMMAND = [sys.executable, "-m", "boardcal"]
PERIOD = ["--from", "2017-11-01", "--to", "2018-12-31"]
RUNS = 5


def main() -> None:
    """Prints a line for each figure, with what it should be beside it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, figure, wanted in _figures(folder):
            print(f"{what:<58} {figure:>26}   wanted: {wanted}", flush=True)


def _figures(folder: Path) -> Iterator[tuple[str, str, str]]:
    theirs, ours, their_dates, our_dates = rules.measure()
    label = f"{rules.RULES:,} rules ({rules.DISTINCT:,} distinct), three years"
    yield f"{label}: dateutil, one by one", f"{theirs:.2f} s, {their_dates:,} dates", "-"
    yield f"{label}: boardcal", f"{ours:.2f} s, {our_dates:,} dates", "-"
    yield "boardcal is faster by", f"{theirs / ours:.1f} times", "8 times at least"
    packaged, built, joined = feed.measure()
    yield "feed of 1,000 events, built cold: icalendar", f"{packaged * 1000:.1f} ms", "-"
    yield "feed of 1,000 events, built cold: boardcal", f"{built * 1000:.1f} ms", "-"
    yield "boardcal is faster by", f"{packaged / built:.1f} times", "8 times at least"
    yield "feed of 1,000 events, ready blocks joined", f"{joined * 1000:.2f} ms", "-"
    yield from _served()
    simulated = _wall([*COMMAND, "simulate", *PERIOD, "--format", "json"], folder)
    yield "simulate, 14 months, the whole command", simulated, "under 3 s"
    yield "upcoming, the whole command", _wall([*COMMAND, "upcoming"], folder), "under 1 s"
    for measured in pages.measure(folder):
        size = f"{measured.obligations:,} obligations, {measured.kilobytes:.0f} KB"
        what = f"{measured.page}, {size}: server time"
        figure = f"{measured.wall:.0f} ms ({measured.processor:.0f} ms of work)"
        yield what, figure, measured.wanted
    yield "empty sweep", f"{_empty_sweep(folder) * 1000:.3f} ms", "under 1 ms"
    yield "from the command to ready, everything there", _start(folder), "under 1.0 s"
    idle, flooded = _memory(folder)
    yield "idle daemon with its pages, resident memory", idle, "under 90 MB"
    what = f"the same after {sign_ins.AT_ONCE} sign-ins at once"
    yield what, flooded, "under 120 MB"


def _served() -> Iterator[tuple[str, str, str]]:
    events, cold, pairs = serving.measure()
    label = f"cached feed of {events:,} events"
    yield f"{label}: cold, with all it reads", f"{cold * 1000:.1f} ms", "-"
    for what, (theirs, ours) in zip((label, f"{label}, unchanged (304)"), pairs, strict=True):
        yield f"{what}: Starlette", f"{theirs:,.0f} a second", "-"
        share = f"{ours:,.0f} a second, {ours / theirs:.0%}"
        yield f"{what}: boardcal", share, "80 % of Starlette's at least"


def _wall(command: list[str], folder: Path) -> str:
    """The median wall time of a command and its range, after one run to warm up."""
    seconds = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - began)
    counted = sorted(seconds[1:])
    return f"{statistics.median(counted):.2f} s ({counted[0]:.2f}-{counted[-1]:.2f})"


def _empty_sweep(folder: Path) -> float:
    """The median seconds of a sweep that finds nothing to do, on a SQLite file."""
    home = folder / "sweep"
    home.mkdir()
    now = datetime(2018, 2, 8, 9, tzinfo=UTC)
    with opened(load_settings(None, {}, home), clock_from(now)) as installation:
        first_go_live(installation, now)
        ticker = installation.ticker()
        ticker.tick(now)
        seconds = []
        for _ in range(500):
            began = time.perf_counter()
            if ticker.tick(now):
                raise SystemExit("the sweep was not empty")
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


@contextlib.contextmanager
def _daemon(home: Path) -> Iterator[tuple[int, int, float]]:
    """A daemon that has started: its process, its port, and the seconds until it was ready."""
    at = datetime.combine(date(2018, 2, 8), datetime.min.time()).replace(hour=8)
    command = [*COMMAND, "--as-of", at.isoformat(timespec="minutes"), "run"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"BOARDCAL_WEB__PORT": str(port)}
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, env=environment) as process:
        try:
            while not _is_ready(port):
                time.sleep(0.01)
            yield process.pid, port, time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _start(folder: Path) -> str:
    """The median time from the command to ready, and its range, after a first start."""
    home = folder / "daemon"
    home.mkdir()
    seconds = []
    for _ in range(RUNS + 1):
        with _daemon(home) as (_, _, taken):
            seconds.append(taken)
    counted = sorted(seconds[1:])
    return f"{statistics.median(counted):.2f} s ({counted[0]:.2f}-{counted[-1]:.2f})"


def _memory(folder: Path) -> tuple[str, str]:
    """Resident megabytes of a daemon that has started and waits, and after many sign-ins."""
    with _daemon(folder / "daemon") as (number, port, _):
        time.sleep(3)
        idle = _resident(number)
        sign_ins.flood(port)
        return idle, _resident(number)


def _resident(number: int) -> str:
    status = Path(f"/proc/{number}/status").read_text()
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]
    return f"{int(kilobytes) / 1024:.1f} MB"


if __name__ == "__main__":
    main()
