"""A feed fetched again and again: boardcal's answers against Starlette sending the same bytes.

Both are called as ASGI apps in this process, with what uvicorn would hand them: over a socket
the socket costs ten times what either does, and hides the difference. They take turns, so that
whatever else the machine does meets both.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.scheduler.clock import clock_from
from boardcal.scheduler.installation import Installation, first_go_live, opened
from boardcal.settings.load import load_settings
from boardcal.storage.feeds.feeds import FeedKind, make_feed
from boardcal.storage.planners import content_of, save_content
from boardcal.web.app import build_app
from boardcal.web.page.templating import make_environment
from boardcal.web.request.site import Site

NOW = datetime(2018, 2, 8, 9, tzinfo=UTC)
EVENTS = 1_000
REQUESTS = 50
ROUNDS = 101

Ask = Callable[[], Coroutine[Any, Any, int]]


def measure() -> tuple[int, float, list[tuple[float, float]]]:
    """The feed's events, the seconds that it takes cold, and the pairs of requests a second.

    The first pair is of whole answers, the second of those that say nothing is new; in each
    Starlette comes first. All are medians.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(load_settings(None, {}, Path(folder)), clock_from(NOW)) as installation,
    ):
        first_go_live(installation, NOW)
        _grow(installation)
        installation.ticker().tick(NOW)
        with installation.database.write() as connection:
            _, token = make_feed(connection, "lscb", FeedKind.BOARD, "lscb", now=NOW, who="bench")
        return asyncio.run(_measured(installation, f"/feeds/{token}.ics"))


async def _measured(
    installation: Installation, path: str
) -> tuple[int, float, list[tuple[float, float]]]:
    await _fetched(_ours(installation), path)  # what is loaded once is loaded
    cold = []
    for _ in range(5):
        app = _ours(installation)
        began = time.perf_counter()
        await _fetched(app, path)
        cold.append(time.perf_counter() - began)
    content, tag = await _fetched(app, path)
    theirs = _theirs(content, tag)
    pairs = []
    for headers in ([], [(b"if-none-match", tag.encode())]):
        for each in (theirs, app):
            assert (await _fetched(each, path, headers))[0] == (b"" if headers else content)
        rounds = [
            [await _rate(each, path, headers) for each in (theirs, app)] for _ in range(ROUNDS)
        ]
        first, second = (statistics.median(each) for each in zip(*rounds, strict=True))
        pairs.append((first, second))
    return content.count(b"BEGIN:VEVENT"), statistics.median(cold), pairs


def _grow(installation: Installation) -> None:
    """Lets the Board have as many things due as fill a feed of a thousand events and more."""
    with installation.database.write() as connection:
        content = content_of(connection, "lscb")
        assert content is not None
        document = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        model = next(each for each in document["report"] if each["id"] == "subgroup-progress")
        for number in range(1, 1 + EVENTS // (12 * 12)):
            document["report"].append({**model, "id": f"more-{number}"})
        save_content(connection, PlannerFile.model_validate(document))


def _ours(installation: Installation) -> Any:
    return build_app(
        Site(
            installation=installation,
            secret="5" * 64,
            templates=make_environment(),
            silence=lambda: 0.0,
            announce=print,
        )
    )


def _theirs(content: bytes, tag: str) -> Any:
    """What Starlette alone needs to send ready bytes by a table of one route."""
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300"}

    async def send(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="text/calendar", headers=headers)

    return Starlette(routes=[Route("/feeds/{token}.ics", send)])


def _scope(path: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
        "method": "GET",
        "root_path": "",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"user-agent", b"Outlook"), *headers],
        "state": {},
    }


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _fetched(
    app: Any, path: str, headers: list[tuple[bytes, bytes]] | None = None
) -> tuple[bytes, str]:
    """The body and the entity tag of one answer."""
    messages: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    await app(_scope(path, headers or []), _receive, send)
    tags = {bytes(name): bytes(value) for name, value in messages[0]["headers"]}
    return b"".join(message.get("body", b"") for message in messages[1:]), tags[b"etag"].decode()


async def _rate(app: Any, path: str, headers: list[tuple[bytes, bytes]]) -> float:
    """Requests a second."""

    async def send(_: dict[str, Any]) -> None:
        return

    began = time.perf_counter()
    for _ in range(REQUESTS):
        await app(_scope(path, headers), _receive, send)
    return REQUESTS / (time.perf_counter() - began)


if __name__ == "__main__":
    events, cold, pairs = measure()
    print(f"{events} events, cold {cold * 1000:.1f} ms")
    for name, (theirs, ours) in zip(("200", "304"), pairs, strict=True):
        print(f"{name}: Starlette {theirs:,.0f}/s, boardcal {ours:,.0f}/s, {ours / theirs:.0%}")
