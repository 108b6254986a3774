"""Long lists in pages, and what a page's address asks for."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ..scheduler.paging import Paging
from .forms import Form
from .visits import link

# Further than any list goes; int() of more digits than a few thousand is refused by Python.
MOST_DIGITS = 6
# Page numbers shown on each side of the current one.
BESIDE = 2


def asked(request: Request) -> Form:
    """What stands behind the question mark of the address, as if it were a form."""
    given = request.query_params
    return Form({name: tuple(given.getlist(name)) for name in given})


def page_asked(request: Request) -> int:
    """Which page of a list is asked for; the first where the address does not say it well."""
    text = request.query_params.get("page", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 1


def page_links(request: Request, path: str, paging: Paging, **query: object) -> dict[str, Any]:
    """The links from page to page, as the component "pagination" takes them."""

    def to(number: int) -> str:
        return link(request, path, **query, page=number if number > 1 else None)

    items: list[dict[str, Any]] = []
    for number in range(1, paging.pages + 1):
        is_edge = number in (1, paging.pages)
        if is_edge or abs(number - paging.number) <= BESIDE:
            items.append({"number": number, "href": to(number), "current": number == paging.number})
        elif not items[-1].get("ellipsis"):
            items.append({"ellipsis": True})
    links: dict[str, Any] = {"items": items}
    if paging.number > 1:
        links["previous"] = {"href": to(paging.number - 1)}
    if paging.number < paging.pages:
        links["next"] = {"href": to(paging.number + 1)}
    return links
