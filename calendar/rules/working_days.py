"""Working days: Monday to Friday, without England's bank holidays."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from itertools import accumulate

import holidays

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England in `year`, substitute days included."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


class WorkingDays:
    """The working days of a Board, and counting in them.

    `closed` are days off besides the bank holidays, `open_days` are worked although they
    would be days off. Answers are remembered, so one instance should serve a whole run.
    """

    def __init__(self, *, closed: Iterable[date] = (), open_days: Iterable[date] = ()) -> None:
        self.closed = frozenset(closed)
        self.open_days = frozenset(open_days)
        self._known: dict[date, bool] = {}
        self._shifted: dict[tuple[date, int], date] = {}
        self._counted: dict[int, tuple[int, ...]] = {}

    def is_working(self, day: date) -> bool:
        """Whether `day` is worked."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = self._decide(day)
        return known

    def _decide(self, day: date) -> bool:
        if day in self.open_days:
            return True
        return (
            day.weekday() < SATURDAY
            and day not in self.closed
            and day not in bank_holidays(day.year)
        )

    def on_or_before(self, day: date) -> date:
        """`day`, or the last working day before it."""
        while not self.is_working(day):
            day -= ONE_DAY
        return day

    def on_or_after(self, day: date) -> date:
        """`day`, or the first working day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def shift(self, day: date, count: int) -> date:
        """The day `count` working days after `day`, or before it when negative.

        A `count` of 0 gives `day` itself, or the working day before it.
        """
        shifted = self._shifted.get((day, count))
        if shifted is None:
            shifted = self._shifted[day, count] = self._count_from(day, count)
        return shifted

    def _count_from(self, day: date, count: int) -> date:
        if count == 0:
            return self.on_or_before(day)
        move = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day += move
            while not self.is_working(day):
                day += move
        return day

    def following(self, event: date, count: int) -> date:
        """The day `count` working days after an event; with 0 its day or the next working day."""
        return self.shift(event, count) if count else self.on_or_after(event)

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and with `end`; 0 when none do."""
        if end <= start:
            return 0
        whole_years = sum(self._counts(year)[-1] for year in range(start.year, end.year))
        return whole_years - self._so_far(start) + self._so_far(end)

    def _so_far(self, day: date) -> int:
        """How many working days its year has had by the end of `day`."""
        return self._counts(day.year)[day.timetuple().tm_yday]

    def _counts(self, year: int) -> tuple[int, ...]:
        """How many working days a year has had, by day of the year; the first entry is 0."""
        counts = self._counted.get(year)
        if counts is None:
            first = date(year, 1, 1)
            length = (date(year, 12, 31) - first).days + 1
            worked = (self.is_working(first + ONE_DAY * number) for number in range(length))
            counts = self._counted[year] = (0, *accumulate(worked))
        return counts

    def last_of_month(self, year: int, month: int) -> date:
        """The last working day of a month."""
        return self.on_or_before(last_day(year, month))


def last_day(year: int, month: int) -> date:
    """The last calendar day of a month."""
    return date(year, month, monthrange(year, month)[1])
