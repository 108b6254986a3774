"""Meetings and due dates against python-dateutil, which works them out in another way."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from dateutil.rrule import DAILY, MONTHLY, rrule, rruleset, weekday
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.due_dates import Expansion
from boardcal.calendar.rules.meeting_series import Series, Weekday, scheduled_days
from boardcal.calendar.rules.timing import (
    AtMeetings,
    EveryMeeting,
    EveryMonths,
    LastIn,
    NamedMonths,
    OnCalendar,
    Span,
    Timing,
    YearMonth,
)
from boardcal.calendar.rules.working_days import WorkingDays, bank_holidays
from boardcal.tests.fuzz import law

if TYPE_CHECKING:
    from collections.abc import Iterable

LAW = law(60)
YEARS = range(2015, 2029)
MONTHS_IN = {Span.QUARTER: 3, Span.HALF_YEAR: 6, Span.YEAR: 12}

dates = st.dates(date(2016, 1, 1), date(2024, 12, 31))
months = st.frozensets(st.integers(1, 12), min_size=1).map(lambda found: tuple(sorted(found)))
weekdays = st.builds(
    lambda n, day: Weekday(n=n, weekday=day), st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)
)
series = st.builds(
    lambda days, named: Series(days=tuple(days), months=named),
    st.lists(weekdays, min_size=1, max_size=3, unique=True),
    months,
)


def moment(day: date) -> datetime:
    return datetime.combine(day, time.min)


def days_of(rule: Iterable[datetime]) -> list[date]:
    return [each.date() for each in rule]


def meeting_rule(series: Series, start: date, end: date) -> list[date]:
    """The days of a series, by a recurrence rule."""
    return days_of(
        rrule(
            MONTHLY,
            dtstart=moment(start),
            until=moment(end),
            bymonth=series.months,
            byweekday=[weekday(each.weekday, each.n) for each in series.days],
        )
    )


def working_rule() -> list[date]:
    """Working days, by a rule with exceptions, for all the years that are looked at."""
    working = rruleset()
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
    working.rrule(rrule(DAILY, dtstart=moment(first), until=moment(last), byweekday=range(5)))
    for year in YEARS:
        for holiday in bank_holidays(year):
            working.exdate(moment(holiday))
    return days_of(working)


WORKING = working_rule()


def last_working(year: int, month: int) -> date:
    return max(day for day in WORKING if (day.year, day.month) == (year, month))


def due(timing: Timing, series: Series, start: date, end: date) -> list[date]:
    expansion = Expansion(start=start, end=end, days=WorkingDays(), series={"lscb": series})
    return [each.due for each in expansion.due_dates(timing)]


@LAW
@given(series, dates, st.integers(0, 900))
def test_the_days_of_a_series_are_those_of_its_recurrence_rule(
    series: Series, start: date, length: int
) -> None:
    end = start + timedelta(days=length)
    found = sorted({day for _, day in scheduled_days(series, start, end)})
    assert found == meeting_rule(series, start, end)


@LAW
@given(series, st.sampled_from([0, 1, 10, 40]), dates, st.integers(0, 900))
def test_papers_are_due_so_many_working_days_before_each_meeting_of_the_rule(
    series: Series, papers: int, start: date, length: int
) -> None:
    end = start + timedelta(days=length)
    timing = AtMeetings(body="lscb", which=EveryMeeting(), papers=papers)
    meetings = meeting_rule(series, start - timedelta(days=100), end + timedelta(days=100))
    expected = []
    for day in meetings:
        before = [each for each in WORKING if each < day or (papers == 0 and each == day)]
        expected.append(before[-papers] if papers else before[-1])
    assert due(timing, series, start, end) == [day for day in expected if start <= day <= end]


@LAW
@given(series, st.sampled_from(Span), st.integers(2016, 2024))
def test_the_last_meeting_of_each_period_is_the_last_that_the_rule_gives(
    series: Series, span: Span, year: int
) -> None:
    timing = AtMeetings(body="lscb", which=LastIn(span=span), papers=10)
    start, end = date(year, 1, 1), date(year, 12, 31)
    rule = meeting_rule(series, start, date(year + 1, 12, 31))
    periods = groupby(rule, lambda day: (day.year, (day.month - 1) // MONTHS_IN[span]))
    last = [list(group)[-1] for _, group in periods]
    expected = [[each for each in WORKING if each < day][-10] for day in last]
    assert due(timing, series, start, end) == [day for day in expected if start <= day <= end]


@LAW
@given(months, dates, st.integers(0, 900))
def test_named_months_fall_due_on_their_last_working_day(
    named: tuple[int, ...], start: date, length: int
) -> None:
    end = start + timedelta(days=length)
    timing = OnCalendar(which=NamedMonths(months=named))
    begins, ends = moment(date(2015, 1, 1)), moment(end)
    firsts = days_of(rrule(MONTHLY, dtstart=begins, until=ends, bymonth=named, bymonthday=1))
    expected = [last_working(day.year, day.month) for day in firsts]
    assert due(timing, Series(days=(), months=()), start, end) == [
        day for day in expected if start <= day <= end
    ]


@LAW
@given(st.integers(1, 30), dates, dates, st.integers(0, 900))
def test_every_so_many_months_are_those_of_a_rule_with_that_interval(
    interval: int, begins: date, start: date, length: int
) -> None:
    end = start + timedelta(days=length)
    timing = OnCalendar(which=EveryMonths(n=interval, start=YearMonth.of(begins)))
    first, last = moment(begins.replace(day=1)), moment(end)
    firsts = days_of(rrule(MONTHLY, dtstart=first, until=last, interval=interval))
    expected = [last_working(day.year, day.month) for day in firsts]
    assert due(timing, Series(days=(), months=()), start, end) == [
        day for day in expected if start <= day <= end
    ]
