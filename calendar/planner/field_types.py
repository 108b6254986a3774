"""The types of text, number and date that the fields of a planner file have."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from ...core.addresses import AddressError, parse_address, person_name
from ...core.characters import DIRECTION_MARKS
from ..rules.date_text import EARLIEST_YEAR, LATEST_YEAR

LONGEST_LINE = 300
LONGEST_CELL = 4000
ID = re.compile(r"[a-z0-9][a-z0-9.-]*")


def _printable(text: str, allowed: str = "") -> str:
    for character in text:
        if character in allowed:
            continue
        if unicodedata.category(character) in ("Cc", "Zl", "Zp") or character in DIRECTION_MARKS:
            raise ValueError(
                f"holds a character that cannot be seen ({character!a}); type the text again"
            )
    return text


def _cell(text: str) -> str:
    return _printable(text, allowed="\n\t")


def _address(text: str) -> str:
    try:
        # One person is one address, however it was typed: mailboxes know no upper case.
        return parse_address(text).address.lower()
    except AddressError as error:
        raise ValueError(str(error)) from None


def _name(text: str) -> str:
    try:
        return person_name(text)
    except AddressError as error:
        raise ValueError(str(error)) from None


def _plain_id(text: str) -> str:
    if ID.fullmatch(text) is None:
        raise ValueError(
            "must be made of small letters, digits, full stops and hyphens, such as s11-march"
        )
    return text


def _in_years(day: date) -> date:
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValueError(f"lies outside the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    return day


def _as_list(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


# One alone may be written without the brackets of a list.
OneOrMore = BeforeValidator(_as_list)
Id = Annotated[
    str, StringConstraints(max_length=60, strip_whitespace=True), AfterValidator(_plain_id)
]
Day = Annotated[date, AfterValidator(_in_years)]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_LINE),
    AfterValidator(_printable),
]
Cell = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_CELL),
    AfterValidator(_cell),
]
MailAddress = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_address)]
PersonName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_name)
]
