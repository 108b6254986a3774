"""A section of an entry of the planner: a few fields that are changed together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .planner_fields import Field, Flat, Setting

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a section is opened upon: the entry as it stands, and the kind of its timing.

    `was` is what the fields began with.
    """

    setting: Setting
    document: Flat
    timing: str = ""
    was: Flat = field(default_factory=dict)


def _as_it_stands(opened: Opened) -> Flat:
    return opened.document


def _each_field(flat: Flat, _: Opened) -> Flat:
    return flat


def _first_step(path: Path, _: str) -> str:
    return str(path[0]) if path else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A few fields that are changed together.

    `opens` lays the entry out for the fields, `closes` makes a patch of the entry of what they
    hold, `place` says which field a place in the entry belongs to.
    """

    key: str
    title: str
    covers: tuple[str, ...]
    fields: Callable[[Opened], tuple[Field, ...]]
    intro: str = ""
    opens: Callable[[Opened], Flat] = _as_it_stands
    closes: Callable[[Flat, Opened], Flat] = _each_field
    place: Callable[[Path, str], str] = _first_step


def section(key: str, title: str, *fields: Field, intro: str = "") -> Section:
    """A section of fields that stand in the entry as they are."""
    covers = tuple(each.key for each in fields)
    return Section(key=key, title=title, covers=covers, fields=lambda _: fields, intro=intro)
