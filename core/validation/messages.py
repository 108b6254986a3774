"""One finding of pydantic's in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic_core.core_schema import ErrorType

from .problems import Location, alternatives, is_predicate, shown
from .schema_levels import Level

BUILT_IN = frozenset(get_args(ErrorType))
EXPECTED = re.compile(r"'((?:[^'\\]|\\.)*)'|([^\s',]+)(?=,| or |$)")
UNQUOTED = re.compile(r"[+-]?\d[\d.:T-]*|true|false", re.IGNORECASE)
TEXT, LIST, TABLE = "a text in quotes", "a list in square brackets", "a section with its own keys"
WHOLE, NUMBER, SWITCH = "a whole number", "a number", "true or false"
DAY, REAL_DAY = "a date such as 2018-03-08", "a real date such as 2018-03-08"
MOMENT, CLOCK = "a date and time such as 2018-03-08T09:30:00", "a time such as 09:30:00"


# What should have stood there, by pydantic's name for the error.
KINDS = {
    "bool_parsing": SWITCH,
    "bool_type": SWITCH,
    "date_from_datetime_inexact": DAY,
    "date_from_datetime_parsing": REAL_DAY,
    "date_parsing": REAL_DAY,
    "date_type": DAY,
    "datetime_from_date_parsing": MOMENT,
    "datetime_parsing": MOMENT,
    "datetime_type": MOMENT,
    "dict_type": TABLE,
    "finite_number": NUMBER,
    "float_parsing": NUMBER,
    "float_type": NUMBER,
    "frozen_set_type": LIST,
    "int_from_float": WHOLE,
    "int_parsing": WHOLE,
    "int_parsing_size": WHOLE,
    "int_type": WHOLE,
    "list_type": LIST,
    "mapping_type": TABLE,
    "model_attributes_type": TABLE,
    "model_type": TABLE,
    "path_type": "a path in quotes",
    "set_type": LIST,
    "string_sub_type": TEXT,
    "string_type": TEXT,
    "time_parsing": CLOCK,
    "time_type": CLOCK,
    "tuple_type": LIST,
}
WITHOUT_QUOTES = frozenset({SWITCH, WHOLE, NUMBER, DAY, MOMENT, CLOCK})
CHOICES = frozenset({"enum", "literal_error"})
LIMITS = {
    "greater_than": "gt",
    "greater_than_equal": "ge",
    "less_than": "lt",
    "less_than_equal": "le",
}
LENGTHS = frozenset({"string_too_long", "string_too_short", "too_long", "too_short"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One of pydantic's errors at a place of the file, with what stands there.

    `level` is what the model allows at that place (for an unknown key: around it), `others`
    what the other branches of a union would have taken.
    """

    type: str
    path: Location
    context: Mapping[str, Any]
    message: str
    value: object
    level: Level
    others: tuple[Finding, ...] = field(default=())


def is_wrong_kind(finding: Finding) -> bool:
    """Whether something of another kind should stand there, so that nothing inside matters."""
    return finding.type in KINDS or finding.type in CHOICES


def says_of(finding: Finding) -> tuple[object, str]:
    """The value to show (None: none) and what is wrong with it, as a predicate."""
    value = None if _has_tables(finding.value) else finding.value
    if finding.type == "missing":
        return None, "is missing"
    if is_wrong_kind(finding):
        return value, _kind_words(finding)
    if finding.type.startswith("union_tag"):
        return _tag_words(finding)
    if finding.type in ("value_error", "assertion_error"):
        return _own_words(str(finding.context["error"]), finding.value)
    return value, _measured(finding)


def _has_tables(value: object) -> bool:
    entries = value if isinstance(value, list) else [value]
    return any(isinstance(entry, Mapping) for entry in entries)


def _kind_words(finding: Finding) -> str:
    """What should have stood there, in any branch of a union."""
    wanted = [words for each in (finding, *finding.others) for words in _wanted(each)]
    if finding.type in CHOICES and not finding.others:
        return f"is not allowed; use {alternatives(wanted)}"
    unquoted = isinstance(finding.value, str) and UNQUOTED.fullmatch(finding.value) is not None
    without = ", without quotes" if unquoted and wanted[0] in WITHOUT_QUOTES else ""
    return f"must be {alternatives(list(dict.fromkeys(wanted)))}{without}"


def _wanted(finding: Finding) -> list[str]:
    if finding.type in CHOICES:
        return _choices(finding.context["expected"])
    return [KINDS[finding.type]]


def _choices(expected: str) -> list[str]:
    """The values in pydantic's `'a', 'b' or 3`."""
    found = [quoted or bare for quoted, bare in EXPECTED.findall(expected)]
    return [text.lower() if text in ("True", "False") else text for text in found]


def _tag_words(finding: Finding) -> tuple[object, str]:
    """A table whose kind nothing gives away, or whose kind is unknown."""
    by = str(finding.context["discriminator"]).strip("'")
    if by.endswith("()"):  # a function of the model's tells the kinds apart
        return None, "is of no kind that is known here"
    value = finding.value.get(by) if isinstance(finding.value, Mapping) else None
    allowed = finding.context.get("expected_tags")
    if allowed is None:
        return None, f"lacks the key `{by}`, which says what kind it is"
    use = alternatives(_choices(allowed))
    return None, f"has {by} = {shown(value)}, which is not allowed; use {use}"


def _own_words(message: str, value: object) -> tuple[object, str]:
    """A validator's own message, without what the sentence shows already."""
    texts = [
        text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)
    ]
    for text in texts:
        if message.startswith(f'"{text}" '):
            return text, message[len(text) + 3 :]
    for text in texts:
        if text and f'"{text}"' in message and not is_predicate(message):
            return None, message.replace(f'"{text}"', shown(text))
    return None if _has_tables(value) or message.startswith('"') else value, message


def _measured(finding: Finding) -> str:
    """Numbers out of range, texts and lists of a wrong length, and what a model names itself."""
    if finding.type in LIMITS:
        return f"must be {_range(finding)}"
    if finding.type in LENGTHS:
        return _length(finding)
    if finding.type == "string_pattern_mismatch":
        wanted = finding.level.note("description")
        return f"must be {wanted}" if wanted else "is not written in the form that is allowed here"
    if finding.type in BUILT_IN:
        return f"is not allowed here ({finding.message[:1].lower()}{finding.message[1:]})"
    return finding.message


def _range(finding: Finding) -> str:
    low, high = finding.level.note("ge"), finding.level.note("le")
    if low is not None and high is not None:
        return f"from {low} to {high}"
    name = LIMITS[finding.type]
    bound = finding.context[name]
    worded = {"ge": f"{bound} or more", "gt": f"more than {bound}"}
    return {**worded, "le": f"{bound} or less", "lt": f"less than {bound}"}[name]


def _length(finding: Finding) -> str:
    unit = "character" if finding.type.startswith("string") else "entry"
    if finding.type.endswith("short"):
        count, amount = finding.context["min_length"], "at least"
    else:
        count, amount = finding.context["max_length"], "at most"
    if count == 1 and amount == "at least":
        return "must not be empty"
    units = unit if count == 1 else {"entry": "entries"}.get(unit, f"{unit}s")
    return f"must have {amount} {count} {units}"
