"""Occurrences: keys, owners, bounds, what is met by another, meetings."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from boardcal.calendar.occurrences import (
    Kind,
    Occurrence,
    meeting_occurrences,
    occurrences,
    policy_of,
    recurs,
)
from boardcal.calendar.planner.model import Action, Body, BodyKind, Plan, Planner, Report
from boardcal.calendar.rules.date_text import stated_date
from boardcal.calendar.rules.due_dates import Event
from boardcal.calendar.rules.escalation import REMINDERS, REVIEWS, Policy
from boardcal.calendar.rules.meeting_series import MeetingChange, MeetingChangeKind, Series, Weekday
from boardcal.calendar.rules.timing import (
    After,
    AsRequired,
    AtMeetings,
    By,
    EveryMeeting,
    LastIn,
    NamedMonths,
    OnCalendar,
    Ongoing,
    Precision,
    Span,
    Timing,
    Undecided,
)

START, END = date(2018, 1, 1), date(2018, 12, 31)
SECOND_THURSDAY, THIRD_TUESDAY = Weekday(n=2, weekday=3), Weekday(n=3, weekday=1)
LSCB = Series(days=(SECOND_THURSDAY,), months=(1, 3, 5, 7, 9, 11))
MARCH = AtMeetings(body="lscb", which=NamedMonths(months=(3,)))
QUARTERLY = AtMeetings(body="business-group", which=LastIn(span=Span.QUARTER))
BODIES = (
    Body(id="lscb", name="Cumbria LSCB", short="LSCB", kind=BodyKind.BOARD, series=LSCB),
    Body(id="business-group", name="LSCB Business Group", short="Business Group",
         kind=BodyKind.GROUP, series=Series(days=(THIRD_TUESDAY,), months=(2, 5, 8, 11))),
    Body(id="pmqag", name="PMQAG", short="PMQAG", kind=BodyKind.SUBGROUP),
)  # fmt: skip
PLAN = Plan(title="Business Plan", source="The plan", starts=date(2017, 10, 31),
            ends=date(2020, 10, 31))  # fmt: skip


def make_report(ref: str = "s11-march", timing: Timing = MARCH, **overrides: Any) -> Report:
    fields = {"title": "S.11 report", "owners": ("pmqag",), "audience": ("lscb",),
              "quote": "every March", "row": "S.11 Audit"}  # fmt: skip
    return Report(ref=ref, timing=timing, **{**fields, **overrides})


def make_action(ref: str, timing: Timing, **overrides: Any) -> Action:
    fields = {"title": "Review", "owners": ("pmqag",), "audience": (), "quote": "Ongoing",
              "number": ref, "section": "1. LSCB", "text": "Review it"}  # fmt: skip
    return Action(ref=ref, timing=timing, **{**fields, **overrides})


def found(
    *obligations: Report | Action,
    start: date = START,
    end: date = END,
    events: tuple[Event, ...] = (),
    bodies: tuple[Body, ...] = BODIES,
) -> list[Occurrence]:
    planner = Planner(
        board="lscb",
        name="Cumbria LSCB",
        plan=PLAN,
        bodies=bodies,
        reports=tuple(each for each in obligations if isinstance(each, Report)),
        actions=tuple(each for each in obligations if isinstance(each, Action)),
    )
    return list(occurrences(planner, start, end, events))


def by(*texts: str, review: AtMeetings | None = None) -> By:
    return By(dates=tuple(stated_date(text) for text in texts), review=review)


def test_a_march_meeting_puts_papers_due_ten_working_days_before() -> None:
    assert found(make_report()) == [
        Occurrence(
            board="lscb",
            ref="s11-march",
            owner="pmqag",
            period="2018-03",
            kind=Kind.REPORT,
            title="S.11 report",
            row="S.11 Audit",
            audience=("lscb",),
            meeting=date(2018, 3, 8),
            slot="2018-03",
            own=True,
            due=date(2018, 2, 22),
            precision=Precision.DAY,
        )
    ]


@pytest.mark.parametrize(
    ("timing", "key"),
    [
        (AtMeetings(body="lscb", which=EveryMeeting()), "lscb/x/pmqag/2018-03"),
        (MARCH, "lscb/x/pmqag/2018-03"),
        (QUARTERLY, "lscb/x/pmqag/2018-Q1"),
        (OnCalendar(which=NamedMonths(months=(2,))), "lscb/x/pmqag/2018-02"),
        (by("July 2018"), "lscb/x/pmqag/july-2018"),
        (by("8 March 2018"), "lscb/x/pmqag/8-march-2018"),
        (After(event="review-published"), "lscb/x/pmqag/review-published-1"),
    ],
)
def test_a_key_is_the_board_the_reference_the_owner_and_the_period(
    timing: Timing, key: str
) -> None:
    event = Event(name="review-published", number=1, on=date(2018, 5, 1))
    assert found(make_report("x", timing), events=(event,))[0].key == key


def test_two_owners_owe_one_occurrence_each() -> None:
    both = found(make_report(owners=("pmqag", "business-group")))
    assert [each.key for each in both] == [
        "lscb/s11-march/pmqag/2018-03",
        "lscb/s11-march/business-group/2018-03",
    ]


@pytest.mark.parametrize("timing", [AsRequired(), Undecided(why="No month is given."),
                                    After(event="review-published")])  # fmt: skip
def test_what_has_no_date_is_no_occurrence(timing: Timing) -> None:
    assert found(make_report("x", timing)) == []


def test_an_action_a_review_and_a_report_are_told_apart() -> None:
    action = make_action("4.2", by("January 2018", review=QUARTERLY))
    kinds = [(each.kind, each.row) for each in found(make_report(), action, end=date(2018, 3, 1))]
    assert kinds == [(Kind.REPORT, "S.11 Audit"), (Kind.ACTION, None), (Kind.REVIEW, None)]


@pytest.mark.parametrize(
    ("timing", "last"),
    [
        (Ongoing(review=QUARTERLY), "2020-Q3"),
        (by("January 2018", review=QUARTERLY), "2020-Q3"),
        (QUARTERLY, "2020-Q3"),
        (OnCalendar(which=NamedMonths(months=(2, 8))), "2020-08"),
    ],
)
def test_a_plans_years_bound_its_actions(timing: Timing, last: str) -> None:
    periods = [each.period for each in found(make_action("4.2", timing), end=date(2023, 12, 31))]
    assert periods[-1] == last
    earlier = found(make_action("4.2", timing), start=date(2015, 1, 1), end=date(2017, 10, 30))
    assert earlier == []


def test_a_date_that_an_action_states_stands_even_outside_the_plans_years() -> None:
    action = make_action("9.9", by("July 2021"))
    assert [each.due for each in found(action, end=date(2021, 12, 31))] == [date(2021, 7, 30)]


def test_a_report_recurs_beyond_the_plan_until_it_is_ended() -> None:
    years = [each.due.year for each in found(make_report(), start=date(2015, 1, 1),
                                             end=date(2024, 12, 31))]  # fmt: skip
    assert years == list(range(2015, 2025))
    bounded = make_report(starts=date(2017, 10, 31), ends=date(2019, 2, 28))
    periods = [each.period for each in found(bounded, start=date(2015, 1, 1), end=date(2024, 1, 1))]
    assert periods == ["2018-03", "2019-03"]


@pytest.mark.parametrize(
    ("starts", "ends", "count"),
    [
        (date(2018, 2, 22), None, 1),
        (date(2018, 2, 23), None, 0),
        (None, date(2018, 2, 22), 1),
        (None, date(2018, 2, 21), 0),
    ],
)
def test_the_bounds_of_a_report_go_by_its_due_date_and_include_both_ends(
    starts: date | None, ends: date | None, count: int
) -> None:
    assert len(found(make_report(starts=starts, ends=ends))) == count


def test_what_is_met_by_another_names_the_other_of_its_period() -> None:
    main = make_report("data-july", owners=("pmqag",))
    also = make_report("audits-july", owners=("pmqag",), met_by="data-july")
    assert [each.met_by for each in found(main, also)] == [None, "lscb/data-july/pmqag/2018-03"]


def test_what_is_met_by_a_report_of_someone_else_names_that_owner() -> None:
    main = make_report("data-july", owners=("business-group",))
    also = make_report("audits-july", owners=("pmqag",), met_by="data-july")
    assert found(main, also)[1].met_by == "lscb/data-july/business-group/2018-03"
    assert found(main, also)[1].met_by == found(main)[0].key


def test_a_cancelled_meeting_makes_its_occurrence_void() -> None:
    change = MeetingChange(kind=MeetingChangeKind.CANCELLED, day=date(2018, 3, 8))
    lscb = Body(id="lscb", name="LSCB", short="LSCB", kind=BodyKind.BOARD,
                series=Series(days=LSCB.days, months=LSCB.months, changes=(change,)))  # fmt: skip
    every = make_report("progress", AtMeetings(body="lscb", which=EveryMeeting()))
    void = [each for each in found(every, bodies=(lscb, *BODIES[1:])) if each.void]
    assert [(each.key, each.note) for each in void] == [
        ("lscb/progress/pmqag/2018-03", "the meeting of 8 March 2018 was cancelled")
    ]


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (MARCH, True),
        (OnCalendar(which=NamedMonths(months=(2,))), True),
        (Ongoing(review=QUARTERLY), True),
        (by("July 2018"), False),
        (by("July 2018", review=QUARTERLY), False),
        (After(event="review-published"), False),
        (AsRequired(), False),
    ],
)
def test_only_what_comes_again_and_again_recurs(timing: Timing, expected: bool) -> None:
    assert recurs(make_report("x", timing)) is expected


def test_a_review_has_its_own_steps_whatever_its_actions_are() -> None:
    action = make_action("4.2", by("January 2018"), policy=Policy(offsets=(-3,)))
    assert policy_of(action, Kind.REVIEW) == REVIEWS
    assert policy_of(action, Kind.ACTION) == Policy(offsets=(-3,))
    assert policy_of(make_report(), Kind.REPORT) == REMINDERS


def test_reports_come_before_actions_and_each_in_the_planners_order() -> None:
    refs = [each.ref for each in found(
        make_action("2.2", by("March 2018")), make_action("1.1", by("July 2018")),
        make_report("b"), make_report("a"),
    )]  # fmt: skip
    assert refs == ["b", "a", "2.2", "1.1"]


def lscb_meetings(*changes: MeetingChange) -> dict[str, Occurrence]:
    series = Series(days=LSCB.days, months=LSCB.months, changes=changes)
    lscb = Body(id="lscb", name="LSCB", short="LSCB", kind=BodyKind.BOARD, series=series)
    planner = Planner(board="lscb", name="LSCB", plan=PLAN, bodies=(lscb, BODIES[2]))
    return {each.period: each for each in meeting_occurrences(planner, START, END)}


def test_the_meetings_of_bodies_are_listed_under_their_day() -> None:
    known = lscb_meetings()
    assert [str(each.due) for each in known.values()] == [
        "2018-01-11", "2018-03-08", "2018-05-10", "2018-07-12", "2018-09-13", "2018-11-08",
    ]  # fmt: skip
    march = known["2018-03"]
    assert (march.key, march.kind, march.title) == (
        "lscb/lscb/lscb/2018-03",
        Kind.MEETING,
        "LSCB meeting",
    )
    assert march.meeting == march.due
    assert march.audience == ()


@pytest.mark.parametrize(
    ("change", "period", "day", "void", "note"),
    [
        (MeetingChange(kind=MeetingChangeKind.MOVED, day=date(2018, 3, 8), to=date(2018, 3, 15)),
         "2018-03", date(2018, 3, 15), False, "moved from 8 March 2018"),
        (MeetingChange(kind=MeetingChangeKind.CANCELLED, day=date(2018, 3, 8)),
         "2018-03", date(2018, 3, 8), True, "cancelled"),
        (MeetingChange(kind=MeetingChangeKind.ADDED, day=date(2018, 4, 12)),
         "added-2018-04-12", date(2018, 4, 12), False, None),
    ],
)  # fmt: skip
def test_a_changed_meeting_says_so(
    change: MeetingChange, period: str, day: date, void: bool, note: str | None
) -> None:
    meeting = lscb_meetings(change)[period]
    assert (meeting.due, meeting.void, meeting.note) == (day, void, note)


def test_an_extraordinary_meeting_is_called_one() -> None:
    change = MeetingChange(kind=MeetingChangeKind.ADDED, day=date(2018, 4, 12), extraordinary=True)
    assert lscb_meetings(change)["added-2018-04-12"].title == "LSCB extraordinary meeting"
