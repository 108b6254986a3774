"""The web app: the URL map as routes, with what stands around every answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from ..queries.feeds.feed_contents import FeedCache
from .access import form_page, guarded
from .feeds.endpoint import FeedEndpoint
from .page.error_page import unrouted
from .page.stylesheet import Stylesheet
from .request.security import SecurityMiddleware
from .request.site import Site
from .routing import Endpoint
from .url_map import PLAIN_ROUTES, URL_MAP

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


# One hash is worked out at a time; while it is, the next form is read from the database.
MOST_HASHING = 2


class App(Starlette):
    """The pages. Calendar programs come often and need nothing that pages need: they come first."""

    def __init__(self, feeds: FeedEndpoint, **options: Any) -> None:
        super().__init__(**options)
        self._feeds = feeds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["path"].startswith(self._feeds.folders):
            await self._feeds(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def build_app(site: Site, endpoints: Sequence[Endpoint] = URL_MAP) -> Starlette:
    """The pages of a site as an ASGI app."""
    stylesheet = Stylesheet()
    feeds = FeedCache(site.installation)
    app = App(
        FeedEndpoint(site, feeds),
        routes=[
            *_guarded_routes(endpoints),
            *PLAIN_ROUTES,
            Route("/static/boardcal.css", stylesheet.answer),
        ],
        middleware=[Middleware(SecurityMiddleware, site=site)],
        exception_handlers={404: unrouted, 405: unrouted, Exception: unrouted},
    )
    app.router.redirect_slashes = False
    app.state.site = site
    app.state.stylesheet = stylesheet
    app.state.feeds = feeds
    app.state.form_page = partial(form_page, endpoints)
    firsts = {endpoint.path.split("/")[1] for endpoint in endpoints if endpoint.of_board}
    app.state.is_board_page = lambda path: path.split("/")[1] in firsts
    return app


def _guarded_routes(endpoints: Iterable[Endpoint]) -> Iterator[Route]:
    """One route for each path, so that its 405 names every method that it takes."""
    hashing = asyncio.Semaphore(MOST_HASHING)
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        for path in endpoint.paths:
            by_path.setdefault(path, {})[endpoint.method] = endpoint
    for path, by_method in by_path.items():
        yield Route(path, guarded(by_method, hashing), methods=list(by_method))
