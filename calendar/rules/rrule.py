"""Recurrence rules of RFC 5545 3.3.10: checked when they are read, and turned into days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import dropwhile, takewhile

from dateutil.rrule import rrulestr

from .timing import RecurrenceRule

DAILY_OR_SLOWER = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
TIMES_OF_DAY = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
COUNTED = re.compile(r"[1-9][0-9]{0,5}")
SOME_DAY = date(2018, 1, 1)


# dateutil takes more, and fails over it in the first year or month that it works out.
LARGEST = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
WEEKDAYS = ("BYDAY", "BYWEEKDAY")
WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)")
NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
WEEKS_OF_MONTH, WEEKS_OF_YEAR = 5, 53


def check_rrule(text: str) -> None:
    """Raise ValueError, with what to do, where `text` is no rule that gives days."""
    parts = _parts(text)
    if parts is None:
        raise ValueError(f'"{text}" is not a recurrence rule, such as FREQ=MONTHLY;BYDAY=1MO')
    if parts.get("FREQ") not in DAILY_OR_SLOWER:
        allowed = f"{', '.join(DAILY_OR_SLOWER[:-1])} or {DAILY_OR_SLOWER[-1]}"
        raise ValueError(f'"{text}" needs a FREQ, which may be {allowed}')
    if TIMES_OF_DAY & parts.keys():
        raise ValueError(f'"{text}" names a time of day; a rule gives days only')
    if not all(COUNTED.fullmatch(parts.get(name, "1")) for name in ("INTERVAL", "COUNT")):
        raise ValueError(f'"{text}" has an INTERVAL or COUNT that is no whole number from 1')
    if "UNTIL" in parts and not _is_day(parts["UNTIL"]):
        raise ValueError(f'"{text}" needs a day alone after UNTIL, such as UNTIL=20201231')
    if {"COUNT", "UNTIL"} <= parts.keys():
        raise ValueError(f'"{text}" has both COUNT and UNTIL; keep one of them')
    try:
        _require_bounds(parts)
        rule_days(RecurrenceRule(rrule=text, start=SOME_DAY), SOME_DAY, SOME_DAY)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise ValueError(f'"{text}" is not a rule that RFC 5545 knows') from None


def _require_bounds(parts: dict[str, str]) -> None:
    """ValueError where a number is larger than any month, year or week has."""
    for name, largest in LARGEST.items():
        for number in parts.get(name, "1").split(","):
            if NUMBER.fullmatch(number) is None or not 1 <= abs(int(number)) <= largest:
                raise ValueError(name)
    of_year = parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts
    weeks = WEEKS_OF_YEAR if of_year else WEEKS_OF_MONTH
    for weekday in ",".join(parts.get(name, "MO") for name in WEEKDAYS).split(","):
        match = WEEKDAY.fullmatch(weekday)
        if match is None or not 1 <= abs(int(match[1] or 1)) <= weeks:
            raise ValueError(weekday)


def rule_days(rule: RecurrenceRule, start: date, end: date) -> Iterator[date]:
    """The days of a checked rule from `start` to `end`, inclusive."""
    moments = rrulestr(rule.rrule, dtstart=datetime.combine(rule.start, time.min))
    days = takewhile(lambda day: day <= end, (moment.date() for moment in moments))
    return dropwhile(lambda day: day < start, days)


def _is_day(text: str) -> bool:
    try:
        return text.isdigit() and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _parts(text: str) -> dict[str, str] | None:
    """The parts of a rule by name, in capitals; None where it is not made of such parts."""
    pairs = [part.partition("=") for part in text.upper().split(";")]
    parts = {name: value for name, _, value in pairs if name and value}
    return parts if len(parts) == len(pairs) else None
