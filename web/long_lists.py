"""Long lists in pages, and what a page's address asks for."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from .forms import Form
from .visits import link


def asked(request: Request) -> Form:
    """What stands behind the question mark of the address, as if it were a form."""
    given = request.query_params
    return Form({name: tuple(given.getlist(name)) for name in given})


def page_asked(request: Request) -> int:
    """Which page of a list is asked for; the first where the address does not say it well."""
    return asked(request).number("page") or 1


def page_address(request: Request, path: str, **query: object) -> Callable[[int], str]:
    """The address of each page of a list by its number, as the macro "pagination" takes it."""

    def at(number: int) -> str:
        return link(request, path, **query, page=number if number > 1 else None)

    return at
