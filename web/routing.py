"""The lines of the URL map: method, path, the role that is needed, handler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from starlette.convertors import Convertor, StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from ..storage.accounts.accounts import Role
from .planner.draft import ALONE, MANY

Handler: TypeAlias = Callable[[Request], Response]
BOARD = "/boards/{board}"
MOST_DIGITS = 9  # of a number that every database can hold


class NumberConvertor(Convertor[int]):
    """The number of something stored, `{id:number}`; 0, which nothing has, where it is too long."""

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        """The number in an address."""
        return int(value) if len(value) <= MOST_DIGITS else 0

    def to_string(self, value: int) -> str:
        """The address of a number."""
        return str(value)


class IdentityConvertor(StringConvertor):
    """The identity of something stored, `{id:identity}`: the number of what is old enough."""

    regex = "[A-Za-z0-9_-]{1,32}"


class AloneConvertor(StringConvertor):
    """A part of the planner that there is once, such as its working days: `{name:alone}`."""

    regex = "|".join(ALONE)


class ManyConvertor(StringConvertor):
    """A list of the planner, such as its reports: `{name:many}`."""

    regex = "|".join(MANY)


register_url_convertor("number", NumberConvertor())
register_url_convertor("identity", IdentityConvertor())
register_url_convertor("alone", AloneConvertor())
register_url_convertor("many", ManyConvertor())


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A line of the URL map.

    `role` is the least that the account must have on the page's Board; None admits anybody. A
    page of a Board is also found under /boards/ID, which is the address where there are several.
    An address that carries a signed token needs no other sign that a form comes from it
    (`signed`). The form stands on the page of the same path, unless `form_on` is another one. A
    form with a password `hashes`, which is slow: such forms wait for each other, and no other
    page waits for them.
    """

    method: Literal["GET", "POST"]
    path: str
    role: Role | None
    handler: Handler
    of_board: bool = True
    signed: bool = False
    form_on: str | None = None
    hashes: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that leads to it."""
        return (self.path, BOARD + self.path) if self.of_board else (self.path,)


def get(
    path: str, role: Role | None, handler: Handler, *, of_board: bool = True, signed: bool = False
) -> Endpoint:
    """A page to look at; it changes nothing."""
    return Endpoint("GET", path, role, handler, of_board, signed)


def post(
    path: str,
    role: Role | None,
    handler: Handler,
    *,
    of_board: bool = True,
    signed: bool = False,
    form_on: str | None = None,
    hashes: bool = False,
) -> Endpoint:
    """The address that a form is sent to."""
    return Endpoint("POST", path, role, handler, of_board, signed, form_on, hashes)
