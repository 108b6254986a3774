"""Working days against the bank holidays of England as the government announced them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.easter import easter
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.working_days import WorkingDays, last_day
from boardcal.tests.fuzz import law

LAW = law(150)
DAYS = WorkingDays()
ONE_DAY = timedelta(days=1)

# Those that fall on a weekday, or were moved to one.
BANK_HOLIDAYS = {
    2017: "2 Jan, 14 Apr, 17 Apr, 1 May, 29 May, 28 Aug, 25 Dec, 26 Dec",
    2018: "1 Jan, 30 Mar, 2 Apr, 7 May, 28 May, 27 Aug, 25 Dec, 26 Dec",
    2019: "1 Jan, 19 Apr, 22 Apr, 6 May, 27 May, 26 Aug, 25 Dec, 26 Dec",
    2020: "1 Jan, 10 Apr, 13 Apr, 8 May, 25 May, 31 Aug, 25 Dec, 28 Dec",
    2021: "1 Jan, 2 Apr, 5 Apr, 3 May, 31 May, 30 Aug, 27 Dec, 28 Dec",
    2022: "3 Jan, 15 Apr, 18 Apr, 2 May, 2 Jun, 3 Jun, 29 Aug, 19 Sep, 26 Dec, 27 Dec",
    2023: "2 Jan, 7 Apr, 10 Apr, 1 May, 8 May, 29 May, 28 Aug, 25 Dec, 26 Dec",
}
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905

dates = st.dates(date(2000, 1, 1), date(2060, 12, 31))
near_dates = st.dates(date(2017, 6, 1), date(2018, 12, 31))
overrides = st.frozensets(near_dates, max_size=30)
worlds = st.builds(lambda closed, opened: WorkingDays(closed=closed, open_days=opened),
                   overrides, overrides)  # fmt: skip


def day(text: str) -> date:
    """ "29 Mar 2018"."""
    number, month, year = text.split()
    return date(int(year), MONTHS.index(month) + 1, int(number))


def every_day(year: int) -> list[date]:
    return [date(year, 1, 1) + ONE_DAY * number for number in range(365)]


@pytest.mark.parametrize("year", BANK_HOLIDAYS)
def test_the_weekdays_off_are_the_bank_holidays(year: int) -> None:
    off = [each for each in every_day(year) if each.weekday() < 5 and not DAYS.is_working(each)]
    assert off == [day(f"{text} {year}") for text in BANK_HOLIDAYS[year].split(", ")]


@pytest.mark.parametrize("year", BANK_HOLIDAYS)
def test_no_weekend_is_worked(year: int) -> None:
    assert [each for each in every_day(year) if each.weekday() >= 5 and DAYS.is_working(each)] == []


@pytest.mark.parametrize(
    ("text", "worked", "why"),
    [
        ("4 May 2020", True, "the early May holiday was moved to VE Day"),
        ("8 May 2020", False, "VE Day"),
        ("30 May 2022", True, "the spring holiday was moved to the Jubilee"),
        ("2 Jun 2022", False, "the spring holiday, moved"),
        ("3 Jun 2022", False, "the Platinum Jubilee"),
        ("19 Sep 2022", False, "the State Funeral"),
        ("8 May 2023", False, "the Coronation"),
        ("1 May 2023", False, "the early May holiday, not moved"),
        ("3 Jan 2022", False, "instead of Saturday 1 January"),
        ("27 Dec 2021", False, "instead of Saturday 25 December"),
        ("24 Dec 2018", True, "Christmas Eve is no holiday"),
        ("2 Jan 2018", True, "a holiday in Scotland only"),
        ("17 Mar 2017", True, "a holiday in Northern Ireland only"),
    ],
)
def test_moved_and_single_holidays_are_known(text: str, worked: bool, why: str) -> None:
    assert DAYS.is_working(day(text)) is worked, why


@pytest.mark.parametrize("year", range(2017, 2040))
def test_good_friday_and_easter_monday_are_off_and_the_days_around_them_worked(year: int) -> None:
    sunday = easter(year)
    around = [sunday + ONE_DAY * offset for offset in (-3, -2, -1, 0, 1, 2)]
    assert [DAYS.is_working(each) for each in around] == [True, False, False, False, False, True]


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("8 Mar 2018", -10, "22 Feb 2018"),
        ("22 Feb 2018", 1, "23 Feb 2018"),
        ("23 Feb 2018", 1, "26 Feb 2018"),
        ("29 Mar 2018", 1, "3 Apr 2018"),
        ("3 Apr 2018", -1, "29 Mar 2018"),
        ("22 Dec 2017", 1, "27 Dec 2017"),
        ("11 Jan 2018", -10, "27 Dec 2017"),
        ("10 May 2018", -10, "25 Apr 2018"),
        ("1 Jun 2022", 1, "6 Jun 2022"),
        ("22 Feb 2018", 0, "22 Feb 2018"),
        ("24 Feb 2018", 0, "23 Feb 2018"),
        ("24 Feb 2018", 1, "26 Feb 2018"),
        ("24 Feb 2018", -1, "23 Feb 2018"),
        ("2 Apr 2018", 0, "29 Mar 2018"),
    ],
)
def test_shifting_counts_working_days(start: str, count: int, expected: str) -> None:
    assert DAYS.shift(day(start), count) == day(expected)


@LAW
@given(worlds, near_dates, st.integers(-60, 60))
def test_a_shifted_day_is_a_working_day(world: WorkingDays, start: date, count: int) -> None:
    assert world.is_working(world.shift(start, count))


@LAW
@given(worlds, near_dates, st.integers(-60, 60))
def test_shifting_there_and_back_from_a_working_day_changes_nothing(
    world: WorkingDays, start: date, count: int
) -> None:
    worked = world.on_or_before(start)
    assert world.shift(world.shift(worked, count), -count) == worked


@LAW
@given(worlds, near_dates, st.integers(1, 40), st.integers(1, 40))
def test_shifting_twice_is_shifting_by_the_sum(
    world: WorkingDays, start: date, one: int, other: int
) -> None:
    assert world.shift(world.shift(start, one), other) == world.shift(start, one + other)


@LAW
@given(worlds, near_dates, near_dates)
def test_days_between_are_those_counted_one_by_one(
    world: WorkingDays, start: date, end: date
) -> None:
    counted = 0
    for number in range(1, (end - start).days + 1):
        counted += world.is_working(start + ONE_DAY * number)
    assert world.between(start, end) == counted


@LAW
@given(dates, st.integers(1, 300))
def test_so_many_working_days_lie_between_a_day_and_the_day_shifted_to(
    start: date, count: int
) -> None:
    assert DAYS.between(start, DAYS.shift(start, count)) == count


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("22 Feb 2018", "22 Feb 2018", 0),
        ("22 Feb 2018", "21 Feb 2018", 0),
        ("22 Feb 2018", "23 Feb 2018", 1),
        ("23 Feb 2018", "26 Feb 2018", 1),
        ("22 Feb 2018", "22 Mar 2018", 20),
        ("29 Mar 2018", "2 Apr 2018", 0),
        ("31 Dec 2015", "31 Dec 2017", 505),
    ],
)
def test_days_between_two_days(start: str, end: str, count: int) -> None:
    assert DAYS.between(day(start), day(end)) == count


@LAW
@given(worlds, near_dates)
def test_the_nearest_working_days_have_only_days_off_between(
    world: WorkingDays, start: date
) -> None:
    before, after = world.on_or_before(start), world.on_or_after(start)
    assert before <= start <= after
    assert (before == start == after) is world.is_working(start)
    inside = [before + ONE_DAY * number for number in range(1, (after - before).days)]
    assert [each for each in inside if world.is_working(each)] == []


@pytest.mark.parametrize(
    ("year", "month", "expected"),
    [
        (2017, 12, "29 Dec 2017"),
        (2018, 3, "29 Mar 2018"),
        (2018, 6, "29 Jun 2018"),
        (2018, 7, "31 Jul 2018"),
        (2020, 2, "28 Feb 2020"),
        (2021, 5, "28 May 2021"),
        (2024, 3, "28 Mar 2024"),
    ],
)
def test_the_last_working_day_of_a_month(year: int, month: int, expected: str) -> None:
    assert DAYS.last_of_month(year, month) == day(expected)


@LAW
@given(st.integers(1, 9998), st.integers(1, 12))
def test_the_day_after_a_months_last_is_the_first_of_a_month(year: int, month: int) -> None:
    last = last_day(year, month)
    assert (last.year, last.month, (last + ONE_DAY).day) == (year, month, 1)


def test_the_very_last_month_has_a_last_day() -> None:
    assert last_day(9999, 12) == date.max


def test_a_closed_day_is_not_worked_and_moves_what_is_counted() -> None:
    closed = WorkingDays(closed=[day("23 Feb 2018"), day("29 Mar 2018")])
    assert not closed.is_working(day("23 Feb 2018"))
    assert closed.shift(day("22 Feb 2018"), 1) == day("26 Feb 2018")
    assert closed.shift(day("8 Mar 2018"), -10) == day("21 Feb 2018")
    assert closed.last_of_month(2018, 3) == day("28 Mar 2018")
    assert closed.between(day("22 Feb 2018"), day("26 Feb 2018")) == 1


@pytest.mark.parametrize("text", ["30 Mar 2018", "24 Feb 2018", "25 Dec 2018"])
def test_an_open_day_is_worked_although_it_would_be_off(text: str) -> None:
    opened = WorkingDays(open_days=[day(text)])
    assert opened.is_working(day(text))
    assert opened.on_or_before(day(text)) == day(text)


def test_a_day_both_closed_and_open_is_worked() -> None:
    both = WorkingDays(closed=[day("22 Feb 2018")], open_days=[day("22 Feb 2018")])
    assert both.is_working(day("22 Feb 2018"))
