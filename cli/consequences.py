"""What a change of meetings does to what is due, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ..calendar.planner import Planner
from ..scheduler.consequence_words import effects, remarks
from ..scheduler.consequences import Consequences
from .terminal import hung


def consequences_in_words(found: Consequences, planner: Planner) -> Iterator[str]:
    """Lines that say what re-flows: first how, then what."""
    said = list(remarks(found))
    if not found.flowing:
        yield said.pop(0)
    for effect in effects(found, planner):
        yield from hung(f"{effect.how}:")
        for what in effect.what:
            yield from hung(what, 2)
    for remark in said:
        yield from hung(remark)
