"""Recurrence rules of RFC 5545 3.3.10: checked when they are read, and turned into days.

Worked out by its definition, period by period, as python-dateutil 2.9 loses and invents days of
weeks that lie in two years (its issue 1537), of the first week of a rule with BYSETPOS (1398), of
BYDAY=MO,1TU, and of BYWEEKNO without BYDAY.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain, dropwhile, islice, takewhile

from .timing import RecurrenceRule, YearMonth

DAILY_OR_SLOWER = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
TIMES_OF_DAY = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
COUNTED = re.compile(r"[1-9][0-9]{0,5}")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAY = re.compile(rf"([+-]?[0-9]{{1,2}})?({'|'.join(WEEKDAYS)})")
NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
LARGEST = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
WEEKS_OF_MONTH, WEEKS_OF_YEAR = 5, 53
KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *LARGEST}


# What the RFC forbids beside a FREQ, as readers take such rules in different ways.
ONLY_WITH = {
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY",),
    "BYMONTHDAY": ("DAILY", "MONTHLY", "YEARLY"),
}


# Lines beside the RRULE of an event, which are pasted with it from a calendar.
OTHER_LINE = re.compile(r"\b(DTSTART|DTEND|DURATION|EXDATE|EXRULE|RDATE)\b")
DAYS_OF_WEEK = 7


def check_rrule(text: str) -> str:
    """`text` without the "RRULE:" of a calendar's file.

    Raises ValueError, with what to do, where it is no rule that gives days.
    """
    other = OTHER_LINE.search(text.upper())
    if other is not None:
        raise ValueError(
            f"holds {other[1]}, which is another line of a calendar; give only the rule, such as "
            "FREQ=MONTHLY;BYDAY=1MO, and its first day as from = 2018-01-01"
        )
    text = re.sub(r"^\s*RRULE\s*:\s*", "", text.strip(), flags=re.IGNORECASE)
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
    _require_parts_that_go_together(text, parts)
    if not _is_within_bounds(parts):
        raise ValueError(f'"{text}" is not a rule that RFC 5545 knows')
    return text


def _require_parts_that_go_together(text: str, parts: dict[str, str]) -> None:
    for name in parts:
        if name not in KNOWN:
            raise ValueError(f'"{text}" has {name}, which RFC 5545 does not know; leave it out')
        if parts["FREQ"] not in ONLY_WITH.get(name, DAILY_OR_SLOWER):
            allowed = " or ".join(f"FREQ={freq}" for freq in ONLY_WITH[name])
            raise ValueError(f'"{text}" has {name}, which goes only with {allowed}')
    is_numbered = any(letter.isdigit() for letter in parts.get("BYDAY", ""))
    if is_numbered and (parts["FREQ"] not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in parts):
        raise ValueError(
            f'"{text}" counts the weekdays of BYDAY, which goes only with FREQ=MONTHLY or '
            "FREQ=YEARLY, and not with BYWEEKNO; leave the numbers out"
        )
    chosen_from = {name for name in parts if name.startswith("BY") and name != "BYSETPOS"}
    if "BYSETPOS" in parts and not chosen_from:
        raise ValueError(
            f'"{text}" has a BYSETPOS without anything to choose from, such as BYDAY=MO,TU'
        )


def _is_within_bounds(parts: dict[str, str]) -> bool:
    """Whether no number is larger than any month, year or week has."""
    for name, largest in LARGEST.items():
        for number in parts.get(name, "1").split(","):
            if NUMBER.fullmatch(number) is None or not 1 <= abs(int(number)) <= largest:
                return False
    if "-" in parts.get("BYMONTH", "") or parts.get("WKST", "MO") not in WEEKDAYS:
        return False
    of_year = parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts
    weeks = WEEKS_OF_YEAR if of_year else WEEKS_OF_MONTH
    weekdays = [WEEKDAY.fullmatch(weekday) for weekday in parts.get("BYDAY", "MO").split(",")]
    return all(match and 1 <= abs(int(match[1] or 1)) <= weeks for match in weekdays)


def rule_days(rule: RecurrenceRule, start: date, end: date) -> Iterator[date]:
    """The days of a checked rule from `start` to `end`, inclusive."""
    parts = _read(rule.rrule).begun_on(rule.start)
    last = min(end, parts.until)
    chosen = chain.from_iterable(map(parts.chosen, parts.periods(rule.start, last)))
    counted = islice((day for day in chosen if day >= rule.start), parts.count)
    return dropwhile(lambda day: day < start, takewhile(lambda day: day <= last, counted))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """The parts of a rule. Weekdays are numbered from Monday's 0, each with its n or 0."""

    freq: str
    interval: int
    count: int | None
    until: date
    week_begins: int
    months: frozenset[int]
    month_days: frozenset[int]
    year_days: frozenset[int]
    weeks: frozenset[int]
    weekdays: frozenset[tuple[int, int]]
    positions: frozenset[int]

    def begun_on(self, start: date) -> _Rule:
        """The rule with what it does not say itself, taken from its first day."""
        if self.weekdays or self.month_days or self.year_days or self.freq == "DAILY":
            return self
        if self.freq == "WEEKLY" or self.weeks:
            return replace(self, weekdays=frozenset({(0, start.weekday())}))
        months = self.months
        if self.freq == "YEARLY" and not months:
            months = frozenset({start.month})
        return replace(self, months=months, month_days=frozenset({start.day}))

    def periods(self, start: date, last: date) -> Iterator[list[date]]:
        """The days of each day, week, month or year that the rule looks at up to `last`."""
        begins, ends = start.toordinal(), last.toordinal()
        match self.freq:
            case "DAILY":
                firsts = range(begins, ends + 1, self.interval)
                yield from (_days(first, first + 1) for first in firsts)
            case "WEEKLY":
                firsts = range(self._week_of(start), ends + 1, DAYS_OF_WEEK * self.interval)
                yield from (_days(first, first + DAYS_OF_WEEK) for first in firsts)
            case "MONTHLY":
                months = range(YearMonth.of(start).index, YearMonth.of(last).index + 1)
                yield from map(_days_of_month, months[:: self.interval])
            case _ if self.weeks:
                # The first days of a year can lie in the last week of the year before, and the
                # last in the first week of the year after.
                before = self.interval == 1
                years = range(start.year - before, last.year + 2, self.interval)
                yield from map(self._days_of_weeks, years)
            case _:
                years = range(start.year, last.year + 1, self.interval)
                yield from map(_days_of_year, years)

    def chosen(self, days: list[date]) -> list[date]:
        """Those days of a period that the rule names."""
        named = [day for day in days if self._names(day)]
        if not self.positions:
            return named
        count = len(named)
        places = {place - 1 if place > 0 else count + place for place in self.positions}
        return [day for place, day in enumerate(named) if place in places]

    def _names(self, day: date) -> bool:
        return (
            (not self.months or day.month in self.months)
            and (not self.month_days or not self.month_days.isdisjoint(_place_in_month(day)))
            and (not self.year_days or not self.year_days.isdisjoint(_place_in_year(day)))
            and (not self.weekdays or not self.weekdays.isdisjoint(self._weekdays_of(day)))
        )

    def _weekdays_of(self, day: date) -> set[tuple[int, int]]:
        """The names of a day in BYDAY: a Monday, the first Monday, the last but two."""
        of_year = self.freq == "YEARLY" and not self.months
        after, before = _place_in_year(day) if of_year else _place_in_month(day)
        first, last = (after - 1) // DAYS_OF_WEEK, (-before - 1) // DAYS_OF_WEEK
        return {(number, day.weekday()) for number in (0, first + 1, -last - 1)}

    def _week_of(self, day: date) -> int:
        """The first day of the week that `day` lies in, as an ordinal."""
        return day.toordinal() - (day.weekday() - self.week_begins) % DAYS_OF_WEEK

    def _days_of_weeks(self, year: int) -> list[date]:
        """The days of the weeks of BYWEEKNO; the first week of a year holds 4 January."""
        first, end = (self._week_of(date(begins, 1, 4)) for begins in (year, year + 1))
        weeks = (end - first) // DAYS_OF_WEEK
        numbers = sorted({week if week > 0 else weeks + 1 + week for week in self.weeks})
        return [
            day
            for number in numbers
            if 1 <= number <= weeks
            for day in _days(first + DAYS_OF_WEEK * (number - 1), first + DAYS_OF_WEEK * number)
        ]


