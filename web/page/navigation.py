"""The service navigation: the pages that people go to."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ..request.visit import link, site_of, visit_of

ENTRIES = {
    "/upcoming": "Upcoming",
    "/year": "Year planner",
    "/actions": "Action plan",
    "/meetings": "Meetings",
    "/people": "People",
    "/to-decide": "To decide",
    "/mails": "Mails",
    "/changes": "What changed",
    "/planner": "Planner",
    "/subscribe": "Subscribe",
}


def navigation(request: Request) -> list[dict[str, Any]]:
    """The service navigation's items for an account that is signed in.

    An item is `current` on its page, and `active` on the pages below it.
    """
    visit = visit_of(request)
    if visit.account is None or not visit.boards:
        return []
    path = request.url.path.removeprefix(site_of(request).prefix)
    if visit.board is not None:
        path = path.removeprefix(f"/boards/{visit.board.id}")
    return [
        {
            "text": text,
            "href": link(request, address),
            "current": path == address,
            "active": path.startswith(f"{address}/"),
        }
        for address, text in ENTRIES.items()
    ]
