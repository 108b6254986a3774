"""Meeting series: against days counted one by one, and with meetings moved, cancelled, added."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.meeting_series import (
    Meeting,
    MeetingChange,
    MeetingChangeKind,
    Series,
    Weekday,
    meetings,
    scheduled_days,
)
from boardcal.tests.fuzz import law

LAW = law(80)
MOVED, CANCELLED, ADDED = (
    MeetingChangeKind.MOVED,
    MeetingChangeKind.CANCELLED,
    MeetingChangeKind.ADDED,
)
EVEN, ODD = (2, 4, 6, 8, 10, 12), (1, 3, 5, 7, 9, 11)
START, END = date(2018, 1, 1), date(2018, 12, 31)
SECOND_THURSDAY = Weekday(n=2, weekday=3)

weekdays = st.builds(
    lambda n, weekday: Weekday(n=n, weekday=weekday),
    st.sampled_from([1, 2, 3, 4, -1]),
    st.integers(0, 6),
)
patterns = st.lists(weekdays, min_size=1, max_size=2, unique=True).map(tuple)
months = st.frozensets(st.integers(1, 12), min_size=1).map(lambda found: tuple(sorted(found)))
dates = st.dates(date(2010, 1, 1), date(2030, 12, 31))


def lscb(*changes: MeetingChange) -> Series:
    return Series(days=(SECOND_THURSDAY,), months=ODD, changes=changes)


def moved(day: date, to: date) -> MeetingChange:
    return MeetingChange(kind=MOVED, day=day, to=to)


def cancelled(day: date, decided: date | None = None) -> MeetingChange:
    return MeetingChange(kind=CANCELLED, day=day, decided=decided)


def added(day: date, *, extraordinary: bool = False) -> MeetingChange:
    return MeetingChange(kind=ADDED, day=day, extraordinary=extraordinary)


def in_2018(series: Series) -> dict[str, Meeting]:
    return {meeting.slot: meeting for meeting in meetings(series, START, END)}


def counted(series: Series, start: date, end: date) -> set[tuple[str, date]]:
    """The days of a series, each day of the window looked at by itself."""
    found = set()
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        for position, pattern in enumerate(series.days):
            nth = (day.day + 6) // 7
            is_last = day.day + 7 > monthrange(day.year, day.month)[1]
            fits = is_last if pattern.n == -1 else nth == pattern.n
            if fits and day.weekday() == pattern.weekday and day.month in series.months:
                suffix = f"-{position + 1}" if position else ""
                found.add((f"{day:%Y-%m}{suffix}", day))
    return found


@LAW
@given(patterns, months, dates, st.integers(0, 1500))
def test_the_days_of_a_series_are_those_counted_one_by_one(
    days: tuple[Weekday, ...], in_months: tuple[int, ...], start: date, length: int
) -> None:
    series, end = Series(days=days, months=in_months), start + timedelta(days=length)
    assert set(scheduled_days(series, start, end)) == counted(series, start, end)


@pytest.mark.parametrize(
    ("pattern", "in_months", "days"),
    [
        (SECOND_THURSDAY, ODD, "01-11 03-08 05-10 07-12 09-13 11-08"),
        (Weekday(n=3, weekday=1), (2, 5, 8, 11), "02-20 05-15 08-21 11-20"),
        (Weekday(n=1, weekday=2), EVEN, "02-07 04-04 06-06 08-01 10-03 12-05"),
        (Weekday(n=3, weekday=3), EVEN, "02-15 04-19 06-21 08-16 10-18 12-20"),
        (Weekday(n=-1, weekday=4), (3, 8, 12), "03-30 08-31 12-28"),
    ],
)
def test_the_meetings_of_2018_as_a_wall_calendar_has_them(
    pattern: Weekday, in_months: tuple[int, ...], days: str
) -> None:
    found = meetings(Series(days=(pattern,), months=in_months), START, END)
    assert [f"{meeting.day:%m-%d}" for meeting in found] == days.split()
    assert [meeting.slot for meeting in found] == [f"2018-{month:02}" for month in in_months]


def test_two_patterns_in_a_month_have_slots_of_their_own() -> None:
    twice = Series(days=(Weekday(n=1, weekday=0), Weekday(n=3, weekday=0)), months=(3,))
    assert [(each.slot, each.day) for each in meetings(twice, START, END)] == [
        ("2018-03", date(2018, 3, 5)),
        ("2018-03-2", date(2018, 3, 19)),
    ]


def test_a_fourth_thursday_that_is_the_last_one_too_is_one_meeting() -> None:
    both = Series(days=(Weekday(n=4, weekday=3), Weekday(n=-1, weekday=3)), months=(2, 3))
    assert [(each.slot, each.day) for each in meetings(both, START, END)] == [
        ("2018-02", date(2018, 2, 22)),
        ("2018-03", date(2018, 3, 22)),
        ("2018-03-2", date(2018, 3, 29)),
    ]


@LAW
@given(patterns, months, dates, st.integers(0, 700), st.integers(0, 700))
def test_two_windows_side_by_side_hold_what_the_whole_one_holds(
    days: tuple[Weekday, ...], in_months: tuple[int, ...], start: date, one: int, other: int
) -> None:
    series = Series(days=days, months=in_months)
    middle, end = start + timedelta(days=one), start + timedelta(days=one + other + 1)
    parts = (
        *meetings(series, start, middle),
        *meetings(series, middle + timedelta(days=1), end),
    )
    assert parts == meetings(series, start, end)


@pytest.mark.parametrize("window", [(date.min, date(3, 1, 1)), (date(9990, 1, 1), date.max)])
def test_no_window_is_too_early_or_too_late(window: tuple[date, date]) -> None:
    assert list(scheduled_days(lscb(), *window))


def test_a_moved_meeting_keeps_its_slot_and_the_day_it_was_scheduled_for() -> None:
    meeting = in_2018(lscb(moved(date(2018, 3, 8), date(2018, 4, 12))))["2018-03"]
    assert (meeting.scheduled, meeting.day) == (date(2018, 3, 8), date(2018, 4, 12))
    assert meeting.moved
    assert meeting.counts


def test_a_meeting_is_in_the_window_of_the_day_it_was_moved_to() -> None:
    series = lscb(moved(date(2018, 3, 8), date(2018, 4, 12)))
    assert meetings(series, date(2018, 3, 1), date(2018, 3, 31)) == ()
    april = meetings(series, date(2018, 4, 1), date(2018, 4, 30))
    assert [meeting.slot for meeting in april] == ["2018-03"]


@pytest.mark.parametrize("days", [-366, -200, 200, 366])
def test_a_meeting_moved_as_far_as_it_may_be_is_found(days: int) -> None:
    to = date(2018, 3, 8) + timedelta(days=days)
    found = meetings(lscb(moved(date(2018, 3, 8), to)), to, to)
    assert "2018-03" in [meeting.slot for meeting in found]


def test_a_cancelled_meeting_stays_in_the_list_and_counts_no_more() -> None:
    meeting = in_2018(lscb(cancelled(date(2018, 3, 8), date(2018, 2, 1))))["2018-03"]
    assert (meeting.held, meeting.counts, meeting.decided) == (False, False, date(2018, 2, 1))
    assert len(in_2018(lscb(cancelled(date(2018, 3, 8))))) == 6


def test_a_meeting_can_be_moved_first_and_cancelled_then() -> None:
    changes = moved(date(2018, 3, 8), date(2018, 3, 15)), cancelled(date(2018, 3, 8))
    meeting = in_2018(lscb(*changes))["2018-03"]
    assert (meeting.day, meeting.held) == (date(2018, 3, 15), False)


@pytest.mark.parametrize(("extraordinary", "counts"), [(False, True), (True, False)])
def test_an_added_meeting_counts_unless_it_is_extraordinary(
    extraordinary: bool, counts: bool
) -> None:
    series = lscb(added(date(2018, 4, 12), extraordinary=extraordinary))
    meeting = in_2018(series)["added-2018-04-12"]
    assert (meeting.added, meeting.held, meeting.counts) == (True, True, counts)


def test_an_added_meeting_keeps_its_name_when_it_is_moved() -> None:
    series = lscb(added(date(2018, 4, 12)), moved(date(2018, 4, 12), date(2018, 4, 19)))
    assert in_2018(series)["added-2018-04-12"].day == date(2018, 4, 19)


def test_the_order_of_the_changes_does_not_matter() -> None:
    changes = [
        added(date(2018, 4, 12)),
        moved(date(2018, 4, 12), date(2018, 4, 19)),
        cancelled(date(2018, 5, 10)),
        moved(date(2018, 5, 10), date(2018, 5, 17)),
    ]
    assert in_2018(lscb(*changes)) == in_2018(lscb(*reversed(changes)))


def test_a_change_of_a_day_without_a_meeting_changes_nothing() -> None:
    assert in_2018(lscb(cancelled(date(2018, 3, 9)))) == in_2018(lscb())


def test_meetings_come_in_the_order_of_their_days() -> None:
    series = lscb(moved(date(2018, 1, 11), date(2018, 3, 20)), added(date(2018, 2, 1)))
    slots = [meeting.slot for meeting in meetings(series, START, date(2018, 5, 31))]
    assert slots == ["added-2018-02-01", "2018-03", "2018-01", "2018-05"]


THIRD_TUESDAY = Weekday(n=3, weekday=1)
MARCH, MAY, MAY_MOVED = date(2018, 3, 8), date(2018, 5, 10), date(2018, 5, 24)


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ((moved(MARCH, MAY), moved(MAY, MARCH)), {"2018-03": MAY, "2018-05": MARCH}),
        ((moved(MARCH, MAY),), {"2018-03": MAY, "2018-05": MAY}),
        (
            (moved(MARCH, MAY_MOVED), added(MARCH)),
            {"2018-03": MAY_MOVED, "added-2018-03-08": MARCH},
        ),
        (
            (added(MARCH, extraordinary=True), moved(MARCH, MAY_MOVED)),
            {"2018-03": MAY_MOVED, "added-2018-03-08": MARCH},
        ),
    ],
)
def test_two_meetings_may_stand_on_one_day_or_change_places(
    changes: tuple[MeetingChange, ...], days: dict[str, date]
) -> None:
    known = in_2018(lscb(*changes))
    assert {slot: known[slot].day for slot in days} == days


def test_a_second_meeting_that_was_added_for_a_day_has_a_slot_of_its_own() -> None:
    gone = MeetingChange(kind=ADDED, day=MARCH, extraordinary=True, cancelled=True)
    later = MeetingChange(kind=ADDED, day=MARCH, to=MAY_MOVED)
    known = in_2018(lscb(moved(MARCH, MAY), gone, later))
    assert not known["added-2018-03-08"].held
    assert known["added-2018-03-08-2"].day == MAY_MOVED
    assert known["added-2018-03-08-2"].counts


def on_tuesdays(starts: date) -> Series:
    return Series(days=(THIRD_TUESDAY,), months=ODD, starts=starts, before=lscb())


@pytest.mark.parametrize(
    ("starts", "days"),
    [
        (date(2018, 6, 1), ["2018-05-10", "2018-07-17"]),
        (date(2018, 5, 9), ["2018-05-15", "2018-07-17"]),
        # The meeting of May was held by the old rule, so the new one gives none for May.
        (date(2018, 5, 11), ["2018-05-10", "2018-07-17"]),
        (date(2018, 7, 17), ["2018-05-10", "2018-07-12"]),
    ],
)
def test_a_new_rule_leaves_the_meetings_before_it_as_they_were(
    starts: date, days: list[str]
) -> None:
    known = meetings(on_tuesdays(starts), date(2018, 5, 1), date(2018, 7, 31))
    assert [str(meeting.day) for meeting in known] == days
    assert [meeting.slot for meeting in known] == ["2018-05", "2018-07"]


@LAW
@given(patterns, months, patterns, months, dates, dates, st.integers(0, 800))
def test_before_a_new_rule_the_old_one_holds_and_a_window_changes_no_name(
    old: tuple[Weekday, ...],
    old_months: tuple[int, ...],
    new: tuple[Weekday, ...],
    new_months: tuple[int, ...],
    starts: date,
    start: date,
    length: int,
) -> None:
    before = Series(days=old, months=old_months)
    series = Series(days=new, months=new_months, starts=starts, before=before)
    end = start + timedelta(days=length)
    found = list(scheduled_days(series, start, end))
    assert [day for _, day in found if day < starts] == [
        day for _, day in scheduled_days(before, start, end) if day < starts
    ]
    plain = set(scheduled_days(Series(days=new, months=new_months), start, end))
    assert {named for named in found if named[1] >= starts} <= plain
    wide = scheduled_days(series, start - timedelta(days=40), end + timedelta(days=40))
    assert found == [named for named in wide if start <= named[1] <= end]
