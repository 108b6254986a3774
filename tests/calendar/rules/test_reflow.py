"""What becomes of a report when its meeting is moved or cancelled, or another one is added.

The LSCB meets on second Thursdays, in 2018 on 11 January, 8 March, 10 May, 12 July, 13 September
and 8 November; the Business Group on 20 February, 15 May, 21 August and 20 November; PMQAG on
7 February, 4 April, 6 June, 1 August, 3 October and 5 December, and before on 6 December 2017.
"""

from __future__ import annotations

from datetime import date

import pytest

from boardcal.calendar.rules.due_dates import DueDate, Expansion
from boardcal.calendar.rules.meeting_series import MeetingChange, MeetingChangeKind, Series, Weekday
from boardcal.calendar.rules.timing import (
    AtMeetings,
    EveryMeeting,
    EveryNth,
    LastIn,
    NamedMonths,
    Ongoing,
    Span,
    Timing,
    YearMonth,
)
from boardcal.calendar.rules.working_days import WorkingDays

SERIES = {
    "lscb": ((Weekday(n=2, weekday=3),), (1, 3, 5, 7, 9, 11)),
    "business-group": ((Weekday(n=3, weekday=1),), (2, 5, 8, 11)),
    "pmqag": ((Weekday(n=1, weekday=2),), (2, 4, 6, 8, 10, 12)),
}
EVERY = AtMeetings(body="lscb", which=EveryMeeting())
MARCH = AtMeetings(body="lscb", which=NamedMonths(months=(3,)))
HALF_YEARLY = AtMeetings(body="lscb", which=LastIn(span=Span.HALF_YEAR))
QUARTERLY = AtMeetings(body="lscb", which=LastIn(span=Span.QUARTER))
GROUP_QUARTERLY = AtMeetings(body="business-group", which=LastIn(span=Span.QUARTER))
EVERY_OTHER = AtMeetings(body="pmqag", which=EveryNth(n=2, start=YearMonth(year=2017, month=12)))
WINDOW = (date(2017, 12, 1), date(2018, 12, 31))


def day(text: str) -> date:
    """The day of 2018 that "03-08" is; a longer text has its own year."""
    return date.fromisoformat(text if len(text) > 5 else f"2018-{text}")


def moved(text: str, to: str) -> MeetingChange:
    return MeetingChange(kind=MeetingChangeKind.MOVED, day=day(text), to=day(to))


def cancelled(text: str, decided: str | None = None) -> MeetingChange:
    known = None if decided is None else day(decided)
    return MeetingChange(kind=MeetingChangeKind.CANCELLED, day=day(text), decided=known)


def added(text: str) -> MeetingChange:
    return MeetingChange(kind=MeetingChangeKind.ADDED, day=day(text))


def extraordinary(text: str) -> MeetingChange:
    return MeetingChange(kind=MeetingChangeKind.ADDED, day=day(text), extraordinary=True)


def reflowed(
    timing: Timing, *changes: MeetingChange, window: tuple[date, date] = WINDOW
) -> dict[str, DueDate]:
    """Due dates by their period, with these changes to the series of every body."""
    series = {
        body: Series(days=days, months=months, changes=changes)
        for body, (days, months) in SERIES.items()
    }
    start, end = window
    expansion = Expansion(start=start, end=end, days=WorkingDays(), series=series)
    return {each.period: each for each in expansion.due_dates(timing)}


def at(found: dict[str, DueDate], period: str) -> str:
    """Where a report went: its meeting and its papers' date, such as "05-10 04-25"."""
    each = found[period]
    assert each.meeting is not None
    return f"{each.meeting:%m-%d} {each.due:%m-%d}"


@pytest.mark.parametrize(
    ("timing", "period"),
    [(EVERY, "2018-03"), (MARCH, "2018-03"), (QUARTERLY, "2018-Q1")],
)
def test_a_moved_meeting_takes_its_report_along(timing: Timing, period: str) -> None:
    found = reflowed(timing, moved("03-08", "03-15"))
    assert at(found, period) == "03-15 03-01"
    assert found[period].note == "the meeting of 8 March 2018 was moved"
    assert found.keys() == reflowed(timing).keys()


def test_at_every_meeting_a_cancelled_one_is_void() -> None:
    found = reflowed(EVERY, cancelled("03-08"))
    assert [period for period, each in found.items() if each.void] == ["2018-03"]
    assert at(found, "2018-03") == "03-08 02-22"
    assert found["2018-03"].note == "the meeting of 8 March 2018 was cancelled"
    assert found.keys() == reflowed(EVERY).keys()


