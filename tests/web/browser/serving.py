"""The pages of an office on a real port: the daemon's own server, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from boardcal.storage.accounts.accounts import EVERY_BOARD, Role, add_account
from boardcal.storage.accounts.sessions import begin_session
from boardcal.tests.waiting import PATIENCE
from boardcal.tests.web.browser.offices import NOW, OFFICES
from boardcal.tests.web.reader import Place
from boardcal.web.request.errors import ConflictError
from boardcal.web.routing import get
from boardcal.web.server import serving
from boardcal.web.url_map import URL_MAP, VIEWER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from boardcal.storage.database.engine import Database
    from boardcal.tests.office import Office


def fail(request: Request) -> Response:
    """What nobody expects."""
    raise RuntimeError("the roof fell in")


def clash(request: Request) -> Response:
    """Somebody else was faster."""
    raise ConflictError("The chair of PMQAG was changed by admin@example.org at 09:00.")


def everything_wrong(request: Request) -> Response:
    """A page such as none should be, to try the eyes on."""
    return HTMLResponse(
        "<html><title>x</title><body><img src='https://elsewhere.example.org/x.png'>"
        "<p style='width: 900px'>Wide.</p><script>document.body.append('More.')</script>",
        headers={"Content-Security-Policy": "default-src * 'unsafe-inline'"},
    )


EXTRA = (
    get("/fails", VIEWER, fail),
    get("/clashes", VIEWER, clash),
    get("/everything-wrong", VIEWER, everything_wrong),
)


@dataclass(kw_only=True)
class Served:
    """An office whose pages are served, and everybody's key to them."""

    place: Place
    office: Office
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where its pages begin, such as "http://127.0.0.1:41234"."""
        return self.place.site.base_url

    def token(self, who: str) -> str:
        """The session of the administrator, the secretariat or a viewer."""
        if who not in self.tokens:
            with self.place.database.write() as connection:
                account = add_account(
                    connection, f"{who}@example.org", {EVERY_BOARD: Role(who)}, now=NOW, who="test"
                )
                self.tokens[who] = begin_session(connection, account, now=NOW)
        return self.tokens[who]


@contextmanager
def served(name: str, database: Database, folder: Path) -> Iterator[Served]:
    """The pages of one of the OFFICES, served meanwhile.

    Everything asynchronous happens in a thread: the browser has this one's event loop.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ready: Future[tuple[Served, Callable[[], object]]] = Future()

        def run() -> None:
            try:
                port = listener.getsockname()[1]
                served_here = _built(name, database, folder, f"http://127.0.0.1:{port}")
                asyncio.run(_serve(served_here, listener, ready))
            except Exception as error:  # noqa: BLE001 - for whoever waits
                ready.set_exception(error)

        thread = threading.Thread(target=run, name=f"pages of {name}", daemon=True)
        thread.start()
        served_here, stop = ready.result(PATIENCE)
        try:
            yield served_here
        finally:
            stop()
            thread.join(PATIENCE)


def _built(name: str, database: Database, folder: Path, address: str) -> Served:
    office = OFFICES[name](database)
    place = Place(
        database=database,
        folder=folder,
        settings={"web": {"base_url": address}},
        endpoints=(*URL_MAP, *EXTRA),
        now=NOW,
    )
    return Served(place=place, office=office)


async def _serve(
    served_here: Served,
    listener: socket.socket,
    ready: Future[tuple[Served, Callable[[], object]]],
) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    stop = partial(loop.call_soon_threadsafe, stopped.set)
    async with serving(served_here.place.app, listener, served_here.place.said.append):
        ready.set_result((served_here, stop))
        await stopped.wait()
