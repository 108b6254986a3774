"""Long lists in parts."""

from __future__ import annotations

from dataclasses import dataclass

PAGE_SIZE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which part of a list this is: page `number` of `pages`, `total` lines in all."""

    number: int
    pages: int
    total: int
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """How many lines come before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The number of the page's first line, from 1; 0 where there is none."""
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The number of the page's last line."""
        return min(self.offset + self.size, self.total)


def paging(total: int, wanted: int, size: int = PAGE_SIZE) -> Paging:
    """The page that is `wanted`, or the nearest that there is."""
    pages = max(1, -(-total // size))
    return Paging(number=min(max(wanted, 1), pages), pages=pages, total=total, size=size)
