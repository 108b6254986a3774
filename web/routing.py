"""How the table of pages becomes routes: who may read, who may send, on which Board."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ..storage.accounts.accounts import Role
from .access import Rule, guarded

Answer: TypeAlias = Callable[[Request], Response]
BOARD = "/boards/{board}"
MOST_DIGITS = 9  # of a number that every database can hold


class Number(Convertor[int]):
    """The number of something stored, `{id:number}`; 0, which nothing has, where it is too long."""

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        """The number in an address."""
        return int(value) if len(value) <= MOST_DIGITS else 0

    def to_string(self, value: int) -> str:
        """The address of a number."""
        return str(value)


register_url_convertor("number", Number())


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address: what answers GET and POST, and the least role for each.

    `role` None is for pages that anybody may open; `sends` defaults to `role`. A page of a
    Board is also found under /boards/ID, which is the address where there are several. A page
    whose address carries a signed token needs no other sign that a form comes from it
    (`signed`).
    """

    path: str
    get: Answer | None = None
    post: Answer | None = None
    role: Role | None = Role.VIEWER
    sends: Role | None = Role.SECRETARIAT
    of_board: bool = True
    signed: bool = False

    def routes(self) -> Iterator[BaseRoute]:
        """The page's addresses as Starlette's routes."""
        methods = [name for name, answer in (("GET", self.get), ("POST", self.post)) if answer]
        rule = Rule(
            get=self.get,
            post=self.post,
            reads=self.role,
            sends=self.sends if self.role else None,
            of_board=self.of_board,
            signed=self.signed,
        )
        for path in (self.path, BOARD + self.path) if self.of_board else (self.path,):
            yield Route(path, guarded(rule), methods=methods)


def routes_of(pages: Sequence[Page]) -> list[BaseRoute]:
    """Every route of a table of pages."""
    return [route for page in pages for route in page.routes()]
