"""The web app: a table of pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..scheduler.feeds import FeedShelf
from ..storage.accounts import Role
from . import (
    account_page,
    actions_page,
    answer_pages,
    health,
    requests_pages,
    setting_up,
    signing_in,
    upcoming_page,
    users_pages,
    year_page,
)
from .due_pages import DUE_PAGES
from .error_pages import unrouted
from .feed_answers import FeedAnswers, robots
from .meeting_pages import MEETING_PAGES
from .people_routes import PEOPLE_PAGES
from .planner_routes import PLANNER_PAGES
from .routes import Page, routes_of
from .shell import Shell
from .site import Site
from .stylesheet import Stylesheet
from .subscribe_pages import SUBSCRIBE_PAGES
from .visits import link

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


def home(request: Request) -> Response:
    """The front page is what is coming."""
    return RedirectResponse(link(request, "/upcoming"), status_code=302)


ANYBODY, VIEWER, ADMIN = None, Role.VIEWER, Role.ADMIN

PAGES: Sequence[Page] = (
    Page(path="/", get=home, of_board=False),
    Page(path="/upcoming", get=upcoming_page.show),
    Page(path="/year", get=year_page.show),
    Page(path="/actions", get=actions_page.show),
    *DUE_PAGES,
    *PLANNER_PAGES,
    *PEOPLE_PAGES,
    *MEETING_PAGES,
    *SUBSCRIBE_PAGES,
    Page(
        path="/sign-in",
        get=signing_in.show,
        post=signing_in.sign_in,
        role=ANYBODY,
        of_board=False,
    ),
    Page(path="/sign-out", post=signing_in.sign_out, sends=VIEWER, of_board=False),
    Page(
        path="/set-up/{token}",
        get=setting_up.show,
        post=setting_up.choose,
        role=ANYBODY,
        of_board=False,
    ),
    Page(
        path="/password/{token}",
        get=setting_up.show,
        post=setting_up.choose,
        role=ANYBODY,
        of_board=False,
    ),
    Page(path="/requests/{id:number}", get=requests_pages.show, post=requests_pages.decide),
    Page(
        path="/answer/{token}",
        get=answer_pages.show,
        post=answer_pages.answer,
        role=ANYBODY,
        of_board=False,
        signed=True,
    ),
    Page(
        path="/account",
        get=account_page.show,
        post=account_page.change_password,
        sends=VIEWER,
        of_board=False,
    ),
    Page(
        path="/users",
        get=users_pages.show,
        post=users_pages.add,
        role=ADMIN,
        sends=ADMIN,
        of_board=False,
    ),
    Page(
        path="/users/{id:number}/link",
        get=users_pages.show_link,
        post=users_pages.renew_link,
        role=ADMIN,
        sends=ADMIN,
        of_board=False,
    ),
    Page(
        path="/users/{id:number}/disable",
        get=users_pages.ask_to_disable,
        post=users_pages.disable_account,
        role=ADMIN,
        sends=ADMIN,
        of_board=False,
    ),
)


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
