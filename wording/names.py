"""How bodies, reports and actions are called on pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..calendar.planner.model import Action, Body, BodyKind, Obligation, Planner, Report
from ..calendar.rules.date_text import listed
from .text import audience


def reference(obligation: Obligation) -> str:
    """Where it stands in the Board's papers: "Action 8.4", or the planner's row."""
    if isinstance(obligation, Action):
        return f"Action {obligation.number}"
    return obligation.row if isinstance(obligation, Report) else obligation.ref


def short_names(planner: Planner, ids: Sequence[str]) -> tuple[str, ...]:
    """The short names of bodies, in the order given."""
    bodies = (planner.body(body_id) for body_id in ids)
    return tuple(body.short for body in bodies if body is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A body by its id, its short name and its full one."""

    id: str
    short: str
    name: str


@dataclass(slots=True)
class Names:
    """A planner's bodies, reports and actions, by their id."""

    planner: Planner
    bodies: dict[str, Body] = field(init=False)
    obligations: dict[str, Obligation] = field(init=False)

    def __post_init__(self) -> None:
        """Lays the planner out by id."""
        self.bodies = {body.id: body for body in self.planner.bodies}
        self.obligations = {obligation.ref: obligation for obligation in self.planner.obligations()}

    def body(self, body_id: str) -> Named:
        """A body; one that the planner lost is called by its id."""
        body = self.bodies.get(body_id)
        if body is None:
            return Named(id=body_id, short=body_id, name=body_id)
        return Named(id=body_id, short=body.short, name=body.name)

    def short(self, body_id: str) -> str:
        """A body's short name."""
        return self.body(body_id).short

    def several(self, body_ids: Iterable[str]) -> tuple[Named, ...]:
        """Bodies, in the order given."""
        return tuple(self.body(body_id) for body_id in body_ids)

    def owners(self, obligation: Obligation) -> str:
        """ "PMQAG", "CTB and HWB", "LSCB, CTB and 11 others"."""
        return audience(tuple(self.short(owner) for owner in obligation.owners))

    def all_of(self, body_ids: Iterable[str]) -> str:
        """ "LSCB, CTB and HWB", every one of them."""
        return listed([self.short(body_id) for body_id in body_ids])

    def place(self, ref: str, row: str | None = None) -> str:
        """Where it stands in the Board's papers: "Action 8.4", or the planner's row."""
        obligation = self.obligations.get(ref)
        return row or ref if obligation is None else reference(obligation)

    def title(self, ref: str) -> str:
        """The title of a report or an action; its id where the planner lost it."""
        obligation = self.obligations.get(ref)
        return ref if obligation is None else obligation.title

    def searched(self, ref: str) -> str:
        """What a search looks into, in small letters: title, place and the owners' names."""
        obligation = self.obligations.get(ref)
        if obligation is None:
            return ref.casefold()
        bodies = (self.bodies.get(owner) for owner in obligation.owners)
        names = [f"{body.name} {body.short}" for body in bodies if body is not None]
        own = [obligation.title, reference(obligation), ref, *names]
        if isinstance(obligation, Action):
            own += [obligation.text, obligation.section]
        elif isinstance(obligation, Report):
            own.append(obligation.row)
        return " ".join(own).casefold()


def with_the(name: str, *, start: bool = False) -> str:
    """A name with its article, once: "the LSCB"; "the Board" where it is called "The Board"."""
    bare = name[4:] if name[:4].casefold() == "the " else name
    return f"{'The' if start else 'the'} {bare}"


def named(body: Body, *, start: bool = False) -> str:
    """A body's name as it stands in a sentence: "the Education Subgroup", "Safer Cumbria"."""
    takes_article = body.kind in (BodyKind.SUBGROUP, BodyKind.GROUP, BodyKind.POST)
    if not takes_article or body.name.lower().startswith("the "):
        return body.name
    return f"{'The' if start else 'the'} {body.name}"
