"""Every timing over windows past and future: due dates by hand, and against brute force."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.date_text import stated_date
from boardcal.calendar.rules.due_dates import DueDate, Event, Expansion, slug
from boardcal.calendar.rules.meeting_series import Series, Weekday
from boardcal.calendar.rules.timing import (
    After,
    AsRequired,
    AtMeetings,
    By,
    EveryMeeting,
    EveryMonths,
    EveryNth,
    LastIn,
    NamedMonths,
    OnCalendar,
    Ongoing,
    Precision,
    RecurrenceRule,
    Span,
    Timing,
    Undecided,
    YearMonth,
)
from boardcal.calendar.rules.working_days import WorkingDays, last_day
from boardcal.tests.fuzz import law

LAW = law(80)
DAYS = WorkingDays()
SERIES = {
    "lscb": Series(days=(Weekday(n=2, weekday=3),), months=(1, 3, 5, 7, 9, 11)),
    "business-group": Series(days=(Weekday(n=3, weekday=1),), months=(2, 5, 8, 11)),
    "pmqag": Series(days=(Weekday(n=1, weekday=2),), months=(2, 4, 6, 8, 10, 12)),
}
DECEMBER_2017 = YearMonth(year=2017, month=12)
QUARTERLY = AtMeetings(body="business-group", which=LastIn(span=Span.QUARTER))
MARCH = AtMeetings(body="lscb", which=NamedMonths(months=(3,)))


def expand(timing: Timing, start: date, end: date, *events: Event) -> tuple[DueDate, ...]:
    expansion = Expansion(start=start, end=end, days=DAYS, series=SERIES, events=events)
    return expansion.due_dates(timing)


def in_year(timing: Timing, year: int, *events: Event) -> list[tuple[str, str]]:
    """(period, due) of what falls due in a year."""
    found = expand(timing, date(year, 1, 1), date(year, 12, 31), *events)
    return [(each.period, str(each.due)) for each in found]


def by(*texts: str, review: AtMeetings | None = None) -> By:
    return By(dates=tuple(stated_date(text) for text in texts), review=review)


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (MARCH, "2018-03:2018-02-22"),
        (
            AtMeetings(body="lscb", which=NamedMonths(months=(1, 11))),
            "2018-11:2018-10-25 2019-01:2018-12-24",
        ),
        (
            AtMeetings(body="lscb", which=EveryMeeting()),
            ("2018-03:2018-02-22 2018-05:2018-04-25 2018-07:2018-06-28 2018-09:2018-08-30 "
            "2018-11:2018-10-25 2019-01:2018-12-24"),
        ),
        (
            AtMeetings(body="lscb", which=EveryMeeting(), papers=0),
            ("2018-01:2018-01-11 2018-03:2018-03-08 2018-05:2018-05-10 2018-07:2018-07-12 "
            "2018-09:2018-09-13 2018-11:2018-11-08"),
        ),
        (AtMeetings(body="lscb", which=NamedMonths(months=(3,)), papers=1), "2018-03:2018-03-07"),
        (
            AtMeetings(body="pmqag", which=EveryNth(n=2, start=DECEMBER_2017)),
            "2:2018-03-19 3:2018-07-18 4:2018-11-21",
        ),
        (
            AtMeetings(body="pmqag", which=EveryNth(n=3, start=DECEMBER_2017)),
            "2:2018-05-22 3:2018-11-21",
        ),
        (
            QUARTERLY,
            "2018-Q1:2018-02-06 2018-Q2:2018-04-30 2018-Q3:2018-08-07 2018-Q4:2018-11-06",
        ),
        (
            AtMeetings(body="lscb", which=LastIn(span=Span.QUARTER)),
            "2018-Q1:2018-02-22 2018-Q2:2018-04-25 2018-Q3:2018-08-30 2018-Q4:2018-10-25",
        ),
        (
            AtMeetings(body="lscb", which=LastIn(span=Span.HALF_YEAR)),
            "2018-H1:2018-04-25 2018-H2:2018-10-25",
        ),
        (AtMeetings(body="lscb", which=LastIn(span=Span.YEAR)), "2018:2018-10-25"),
        (OnCalendar(which=NamedMonths(months=(8, 2))), "2018-02:2018-02-28 2018-08:2018-08-31"),
        (OnCalendar(which=NamedMonths(months=(3, 12))), "2018-03:2018-03-29 2018-12:2018-12-31"),
        (OnCalendar(which=NamedMonths(months=(2,)), day=30), "2018-02:2018-02-28"),
        (OnCalendar(which=NamedMonths(months=(4,)), day=15), "2018-04:2018-04-15"),
        (
            OnCalendar(which=EveryMonths(n=3, start=DECEMBER_2017)),
            "2018-03:2018-03-29 2018-06:2018-06-29 2018-09:2018-09-28 2018-12:2018-12-31",
        ),
        (OnCalendar(which=EveryMonths(n=7, start=DECEMBER_2017)), "2018-07:2018-07-31"),
        (
            OnCalendar(
                which=RecurrenceRule(rrule="FREQ=MONTHLY;BYDAY=1MO;BYMONTH=4,5",
                                     start=date(2018, 1, 1))
            ),
            "2018-04-02:2018-04-02 2018-05-07:2018-05-07",
        ),
        (by("8 March 2018"), "8-march-2018:2018-03-08"),
        (by("10 March 2018"), "10-march-2018:2018-03-10"),
        (by("July 2018"), "july-2018:2018-07-31"),
        (by("March 2018"), "march-2018:2018-03-29"),
        (by("Spring 2018"), "spring-2018:2018-05-31"),
        (by("Winter 2017"), "winter-2017:2018-02-28"),
        (by("November 2017", "March 2018"), "march-2018:2018-03-29"),
        (
            by("January 2018", review=QUARTERLY),
            ("january-2018:2018-01-31 2018-Q1:2018-02-06 2018-Q2:2018-04-30 2018-Q3:2018-08-07 "
            "2018-Q4:2018-11-06"),
        ),
        (by("July 2018", review=QUARTERLY),
         "july-2018:2018-07-31 2018-Q3:2018-08-07 2018-Q4:2018-11-06"),
        (
            Ongoing(review=QUARTERLY),
            "2018-Q1:2018-02-06 2018-Q2:2018-04-30 2018-Q3:2018-08-07 2018-Q4:2018-11-06",
        ),
        (Ongoing(review=OnCalendar(which=NamedMonths(months=(6,)))), "2018-06:2018-06-29"),
        (AsRequired(), ""),
        (Undecided(why="The plan gives no month."), ""),
        (After(event="review-published"), ""),
    ],
)  # fmt: skip
def test_what_falls_due_in_2018(timing: Timing, expected: str) -> None:
    found = [f"{period}:{due}" for period, due in in_year(timing, 2018)]
    assert found == expected.split()


@pytest.mark.parametrize(
    ("timing", "year", "expected"),
    [
        (MARCH, 1998, "1998-03:1998-02-26"),
        (MARCH, 2022, "2022-03:2022-02-24"),
        (MARCH, 2058, "2058-03:2058-02-28"),
        (AtMeetings(body="pmqag", which=EveryNth(n=2, start=DECEMBER_2017)), 2017,
         "1:2017-11-22"),
        (AtMeetings(body="pmqag", which=EveryNth(n=2, start=DECEMBER_2017)), 2016, ""),
        (AtMeetings(body="pmqag", which=EveryNth(n=2, start=DECEMBER_2017)), 2022,
         "14:2022-03-23 15:2022-07-20 16:2022-11-23"),
        (OnCalendar(which=EveryMonths(n=3, start=DECEMBER_2017)), 2016, ""),
        (OnCalendar(which=EveryMonths(n=3, start=DECEMBER_2017)), 2017, "2017-12:2017-12-29"),
        (OnCalendar(which=EveryMonths(n=24, start=DECEMBER_2017)), 2019, "2019-12:2019-12-31"),
        (OnCalendar(which=NamedMonths(months=(8,))), 2009, "2009-08:2009-08-28"),
        (by("Autumn 2019"), 2019, "autumn-2019:2019-11-29"),
        (by("July 2018"), 2019, ""),
        (by("January 2018", review=QUARTERLY), 2017, ""),
        (Ongoing(review=QUARTERLY), 2035,
         "2035-Q1:2035-02-06 2035-Q2:2035-04-30 2035-Q3:2035-08-07 2035-Q4:2035-11-06"),
    ],
)  # fmt: skip
def test_what_falls_due_in_other_years(timing: Timing, year: int, expected: str) -> None:
    found = [f"{period}:{due}" for period, due in in_year(timing, year)]
    assert found == expected.split()


def test_a_march_meeting_puts_papers_due_ten_working_days_before() -> None:
    (found,) = expand(MARCH, date(2018, 1, 1), date(2018, 12, 31))
    assert found == DueDate(
        period="2018-03",
        due=date(2018, 2, 22),
        meeting=date(2018, 3, 8),
        slot="2018-03",
        own=True,
    )


@pytest.mark.parametrize(
    ("timing", "precision"),
    [
        (by("8 March 2018"), Precision.DAY),
        (by("March 2018"), Precision.MONTH),
        (by("Spring 2018"), Precision.SEASON),
        (OnCalendar(which=NamedMonths(months=(3,))), Precision.MONTH),
        (OnCalendar(which=NamedMonths(months=(3,)), day=5), Precision.DAY),
        (OnCalendar(which=EveryMonths(n=12, start=DECEMBER_2017)), Precision.MONTH),
        (MARCH, Precision.DAY),
    ],
)
def test_a_due_date_is_as_precise_as_its_source(timing: Timing, precision: Precision) -> None:
    (found,) = expand(timing, date(2018, 1, 1), date(2018, 12, 31))
    assert found.precision is precision


def test_only_looks_at_something_ongoing_are_reviews() -> None:
    found = expand(by("July 2018", review=QUARTERLY), date(2018, 1, 1), date(2018, 12, 31))
    assert [each.review for each in found] == [False, True, True]
    assert [each.meeting for each in found] == [None, date(2018, 8, 21), date(2018, 11, 20)]


def test_no_review_comes_on_or_before_the_last_milestone() -> None:
    timing = by("November 2018", "6 November 2018", review=QUARTERLY)
    assert [period for period, _ in in_year(timing, 2018)] == ["6-november-2018", "november-2018"]
    timing = by("6 November 2018", review=QUARTERLY)
    assert [period for period, _ in in_year(timing, 2018)] == ["6-november-2018"]


@pytest.mark.parametrize(
    ("days", "on", "due"),
    [
        (20, date(2018, 3, 1), date(2018, 3, 29)),
        (20, date(2018, 3, 2), date(2018, 4, 3)),
        (20, date(2018, 3, 3), date(2018, 4, 3)),
        (1, date(2018, 3, 29), date(2018, 4, 3)),
        (0, date(2018, 3, 9), date(2018, 3, 9)),
        (0, date(2018, 3, 10), date(2018, 3, 12)),
        (0, date(2018, 3, 30), date(2018, 4, 3)),
    ],
)
def test_what_follows_an_event_is_due_working_days_after_it(days: int, on: date, due: date) -> None:
    event = Event(name="review-published", number=1, on=on)
    other = Event(name="survey-accepted", number=1, on=on)
    found = in_year(After(event="review-published", days=days), 2018, event, other)
    assert found == [("review-published-1", str(due))]


def test_each_event_of_a_name_has_a_period_of_its_own() -> None:
    first = Event(name="review-published", number=1, on=date(2018, 3, 1))
    second = Event(name="review-published", number=2, on=date(2018, 3, 1))
    found = in_year(After(event="review-published"), 2018, first, second)
    assert [period for period, _ in found] == ["review-published-1", "review-published-2"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("July 2018", "july-2018"),
        ("8 March 2018", "8-march-2018"),
        ("Autumn  2019", "autumn-2019"),
    ],
)
def test_a_stated_date_is_part_of_a_key(text: str, part: str) -> None:
    assert slug(text) == part


@pytest.mark.parametrize("timing", [MARCH, QUARTERLY, OnCalendar(which=NamedMonths(months=(3,)))])
def test_a_window_includes_both_its_ends(timing: Timing) -> None:
    first, *_ = expand(timing, date(2018, 1, 1), date(2018, 12, 31))
    assert expand(timing, first.due, first.due) == (first,)
    assert expand(timing, first.due + timedelta(days=1), first.due + timedelta(days=2)) == ()


@pytest.mark.parametrize("window", [(date.min, date(5, 1, 1)), (date(9990, 1, 1), date.max)])
@pytest.mark.parametrize(
    "which", [EveryMeeting(), LastIn(span=Span.YEAR), NamedMonths(months=(3,))]
)
def test_no_window_is_too_early_or_too_late_for_meetings(
    window: tuple[date, date], which: EveryMeeting | LastIn | NamedMonths
) -> None:
    assert expand(AtMeetings(body="lscb", which=which, papers=0), *window)
    assert expand(OnCalendar(which=NamedMonths(months=(12,)), day=31), *window)


def test_the_meetings_of_a_body_are_those_in_the_window() -> None:
    expansion = Expansion(start=date(2018, 3, 8), end=date(2018, 9, 12), days=DAYS, series=SERIES)
    assert [meeting.slot for meeting in expansion.meetings_of("lscb")] == [
        "2018-03",
        "2018-05",
        "2018-07",
    ]


@LAW
@given(
    st.integers(1, 40),
    st.dates(date(2000, 1, 1), date(2030, 12, 31)).map(YearMonth.of),
    st.one_of(st.none(), st.integers(1, 31)),
    st.dates(date(1995, 1, 1), date(2040, 12, 31)),
    st.integers(0, 2000),
)
def test_every_few_months_never_drifts(
    n: int, anchor: YearMonth, day: int | None, start: date, length: int
) -> None:
    end = start + timedelta(days=length)
    expected = []
    year, month, passed = anchor.year, anchor.month, 0
    while (year, month) <= (end.year, end.month):
        if passed % n == 0:
            if day is None:
                due = DAYS.on_or_before(last_day(year, month))
            else:
                due = date(year, month, min(day, last_day(year, month).day))
            if start <= due <= end:
                expected.append((f"{year}-{month:02}", due))
        year, month, passed = year + month // 12, month % 12 + 1, passed + 1
    found = expand(OnCalendar(which=EveryMonths(n=n, start=anchor), day=day), start, end)
    assert [(each.period, each.due) for each in found] == expected


@LAW
@given(
    st.frozensets(st.integers(1, 12), min_size=1),
    st.one_of(st.none(), st.integers(1, 31)),
    st.dates(date(1995, 1, 1), date(2040, 12, 31)),
    st.integers(0, 1200),
)
def test_named_months_are_found_day_by_day(
    months: frozenset[int], day: int | None, start: date, length: int
) -> None:
    def is_due(each: date) -> bool:
        last = last_day(each.year, each.month)
        right = each == DAYS.on_or_before(last) if day is None else each.day == min(day, last.day)
        return right and each.month in months

    every_day = [start + timedelta(days=number) for number in range(length + 1)]
    timing = OnCalendar(which=NamedMonths(months=tuple(months)), day=day)
    found = expand(timing, start, every_day[-1])
    assert [each.due for each in found] == [each for each in every_day if is_due(each)]
