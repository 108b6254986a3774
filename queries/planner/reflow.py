"""Due dates that move when a meeting changes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from ...calendar.occurrences import Occurrence, occurrences
from ...calendar.planner.model import Planner
from ...calendar.rules.as_required import Happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflow:
    """What becomes of one occurrence when the planner changes; None where it is not there."""

    before: Occurrence | None
    after: Occurrence | None


def reflows(
    before: Planner,
    after: Planner,
    start: date,
    end: date,
    recorded: list[Happened],
    *,
    refs: Collection[str] | None = None,
) -> list[Reflow]:
    """What a change of the planner does to what falls due in a window, by date."""
    old = {each.key: each for each in occurrences(before, start, end, recorded, refs=refs)}
    new = {each.key: each for each in occurrences(after, start, end, recorded, refs=refs)}
    found = []
    for key in sorted({*old, *new}):
        was, will = old.get(key), new.get(key)
        if was is None or will is None or _moved(was, will):
            found.append(Reflow(before=was, after=will))
    return sorted(found, key=_date_of)


def _moved(was: Occurrence, will: Occurrence) -> bool:
    return (was.due, was.meeting, was.void) != (will.due, will.meeting, will.void)


def _date_of(reflow: Reflow) -> date:
    return min(each.due for each in (reflow.before, reflow.after) if each is not None)
