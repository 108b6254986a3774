"""The web app: a table of pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from ..queries.feeds.shelf import FeedShelf
from . import health
from .feeds.endpoint import FeedAnswers, robots
from .page.error_page import unrouted
from .page.stylesheet import Stylesheet
from .request.security import Shell
from .request.site import Site
from .routing import Page, routes_of

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send
from .url_map import PAGES


class App(Starlette):
    """The pages. Calendar programs come often and need nothing that pages need: they come first."""

    def __init__(self, feeds: FeedAnswers, **given: Any) -> None:
        super().__init__(**given)
        self._feeds = feeds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] == "http" and scope["path"].startswith(self._feeds.folders):
            await self._feeds(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def build_app(site: Site, pages: Sequence[Page] = PAGES) -> Starlette:
    """The pages of a site as an ASGI app."""
    stylesheet = Stylesheet()
    feeds = FeedShelf(site.here)
    app = App(
        FeedAnswers(site, feeds),
        routes=[
            *routes_of(pages),
            Route("/static/boardcal.css", stylesheet.answer),
            Route("/robots.txt", robots),
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
        ],
        middleware=[Middleware(Shell, site=site)],
        exception_handlers={404: unrouted, 405: unrouted, Exception: unrouted},
    )
    app.router.redirect_slashes = False
    app.state.site = site
    app.state.stylesheet = stylesheet
    app.state.feeds = feeds
    firsts = {page.path.split("/")[1] for page in pages if page.of_board}
    app.state.is_board_page = lambda path: path.split("/")[1] in firsts
    return app
