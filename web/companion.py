"""The pages as a companion of the daemon: put together, bound, and served beside its jobs."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from .app import build_app
from .feeds.publisher import noting
from .page.templating import make_environment
from .request.site import Site
from .server import serving

if TYPE_CHECKING:
    from ..scheduler.service import Service


def pages_of(
    service: Service, secret: str, listener: socket.socket
) -> AbstractAsyncContextManager[None]:
    """Serves the pages of a service's installation while it is open; `secret` signs its forms."""
    site = Site(
        here=service.here,
        secret=secret,
        templates=make_environment(),
        silence=service.silence,
        announce=service.announce,
    )
    return _served(build_app(site), listener, service.announce)


@asynccontextmanager
async def _served(
    app: Starlette, listener: socket.socket, announce: Callable[[str], None]
) -> AsyncIterator[None]:
    # The pages end first: what they published last is noted too.
    async with noting(app.state.feeds, announce), serving(app, listener, announce):
        yield
