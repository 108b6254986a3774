"""The obligations that fall due after an event that the planner waits for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import listed
from ...calendar.rules.timing import After
from ...wording.names import reference, short_names


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingObligation:
    """A report or an action that is due `days` working days after an event."""

    title: str
    reference: str
    owners: str
    days: int


def waiting_for(event: str, planner: Planner) -> Iterator[WaitingObligation]:
    """The obligations due after an event, in the planner's order."""
    for obligation in planner.obligations():
        if isinstance(obligation.timing, After) and obligation.timing.event == event:
            yield WaitingObligation(
                title=obligation.title,
                reference=reference(obligation),
                owners=listed(list(short_names(planner, obligation.owners))),
                days=obligation.timing.days,
            )
