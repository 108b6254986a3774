"""Server time of the two pages that everybody opens, with a small planner and a very large one."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy import update

from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.scheduler.clock import clock_from
from boardcal.scheduler.installation import opened
from boardcal.settings.load import load_settings
from boardcal.storage.accounts.accounts import EVERY_BOARD, Role, add_account
from boardcal.storage.accounts.sessions import begin_session
from boardcal.storage.planners import store_planner
from boardcal.storage.schema.planner import board
from boardcal.web.app import build_app
from boardcal.web.page.templating import make_environment
from boardcal.web.request.site import Site

SIZES = {100: "under 50 ms", 10_000: "under 300 ms"}
PATHS = {"upcoming": "/upcoming", "year planner": "/year"}
NOW = datetime(2018, 3, 1, 9, tzinfo=UTC)
GO_LIVE = date(2017, 11, 1)
RUNS = 15
SUBGROUPS = 20
# In the proportions of the first Board's plan, more or less: most reports come a few times a year.
REPORT_TIMINGS: tuple[dict[str, Any], ...] = (
    {"meeting": "lscb", "months": ["March"]},
    {"meeting": "lscb", "months": ["May", "November"]},
    {"meeting": "business-group", "last_in": "quarter"},
    {"meeting": "lscb", "months": ["July"]},
    {"meeting": "lscb"},
    {"months": ["June"]},
    {"as_required": True},
    {"meeting": "lscb", "last_in": "half-year"},
)
ACTION_TIMINGS: tuple[dict[str, Any], ...] = (
    {"by": "March 2018"},
    {"by": "July 2018"},
    {"by": "December 2017"},
    {"review": {"meeting": "business-group", "last_in": "quarter"}},
    {"by": "Autumn 2018"},
    {"by": "January 2018", "review": {"meeting": "business-group", "last_in": "quarter"}},
)


@dataclass(frozen=True, slots=True)
class Figure:
    """What one page of one planner takes: medians, in milliseconds, and what it should be.

    `processor` leaves out the waiting for others on a busy machine.
    """

    page: str
    obligations: int
    wall: float
    processor: float
    kilobytes: float
    wanted: str


def planner_of(obligations: int) -> PlannerFile:
    """A Board with twenty subgroups that owe this many reports and actions, half of each."""
    owners = [f"group-{number}" for number in range(1, SUBGROUPS + 1)]
    half = obligations // 2
    return PlannerFile.model_validate(
        {
            "board": {"id": "lscb", "name": "A large Board", "business_group": "business-group"},
            "plan": {
                "title": "Business Plan",
                "source": "made for measuring",
                "from": date(2017, 10, 31),
                "to": date(2020, 10, 31),
            },
            "body": [
                _meeting_body("lscb", "board", "second Thursday", 1),
                _meeting_body("business-group", "group", "third Tuesday", 2),
                *(_body(owner, "subgroup") for owner in owners),
            ],
            "report": list(_reports(owners, half)),
            "action": list(_actions(owners, obligations - half)),
        }
    )


def _body(body_id: str, kind: str) -> dict[str, Any]:
    words = {"id": body_id, "name": f"The {body_id}", "short": body_id, "kind": kind}
    return words | {"chair": f"{body_id}.chair@example.org"}


def _meeting_body(body_id: str, kind: str, day: str, first: int) -> dict[str, Any]:
    months = [date(2018, month, 1).strftime("%B") for month in range(first, 13, 3 - first % 2)]
    more = {"secretariat": "secretariat@example.org"} if kind == "board" else {}
    return _body(body_id, kind) | more | {"meets": {"day": day, "months": months}}


def _reports(owners: list[str], count: int) -> Iterator[dict[str, Any]]:
    pairs = zip(range(1, count + 1), cycle(owners), cycle(REPORT_TIMINGS), strict=False)
    for number, owner, when in pairs:
        yield {
            "id": f"report-{number}",
            "title": f"Report number {number} on how children are kept safe",
            "row": f"Row {number // 4 + 1}",
            "owner": owner,
            "to": "lscb",
            "when": when,
            "quote": "as the plan says",
        }


def _actions(owners: list[str], count: int) -> Iterator[dict[str, Any]]:
    timings = islice(cycle(ACTION_TIMINGS), count)
    for number, (owner, when) in enumerate(zip(cycle(owners), timings, strict=False), start=1):
        section = number // 12 + 1
        yield {
            "id": f"{section}.{number}",
            "number": f"{section}.{number}",
            "title": f"Action number {number} for a better service",
            "section": f"Section {section}",
            "action": "Review what is done and agree what is to be done next",
            "owner": owner,
            "when": when,
            "quote": "as the plan says",
        }


def measure(folder: Path) -> Iterator[Figure]:
    """The figures, on SQLite files in `folder`, after planning as the daemon does it."""
    for obligations, limit in SIZES.items():
        office_folder = folder / f"pages-{obligations}"
        office_folder.mkdir()
        loaded = load_settings(None, {}, office_folder)
        with opened(loaded, clock_from(NOW), with_planner=False) as installation:
            with installation.database.write() as connection:
                store_planner(
                    connection, planner_of(obligations), source="made", who="made", now=NOW
                )
                connection.execute(update(board).values(go_live=GO_LIVE))
                account = add_account(
                    connection, "viewer@example.org", {EVERY_BOARD: Role.VIEWER}, now=NOW, who="it"
                )
                token = begin_session(connection, account, now=NOW)
            installation.ticker().tick(NOW)
            site = Site(
                installation=installation,
                secret="5" * 64,
                templates=make_environment(),
                silence=lambda: 1.0,
                announce=print,
            )
            app = build_app(site)
            for page, path in PATHS.items():
                wall, processor, size = asyncio.run(_opened_often(app, path, token))
                yield Figure(page, obligations, wall, processor, size / 1024, limit)


async def _opened_often(app: Any, path: str, token: str) -> tuple[float, float, int]:
    """The medians of wall and processor time of answering, after one to warm up; the size."""
    walls, processors, size = [], [], 0
    for _ in range(RUNS + 1):
        began, worked = time.perf_counter(), time.process_time()
        status, size = await _get(app, path, token)
        walls.append((time.perf_counter() - began) * 1000)
        processors.append((time.process_time() - worked) * 1000)
        if status != 200:
            raise SystemExit(f"{path} was answered with {status}")
    return statistics.median(walls[1:]), statistics.median(processors[1:]), size


async def _get(app: Any, path: str, token: str) -> tuple[int, int]:
    """A request without a network: what the server's part of it is."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", f"boardcal={token}".encode())],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }
    answered: dict[str, int] = {"status": 0, "size": 0}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        answered["status"] = message.get("status", answered["status"])
        answered["size"] += len(message.get("body", b""))

    await app(scope, receive, send)
    return answered["status"], answered["size"]
