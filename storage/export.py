"""A planner written out as a planner file: importing it again gives the same content."""

from __future__ import annotations

from datetime import date
from typing import Any

import tomlkit
from tomlkit.items import Array, InlineTable, Table

from ..calendar.planner_file import PlannerFile
from .planners import MANY, SINGLE

# Written as tables of their own below their body, not in one line.
OWN_TABLES = {"meets"}
OWN_LISTS = {"meeting"}
LONGEST_LINE = 88


def toml_of(content: PlannerFile) -> str:
    """The text of a planner file with this content."""
    document = content.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    file = tomlkit.document()
    for name in SINGLE:
        if document.get(name):
            file.add(name, _table(document[name]))
    for name in MANY:
        entries = tomlkit.aot()
        for entry in document.get(name, ()):
            entries.append(_table(entry))
        if len(entries):
            file.add(name, entries)
    return tomlkit.dumps(file)


def _table(entry: dict[str, Any]) -> Table:
    table = tomlkit.table()
    later = []
    for name, value in entry.items():
        if name in OWN_TABLES or name in OWN_LISTS:
            later.append((name, value))
        else:
            table.add(name, _value(value))
    for name, value in later:
        if name in OWN_TABLES:
            table.add(name, _table(value))
            continue
        rows = tomlkit.aot()
        for each in value:
            rows.append(_table(each))
        table.add(name, rows)
    return table


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return _inline(value)
    if isinstance(value, (list, tuple)):
        return _array(value)
    if isinstance(value, str) and "\n" in value:
        return tomlkit.string(value, multiline=True)
    if isinstance(value, (bool, int, date)):
        return value
    return str(value)


def _inline(value: dict[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    for name, each in value.items():
        table.add(name, _value(each))
    return table


def _array(values: list[Any] | tuple[Any, ...]) -> Array:
    array = tomlkit.array()
    for each in values:
        array.append(_value(each))
    if len(array.as_string()) > LONGEST_LINE:
        array.multiline(multiline=True)
    return array
