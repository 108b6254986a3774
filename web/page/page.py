"""Answering with a page: a template, and what the layout around it shows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ...notifications.transports.registry import transport_class
from ...storage.accounts.accounts import Role
from ...storage.accounts.sessions import Notice, set_notice
from ...storage.database.errors import DatabaseError
from ..request.context import RequestContext, context_of, link, site_of
from ..request.form import Problems
from ..request.form_sign import new_form_sign
from ..request.site import Site
from .navigation import navigation


def page(
    request: Request,
    template: str,
    *,
    title: str,
    problems: Problems | None = None,
    status: int = 200,
    **values: Any,
) -> Response:
    """A page from templates/web. `problems` are listed on top; `values` are the template's own.

    Every template also has `link`, `csrf` (a hidden field for each form), `board`, `user`,
    `may`, `site`, `today` and `problems`.
    """
    site = site_of(request)
    context = context_of(request)
    problems_found = problems or Problems()
    common = {
        "title": title,
        "problems": problems_found,
        "problem_list": [
            {"text": text, "href": f"#{name}" if name else None} for name, text in problems_found
        ],
        "site": site,
        "all_boards": context.boards,
        "board": context.board,
        "user": context.account,
        "today": site.installation.today,
        "link": partial(link, request),
        "may": partial(_may, context),
        "csrf": new_form_sign(site, context.key) if context.key else "",
        "notice": _taken_notice(request),
        "navigation": navigation(request),
        "banners": list(_banners(site, context)),
        "stylesheet": request.app.state.stylesheet.address(site.prefix),
    }
    html = site.templates.get_template(template).render(common | values)
    if problems_found and status == 200:
        status = 422
    return HTMLResponse(html, status_code=status)


def _may(context: RequestContext, role: str) -> bool:
    """Whether the reader has a role on the page's Board."""
    account = context.account
    if account is None:
        return False
    return account.may(Role(role), context.board.id) if context.board else account.may(Role(role))


def _taken_notice(request: Request) -> Notice | None:
    """The notice that the page before left, taken so that it is shown once."""
    session = context_of(request).session
    if session is None or session.notice is None or request.method == "HEAD":
        return None
    try:
        with site_of(request).installation.database.write() as connection:
            set_notice(connection, session.digest, None)
    except DatabaseError:
        # Said again on the next page: better than not at all.
        return session.notice
    return session.notice


def _banners(site: Site, context: RequestContext) -> Iterator[str]:
    """The sentences that stand on every page of those signed in."""
    if context.account is None:
        return
    if site.is_stale:
        yield (
            "The calendar has not been gone through for a while: reminders may be late, and "
            "what you see may be old. Ask whoever looks after boardcal here to start it again."
        )
    if context.held is not None:
        yield (
            f"On hold, no mail goes out: {context.held.why} Whoever looks after boardcal here lets "
            "mails go on with: boardcal resume"
        )
    if context.board is not None and context.board.go_live is None:
        yield "Mails of this Board have not begun: nobody has set their first day yet."
    if context.board is not None and context.board.id in context.paused:
        yield "Mails of this Board are paused: nobody is reminded until they go on."
    settings = site.installation.settings
    if not transport_class(settings).reaches_people:
        yield "Mails are written to files: nobody receives them yet."
    elif settings.mail.redirect_to is not None:
        yield f"A trial: every mail goes to {settings.mail.redirect_to.address}."
