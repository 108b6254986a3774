"""Dates and months as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.date_text import (
    MONTHS,
    listed,
    long_date,
    month_number,
    short_date,
    stated_date,
    weekday_date,
    year_month,
)
from boardcal.calendar.rules.timing import Precision, YearMonth
from boardcal.tests.fuzz import law

LAW = law(100)
DAY, MONTH, SEASON = Precision.DAY, Precision.MONTH, Precision.SEASON
dates = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "precision", "last"),
    [
        ("8 March 2018", DAY, date(2018, 3, 8)),
        ("08 March 2018", DAY, date(2018, 3, 8)),
        ("8 Mar 2018", DAY, date(2018, 3, 8)),
        ("29 February 2020", DAY, date(2020, 2, 29)),
        ("July 2018", MONTH, date(2018, 7, 31)),
        ("july 2018", MONTH, date(2018, 7, 31)),
        ("JUL 2018", MONTH, date(2018, 7, 31)),
        ("February 2020", MONTH, date(2020, 2, 29)),
        ("February 2018", MONTH, date(2018, 2, 28)),
        ("December 2017", MONTH, date(2017, 12, 31)),
        ("Spring 2019", SEASON, date(2019, 5, 31)),
        ("Summer 2019", SEASON, date(2019, 8, 31)),
        ("Autumn 2019", SEASON, date(2019, 11, 30)),
        ("autumn 2019", SEASON, date(2019, 11, 30)),
        ("Winter 2018", SEASON, date(2019, 2, 28)),
        ("Winter 2019", SEASON, date(2020, 2, 29)),
    ],
)
def test_a_stated_date_is_read(text: str, precision: Precision, last: date) -> None:
    stated = stated_date(text)
    assert (stated.text, stated.precision, stated.last) == (text, precision, last)


def test_blanks_around_and_within_a_stated_date_do_not_matter() -> None:
    assert stated_date("  8  March\t2018 ") == stated_date("8 March 2018")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("31 June 2018", 'there is no "31 June 2018": June 2018 has 30 days'),
        ("29 February 2018", 'there is no "29 February 2018": February 2018 has 28 days'),
        ("30 February 2020", 'there is no "30 February 2020": February 2020 has 29 days'),
        ("0 May 2018", 'there is no "0 May 2018": May 2018 has 31 days'),
        ("Febuary 2018", '"Febuary" is not a month; did you mean "February"?'),
        ("Setpember 2018", '"Setpember" is not a month; did you mean "September"?'),
        ("Autum 2019", '"Autum" is not a month; did you mean "Autumn"?'),
        ("8 Autumn 2018", '"Autumn" is not a month; write it out, such as "March"'),
        ("Michaelmas 2018", '"Michaelmas" is not a month; write it out, such as "March"'),
        ("July 1889", "the year 1889 lies outside 1990 to 2100"),
        ("July 2101", "the year 2101 lies outside 1990 to 2100"),
        ("July", '"July" is not a date; write "8 March 2018", "July 2018" or "Autumn 2019"'),
        ("2018", '"2018" is not a date; write "8 March 2018", "July 2018" or "Autumn 2019"'),
        (
            "08/03/2018",
            '"08/03/2018" is not a date; write "8 March 2018", "July 2018" or "Autumn 2019"',
        ),
        (
            "July 2018 or so",
            '"July 2018 or so" is not a date; write "8 March 2018", "July 2018" or "Autumn 2019"',
        ),
        ("", '"" is not a date; write "8 March 2018", "July 2018" or "Autumn 2019"'),
    ],
)
def test_what_is_no_date_is_refused_with_what_to_write(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as error:
        stated_date(text)
    assert str(error.value) == says


@LAW
@given(dates)
def test_a_date_written_out_is_read_again(day: date) -> None:
    stated = stated_date(long_date(day))
    assert (stated.precision, stated.last) == (DAY, day)


@pytest.mark.parametrize(("number", "name"), list(enumerate(MONTHS, start=1)))
def test_a_month_is_known_in_full_and_by_three_letters(number: int, name: str) -> None:
    assert month_number(name) == month_number(name[:3]) == month_number(name.upper()) == number


def test_a_month_and_a_year_are_read() -> None:
    assert year_month("December 2017") == YearMonth(year=2017, month=12)


@pytest.mark.parametrize("text", ["8 December 2017", "Autumn 2017"])
def test_what_is_more_or_less_than_a_month_is_no_month(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month and a year") as error:
        year_month(text)
    assert str(error.value) == f'"{text}" is not a month and a year, such as "December 2017"'


@LAW
@given(st.integers(1, 9999 * 12))
def test_a_month_is_found_again_by_its_index(index: int) -> None:
    month = YearMonth.at(index)
    assert month.index == index
    assert 1 <= month.month <= 12


@LAW
@given(dates, dates)
def test_months_are_ordered_as_their_days_are(one: date, other: date) -> None:
    assert (YearMonth.of(one) < YearMonth.of(other)) is (
        (one.year, one.month) < (other.year, other.month)
    )


def test_dates_are_written_as_people_write_them() -> None:
    day = date(2018, 3, 8)
    assert long_date(day) == "8 March 2018"
    assert weekday_date(day) == "Thursday 8 March 2018"
    assert short_date(day) == "8 March"
    assert str(YearMonth.of(day)) == "2018-03"


@pytest.mark.parametrize(
    ("items", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_things_are_listed_as_in_a_sentence(items: list[str], text: str) -> None:
    assert listed(items) == text
    assert listed(items, last="or") == text.replace(" and ", " or ")
