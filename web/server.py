"""Serve the pages in the daemon's event loop: uvicorn on a socket that is bound before."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ..core.errors import BoardcalError
from .app import build_app
from .feeds.save_published import saving_published
from .page.templating import make_environment
from .request.site import Site

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from ..scheduler.service import Service
    from ..settings.load import Web

BACKLOG = 128
MOST_AT_ONCE = 200  # connections; more are answered with 503 until some are done
KEEP_OPEN_SECONDS = 15
SECONDS_TO_ASK = 30
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
    """A browser's connection, closed where no whole request comes in time.

    uvicorn waits for one for ever, so a few that say nothing, or a letter a minute, would use up
    all that there are.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The time for the first request begins."""
        super().connection_made(transport)
        self._await_request()

    def on_response_complete(self) -> None:
        """The time for the next one begins."""
        super().on_response_complete()
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_request(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(SECONDS_TO_ASK, self._too_late)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

    def _too_late(self) -> None:
        # A request that has begun ends in a response, and its form has a time of its own.
        if getattr(self.cycle, "response_complete", True):
            self.transport.close()


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
        limit_concurrency=MOST_AT_ONCE,
        timeout_keep_alive=KEEP_OPEN_SECONDS,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="pages")

    def ended(done: asyncio.Task[None]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None or not server.should_exit:
            announce(f"The pages are not served any more ({error}); mails go on.")

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
