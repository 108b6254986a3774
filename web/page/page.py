"""Answering with a page: a template, and what the layout around it shows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ...storage.accounts.accounts import Role
from ...storage.accounts.sessions import Notice, set_notice
from ...storage.database.errors import DatabaseError
from ..request.form import Problems
from ..request.site import Site
from ..request.visit import Visit, link, site_of, visit_of
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
    visit = visit_of(request)
    found = problems or Problems()
    given = {
        "title": title,
        "problems": found,
        "problem_list": [{"text": text, "href": f"#{name}"} for name, text in found],
        "site": site,
        "visit": visit,
        "board": visit.board,
        "user": visit.account,
        "today": site.here.today,
        "link": partial(link, request),
        "may": partial(_may, visit),
        "csrf": site.signer("form").get_signature(visit.key).decode() if visit.key else "",
        "notice": _taken_notice(request),
        "navigation": navigation(request),
        "banners": list(_banners(site, visit)),
        "stylesheet": request.app.state.stylesheet.address(site.prefix),
    }
    html = site.templates.get_template(template).render(given | values)
    if found and status == 200:
        status = 422
    return HTMLResponse(html, status_code=status)


def _may(visit: Visit, role: str) -> bool:
    """Whether the reader has a role on the page's Board."""
    account = visit.account
    if account is None:
        return False
    return account.may(Role(role), visit.board.id) if visit.board else account.may(Role(role))


def _taken_notice(request: Request) -> Notice | None:
    """What the page before wanted said; said once."""
    session = visit_of(request).session
    if session is None or session.notice is None or request.method == "HEAD":
        return None
    try:
        with site_of(request).here.database.write() as connection:
            set_notice(connection, session.digest, None)
    except DatabaseError:
        # Said again on the next page: better than not at all.
        return session.notice
    return session.notice


def _banners(site: Site, visit: Visit) -> Iterator[str]:
    """What whoever is signed in should know, whatever page they look at."""
    if visit.account is None:
        return
    if site.is_stale:
        yield (
            "The calendar has not been gone through for a while: reminders may be late, and "
            "what you see may be old. Ask whoever looks after boardcal here to start it again."
        )
    if visit.held is not None:
        yield (
            f"On hold, no mail goes out: {visit.held.why} Whoever looks after boardcal here lets "
            "mails go on with: boardcal resume"
        )
    if visit.board is not None and visit.board.go_live is None:
        yield "Mails of this Board have not begun: nobody has set their first day yet."
    if visit.board is not None and visit.board.id in visit.paused:
        yield "Mails of this Board are paused: nobody is reminded until they go on."
    mail = site.here.settings.mail
    if mail.transport == "outbox":
        yield "Mails are written to files: nobody receives them yet."
    elif mail.redirect_to is not None:
        yield f"A trial: every mail goes to {mail.redirect_to.address}."
