"""One of pydantic's errors in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import AfterValidator
from pydantic_core import ErrorDetails

from .problems import is_predicate

UNQUOTED = re.compile(r"[+-]?\d[\d.:T-]*|true|false", re.IGNORECASE)
TEXT, LIST, TABLE = "a text in quotes", "a list in square brackets", "a section with its own keys"
WHOLE, SWITCH = "a whole number", "true or false"
DAY, REAL_DAY = "a date such as 2018-03-08", "a real date such as 2018-03-08"
WITHOUT_QUOTES = frozenset({WHOLE, SWITCH, DAY})

# The kind of value that was expected, by pydantic's name for the error.
KINDS = {
    "bool_parsing": SWITCH,
    "bool_type": SWITCH,
    "date_from_datetime_inexact": DAY,
    "date_from_datetime_parsing": REAL_DAY,
    "date_type": DAY,
    "finite_number": "a number",
    "int_from_float": WHOLE,
    "int_parsing": WHOLE,
    "int_parsing_size": WHOLE,
    "int_type": WHOLE,
    "model_type": TABLE,
    "string_type": TEXT,
    "tuple_type": LIST,
}
SENTENCES = {
    "enum": "is not allowed; use {expected}",
    "literal_error": "is not allowed; use {expected}",
    "missing": "is missing",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


def within(low: int, high: int) -> AfterValidator:
    """The check of a whole number that names both of its bounds."""

    def check(number: int) -> int:
        if not low <= number <= high:
            raise ValueError(f"must be from {low} to {high}")
        return number

    return AfterValidator(check)


def says_of(error: ErrorDetails, value: object) -> tuple[object, str]:
    """The value to show (None: none) and the mistake as a predicate."""
    name, context = error["type"], error.get("ctx", {})
    if name == "value_error":
        return _own_words(str(context["error"]), value)
    return (None if _has_tables(value) else value), _predicate(name, context, error["msg"], value)


def _predicate(name: str, context: Mapping[str, Any], message: str, value: object) -> str:
    if name in SENTENCES:
        # pydantic writes the allowed values as Python does: 'a', 'b' or True.
        expected = str(context.get("expected")).replace("'", "").replace("True", "true")
        return SENTENCES[name].format_map({**context, "expected": expected})
    if name not in KINDS:
        return message
    kind = KINDS[name]
    unquoted = isinstance(value, str) and UNQUOTED.fullmatch(value) is not None
    return f"must be {kind}" + (", without quotes" if unquoted and kind in WITHOUT_QUOTES else "")


def _has_tables(value: object) -> bool:
    entries = value if isinstance(value, list) else [value]
    return any(isinstance(entry, Mapping) for entry in entries)


def _own_words(message: str, value: object) -> tuple[object, str]:
    """A validator's own message, without the value where the sentence shows it already."""
    entries = value if isinstance(value, list) else [value]
    texts = [entry for entry in entries if isinstance(entry, str)]
    for text in texts:
        if message.startswith(f'"{text}" '):
            return text, message[len(text) + 3 :]
    is_named = not is_predicate(message) and any(f'"{text}"' in message for text in texts)
    is_hidden = is_named or _has_tables(value) or message.startswith('"')
    return None if is_hidden else value, message
