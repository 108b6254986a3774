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
from boardcal.tests.waiting import PATIENCE, happens, run_skipping, skip
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


async def held(_: Request) -> Response:
    entered.append(1)
    await may_answer.wait()
    return PlainTextResponse("at last")


async def form(request: Request) -> Response:
    await request.body()
    return PlainTextResponse("taken")


async def large(_: Request) -> Response:
    return PlainTextResponse(b"x" * LARGE)


LARGE = 32 * 2**20  # more than any machine keeps for a socket
HELD = ASKING.replace(b"/ ", b"/held ")
APP = Starlette(
    routes=[
        Route("/", at_once),
        Route("/slow", slowly),
        Route("/held", held),
        Route("/form", form, methods=["POST"]),
        Route("/large", large),
    ]
)
entered: list[int] = []
may_answer = asyncio.Event()


def _is_gone(browser: Browser) -> bool:
    return browser[0].at_eof() or browser[0].exception() is not None


def served(visit: Callable[[Callable[..., Awaitable[Browser]]], Awaitable[None]]) -> None:
    """Lets `visit` open connections to a server that runs meanwhile."""

    opened: list[Browser] = []

    async def work() -> None:
        with bound(Web.model_construct(host="127.0.0.1", port=0)) as listener:
            port = listener.getsockname()[1]
            async with serving(APP, listener, lambda _: None):

                async def opens(own: str = "127.0.0.1") -> Browser:
                    opened.append(
                        await asyncio.open_connection("127.0.0.1", port, local_addr=(own, 0))
                    )
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
    _, writer = browser
    for letter in (dribble[at : at + 1] for at in range(20)):
        writer.write(letter)
        await skip(TIME / 3)
        if _is_gone(browser):
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


ASKED_IN_PART = b"POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na"


@pytest.mark.parametrize("sent", [b"", ASKING[:9], ASKING, ASKED_IN_PART], ids=repr)
def test_those_who_keep_us_waiting_give_way_to_who_comes_next(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(server, "MOST_AT_ONCE", 3)

    async def visit(opens: Callable[[], Awaitable[Browser]]) -> None:
        waiting = [await opens() for _ in range(3)]
        for reader, writer in waiting:
            writer.write(sent)
            if sent == ASKING:
                assert await reader.readuntil(b"here")
            await skip(1)
        assert b"200" in await answer(await opens())
        with suppress(ConnectionResetError):
            await waiting[0][0].read()
        # Only the one that had waited longest is gone.
        assert [_is_gone(browser) for browser in waiting] == [True, False, False]

    served(visit)


def test_who_is_being_answered_gives_way_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_AT_ONCE", 3)

    async def visit(opens: Callable[[], Awaitable[Browser]]) -> None:
        busy = [await opens() for _ in range(3)]
        answers = [asyncio.create_task(answer(each, HELD)) for each in busy]
        await happens(lambda: len(entered) == 3)
        # A fourth is told so; it does not stay, whatever it does.
        assert b"503" in await answer(await opens())
        idle = await opens()
        assert b"503" in await answer(await opens())
        with suppress(ConnectionResetError):
            await idle[0].read()
        may_answer.set()
        assert all(b"200" in line for line in await asyncio.gather(*answers))

    served(visit)


def test_one_machine_that_takes_all_connections_loses_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MOST_AT_ONCE", 3)

    async def visit(opens: Callable[..., Awaitable[Browser]]) -> None:
        alone = await opens("127.0.0.2")
        await skip(1)
        crowd = [await opens() for _ in range(2)]
        for _ in range(3):
            crowd.append(await opens())
            await skip(1)
        assert b"200" in await answer(alone)

    served(visit)


@pytest.mark.parametrize("wish", [b"keep-alive", b"close"])
def test_who_does_not_take_the_answer_is_hung_up_on(wish: bytes) -> None:
    asking = b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: " + wish + b"\r\n\r\n"

    async def visit(opens: Callable[[], Awaitable[Browser]]) -> None:
        reader, writer = await opens()
        writer.write(asking)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        for _ in range(3):
            await skip(TIME)
        taken = bytearray()
        with suppress(ConnectionResetError):
            while piece := await reader.read(LARGE):
                taken += piece
        assert len(taken) < LARGE

    served(visit)


def test_who_takes_the_answer_slowly_gets_all_of_it() -> None:
    async def visit(opens: Callable[[], Awaitable[Browser]]) -> None:
        reader, writer = await opens()
        writer.write(ASKING.replace(b"/ ", b"/large "))
        await reader.readuntil(b"\r\n\r\n")
        left = LARGE
        while left:
            taken = await reader.readexactly(min(left, LARGE // 16))
            left -= len(taken)
            await skip(TIME / 2)

    served(visit)
