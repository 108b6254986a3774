"""A week of sweeps with pages read: memory, files, threads and the database stay as they were."""

from __future__ import annotations

import gc
import os
import resource
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from boardcal.scheduler.clock_guard import ClockGuard
from boardcal.storage.backup.witness import Witness
from boardcal.tests.factories import LONDON, at
from boardcal.tests.office import Office
from boardcal.tests.web.reader import SECRETARIAT, Place

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database
    from boardcal.tests.faults.figures import Figures

# The shortest that `sweep_seconds` may be; a week of them is 120,960 sweeps.
TURN = timedelta(seconds=5)
PAGES = ("/", "/upcoming", "/mails", "/changes")
ROOM_MB = 12


def measured(database: Path) -> dict[str, int]:
    """What this process and its database take: files, threads, bytes of the file and its log."""
    gc.collect()
    log = database.with_name(f"{database.name}-wal")
    return {
        "files": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - names are enough
        "threads": threading.active_count(),
        "database": database.stat().st_size,
        "log": log.stat().st_size if log.exists() else 0,
        "memory": int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize(),
    }


def test_a_week_of_sweeps_with_pages_read_takes_nothing_more(
    sqlite: Database, tmp_path: Path, figures: Figures
) -> None:
    office = Office(database=sqlite).store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-09")
    file = Path(str(sqlite.engine.url.database))
    start = at("2018-02-10 00:00")
    ran = 0.0
    guard = ClockGuard(
        database=sqlite, local=LONDON, uptime=lambda: ran, witness=Witness(tmp_path / "last-seen")
    )
    place = Place(database=sqlite, folder=tmp_path, now=start)
    place.lets_in("secretariat@example.org", "secretariat")
    reader = place.reader(SECRETARIAT)
    count = figures.size(2_000, 120_960)
    step = TURN if figures.full else timedelta(days=7) / count

    def turn(number: int) -> None:
        nonlocal ran
        office.now = start + step * number
        ran = (office.now - start).total_seconds()
        assert guard.trusts(office.now)
        if office.tick():
            office.deliver()
        guard.leave_mark(office.now)
        if number % 50 == 0:
            reader.opens(PAGES[number // 50 % len(PAGES)])

    with figures.run(f"{count:,} sweeps of a week, pages read", "sqlite") as run:
        for number in range(count // 4):
            turn(number)
        before = measured(file)
        for number in range(count // 4, count):
            turn(number)
        after = measured(file)
        run.mails = len(office.postbag.mails)
        run.note = ", ".join(f"{name} {before[name]:,} to {after[name]:,}" for name in before)
    assert after["files"] <= before["files"]
    assert after["threads"] <= before["threads"]
    # The week's own mails are stored; a log is folded into the file at 1,000 pages.
    assert after["database"] - before["database"] < 1_000_000
    assert after["log"] < 8_000_000
    assert after["memory"] - before["memory"] < ROOM_MB * 2**20
