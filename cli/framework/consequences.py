"""What a change of the planner does to due dates, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ...calendar.planner.model import Planner
from ...queries.planner.change_preview import ChangeEffects
from ...queries.planner.change_text import effects, remarks
from .terminal import hung


def consequences_in_words(outcome: ChangeEffects, planner: Planner) -> Iterator[str]:
    """Lines that say what re-flows: first how, then what."""
    lines = list(remarks(outcome))
    if not outcome.flowing:
        yield lines.pop(0)
    for effect in effects(outcome, planner):
        yield from hung(f"{effect.how}:")
        for what in effect.what:
            yield from hung(what, 2)
    for remark in lines:
        yield from hung(remark)
