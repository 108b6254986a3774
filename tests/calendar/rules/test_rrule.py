"""Recurrence rules: against python-dateutil, and what is said of rules that are none."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.rrule import check_rrule, rule_days
from boardcal.calendar.rules.timing import RecurrenceRule
from boardcal.tests.fuzz import law

LAW = law(120)

NUMBERED_DAYS = ["MO", "1MO", "2TH", "-1FR", "MO,WE", "2TH,4TH"]
EXTRAS = ["", ";BYMONTH=3,9", ";BYMONTHDAY=31", ";BYMONTHDAY=-1", ";BYSETPOS=1;BYDAY=MO,TU"]
dates = st.dates(date(2015, 1, 1), date(2022, 12, 31))
rules = st.one_of(
    st.builds("FREQ={};INTERVAL={}{}".format,
              st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
              st.integers(1, 5), st.sampled_from(EXTRAS)),
    st.builds("FREQ=MONTHLY;INTERVAL={};BYDAY={}".format,
              st.integers(1, 4), st.sampled_from(NUMBERED_DAYS)),
    st.builds("FREQ=MONTHLY;BYDAY={};COUNT={}".format,
              st.sampled_from(NUMBERED_DAYS), st.integers(1, 20)),
    st.builds("FREQ=WEEKLY;BYDAY=TU;UNTIL={:%Y%m%d}".format, dates),
)  # fmt: skip


def rule(text: str, start: date) -> RecurrenceRule:
    return RecurrenceRule(rrule=text, start=start)


@LAW
@given(rules, dates, dates, st.integers(0, 900))
def test_the_days_of_a_rule_are_those_that_dateutil_gives(
    text: str, begins: date, start: date, length: int
) -> None:
    check_rrule(text)
    end = start + timedelta(days=length)
    whole = (each.date() for each in rrulestr(text, dtstart=datetime.combine(begins, time.min)))
    expected = [day for day in takewhile(lambda day: day <= end, whole) if day >= start]
    assert list(rule_days(rule(text, begins), start, end)) == expected


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=1MO", "01-01 02-05 03-05 04-02 05-07 06-04"),
        ("freq=monthly;byday=1mo", "01-01 02-05 03-05 04-02 05-07 06-04"),
        ("FREQ=MONTHLY;BYDAY=2TH;BYMONTH=3", "03-08"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "01-31 03-31 05-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "01-31 02-28 03-31"),
        ("FREQ=WEEKLY;INTERVAL=4;BYDAY=FR;UNTIL=20180330", "01-05 02-02 03-02 03-30"),
        ("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=1", "04-01"),
    ],
)
def test_the_days_of_a_rule_in_the_first_half_of_2018(text: str, days: str) -> None:
    check_rrule(text)
    found = rule_days(rule(text, date(2018, 1, 1)), date(2018, 1, 1), date(2018, 6, 30))
    assert [f"{day:%m-%d}" for day in found] == days.split()


@pytest.mark.parametrize(
    ("text", "end"),
    [("FREQ=MONTHLY", date(2017, 12, 31)), ("FREQ=DAILY;UNTIL=20171231", date(2018, 12, 31))],
)
def test_a_rule_gives_nothing_before_it_begins_or_after_it_ends(text: str, end: date) -> None:
    assert list(rule_days(rule(text, date(2018, 1, 1)), date(2010, 1, 1), end)) == []


def test_a_count_is_counted_from_where_the_rule_begins_and_not_from_the_window() -> None:
    monthly = rule("FREQ=MONTHLY;COUNT=4", date(2018, 1, 15))
    found = list(rule_days(monthly, date(2018, 3, 1), date(2018, 12, 31)))
    assert found == [date(2018, 3, 15), date(2018, 4, 15)]


def test_a_rule_that_never_gives_a_day_gives_none() -> None:
    never = rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", date(2018, 1, 1))
    assert list(rule_days(never, date(2018, 1, 1), date(2027, 1, 1))) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("monthly", "is not a recurrence rule, such as FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=DAILY;", "is not a recurrence rule, such as FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=DAILY;FREQ=HOURLY", "is not a recurrence rule, such as FREQ=MONTHLY;BYDAY=1MO"),
        ("RRULE:FREQ=DAILY", "needs a FREQ, which may be DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("BYDAY=1MO", "needs a FREQ, which may be DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=HOURLY", "needs a FREQ, which may be DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=DAILY;BYHOUR=9", "names a time of day; a rule gives days only"),
        ("FREQ=DAILY;INTERVAL=0", "has an INTERVAL or COUNT that is no whole number from 1"),
        ("FREQ=DAILY;INTERVAL=-1", "has an INTERVAL or COUNT that is no whole number from 1"),
        ("FREQ=DAILY;COUNT=0", "has an INTERVAL or COUNT that is no whole number from 1"),
        ("FREQ=DAILY;COUNT=two", "has an INTERVAL or COUNT that is no whole number from 1"),
        (
            "FREQ=DAILY;UNTIL=20201231T000000Z",
            "needs a day alone after UNTIL, such as UNTIL=20201231",
        ),
        ("FREQ=DAILY;COUNT=3;UNTIL=20201231", "has both COUNT and UNTIL; keep one of them"),
        ("FREQ=DAILY;UNTIL=20201331", "needs a day alone after UNTIL, such as UNTIL=20201231"),
        ("FREQ=MONTHLY;BYDAY=XX", "is not a rule that RFC 5545 knows"),
        ("FREQ=MONTHLY;BYDAY=", "is not a recurrence rule, such as FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=YEARLY;BYSETPOS=0", "is not a rule that RFC 5545 knows"),
        ("FREQ=MONTHLY;BYDAY=1MO,+7MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYDAY=99MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=6MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYDAY=0MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYWEEKDAY=99MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=MONTHLY;BYDAY=MO(+99)", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYMONTH=13;BYDAY=1MO", "is not a rule that RFC 5545 knows"),
        ("FREQ=YEARLY;BYYEARDAY=400", "is not a rule that RFC 5545 knows"),
        ("FREQ=MONTHLY;BYFOO=1", "is not a rule that RFC 5545 knows"),
        ("FREQ=MONTHLY;BYMONTHDAY=x", "is not a rule that RFC 5545 knows"),
    ],
)
def test_what_is_no_rule_is_refused_with_what_to_do(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as error:
        check_rrule(text)
    assert str(error.value) == f'"{text}" {says}'


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("FREQ=YEARLY;BYDAY=53MO", "2018-12-31"),
        ("FREQ=YEARLY;BYDAY=-53MO", "2018-01-01"),
        ("FREQ=MONTHLY;BYDAY=5MO", "2018-01-29"),
        ("FREQ=MONTHLY;BYDAY=-5FR", "2018-03-02"),
    ],
)
def test_the_largest_numbers_give_the_days_that_they_mean(text: str, first: str) -> None:
    check_rrule(text)
    rule = RecurrenceRule(rrule=text, start=date(2018, 1, 1))
    found = list(rule_days(rule, date(2018, 1, 1), date(2024, 12, 31)))
    assert found[0].isoformat() == first
