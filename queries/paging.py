"""Long lists in parts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

PAGE_SIZE = 200


# As many neighbours of a page are named beside it.
NEIGHBOURS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which part of a list this is: page `number` of `pages`, `total` lines in all."""

    number: int
    pages: int
    total: int
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """How many lines are on the pages before."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The number of the page's first line, from 1; 0 where there is none."""
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the page's last line."""
        return min(self.offset + self.size, self.total)

    @property
    def near(self) -> list[int | None]:
        """The pages worth a link: the first, the last and those nearby; None for a gap."""
        close = range(self.number - NEIGHBOURS, self.number + NEIGHBOURS + 1)
        linked = sorted({1, self.pages, *close} & set(range(1, self.pages + 1)))
        numbers: list[int | None] = []
        for before, number in pairwise((0, *linked)):
            gap = number - before - 1
            # A gap of one page takes as much room as its number.
            numbers += [] if gap == 0 else [number - 1] if gap == 1 else [None]
            numbers.append(number)
        return numbers


def paging(total: int, number: int, size: int = PAGE_SIZE) -> Paging:
    """The page of a number, or the nearest that there is."""
    pages = max(1, -(-total // size))
    return Paging(number=min(max(number, 1), pages), pages=pages, total=total, size=size)
