"""Turns what pydantic says about a file into plain sentences, all of them at once.

A file is read like this:

    document = parse_toml(content, "config.toml")
    try:
        return Model.model_validate(document)
    except ValidationError as error:
        raise FileProblems(
            problems_of(error, TomlLines(text), "config.toml", model=Model, data=document)
        ) from None

Models may hold models, lists, dictionaries and unions of them, told apart by a key, by a
function, or not at all. A ValueError raised in a validator is shown with its own words, which
best begin with their verb ("is not a month"): the place and the value stand before them.
`Field(description="…")` says what a text must be where pydantic only knows its pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from .error_tree import findings_of
from .messages import says_of
from .problems import FileProblems, Location, Problem, alternatives, shown, unreadable, visible
from .schema_levels import Level, homes_of
from .toml_source import TomlLines, parse_toml, toml_text

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    from .messages import Finding

__all__ = [
    "FileProblems",
    "Location",
    "Problem",
    "TomlLines",
    "alternatives",
    "nearest",
    "parse_toml",
    "problems_of",
    "shown",
    "toml_text",
    "unreadable",
    "visible",
]
MOST_HOMES = 3  # more would hide the likeliest
Place = Callable[[Location], str | None]


def problems_of(
    error: ValidationError,
    lines: TomlLines,
    file: str,
    place: Place | None = None,
    *,
    model: type[BaseModel],
    data: Mapping[str, object],
) -> list[Problem]:
    """What is wrong with `data`, which was read from `file` and is no `model`.

    `place` may name an entry of a list of tables, given its location such as
    ("report", 12); where it does not, the entry's own id does: `report "s11-audit"`.
    """
    problems = []
    for finding in findings_of(error, Level.of(model), data):
        key = _key(finding.path, data, place)
        value, says = says_of(finding)
        if finding.type == "extra_forbidden":
            value, says = None, _unknown(finding, model)
        line = lines.line(finding.path)
        problems.append(
            Problem(file=file, line=line, key=key, value=value, says=says, path=finding.path)
        )
    return problems


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that `word` was most likely meant to be."""
    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), folded, n=1, cutoff=likeness)
    return folded[found[0]] if found else None


def _unknown(finding: Finding, model: type[BaseModel]) -> str:
    """What to do about a key that nothing here knows."""
    key, known = str(finding.path[-1]), finding.level.keys()
    meant = nearest(key, known, likeness=0.8)
    homes = sorted(
        homes_of(key, model),
        key=lambda home: (not home.lstrip("[").startswith(str(finding.path[0])), len(home)),
    )[:MOST_HOMES]
    if meant is None and homes:
        return f"is not a known key here; it belongs in {alternatives(homes)}"
    meant = meant or nearest(key, known)
    if meant is not None:
        return f"is not a known key; did you mean `{meant}`?"
    return f"is not a known key; known here: {', '.join(known)}"


def _key(path: Location, data: object, place: Place | None) -> str:
    """`path` in a reader's words: `report "s11-audit", when.months (entry 2)`."""
    named: list[str] = []
    keys: list[str] = []
    for end, step in enumerate(path, start=1):
        data = _inside(data, step)
        if isinstance(step, str):
            keys.append(step)
        elif not isinstance(data, Mapping):
            keys[-1] += f" (entry {step + 1})"
        else:
            own = place(path[:end]) if place is not None else None
            if own is None or own in named:
                own = _name(".".join(keys), step, data)
            named.append(own)
            keys = []
    return ", ".join([*named, ".".join(keys)] if keys else named)


def _name(kind: str, index: int, entry: Mapping[str, object]) -> str:
    own = entry.get("id")
    return f"{kind} {shown(own)}" if isinstance(own, str) else f"{kind} {index + 1}"


def _inside(data: object, step: str | int) -> object:
    if isinstance(data, Mapping):
        return data.get(str(step))
    if isinstance(data, (list, tuple)) and isinstance(step, int) and step < len(data):
        return data[step]
    return None
