"""How things are called in mails: references and short names."""

from __future__ import annotations

from collections.abc import Sequence

from ..calendar.planner import Action, Obligation, Planner, Report


def reference(obligation: Obligation) -> str:
    """Where it stands in the Board's papers: "Action 8.4", or the planner's row."""
    if isinstance(obligation, Action):
        return f"Action {obligation.number}"
    return obligation.row if isinstance(obligation, Report) else obligation.ref


def short_names(planner: Planner, ids: Sequence[str]) -> tuple[str, ...]:
    """The short names of bodies, in the order given."""
    found = (planner.body(each) for each in ids)
    return tuple(body.short for body in found if body is not None)
