"""What the address of a list chooses: "?status=overdue&page=2". What is not known chooses all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import TypeVar

from starlette.requests import Request

from .context import form_of, link
from .form import LONGEST_LINE, Form, is_typed

Each = TypeVar("Each", bound=StrEnum)


def chosen_text(request: Request, name: str) -> str:
    """Words to look for, on one line; "" where none are given."""
    typed = "".join(each if is_typed(each) else " " for each in request.query_params.get(name, ""))
    return " ".join(typed.split())[:LONGEST_LINE]


def chosen_of(request: Request, name: str, kinds: type[Each]) -> Each | None:
    """One of some kinds, by its value."""
    wanted = request.query_params.get(name, "")
    return next((each for each in kinds if each.value == wanted), None)


def chosen_id(request: Request, name: str, known: Collection[str]) -> str | None:
    """One of some ids."""
    wanted = request.query_params.get(name, "")
    return wanted if wanted in known else None


def chosen_number(request: Request, name: str, least: int, most: int) -> int | None:
    """A number within bounds, such as a year."""
    wanted = request.query_params.get(name, "")
    # Python reads other scripts' digits as well, and numbers of any length.
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= len(str(most))):
        return None
    return int(wanted) if least <= int(wanted) <= most else None


def asked(request: Request) -> Form:
    """What stands behind the question mark of the address, as if it were a form."""
    given = request.query_params
    return Form({name: tuple(given.getlist(name)) for name in given})


def sent(request: Request) -> Form:
    """The form that was sent, or what the address of a page asks for."""
    return form_of(request) if request.method == "POST" else asked(request)


def page_asked(request: Request) -> int:
    """Which page of a list is asked for; the first where the address does not say it well."""
    return asked(request).number("page") or 1


def page_address(request: Request, path: str, **query: object) -> Callable[[int], str]:
    """The address of each page of a list by its number, as the macro "pagination" takes it."""

    def at(number: int) -> str:
        return link(request, path, **query, page=number if number > 1 else None)

    return at
