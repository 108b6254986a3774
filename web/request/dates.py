"""Dates in three fields, read as people type them: "3", "03", "Mar", "march", "18"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from ...calendar.rules.date_text import EARLIEST_YEAR, LATEST_YEAR, MONTHS, listed
from ...calendar.rules.working_days import last_day
from .form import FieldError, Form

DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?", re.IGNORECASE)
YEAR = re.compile(r"\d{2}(?:\d{2})?")


# All of it in one field, perhaps pasted: "3 Mar 2018", "3/3/18", "Thursday 8 March 2018".
WHOLE = re.compile(r"(?:[a-z]+,? )?(\w+)[ ./-]+(?:of )?(\w+)\.?,?[ ./-]+(\d+)", re.IGNORECASE)
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
SHORTEST_MONTH_NAME = 3
CENTURY = 100
LONGEST_PART = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedDate:
    """A date as it stands in its three fields, right or wrong."""

    day: str = ""
    month: str = ""
    year: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed at all."""
        return not (self.day or self.month or self.year)

    def read(self, *, today: date) -> date:
        """The day that is meant; a year of two digits is the one nearest to today's.

        Raises FieldError, worded to follow the name of the date.
        """
        typed = self._whole() or self
        parts = {"day": typed.day, "month": typed.month, "year": typed.year}
        if typed.is_empty:
            raise FieldError("must be given, such as 27 3 2018")
        missing = [f"a {name}" for name, part in parts.items() if not part]
        if missing:
            raise FieldError(f"must include {listed(missing)}")
        return _existing(_day(typed.day), _month(typed.month), _year(typed.year, today))

    def _whole(self) -> TypedDate | None:
        """A whole date that was typed into one field, as three parts."""
        texts = [part for part in (self.day, self.month, self.year) if part]
        if len(texts) != 1:
            return None
        iso = ISO.fullmatch(texts[0])
        if iso is not None:
            return TypedDate(day=iso[3], month=iso[2], year=iso[1])
        parts = WHOLE.fullmatch(texts[0])
        return parts and TypedDate(day=parts[1], month=parts[2], year=parts[3])


def typed_date(form: Form, name: str) -> TypedDate:
    """The three fields of a date, to be read or shown again."""
    return TypedDate(
        day=_part(form, f"{name}-day"),
        month=_part(form, f"{name}-month"),
        year=_part(form, f"{name}-year"),
    )


def shown_date(day: date | None) -> TypedDate:
    """A date as the fields begin with it; empty ones for None."""
    if day is None:
        return TypedDate()
    return TypedDate(day=str(day.day), month=str(day.month), year=str(day.year))


def read_date(form: Form, name: str, *, today: date) -> date:
    """The day that the three fields of a date say. Raises FieldError where none is right."""
    return typed_date(form, name).read(today=today)


def read_optional_date(form: Form, name: str, *, today: date) -> date | None:
    """The same for a date that may be left out: None where all three fields are empty."""
    typed = typed_date(form, name)
    return None if typed.is_empty else typed.read(today=today)


def _part(form: Form, name: str) -> str:
    # Digits of other alphabets and widths are digits too.
    text = unicodedata.normalize("NFKC", form.secret(name))
    return " ".join(text.split())[:LONGEST_PART]


def _day(text: str) -> int:
    day = DAY.fullmatch(text)
    if day is None:
        raise FieldError(f"has “{text}” as its day; write a number, such as 27")
    return int(day[1])


def _month(text: str) -> int:
    typed = text.rstrip(".").casefold()
    if typed.isdecimal():
        number = int(typed)
        if not 1 <= number <= len(MONTHS):
            raise FieldError(f"has “{text}” as its month; months go from 1 to {len(MONTHS)}")
        return number
    begin_so = [month for month in MONTHS if month.casefold().startswith(typed)]
    if len(begin_so) == 1 and len(typed) >= SHORTEST_MONTH_NAME:
        return MONTHS.index(begin_so[0]) + 1
    nearest = get_close_matches(typed.capitalize(), MONTHS, n=1)
    way_on = (
        f"did you mean {nearest[0]}?" if nearest else "write it as a number or out, such as March"
    )
    raise FieldError(f"has “{text}” as its month; {way_on}")


def _year(text: str, today: date) -> int:
    if YEAR.fullmatch(text) is None:
        raise FieldError(f"has “{text}” as its year; write it with four digits, such as 2018")
    year = int(text)
    if len(text) == len(str(CENTURY)) - 1:
        this = today.year - today.year % CENTURY + year
        year = min((this - CENTURY, this, this + CENTURY), key=lambda near: abs(near - today.year))
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise FieldError(f"must lie in the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    return year


def _existing(day: int, month: int, year: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        days = last_day(year, month).day
        raise FieldError(
            f"must be a real date: {MONTHS[month - 1]} {year} has {days} days"
        ) from None
