"""When something must be reported: the timings that a planner can state.

Each is a frozen value without any date of its own; `due_dates.py` turns one into due dates.
The words are those of the Board's own planner ("quarterly", "every other meeting").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

PAPERS_WORKING_DAYS = 10
AFTER_WORKING_DAYS = 20


class Span(StrEnum):
    """A stretch of the calendar year in which "the last meeting" is meant."""

    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"


class Precision(StrEnum):
    """How exactly the source states a due date."""

    DAY = "day"
    MONTH = "month"
    SEASON = "season"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class YearMonth:
    """A month of a year."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def index(self) -> int:
        """Months since year 0, to count with."""
        return self.year * 12 + self.month - 1

    @classmethod
    def at(cls, index: int) -> YearMonth:
        """The month with this `index`."""
        return cls(year=index // 12, month=index % 12 + 1)

    @classmethod
    def of(cls, day: date) -> YearMonth:
        """The month that `day` lies in."""
        return cls(year=day.year, month=day.month)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDate:
    """A date as the source states it: "8 March 2018", "July 2018" or "Autumn 2019".

    `last` is the last calendar day it can mean.
    """

    text: str
    precision: Precision
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryMeeting:
    """Every meeting of the series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMonths:
    """The meetings (or months) of these months, 1 to 12, every year."""

    months: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryNth:
    """Every `n`th held meeting, the first being the first one held in or after `start`."""

    n: int
    start: YearMonth


@dataclass(frozen=True, slots=True, kw_only=True)
class LastIn:
    """The last meeting in each quarter, half-year or year."""

    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryMonths:
    """Every `n`th month, counted from `start`."""

    n: int
    start: YearMonth


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceRule:
    """An RFC 5545 RRULE that begins on `start`."""

    rrule: str
    start: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMeetings:
    """At meetings of `body`; due when the papers are, `papers` working days before."""

    body: str
    which: EveryMeeting | NamedMonths | EveryNth | LastIn
    papers: int = PAPERS_WORKING_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCalendar:
    """By the calendar; due on `day` of the month, or on the month's last working day."""

    which: NamedMonths | EveryMonths | RecurrenceRule
    day: int | None = None


Cadence = AtMeetings | OnCalendar


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """By one or several stated dates; with `review`, reviewed at that cadence afterwards."""

    dates: tuple[StatedDate, ...]
    review: Cadence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ongoing:
    """Never due; looked at again at a cadence."""

    review: Cadence


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """`days` working days after an event that the secretariat records."""

    event: str
    days: int = AFTER_WORKING_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class AsRequired:
    """No date: may be raised at any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """The source gives no date, and none has been agreed yet."""

    why: str


Timing = AtMeetings | OnCalendar | By | Ongoing | After | AsRequired | Undecided
