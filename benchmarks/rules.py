"""Expanding many rules: boardcal against python-dateutil, one rule at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from itertools import combinations, cycle, islice, product

from dateutil.rrule import MONTHLY, rrule, rrulestr, weekday

from boardcal.calendar.rules.due_dates import Expansion
from boardcal.calendar.rules.meeting_series import Series, Weekday
from boardcal.calendar.rules.timing import (
    AtMeetings,
    EveryMeeting,
    EveryMonths,
    OnCalendar,
    RecurrenceRule,
    Timing,
    YearMonth,
)
from boardcal.calendar.rules.working_days import WorkingDays

RULES = 10_000
DISTINCT = 1_400
START, END = date(2018, 1, 1), date(2020, 12, 31)
BEGINS = datetime(2018, 1, 1)  # noqa: DTZ001 - dateutil's rules know no time zone

Expand = Callable[[], int]


def distinct_rules() -> tuple[list[tuple[Timing, Expand]], dict[str, Series]]:
    """1,400 different rules, each with the same dates from python-dateutil alone."""
    series: dict[str, Series] = {}
    rules: list[tuple[Timing, Expand]] = []
    month_sets = [months for size in (1, 2, 4, 6, 12) for months in _months(size)]
    for (n, day), months in islice(product(product((1, 2, 3, 4), range(5)), month_sets), 700):
        body = f"body-{len(series)}"
        series[body] = Series(days=(Weekday(n=n, weekday=day),), months=months)
        timing = AtMeetings(body=body, which=EveryMeeting())
        rules.append((timing, _nth_weekday(n, day, months)))
    for every, month, day in islice(product(range(1, 13), range(1, 13), range(1, 29)), 560):
        which = EveryMonths(n=every, start=YearMonth(year=2018, month=month))
        rules.append((OnCalendar(which=which, day=day), _every_months(every, month, day)))
    # A rule in RFC 5545's own words is the exception in a Board's planner.
    for every, day, until in islice(
        product(range(1, 5), range(1, 29), (2019, 2020, 2021, 2022)), 140
    ):
        text = f"FREQ=MONTHLY;INTERVAL={every};BYMONTHDAY={day};UNTIL={until}1231"
        rules.append((OnCalendar(which=RecurrenceRule(rrule=text, start=START)), _text(text)))
    return rules[:DISTINCT], series


def _months(size: int) -> list[tuple[int, ...]]:
    return list(islice(combinations(range(1, 13), size), 12))


def _nth_weekday(n: int, day: int, months: tuple[int, ...]) -> Expand:
    def expand() -> int:
        rule = rrule(MONTHLY, dtstart=BEGINS, until=END, bymonth=months, byweekday=weekday(day, n))
        return sum(1 for _ in rule)

    return expand


def _every_months(every: int, month: int, day: int) -> Expand:
    def expand() -> int:
        begins = BEGINS.replace(month=month)
        rule = rrule(MONTHLY, dtstart=begins, until=END, interval=every, bymonthday=day)
        return sum(1 for _ in rule)

    return expand


def _text(text: str) -> Expand:
    def expand() -> int:
        end = datetime.combine(END, BEGINS.time())
        return len(rrulestr(text, dtstart=BEGINS).between(BEGINS, end, inc=True))

    return expand


def measure() -> tuple[float, float, int, int]:
    """Seconds of dateutil and of boardcal for 10,000 rules, and the dates each gave."""
    distinct, series = distinct_rules()
    rules = list(islice(cycle(distinct), RULES))
    began = time.perf_counter()
    theirs = sum(expand() for _, expand in rules)
    dateutil_seconds = time.perf_counter() - began
    # Loading the package of bank holidays is a start-up cost, as loading dateutil is.
    days = WorkingDays()
    days.is_working(START)
    began = time.perf_counter()
    expansion = Expansion(start=START, end=END, days=days, series=series)
    ours = sum(len(expansion.due_dates(timing)) for timing, _ in rules)
    return dateutil_seconds, time.perf_counter() - began, theirs, ours