@pytest.mark.parametrize(
    ("changes", "goes_to"),
    [
        ([cancelled("03-08")], "05-10 04-25"),
        ([cancelled("03-08"), cancelled("05-10")], "07-12 06-28"),
        ([cancelled("03-08"), added("03-15")], "03-15 03-01"),
        ([cancelled("03-08"), added("03-01")], "05-10 04-25"),
        ([cancelled("03-08"), extraordinary("03-15")], "05-10 04-25"),
        ([cancelled("03-08"), moved("05-10", "03-20")], "03-20 03-06"),
        ([moved("03-08", "04-12"), cancelled("03-08")], "05-10 04-25"),
        ([moved("03-08", "06-07"), cancelled("03-08")], "07-12 06-28"),
    ],
)
def test_in_a_named_month_the_report_goes_to_the_next_meeting_held(
    changes: list[MeetingChange], goes_to: str
) -> None:
    found = reflowed(MARCH, *changes)
    is_moved = changes[0] in (moved("03-08", "04-12"), moved("03-08", "06-07"))
    assert at(found, "2018-03") == goes_to
    assert list(found) == ["2018-03"]
    assert not found["2018-03"].void
    # By the day that it had at last, which is the one that people were told.
    was = {"05-10 04-25": "12 April", "07-12 06-28": "7 June"}[goes_to] if is_moved else "8 March"
    assert found["2018-03"].note == (
        f"the meeting of {was} 2018 was cancelled, so this goes to the next one held"
    )


def test_the_reports_of_two_months_can_meet_at_one_meeting() -> None:
    both = AtMeetings(body="lscb", which=NamedMonths(months=(3, 5)))
    found = reflowed(both, cancelled("03-08"))
    assert (at(found, "2018-03"), at(found, "2018-05")) == ("05-10 04-25", "05-10 04-25")
    assert found["2018-05"].note is None


@pytest.mark.parametrize(
    ("change", "goes_to"),
    [
        (moved("03-08", "04-12"), "04-12 03-27"),
        (moved("05-10", "03-29"), "03-08 02-22"),
        (added("03-22"), "03-08 02-22"),
    ],
)
def test_a_meeting_stays_of_the_month_it_was_scheduled_for(
    change: MeetingChange, goes_to: str
) -> None:
    found = reflowed(MARCH, change)
    assert {period: at(found, period) for period in found} == {"2018-03": goes_to}


@pytest.mark.parametrize(
    ("changes", "goes_to", "which"),
    [
        ([cancelled("05-10", "2018-02-01")], "03-08 02-22", "one before it"),
        ([cancelled("05-10", "2018-02-21")], "03-08 02-22", "one before it"),
        ([cancelled("05-10", "2018-02-22")], "07-12 06-28", "next one held"),
        ([cancelled("05-10", "2018-04-30")], "07-12 06-28", "next one held"),
        ([cancelled("05-10")], "03-08 02-22", "one before it"),
        ([cancelled("05-10", "2017-12-01"), cancelled("03-08")], "01-11 12-27", "one before it"),
        ([cancelled("05-10", "2018-01-02"), cancelled("03-08")], "07-12 06-28", "next one held"),
        ([cancelled("05-10", "2018-01-02"), moved("03-08", "02-08")], "02-08 01-25",
         "one before it"),
        ([cancelled("05-10"), cancelled("03-08"), cancelled("01-11")], "07-12 06-28",
         "next one held"),
        ([cancelled("05-10", "2018-04-30"), added("06-07")], "06-07 05-23", "next one held"),
        ([cancelled("05-10", "2018-04-30"), extraordinary("06-07")], "07-12 06-28",
         "next one held"),
        ([cancelled("05-10", "2018-02-01"), added("04-12")], "03-08 02-22", "one before it"),
    ],
)  # fmt: skip
def test_the_last_of_a_period_falls_back_while_papers_can_come_else_goes_on(
    changes: list[MeetingChange], goes_to: str, which: str
) -> None:
    found = reflowed(HALF_YEARLY, *changes)
    assert at(found, "2018-H1") == goes_to
    assert at(found, "2018-H2") == "11-08 10-25"
    assert found["2018-H1"].note == (
        f"the meeting of 10 May 2018 was cancelled, so this goes to the {which}"
    )
    assert found.keys() == reflowed(HALF_YEARLY).keys()


def test_whether_papers_can_still_come_goes_by_their_own_date() -> None:
    on_the_day = AtMeetings(body="lscb", which=LastIn(span=Span.HALF_YEAR), papers=0)
    found = reflowed(on_the_day, cancelled("05-10", "2018-03-07"))
    assert at(found, "2018-H1") == "03-08 03-08"


def test_the_only_meeting_of_a_quarter_goes_to_the_next_one_held() -> None:
    found = reflowed(GROUP_QUARTERLY, cancelled("02-20", "2018-01-02"))
    assert at(found, "2018-Q1") == "05-15 04-30"
    assert at(found, "2018-Q2") == "05-15 04-30"


def test_the_last_meeting_of_a_year_goes_into_the_next_one() -> None:
    found = reflowed(QUARTERLY, cancelled("11-08", "2018-11-01"))
    assert found["2018-Q4"].meeting == date(2019, 1, 10)
    assert found["2018-Q4"].due == date(2018, 12, 24)


