"""Dates and months as people write them, read and written."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches

from .timing import Precision, StatedDate, YearMonth
from .working_days import last_day

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


# The last month of each season; winter runs into the next year.
SEASONS = {"spring": 5, "summer": 8, "autumn": 11, "winter": 2}


# The package that knows the bank holidays knows them until 2100.
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
STATED = re.compile(r"(?:(?P<day>\d{1,2}) )?(?P<word>[A-Za-z]+) (?P<year>\d{4})")


def month_number(text: str) -> int:
    """1 for "January" or "Jan"; ValueError when it is no month."""
    word = text.strip().lower()
    for number, name in enumerate(MONTHS, start=1):
        if word in (name.lower(), name[:3].lower()):
            return number
    names = (*MONTHS, *(season.capitalize() for season in SEASONS))
    meant = get_close_matches(word.capitalize(), names, n=1)
    if meant and meant[0] != word.capitalize():
        raise ValueError(f'"{text}" is not a month; did you mean "{meant[0]}"?')
    raise ValueError(f'"{text}" is not a month; write it out, such as "March"')


def year_month(text: str) -> YearMonth:
    """The month of a year that "December 2017" states; ValueError when it states none."""
    stated = stated_date(text)
    if stated.precision is not Precision.MONTH:
        raise ValueError(f'"{text}" is not a month and a year, such as "December 2017"')
    return YearMonth.of(stated.last)


def stated_date(text: str) -> StatedDate:
    """The date of "8 March 2018", "July 2018" or "Autumn 2019"; ValueError for other text."""
    text = " ".join(text.split())
    match = STATED.fullmatch(text)
    if match is None:
        raise ValueError(
            f'"{text}" is not a date; write "8 March 2018", "July 2018" or "Autumn 2019"'
        )
    year = int(match["year"])
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(f"the year {year} lies outside {EARLIEST_YEAR} to {LATEST_YEAR}")
    season = SEASONS.get(match["word"].lower())
    if season is not None and match["day"] is None:
        ends_in = year + 1 if match["word"].lower() == "winter" else year
        return StatedDate(text=text, precision=Precision.SEASON, last=last_day(ends_in, season))
    month = month_number(match["word"])
    if match["day"] is None:
        return StatedDate(text=text, precision=Precision.MONTH, last=last_day(year, month))
    day = _day(text, year, month, match["day"])
    return StatedDate(text=text, precision=Precision.DAY, last=day)


def _day(text: str, year: int, month: int, day: str) -> date:
    try:
        return date(year, month, int(day))
    except ValueError:
        days = last_day(year, month).day
        raise ValueError(
            f'there is no "{text}": {MONTHS[month - 1]} {year} has {days} days'
        ) from None


def long_date(day: date) -> str:
    """ "8 March 2018"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def weekday_date(day: date) -> str:
    """ "Thursday 8 March 2018"."""
    return f"{WEEKDAYS[day.weekday()]} {long_date(day)}"


def short_date(day: date) -> str:
    """ "8 March", where the year is plain."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def listed(items: list[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
