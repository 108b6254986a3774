"""A planner written out as a planner file: importing it again gives the same content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tomlkit

from ...core.addresses import Address
from .entries import MANY, SINGLE
from .file_schema import PlannerFile
from .roles import ROLES

# The keys of a report or an action in the order in which people look for them.
IN_ORDER = (
    *("id", "number", "title", "row", "section", "owner", "to"),
    *("when", "from", "until", "steps", "quote", "action", "outcome"),
    *("assumed", "doubt", "note", "met_by", "nothing_to_report"),
)


# Written as tables of their own below their body, not in one line.
BELOW = ("meets", "met", "meeting")


# Where a list of one may be written as the one alone.
ONE_ALONE = ("owner", "to", "day", "by", *ROLES)
LONGEST_LINE = 100
WITHOUT_DATES = frozenset({"name", "address"})
Entry = Mapping[str, Any]


def toml_of(content: PlannerFile) -> str:
    """The text of a planner file with this content."""
    document = content.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    sections = [f"format = {content.format}\n"]
    for name in SINGLE:
        if document.get(name):
            sections += _sections(f"[{name}]", document[name])
    for name in MANY:
        for entry in document.get(name, ()):
            sections += _sections(f"[[{name}]]", entry)
    return "\n".join(sections)


def _sections(header: str, entry: Entry) -> Iterator[str]:
    """A table's text, then those of the tables below it."""
    keys = sorted(entry, key=IN_ORDER.index) if "quote" in entry else entry
    lines = [header, *(_line(key, entry[key]) for key in keys if key not in BELOW)]
    yield "".join(f"{line}\n" for line in lines)
    name = header.strip("[]")
    if "meets" in entry:
        yield from _sections(f"[{name}.meets]", entry["meets"])
    for many in ("met", "meeting"):
        for below in entry.get(many, ()):
            yield from _sections(f"[[{name}.{many}]]", below)


def _line(key: str, value: Any) -> str:
    value = _simplest(key, value)
    line = f"{key} = {_value(value)}"
    if len(line) > LONGEST_LINE and isinstance(value, (list, tuple)):
        entries = "".join(f"    {_value(item)},\n" for item in value)
        return f"{key} = [\n{entries}]"
    return line


def _simplest(key: str, value: Any) -> Any:
    """A holder without dates as the mailbox alone, a list of one as the one."""
    if key in ROLES:
        value = [
            holder if holder.keys() - WITHOUT_DATES else str(Address(**holder)) for holder in value
        ]
    alone = key in ONE_ALONE and isinstance(value, Sequence) and len(value) == 1
    return value[0] if alone and isinstance(value[0], str) else value


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{key} = {_value(_simplest(key, inner))}" for key, inner in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, str):
        return _text(str(value))
    return str(tomlkit.item(value).as_string())


def _text(text: str) -> str:
    if "\n" in text:
        # Reading takes the line breaks after the opening and before the closing quotes off again.
        written = tomlkit.string(f"{text}\n", multiline=True).as_string()
        return f"{written[:3]}\n{written[3:]}"
    literal = '"' in text and "'" not in text and text.isprintable()
    return tomlkit.string(text, literal=literal, multiline='"' in text and not literal).as_string()
