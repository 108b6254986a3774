"""Serve the pages in the daemon's event loop: uvicorn on a socket that is bound before."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..core.errors import BoardcalError, fault_in_words
from .app import build_app
from .feeds.save_published import saving_published
from .page.templating import make_environment
from .request.site import Site

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from ..scheduler.service import Service
    from ..settings.load import Web

BACKLOG = 128
MOST_AT_ONCE = 200  # connections; one more takes the place of one that keeps us waiting
KEEP_OPEN_SECONDS = 15
SECONDS_TO_ASK = 30
SECONDS_TO_TAKE = 30  # in which a browser takes so much of an answer that is ready:
LEAST_TAKEN = 16_384  # bytes, which the slowest of mobile lines manages
SECONDS_TO_FINISH = 5


class BindError(BoardcalError):
    """The address of the pages cannot be had."""


@contextmanager
def bound(web: Web) -> Iterator[socket.socket]:
    """The socket of `web.host` and `web.port`, ours until the end. Raises BindError."""
    try:
        addresses = socket.getaddrinfo(
            web.host, web.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError:
        raise BindError(
            f"web.host is {web.host}, which is not a name or number of this machine; use "
            "127.0.0.1 for this machine alone, or 0.0.0.0 for everyone who can reach it."
        ) from None
    family, kind, protocol, _, address = addresses[0]
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError as error:
            raise BindError(_why(error, web)) from None
        listener.setblocking(False)  # noqa: FBT003 - the socket's own
        yield listener


def _why(error: OSError, web: Web) -> str:
    match error:
        case PermissionError():
            return (
                f"boardcal may not use port {web.port}: ports below 1024 are for the system; give "
                "another one as web.port, and let a web server in front pass requests on."
            )
        case OSError(errno=errno.EADDRINUSE):
            return (
                f"Port {web.port} on {web.host} is in use, perhaps by another boardcal; stop "
                "that program, or give another port as web.port (and in base_url, if set)."
            )
    return (
        f"The pages cannot be served on {web.host}, port {web.port} ({error.strerror}); give an "
        "address of this machine as web.host."
    )


class Connection(H11Protocol):
    """A browser's connection, closed where the browser keeps us waiting for too long.

    uvicorn waits for ever for a whole request, and for a browser to take what was written to it,
    so a few that say nothing, a letter a minute, or never read, would use up all that there are.
    """

    _deadline: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    turn_began = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The time for the first request begins."""
        super().connection_made(transport)
        self._await_request()
        self._make_room()

    def on_response_complete(self) -> None:
        """The time for the next one begins, or that for taking the end of this answer."""
        super().on_response_complete()
        self._await_request()

    def pause_writing(self) -> None:
        """The time for taking what was written begins."""
        super().pause_writing()
        self._await_taking()

    def resume_writing(self) -> None:
        """Enough of it was taken."""
        super().resume_writing()
        _stop(self._stalled)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        super().connection_lost(exc)
        _stop(self._deadline)
        _stop(self._stalled)

    @property
    def waits(self) -> bool:
        """Whether it is the browser's turn: to send a whole request, or to take the answer."""
        answers = not getattr(self.cycle, "response_complete", True) and not self.cycle.more_body
        return self.flow.write_paused or not answers

    def _await_request(self) -> None:
        self.turn_began = self.loop.time()
        _stop(self._deadline)
        self._deadline = self.loop.call_later(SECONDS_TO_ASK, self._too_late)

    def _too_late(self) -> None:
        if self.transport.is_closing() and not self.flow.write_paused:
            # The end of an answer was waited for as long again.
            self.transport.abort()
        # A request that has begun ends in a response, and its form has a time of its own.
        elif getattr(self.cycle, "response_complete", True):
            self.transport.close()
            self._await_request()

    def _await_taking(self) -> None:
        left = self.transport.get_write_buffer_size()

        def look() -> None:
            if left - self.transport.get_write_buffer_size() < LEAST_TAKEN:
                self.transport.abort()
            else:
                self._await_taking()

        self._stalled = self.loop.call_later(SECONDS_TO_TAKE, look)

    def _make_room(self) -> None:
        """Hang up, where there are too many, on who has kept us waiting longest.

        First among those of the address that has most connections: it may be one machine that
        keeps all others out. Behind a web server all have one address.
        """
        if len(self.connections) <= MOST_AT_ONCE:
            return
        others = [
            other for other in self.connections if isinstance(other, Connection) and other.waits
        ]
        crowds = Counter(_address(other) for other in others)
        others.remove(self)
        if others:
            longest = min(others, key=lambda other: (-crowds[_address(other)], other.turn_began))
            longest.transport.abort()


def _address(connection: Connection) -> str:
    return connection.client[0] if connection.client else ""


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


class _Server(uvicorn.Server):
    """uvicorn as a guest: signals are the daemon's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def serving(
    app: ASGIApp, listener: socket.socket, announce: Callable[[str], None]
) -> AsyncIterator[None]:
    """Serve `app` meanwhile; afterwards let requests that are being answered finish."""
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Where all of them are being answered, there is only a 503 for one more.
        limit_concurrency=MOST_AT_ONCE + 1,
        timeout_keep_alive=KEEP_OPEN_SECONDS,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="pages")

    def ended(done: asyncio.Task[None]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None or not server.should_exit:
            fault = "they ended" if error is None else fault_in_words(error)
            announce(f"The pages are not served any more ({fault}); mails go on.")

    task.add_done_callback(ended)
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait({task})


@asynccontextmanager
async def serve_pages(
    service: Service, secret: str, listener: socket.socket
) -> AsyncIterator[None]:
    """Serve the pages of a service's installation meanwhile; `secret` signs forms and links."""
    site = Site(
        installation=service.installation,
        secret=secret,
        templates=make_environment(),
        silence=service.silence,
        announce=service.announce,
    )
    app, announce = build_app(site), service.announce
    # The pages end first: what they published last is noted too.
    async with saving_published(app.state.feeds, announce), serving(app, listener, announce):
        yield
