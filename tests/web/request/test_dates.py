from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.date_text import MONTHS, long_date, weekday_date
from boardcal.web.page.templating import make_environment
from boardcal.web.request.dates import (
    TypedDate,
    read_date,
    read_optional_date,
    shown_date,
    typed_date,
)
from boardcal.web.request.form import FieldError, Form, Problems

TODAY = date(2018, 2, 1)
MARCH_3 = date(2018, 3, 3)
ANY_DAY = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


def form(day: str = "", month: str = "", year: str = "") -> Form:
    return Form({"on-day": (day,), "on-month": (month,), "on-year": (year,)})


def refusal(day: str = "", month: str = "", year: str = "") -> str:
    """What is said by the field."""
    problems = Problems()
    sent = form(day, month, year)
    assert problems.read("on", "The day", lambda: read_date(sent, "on", today=TODAY)) is None
    return problems.get("on") or ""


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("3", "3", "2018"),
        ("03", "03", "2018"),
        (" 3 ", "Mar", " 2018"),
        ("3rd", "march", "18"),
        ("3", "MARCH", "2018"),
        ("3", "mar.", "18"),
        ("３", "３", "２０１８"),
        ("3 Mar 2018", "", ""),
        ("", "", "3rd of March 2018"),
        ("Saturday 3 March 2018", "", ""),
        ("3/3/18", "", ""),
        ("03.03.2018", "", ""),
        ("2018-03-03", "", ""),
    ],
)
def test_a_date_is_read_as_people_type_it(day: str, month: str, year: str) -> None:
    assert read_date(form(day, month, year), "on", today=TODAY) == MARCH_3


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("", "", ""), "The day must be given, such as 27 3 2018"),
        (("31", "6", "2018"), "The day must be a real date: June 2018 has 30 days"),
        (("29", "feb", "18"), "The day must be a real date: February 2018 has 28 days"),
        (("0", "1", "2018"), "The day must be a real date: January 2018 has 31 days"),
        (("3", "", "2018"), "The day must include a month"),
        (("", "3", ""), "The day must include a day and a year"),
        (("3", "3", ""), "The day must include a year"),
        (("three", "3", "2018"), "The day has “three” as its day; write a number, such as 27"),
        (("3", "13", "2018"), "The day has “13” as its month; months go from 1 to 12"),
        (("3", "0", "2018"), "The day has “0” as its month; months go from 1 to 12"),
        (("3", "Mrach", "2018"), "The day has “Mrach” as its month; did you mean March?"),
        (
            ("3", "xx", "2018"),
            "The day has “xx” as its month; write it as a number or out, such as March",
        ),
        (
            ("3", "3", "201"),
            "The day has “201” as its year; write it with four digits, such as 2018",
        ),
        (("3", "3", "1066"), "The day must lie in the years 1990 to 2100"),
        (("3", "3", "9999"), "The day must lie in the years 1990 to 2100"),
        (("31 June", "", ""), "The day must include a month and a year"),
        (("31 June 2018", "", ""), "The day must be a real date: June 2018 has 30 days"),
    ],
)
def test_what_is_no_date_gets_a_sentence(typed: tuple[str, str, str], sentence: str) -> None:
    assert refusal(*typed) == sentence


@pytest.mark.parametrize(
    ("this_year", "typed", "meant"),
    [(2018, "18", 2018), (2018, "67", 2067), (2018, "99", 1999), (2095, "05", 2105 - 100)],
)
def test_a_year_of_two_digits_is_the_one_nearest_to_today(
    this_year: int, typed: str, meant: int
) -> None:
    sent = form("3", "3", typed)
    today = date(this_year, 6, 1)
    if meant < 2010 and this_year > 2090:
        with pytest.raises(FieldError, match="1990 to 2100"):
            read_date(sent, "on", today=today)
    else:
        assert read_date(sent, "on", today=today).year == meant


def test_a_date_may_be_left_out_where_it_need_not_be_given() -> None:
    assert read_optional_date(form(), "on", today=TODAY) is None
    assert read_optional_date(Form(), "on", today=TODAY) is None
    assert read_optional_date(form("3", "3", "18"), "on", today=TODAY) == MARCH_3
    with pytest.raises(FieldError, match="must include a year"):
        read_optional_date(form("3", "3"), "on", today=TODAY)


def test_what_was_typed_is_kept_as_it_was_but_for_its_length() -> None:
    assert typed_date(form("31", "June", "2018"), "on") == TypedDate(
        day="31", month="June", year="2018"
    )
    assert len(typed_date(form("3" * 100_000), "on").day) == 40
    assert shown_date(None).is_empty


@given(ANY_DAY)
def test_every_day_is_read_back_from_its_fields_and_its_words(day: date) -> None:
    assert shown_date(day).read(today=TODAY) == day
    for text in (day.isoformat(), long_date(day), weekday_date(day), f"{day:%d/%m/%Y}"):
        assert TypedDate(day=text).read(today=TODAY) == day


@given(ANY_DAY, st.integers(min_value=3, max_value=9))
def test_a_month_may_be_cut_short(day: date, letters: int) -> None:
    month = MONTHS[day.month - 1][:letters].upper()
    assert TypedDate(day=str(day.day), month=month, year=str(day.year)).read(today=TODAY) == day


@given(ANY_DAY, st.integers(min_value=-49 * 365, max_value=49 * 365))
def test_two_digits_are_enough_within_half_a_century(today: date, away: int) -> None:
    day = today + timedelta(days=away)
    if 1990 <= day.year <= 2100:
        typed = TypedDate(day=str(day.day), month=str(day.month), year=f"{day.year % 100:02}")
        assert typed.read(today=today) == day


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_whatever_is_typed_is_a_day_or_a_sentence(day: str, month: str, year: str) -> None:
    problems = Problems()
    sent = form(day, month, year)
    read = problems.read("on", "The day", lambda: read_date(sent, "on", today=TODAY))
    if read is None:
        assert (problems.get("on") or "").startswith(("The day must ", "The day has “"))
    else:
        assert 1990 <= read.year <= 2100


def test_the_field_shows_what_was_typed_escaped_and_the_problem_beside_it() -> None:
    problems = Problems()
    problems.add("on", "The day must include a month")
    template = make_environment().from_string(
        '{% import "page/form.html.j2" as forms %}'
        '{{ forms.date_field(problems, "on", "When was it <sent>?", typed) }}'
    )
    html = template.render(problems=problems, typed=TypedDate(day='<b a="1">', year="2018"))
    assert "&lt;b a=" in html
    assert "<b a=" not in html
    assert "&lt;sent&gt;" in html
    assert "The day must include a month" in html
    # The summary of problems leads to the first of the three, by its id.
    assert html.count('id="on"') == 1
    assert html.index('id="on"') < html.index('id="on-month"') < html.index('id="on-year"')
    assert html.count("govuk-input--error") == 3
