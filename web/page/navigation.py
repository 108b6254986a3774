"""The service navigation: the pages that people go to."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ..request.context import context_of, link, site_of

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
    context = context_of(request)
    if context.account is None or not context.boards:
        return []
    path = request.url.path.removeprefix(site_of(request).prefix)
    if context.board is not None:
        path = path.removeprefix(f"/boards/{context.board.id}")
    return [
        {
            "text": text,
            "href": link(request, address),
            "current": path == address,
            "active": path.startswith(f"{address}/"),
        }
        for address, text in ENTRIES.items()
    ]
