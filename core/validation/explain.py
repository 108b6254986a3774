"""Turn pydantic's errors about a file into plain sentences, all of them at once.

A file is read like this:

    document = parse_toml(content, "config.toml")
    try:
        return Model.model_validate(document)
    except ValidationError as error:
        raise FileProblems(
            problems_of(error, TomlLines(text), "config.toml", model=Model, data=document)
        ) from None

Models may hold models, tuples of them, and unions told apart by a `Discriminator` whose tags
are keys: each that only one kind of the union requires. A ValueError raised in a validator is
shown with its own words, which best begin with their verb ("is not a month"): the place and the
value stand before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .messages import says_of
from .problems import Location, Problem, alternatives, shown
from .schema_keys import Model, fields_of, homes_of, tables_in

if TYPE_CHECKING:
    from pydantic import ValidationError

    from .toml_source import TomlLines

MOST_HOMES = 3  # more would hide the likeliest


def problems_of(
    error: ValidationError,
    lines: TomlLines,
    file: str,
    *,
    model: Model,
    data: Mapping[str, object],
) -> list[Problem]:
    """The problems of `data`, which was read from `file` and does not fit `model`.

    An entry of a list of tables is named by its id (`report "s11-audit"`) or its position.
    """
    problems = []
    for details in error.errors(include_url=False):
        path, table, value = _place(details["loc"], model, data)
        if details["type"] == "too_short" and value:
            continue  # pydantic counts the right entries alone, and the wrong ones are told
        value, says = says_of(details, value)
        if details["type"] == "extra_forbidden":
            value, says = None, _unknown(path, table, model)
        key, line = _key(path, data), lines.line(path)
        problems.append(Problem(file=file, line=line, key=key, value=value, says=says, path=path))
    return problems


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that `word` was most likely meant to be."""
    folded = {name.casefold(): name for name in known}
    matches = get_close_matches(word.casefold(), folded, n=1, cutoff=likeness)
    return folded[matches[0]] if matches else None


def _place(loc: Location, model: Model, data: Any) -> tuple[Location, Model, object]:
    """The path that an error's location is in the file, the table that it is in, and the value."""
    path: list[str | int] = []
    table, tables = model, [model]
    for step in loc:
        if len(tables) > 1 and isinstance(step, str):  # pydantic names the kind of a union
            tables = [kind for kind in tables if _is_told_by(kind, step)]
        elif not _goes_on(data, step):  # a validator made the rest out of a shorter form
            break
        elif isinstance(step, int):
            path.append(step)
            data = data[step]
        else:
            path.append(step)
            data = data.get(step)
            if not tables:  # a table whose keys are names that people choose
                continue
            table = tables[0]
            field = fields_of(table).get(step)
            tables = [] if field is None else tables_in(field.annotation)
    return tuple(path), table, data


def _is_told_by(kind: Model, tag: str) -> bool:
    field = fields_of(kind).get(tag)
    return field is not None and field.is_required()


def _goes_on(data: object, step: str | int) -> bool:
    return isinstance(data, Mapping if isinstance(step, str) else (list, tuple))


def _unknown(path: Location, table: Model, model: Model) -> str:
    """The remedy for a key that is unknown at its place."""
    key, known = str(path[-1]), fields_of(table)
    meant = nearest(key, known, likeness=0.8)
    homes = sorted(
        homes_of(key, model),
        key=lambda home: (not home.lstrip("[").startswith(str(path[0])), len(home)),
    )[:MOST_HOMES]
    if meant is None and homes:
        return f"is not a known key here; it belongs in {alternatives(homes)}"
    meant = meant or nearest(key, known)
    if meant is not None:
        return f"is not a known key; did you mean `{meant}`?"
    return f"is not a known key; known here: {', '.join(known)}"


def _key(path: Location, data: Any) -> str:
    """`path` in a reader's words: `report "s11-audit", when.months (entry 2)`."""
    named: list[str] = []
    keys: list[str] = []
    for step in path:
        data = data.get(step) if isinstance(step, str) else data[step]
        if isinstance(step, str):
            keys.append(step)
        elif not isinstance(data, Mapping):
            keys[-1] += f" (entry {step + 1})"
        else:
            entry_id = data.get("id")
            name = shown(entry_id) if isinstance(entry_id, str) else str(step + 1)
            named.append(f"{'.'.join(keys)} {name}")
            keys = []
    return ", ".join([*named, ".".join(keys)] if keys else named)