@lru_cache
def _read(text: str) -> _Rule:
    parts = _parts(text) or {}
    numbers = {
        name: frozenset(int(number) for number in parts.get(name, "").split(",") if number)
        for name in LARGEST
    }
    weekdays = [WEEKDAY.fullmatch(name) for name in parts.get("BYDAY", "").split(",")]
    return _Rule(
        freq=parts["FREQ"],
        interval=int(parts.get("INTERVAL", "1")),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=date.fromisoformat(parts["UNTIL"]) if "UNTIL" in parts else date.max,
        week_begins=WEEKDAYS.index(parts.get("WKST", "MO")),
        months=numbers["BYMONTH"],
        month_days=numbers["BYMONTHDAY"],
        year_days=numbers["BYYEARDAY"],
        weeks=numbers["BYWEEKNO"],
        weekdays=frozenset(
            (int(match[1] or 0), WEEKDAYS.index(match[2])) for match in weekdays if match
        ),
        positions=numbers["BYSETPOS"],
    )


def _days(first: int, end: int) -> list[date]:
    """The days from an ordinal to before another."""
    return [date.fromordinal(ordinal) for ordinal in range(first, end)]


def _days_of_month(index: int) -> list[date]:
    month = YearMonth.at(index)
    first = date(month.year, month.month, 1).toordinal()
    return _days(first, first + monthrange(month.year, month.month)[1])


def _days_of_year(year: int) -> list[date]:
    first = date(year, 1, 1).toordinal()
    return _days(first, first + 365 + isleap(year))


def _place_in_month(day: date) -> tuple[int, int]:
    """The number of a day in its month, counted from its first day and from its last."""
    return day.day, day.day - monthrange(day.year, day.month)[1] - 1


def _place_in_year(day: date) -> tuple[int, int]:
    number = day.timetuple().tm_yday
    return number, number - 365 - isleap(day.year) - 1


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
