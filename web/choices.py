"""What the address of a list chooses: "?status=overdue&page=2". What is not known chooses all."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TypeVar

from starlette.requests import Request

from .forms import LONGEST_LINE, is_typed

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
