"""When what is only due as required is due, once somebody has raised it.

The LSCB meets on second Thursdays, in 2018 on 11 January, 8 March, 10 May, 12 July, 13 September
and 8 November.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.occurrences import occurrences
from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.rules.as_required import Raised, raised_due
from boardcal.calendar.rules.due_dates import Event
from boardcal.calendar.rules.meeting_series import (
    MeetingChange,
    MeetingChangeKind,
    Series,
    Weekday,
    meetings,
)
from boardcal.calendar.rules.working_days import WorkingDays
from boardcal.tests.factories import make_planner, make_report

DAYS = WorkingDays()
WHEN = {"as_required": True}


def day(text: str) -> date:
    """The day of 2018 that "03-08" is."""
    return date.fromisoformat(f"2018-{text}")


def raised(on: str = "02-01", **given: object) -> Raised:
    fields: dict[str, object] = {
        "ref": "exceptions",
        "number": 1,
        "owner": "pmqag",
        "on": day(on),
        "day": day("03-08"),
        "body": "lscb",
        "slot": "2018-03",
    }
    return Raised(**(fields | given))  # type: ignore[arg-type]


def lscb(*changes: MeetingChange) -> Series:
    months = (1, 3, 5, 7, 9, 11)
    return Series(days=(Weekday(n=2, weekday=3),), months=months, changes=changes)


def moved(text: str, to: str) -> MeetingChange:
    return MeetingChange(kind=MeetingChangeKind.MOVED, day=day(text), to=day(to))


def cancelled(text: str) -> MeetingChange:
    return MeetingChange(kind=MeetingChangeKind.CANCELLED, day=day(text))


def added(text: str, *, extraordinary: bool = False) -> MeetingChange:
    return MeetingChange(kind=MeetingChangeKind.ADDED, day=day(text), extraordinary=extraordinary)


CANCELLED = "the meeting of 8 March 2018 was cancelled, so this goes to the next one held"


@pytest.mark.parametrize(
    ("on", "changes", "due", "meeting", "note"),
    [
        ("02-01", (), "02-22", "03-08", None),
        ("02-22", (), "02-22", "03-08", None),
        (
            "02-23",
            (),
            "02-23",
            "03-08",
            "its papers were due on 22 February 2018, before it was raised",
        ),
        # A Saturday: at once is the next day on which anybody works.
        (
            "03-03",
            (),
            "03-05",
            "03-08",
            "its papers were due on 22 February 2018, before it was raised",
        ),
        (
            "03-08",
            (),
            "03-08",
            "03-08",
            "its papers were due on 22 February 2018, before it was raised",
        ),
        (
            "02-01",
            (moved("03-08", "03-15"),),
            "03-01",
            "03-15",
            "the meeting of 8 March 2018 was moved",
        ),
        (
            "02-20",
            (moved("03-08", "03-01"),),
            "02-20",
            "03-01",
            (
                "the meeting of 8 March 2018 was moved; its papers were due on 15 February 2018, "
                "before it was raised"
            ),
        ),
        ("02-01", (cancelled("03-08"),), "04-25", "05-10", CANCELLED),
        ("02-01", (cancelled("03-08"), cancelled("05-10")), "06-28", "07-12", CANCELLED),
        ("02-01", (cancelled("03-08"), added("04-12")), "03-27", "04-12", CANCELLED),
        (
            "02-01",
            (cancelled("03-08"), added("04-12", extraordinary=True)),
            "04-25",
            "05-10",
            CANCELLED,
        ),
    ],
)
def test_it_is_due_with_the_papers_of_its_meeting_wherever_that_goes(
    on: str, changes: tuple[MeetingChange, ...], due: str, meeting: str, note: str | None
) -> None:
    found = raised_due(raised(on), lscb(*changes), DAYS)
    assert (found.due, found.meeting, found.note) == (day(due), day(meeting), note)
    assert (found.period, found.raised, found.void) == ("raised-1", day(on), False)


def test_for_no_meeting_it_is_due_on_the_day_that_was_given_be_it_a_sunday() -> None:
    found = raised_due(raised(body=None, slot=None, day=day("03-04")), None, DAYS)
    assert (found.due, found.meeting, found.note) == (day("03-04"), None, None)


def test_a_meeting_that_left_the_calendar_hands_it_on_to_the_next_one_held() -> None:
    months = (2, 4, 6)
    other = Series(days=(Weekday(n=2, weekday=3),), months=months)
    found = raised_due(raised(), other, DAYS)
    assert (found.meeting, found.void) == (day("04-12"), False)
    assert found.note == (
        "the meeting of 8 March 2018 is not in the calendar any more, so this goes to the next "
        "one held"
    )


def test_it_falls_away_where_nobody_meets_any_more() -> None:
    found = raised_due(raised(), None, DAYS)
    assert found.void
    assert found.note == (
        "the meeting of 8 March 2018 is not in the calendar any more, and no later one is known"
    )


@given(
    on=st.integers(0, 400).map(lambda days: date(2018, 1, 1) + timedelta(days=days)),
    ahead=st.integers(0, 5),
    to=st.integers(-60, 60),
)
def test_it_is_never_due_before_it_was_raised_nor_after_its_meeting(
    on: date, ahead: int, to: int
) -> None:
    held = meetings(lscb(), on, on + timedelta(days=400))[ahead]
    new = max(on, held.day + timedelta(days=to))
    change = MeetingChange(kind=MeetingChangeKind.MOVED, day=held.day, to=new)
    each = Raised(
        ref="exceptions",
        number=3,
        owner="pmqag",
        on=on,
        day=held.day,
        body="lscb",
        slot=held.slot,
    )
    for series in (lscb(), lscb(change)):
        found = raised_due(each, series, DAYS)
        assert found.meeting is not None
        assert on <= found.due <= found.meeting
        assert found.period == "raised-3"


# Among everything else that is due


def keys(*happened: Event | Raised, **report: object) -> list[tuple[str, tuple[str, ...]]]:
    planner = planner_of(
        make_planner(
            report=[
                make_report("exceptions", **({"when": WHEN, "to": ["lscb", "pmqag"]} | report)),
                make_report("other", when=WHEN),
            ]
        )
    )
    found = occurrences(planner, day("01-01"), day("12-31"), happened)
    return [(each.key, each.audience) for each in found]


def test_it_is_owed_by_the_one_it_was_raised_for_to_the_body_that_meets() -> None:
    owners = ["pmqag", "business-group"]
    assert keys(owner=owners) == []
    assert keys(raised(), Event(name="exceptions", number=1, on=day("01-10")), owner=owners) == [
        ("lscb/exceptions/pmqag/raised-1", ("lscb",))
    ]
    by_a_day = raised(body=None, slot=None, number=2, owner="business-group")
    assert keys(by_a_day, owner=owners) == [
        ("lscb/exceptions/business-group/raised-2", ("lscb", "pmqag"))
    ]


@pytest.mark.parametrize("report", [{"owner": "business-group"}, {"when": {"by": "July 2019"}}])
def test_nobody_owes_what_the_planner_asks_of_others_or_with_a_date(
    report: dict[str, object],
) -> None:
    assert keys(raised(), **report) == []


def test_no_other_report_settles_what_was_raised() -> None:
    planner = planner_of(
        make_planner(
            report=[
                make_report("exceptions", when=WHEN, met_by="all"),
                make_report("all", when=WHEN),
            ]
        )
    )
    (each,) = occurrences(planner, day("01-01"), day("12-31"), [raised()])
    assert each.met_by is None
