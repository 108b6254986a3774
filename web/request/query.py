"""Choices in the address of a list: "?status=overdue&page=2". An unknown one chooses all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import TypeVar

from starlette.requests import Request

from .context import form_of, link
from .form import LONGEST_LINE, Form, is_typed

Kind = TypeVar("Kind", bound=StrEnum)


def chosen_text(request: Request, name: str) -> str:
    """Words to look for, on one line; "" where none are given."""
    typed = "".join(
        character if is_typed(character) else " "
        for character in request.query_params.get(name, "")
    )
    return " ".join(typed.split())[:LONGEST_LINE]


def chosen_of(request: Request, name: str, kinds: type[Kind]) -> Kind | None:
    """One of some kinds, by its value."""
    value = request.query_params.get(name, "")
    return next((kind for kind in kinds if kind.value == value), None)


def chosen_id(request: Request, name: str, known: Collection[str]) -> str | None:
    """One of some ids."""
    value = request.query_params.get(name, "")
    return value if value in known else None


def asked(request: Request) -> Form:
    """The query of the address, read as a form."""
    pairs = request.query_params
    return Form({name: tuple(pairs.getlist(name)) for name in pairs})


def sent(request: Request, *names: str) -> Form:
    """The form that was sent; before that, these fields of the address."""
    if request.method == "POST":
        return form_of(request)
    return Form({name: (request.query_params.get(name, ""),) for name in names})


def page_asked(request: Request) -> int:
    """Which page of a list is asked for; the first where the address does not say it well."""
    return asked(request).number("page") or 1


def page_address(request: Request, path: str, **query: object) -> Callable[[int], str]:
    """The address of each page of a list by its number, as the macro "pagination" takes it."""

    def at(number: int) -> str:
        return link(request, path, **query, page=number if number > 1 else None)

    return at
