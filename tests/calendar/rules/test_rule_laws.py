"""What holds for every timing, every series of meetings and whatever becomes of its meetings."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.date_text import stated_date
from boardcal.calendar.rules.due_dates import DueDate, Event, Expansion
from boardcal.calendar.rules.meeting_series import (
    MeetingChange,
    MeetingChangeKind,
    Series,
    Weekday,
    meetings,
    scheduled_days,
)
from boardcal.calendar.rules.timing import (
    After,
    AtMeetings,
    By,
    EveryMeeting,
    EveryMonths,
    EveryNth,
    LastIn,
    NamedMonths,
    OnCalendar,
    Ongoing,
    RecurrenceRule,
    Span,
    Timing,
    YearMonth,
)
from boardcal.calendar.rules.working_days import WorkingDays
from boardcal.tests.fuzz import law

LAW = law(120)
DAYS = WorkingDays()
ONE_DAY = timedelta(days=1)
# Meetings change in the middle of a stretch that is looked at whole.
CHANGED_FROM, CHANGED_TO = date(2017, 1, 1), date(2019, 12, 31)
WHOLE = (date(2011, 1, 1), date(2025, 12, 31))
EVENTS = tuple(Event(name="published", number=n, on=date(2018, n, 9)) for n in range(1, 8))

dates = st.dates(date(2016, 1, 1), date(2021, 12, 31))
# Mostly few: where a body seldom meets, what a cancelled meeting leads to is far away.
months = st.one_of(
    st.frozensets(st.integers(1, 12), min_size=1, max_size=2),
    st.frozensets(st.integers(1, 12), min_size=1),
).map(lambda found: tuple(sorted(found)))
year_months = st.dates(date(2012, 1, 1), date(2020, 12, 31)).map(YearMonth.of)
weekdays = st.builds(
    lambda n, weekday: Weekday(n=n, weekday=weekday),
    st.sampled_from([1, 2, 3, 4, -1]),
    st.integers(0, 6),
)


@st.composite
def change(draw: st.DrawFn, days: list[date]) -> list[MeetingChange]:
    """What becomes of a meeting or several: moved, cancelled, both, or added."""
    day = draw(st.sampled_from(days))
    if draw(st.booleans()):
        gone = days[days.index(day) :][: draw(st.integers(1, 3))]
        return [MeetingChange(kind=MeetingChangeKind.CANCELLED, day=each) for each in gone]
    moved = MeetingChange(
        kind=MeetingChangeKind.MOVED, day=day, to=day + ONE_DAY * draw(st.integers(-366, 366))
    )
    decided = draw(st.one_of(st.none(), st.integers(0, 120).map(lambda ago: day - ONE_DAY * ago)))
    cancelled = MeetingChange(kind=MeetingChangeKind.CANCELLED, day=day, decided=decided)
    anew = draw(st.dates(CHANGED_FROM, CHANGED_TO))
    if anew in days:
        return [moved]
    added = MeetingChange(kind=MeetingChangeKind.ADDED, day=anew, extraordinary=draw(st.booleans()))
    later = MeetingChange(kind=MeetingChangeKind.MOVED, day=anew, to=anew + ONE_DAY * 20)
    return draw(st.sampled_from([[moved], [cancelled], [moved, cancelled], [added],
                                 [added, later]]))  # fmt: skip


@st.composite
def unchanged_series(draw: st.DrawFn) -> Series:
    patterns = draw(st.lists(weekdays, min_size=1, max_size=2, unique=True))
    return Series(days=tuple(patterns), months=draw(months))


@st.composite
def changed_series(draw: st.DrawFn) -> Series:
    plain = draw(unchanged_series())
    days = [day for _, day in scheduled_days(plain, CHANGED_FROM, CHANGED_TO)]
    groups = draw(st.lists(change(days), max_size=6))
    changes = {(each.kind, each.day): each for group in groups for each in group}
    return Series(days=plain.days, months=plain.months, changes=tuple(changes.values()))


at_meetings = st.builds(
    lambda which, papers: AtMeetings(body="lscb", which=which, papers=papers),
    st.one_of(
        st.just(EveryMeeting()),
        st.one_of(st.just(tuple(range(1, 13))), months).map(
            lambda found: NamedMonths(months=found)
        ),
        st.builds(lambda n, start: EveryNth(n=n, start=start), st.integers(2, 5), year_months),
        st.sampled_from(Span).map(lambda span: LastIn(span=span)),
    ),
    st.sampled_from([0, 10, 60]),
)
on_calendar = st.builds(
    lambda which, day: OnCalendar(which=which, day=day),
    st.one_of(
        months.map(lambda found: NamedMonths(months=found)),
        st.builds(lambda n, start: EveryMonths(n=n, start=start), st.integers(1, 30), year_months),
    ),
    st.one_of(st.none(), st.integers(1, 31)),
)
by_rule = st.builds(
    lambda rule, start: OnCalendar(which=RecurrenceRule(rrule=rule, start=start)),
    st.sampled_from(["FREQ=MONTHLY;BYDAY=1MO", "FREQ=WEEKLY;INTERVAL=3", "FREQ=DAILY;COUNT=40"]),
    dates,
)
cadences = st.one_of(at_meetings, on_calendar, by_rule)
by_dates = st.builds(
    lambda texts, review: By(dates=tuple(stated_date(text) for text in texts), review=review),
    st.lists(
        st.sampled_from(["8 March 2018", "July 2018", "Autumn 2017", "31 May 2019", "Winter 2018"]),
        min_size=1,
        max_size=3,
        unique=True,
    ),
    st.one_of(st.none(), cadences),
)
timings = st.one_of(
    at_meetings,
    on_calendar,
    by_rule,
    by_dates,
    cadences.map(lambda cadence: Ongoing(review=cadence)),
    st.integers(0, 60).map(lambda days: After(event="published", days=days)),
)


def expand(timing: Timing, series: Series, start: date, end: date) -> tuple[DueDate, ...]:
    expansion = Expansion(start=start, end=end, days=DAYS, series={"lscb": series}, events=EVENTS)
    return expansion.due_dates(timing)


@LAW
@given(timings, changed_series(), st.data())
def test_two_windows_side_by_side_give_what_the_whole_one_gives(
    timing: Timing, series: Series, data: st.DataObject
) -> None:
    whole = expand(timing, series, *WHOLE)
    # Where windows begin and end beside what they hold, mistakes show.
    known = {each.due for each in whole} | {each.meeting or each.due for each in whole}
    days = sorted(day for day in known if CHANGED_FROM <= day <= CHANGED_TO + ONE_DAY * 400)
    bounds = st.one_of(dates, st.sampled_from(days)) if days else dates
    start, middle, last = sorted(data.draw(bounds) for _ in range(3))
    end = max(last, middle + ONE_DAY)
    parts = (
        *expand(timing, series, start, middle),
        *expand(timing, series, middle + ONE_DAY, end),
    )
    assert parts == expand(timing, series, start, end)
    assert parts == tuple(each for each in whole if start <= each.due <= min(end, WHOLE[1]))


@LAW
@given(timings, changed_series())
def test_no_period_comes_twice(timing: Timing, series: Series) -> None:
    periods = [each.period for each in expand(timing, series, *WHOLE)]
    assert len(set(periods)) == len(periods)


@LAW
@given(at_meetings, changed_series(), st.data())
def test_periods_stay_the_same_when_a_meeting_moves(
    timing: AtMeetings, series: Series, data: st.DataObject
) -> None:
    plain = Series(days=series.days, months=series.months)
    days = [day for _, day in scheduled_days(plain, CHANGED_FROM, CHANGED_TO)]
    day = data.draw(st.sampled_from(days))
    others = tuple(
        each for each in series.changes if (each.kind, each.day) != (MeetingChangeKind.MOVED, day)
    )
    to = day + ONE_DAY * data.draw(st.integers(-366, 366))
    move = MeetingChange(kind=MeetingChangeKind.MOVED, day=day, to=to)
    before = Series(days=series.days, months=series.months, changes=others)
    after = Series(days=series.days, months=series.months, changes=(*others, move))
    assert {each.period for each in expand(timing, before, *WHOLE)} == {
        each.period for each in expand(timing, after, *WHOLE)
    }


@LAW
@given(at_meetings, changed_series())
def test_what_is_due_at_a_meeting_is_due_on_a_working_day_that_many_before_it(
    timing: AtMeetings, series: Series
) -> None:
    known = meetings(series, *WHOLE)
    held = {meeting.day for meeting in known if meeting.counts}
    for each in expand(timing, series, *WHOLE):
        assert each.meeting is not None
        assert each.due == DAYS.shift(each.meeting, -timing.papers)
        assert DAYS.is_working(each.due)
        assert each.void or each.meeting in held or not inside(each.meeting)


def inside(day: date | None) -> bool:
    """Whether a meeting is so far inside WHOLE that its papers are, too."""
    return day is not None and date(2012, 1, 1) <= day <= date(2024, 12, 31)


@LAW
@given(changed_series())
def test_every_meeting_but_the_extraordinary_ones_has_its_due_date(series: Series) -> None:
    timing = AtMeetings(body="lscb", which=EveryMeeting())
    known = [each for each in meetings(series, *WHOLE) if inside(each.day)]
    found = [each for each in expand(timing, series, *WHOLE) if inside(each.meeting)]
    assert {each.period: each.void for each in found} == {
        each.slot: not each.held for each in known if not each.extraordinary
    }


@LAW
@given(unchanged_series(), st.sampled_from(Span))
def test_the_last_meeting_of_a_period_is_the_last_of_its_months(series: Series, span: Span) -> None:
    length = {Span.QUARTER: 3, Span.HALF_YEAR: 6, Span.YEAR: 12}[span]
    days = sorted({day for _, day in scheduled_days(series, *WHOLE) if inside(day)})
    periods = groupby(days, lambda day: (day.year, (day.month - 1) // length))
    found = expand(AtMeetings(body="lscb", which=LastIn(span=span)), series, *WHOLE)
    assert [each.meeting for each in found if inside(each.meeting)] == [
        list(group)[-1] for _, group in periods
    ]


@LAW
@given(changed_series(), st.integers(2, 5), year_months)
def test_every_nth_meeting_is_each_nth_of_those_held(
    series: Series, n: int, start: YearMonth
) -> None:
    held = [
        each.day
        for each in meetings(series, *WHOLE)
        if each.counts and YearMonth.of(each.scheduled) >= start
    ]
    expected = {str(place // n + 1): day for place, day in enumerate(held) if place % n == 0}
    found = expand(AtMeetings(body="lscb", which=EveryNth(n=n, start=start)), series, *WHOLE)
    assert {each.period: each.meeting for each in found if inside(each.meeting)} == {
        period: day for period, day in expected.items() if inside(day)
    }