@pytest.mark.parametrize(
    ("change", "first", "second"),
    [
        (moved("05-10", "07-05"), "07-05 06-21", "11-08 10-25"),
        (moved("07-12", "06-28"), "05-10 04-25", "11-08 10-25"),
        (moved("03-08", "06-14"), "06-14 05-31", "11-08 10-25"),
        (moved("11-08", "2019-01-03"), "05-10 04-25", "01-03 12-17"),
        (added("06-14"), "05-10 04-25", "11-08 10-25"),
    ],
)
def test_a_meeting_stays_of_the_half_year_it_was_scheduled_for(
    change: MeetingChange, first: str, second: str
) -> None:
    found = reflowed(HALF_YEARLY, change)
    assert (at(found, "2018-H1"), at(found, "2018-H2")) == (first, second)


@pytest.mark.parametrize(
    ("changes", "meetings"),
    [
        ([], "12-06 04-04 08-01 12-05"),
        ([cancelled("04-04")], "12-06 06-06 10-03"),
        ([cancelled("02-07")], "12-06 06-06 10-03"),
        ([cancelled("2017-12-06")], "02-07 06-06 10-03"),
        ([cancelled("04-04"), cancelled("06-06")], "12-06 08-01 12-05"),
        ([added("03-07")], "12-06 03-07 06-06 10-03"),
        ([extraordinary("03-07")], "12-06 04-04 08-01 12-05"),
        ([cancelled("04-04"), added("04-11")], "12-06 04-11 08-01 12-05"),
        ([moved("04-04", "05-02")], "12-06 05-02 08-01 12-05"),
        ([moved("04-04", "06-20")], "12-06 06-06 08-01 12-05"),
    ],
)
def test_every_other_meeting_counts_those_held(changes: list[MeetingChange], meetings: str) -> None:
    # Papers for December 2017 were due in November.
    found = reflowed(EVERY_OTHER, *changes, window=(date(2017, 11, 1), WINDOW[1]))
    assert [at(found, period).split()[0] for period in found] == meetings.split()
    assert list(found) == [str(number) for number in range(1, len(found) + 1)]
    assert not any(each.void for each in found.values())


@pytest.mark.parametrize(("change", "wanted"), [(added("04-12"), True),
                                                (extraordinary("04-12"), False)])  # fmt: skip
def test_an_added_meeting_wants_its_report_unless_it_is_extraordinary(
    change: MeetingChange, wanted: bool
) -> None:
    found = reflowed(EVERY, change)
    assert ("added-2018-04-12" in found) is wanted
    assert len(found) == len(reflowed(EVERY)) + wanted


def test_an_added_meeting_that_is_moved_keeps_its_period() -> None:
    found = reflowed(EVERY, added("04-12"), moved("04-12", "04-19"))
    assert at(found, "added-2018-04-12") == "04-19 04-05"


def test_a_review_at_a_cancelled_meeting_is_left_out() -> None:
    found = reflowed(Ongoing(review=EVERY), cancelled("03-08"))
    assert found.keys() == reflowed(EVERY).keys() - {"2018-03"}


@pytest.mark.parametrize("window", [("2018-03-01", "2018-03-31"), ("2019-03-01", "2019-03-14"),
                                    ("2019-03-14", "2019-12-31")])  # fmt: skip
def test_a_body_that_meets_once_a_year_has_its_report_a_year_later_in_every_window(
    window: tuple[str, str],
) -> None:
    yearly = Series(days=(Weekday(n=2, weekday=3),), months=(3,), changes=(cancelled("03-08"),))
    timing = AtMeetings(body="lscb", which=LastIn(span=Span.YEAR), papers=0)
    start, end = (date.fromisoformat(text) for text in window)
    expansion = Expansion(start=start, end=end, days=WorkingDays(), series={"lscb": yearly})
    found = {each.period: each.meeting for each in expansion.due_dates(timing)}
    both = {"2018": date(2019, 3, 14), "2019": date(2019, 3, 14)}
    assert found == (both if start.year == 2019 else {})


def test_the_last_meeting_of_a_year_is_known_in_every_window() -> None:
    series = Series(days=(Weekday(n=-1, weekday=3),), months=(1, 12))
    timing = AtMeetings(body="lscb", which=LastIn(span=Span.YEAR), papers=60)
    start, end = date(2018, 10, 3), date(2018, 12, 15)
    expansion = Expansion(start=start, end=end, days=WorkingDays(), series={"lscb": series})
    assert expansion.due_dates(timing) == ()


def test_what_was_cancelled_long_ago_still_has_its_place() -> None:
    gone = tuple(cancelled(f"{year}-03-{number:02}") for year, number in
                 [(2018, 8), (2019, 14), (2020, 12)])  # fmt: skip
    yearly = Series(days=(Weekday(n=2, weekday=3),), months=(3,), changes=gone)
    expansion = Expansion(
        start=date(2021, 1, 1), end=date(2021, 12, 31), days=WorkingDays(), series={"lscb": yearly}
    )
    periods = [each.period for each in expansion.due_dates(MARCH)]
    assert periods == ["2018-03", "2019-03", "2020-03", "2021-03"]
