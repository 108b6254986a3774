"""Each timing in plain English, as it stands after "Why this date:" in a mail."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.model import AwaitedEvent, Body, BodyKind, Plan, Planner
from boardcal.calendar.planner.reader import read_planner
from boardcal.calendar.rules.date_text import stated_date
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
    RecurrenceRule,
    Span,
    Timing,
    Undecided,
    YearMonth,
)
from boardcal.wording.timings import sentence

CUMBRIA = resources.files("boardcal.calendar") / "planners" / "cumbria-lscb-2017-20.toml"
DECEMBER_2017 = YearMonth(year=2017, month=12)
PLANNER = Planner(
    board="lscb",
    name="Cumbria LSCB",
    plan=Plan(title="Plan", source="Plan", starts=date(2017, 10, 31), ends=date(2020, 10, 31)),
    bodies=(
        Body(id="lscb", name="Cumbria LSCB", short="LSCB", kind=BodyKind.BOARD),
        Body(id="pmqag", name="Performance Group", short="PMQAG", kind=BodyKind.SUBGROUP),
    ),
    events=(
        AwaitedEvent(id="review-published", title="A serious case review is published"),
        AwaitedEvent(id="accepted", title="The LSCB accepts the annual report."),
        AwaitedEvent(id="inspected", title="Ofsted publishes its inspection"),
        AwaitedEvent(id="plan", title="LSCB agrees the plan"),
    ),
)


def at(which: EveryMeeting | NamedMonths | EveryNth | LastIn, papers: int = 10) -> AtMeetings:
    return AtMeetings(body="pmqag" if isinstance(which, EveryNth) else "lscb", which=which,
                      papers=papers)  # fmt: skip


def by(*texts: str, review: AtMeetings | OnCalendar | None = None) -> By:
    return By(dates=tuple(stated_date(text) for text in texts), review=review)


def nth(n: int) -> AtMeetings:
    return at(EveryNth(n=n, start=DECEMBER_2017))


def in_months(*months: int, day: int | None = None) -> OnCalendar:
    return OnCalendar(which=NamedMonths(months=months), day=day)


def every_months(n: int, day: int | None = None) -> OnCalendar:
    return OnCalendar(which=EveryMonths(n=n, start=DECEMBER_2017), day=day)


QUARTERLY = at(LastIn(span=Span.QUARTER))


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (
            at(NamedMonths(months=(3,))),
            "every March, at the LSCB meeting; papers 10 working days before",
        ),
        (
            at(NamedMonths(months=(1, 5, 9)), papers=1),
            "every January, May and September, at the LSCB meeting; papers 1 working day before",
        ),
        (at(EveryMeeting()), "at every LSCB meeting; papers 10 working days before"),
        (at(EveryMeeting(), papers=0), "at every LSCB meeting; papers on the day"),
        (
            nth(2),
            ("at every other PMQAG meeting held from December 2017 on; papers 10 working days "
            "before"),
        ),
        (
            nth(3),
            ("at every third PMQAG meeting held from December 2017 on; papers 10 working days "
            "before"),
        ),
        (
            nth(11),
            "at every 11th PMQAG meeting held from December 2017 on; papers 10 working days before",
        ),
        (
            nth(22),
            "at every 22nd PMQAG meeting held from December 2017 on; papers 10 working days before",
        ),
        (QUARTERLY, "every quarter, at the last LSCB meeting in it; papers 10 working days before"),
        (
            at(LastIn(span=Span.HALF_YEAR)),
            ("twice a year, at the last LSCB meeting in each half-year; papers 10 working days "
            "before"),
        ),
        (
            at(LastIn(span=Span.YEAR)),
            "every year, at the last LSCB meeting in it; papers 10 working days before",
        ),
        (in_months(8, 2), "every August and February, by the last working day of the month"),
        (in_months(4, day=1), "every April, by the 1st"),
        (in_months(4, day=13), "every April, by the 13th"),
        (in_months(4, day=28), "every April, by the 28th"),
        (
            in_months(2, 3, day=31),
            "every February and March, by the 31st, or the last day of a shorter month",
        ),
        (
            every_months(3),
            "every 3 months from December 2017, by the last working day of the month",
        ),
        (every_months(1, day=22), "every month from December 2017, by the 22nd"),
        (
            OnCalendar(which=RecurrenceRule(rrule="FREQ=MONTHLY;BYDAY=1MO",
                                            start=date(2018, 1, 1))),
            "on the days that the rule FREQ=MONTHLY;BYDAY=1MO gives from 1 January 2018",
        ),
        (by("July 2018"), "by July 2018"),
        (by("8 March 2018"), "by 8 March 2018"),
        (by("Autumn 2019"), "by autumn 2019"),
        (by("November 2017", "March 2018"), "by November 2017 and by March 2018"),
        (
            by("January 2018", review=QUARTERLY),
            ("by January 2018, then ongoing and reviewed every quarter, at the last LSCB meeting "
            "in it; papers 10 working days before"),
        ),
        (
            Ongoing(review=QUARTERLY),
            ("ongoing, never due; reviewed every quarter, at the last LSCB meeting in it; papers "
            "10 working days before"),
        ),
        (
            Ongoing(review=in_months(6)),
            "ongoing, never due; reviewed every June, by the last working day of the month",
        ),
        (
            After(event="review-published"),
            "20 working days after a serious case review is published",
        ),
        (After(event="accepted", days=1),
         "1 working day after the LSCB accepts the annual report"),
        (After(event="inspected", days=5), "5 working days after Ofsted publishes its inspection"),
        (After(event="plan", days=0), "on the day that LSCB agrees the plan"),
        (AsRequired(), "as required, without a date"),
        (
            Undecided(why="The plan gives no month for this annual report."),
            "no date decided: the plan gives no month for this annual report",
        ),
        (Undecided(why="PMQAG decides in May"), "no date decided: PMQAG decides in May"),
    ],
)  # fmt: skip
def test_a_timing_reads_as_a_sentence(timing: Timing, expected: str) -> None:
    assert sentence(timing, PLANNER) == expected


def test_a_body_or_event_that_the_planner_lost_is_named_by_its_id() -> None:
    gone = AtMeetings(body="education", which=EveryMeeting())
    assert sentence(gone, PLANNER) == "at every education meeting; papers 10 working days before"
    assert sentence(After(event="gone"), PLANNER) == "20 working days after gone"


def test_every_timing_of_cumbria_reads_as_part_of_a_sentence() -> None:
    planner = planner_of(read_planner(CUMBRIA.read_bytes(), "cumbria.toml"))
    for obligation in planner.obligations():
        words = sentence(obligation.timing, planner)
        assert words[0].islower() or words[0].isdigit()
        assert not words.endswith((".", " "))
        assert "  " not in words
