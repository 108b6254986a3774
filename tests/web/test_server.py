"""The pages' server against browsers that take their time, on a real socket.

Their time is a clock that the test moves on.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from boardcal.settings.model import Web
from boardcal.tests.waiting import PATIENCE, run_skipping, skip
from boardcal.web import server
from boardcal.web.server import bound, serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

TIME = server.SECONDS_TO_ASK  # what a browser has for a request
ASKING = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

Browser = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def at_once(_: Request) -> Response:
    return PlainTextResponse("here")


async def slowly(_: Request) -> Response:
    await skip(3 * TIME)
    return PlainTextResponse("at last")


APP = Starlette(routes=[Route("/", at_once), Route("/slow", slowly)])


def served(visit: Callable[[Callable[[], Awaitable[Browser]]], Awaitable[None]]) -> None:
    """Lets `visit` open connections to a server that runs meanwhile."""

    opened: list[Browser] = []

    async def work() -> None:
        with bound(Web.model_construct(host="127.0.0.1", port=0)) as listener:
            port = listener.getsockname()[1]
            async with serving(APP, listener, lambda _: None):

                async def opens() -> Browser:
                    opened.append(await asyncio.open_connection("127.0.0.1", port))
                    return opened[-1]

                await visit(opens)
                for _, writer in opened:
                    writer.close()
                    with suppress(ConnectionError):
                        await writer.wait_closed()

    run_skipping(asyncio.wait_for(work(), PATIENCE))


async def answer(browser: Browser, asking: bytes = ASKING) -> bytes:
    """The first line of what comes back."""
    reader, writer = browser
    writer.write(asking)
    first = await reader.readline()
    (length,) = [
        int(line.split()[1])
        for line in (await reader.readuntil(b"\r\n\r\n")).splitlines()
        if line.startswith(b"content-length")
    ]
    await reader.readexactly(length)
    return first.strip()


async def is_closed(browser: Browser, dribble: bytes = b"") -> bool:
    """Whether the server hangs up on somebody who sends a letter now and then, or nothing."""
    reader, writer = browser
    for letter in (dribble[at : at + 1] for at in range(20)):
        writer.write(letter)
        await skip(TIME / 3)
        if reader.at_eof() or reader.exception() is not None:
            return True
    return False


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
def test_who_asks_nothing_whole_in_time_is_hung_up_on(sent: bytes) -> None:
    async def visit(opens: Callable[[], Awaitable[Browser]]) -> None:
        assert await is_closed(await opens(), sent)

    served(visit)


def test_who_asked_once_and_then_dribbles_is_hung_up_on_as_well() -> None:
    async def visit(opens: Callable[[], Awaitable[Browser]]) -> None:
        browser = await opens()
        assert b"200" in await answer(browser)
        assert b"200" in await answer(browser)
        assert await is_closed(browser, ASKING)

    served(visit)


def test_an_answer_may_take_longer_than_the_asking() -> None:
    async def visit(opens: Callable[[], Awaitable[Browser]]) -> None:
        browser = await opens()
        assert b"200" in await answer(browser, ASKING.replace(b"/ ", b"/slow "))
        assert b"200" in await answer(browser)

    served(visit)


def test_those_who_say_nothing_do_not_keep_others_out_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MOST_AT_ONCE", 3)

    async def visit(opens: Callable[[], Awaitable[Browser]]) -> None:
        idle = [await opens() for _ in range(3)]
        assert b"503" in await answer(await opens())
        await skip(3 * TIME)
        assert all([await is_closed(browser) for browser in idle])
        assert b"200" in await answer(await opens())

    served(visit)
