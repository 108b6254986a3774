"""What the words of a planner file become: timings, bodies, series, steps."""

from __future__ import annotations

from datetime import date, time

import pytest

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.model import Planner
from boardcal.calendar.planner.reader import read_planner
from boardcal.calendar.planner.roles import RoleHolder, RoleName
from boardcal.calendar.rules.date_text import stated_date
from boardcal.calendar.rules.escalation import REMINDERS, Policy
from boardcal.calendar.rules.meeting_series import MeetingChange, MeetingChangeKind, Series, Weekday
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

WHEN = 'when = { meeting = "lscb", months = ["March"] }'
QUOTE = 'quote = "every March"'
DECEMBER_2017 = YearMonth(year=2017, month=12)


def lscb(which: EveryMeeting | NamedMonths | EveryNth | LastIn, papers: int = 10) -> AtMeetings:
    return AtMeetings(body="lscb", which=which, papers=papers)


def by(*texts: str, review: AtMeetings | OnCalendar | None = None) -> By:
    return By(dates=tuple(stated_date(text) for text in texts), review=review)


def planner(text: str) -> Planner:
    return planner_of(read_planner(text, "planner.toml"))


@pytest.mark.parametrize(
    ("when", "timing"),
    [
        ('{ meeting = "lscb" }', lscb(EveryMeeting())),
        ('{ meeting = "lscb", months = ["March"] }', lscb(NamedMonths(months=(3,)))),
        ('{ meeting = "lscb", months = ["Mar", "july"] }', lscb(NamedMonths(months=(3, 7)))),
        ('{ meeting = "lscb", last_in = "quarter" }', lscb(LastIn(span=Span.QUARTER))),
        ('{ meeting = "lscb", last_in = "half-year" }', lscb(LastIn(span=Span.HALF_YEAR))),
        (
            '{ meeting = "lscb", last_in = "year", papers = 0 }',
            lscb(LastIn(span=Span.YEAR), papers=0),
        ),
        (
            '{ meeting = "lscb", every = 2, from = "December 2017" }',
            lscb(EveryNth(n=2, start=DECEMBER_2017)),
        ),
        ('{ months = ["August", "February"] }', OnCalendar(which=NamedMonths(months=(8, 2)))),
        ('{ months = ["May"], day = 15 }', OnCalendar(which=NamedMonths(months=(5,)), day=15)),
        (
            '{ every_months = 3, from = "December 2017" }',
            OnCalendar(which=EveryMonths(n=3, start=DECEMBER_2017)),
        ),
        (
            '{ rrule = "FREQ=MONTHLY;BYDAY=1MO", from = 2018-01-01 }',
            OnCalendar(
                which=RecurrenceRule(rrule="FREQ=MONTHLY;BYDAY=1MO", start=date(2018, 1, 1))
            ),
        ),
        (
            '{ rrule = "RRULE:FREQ=MONTHLY;BYDAY=1MO", from = 2018-01-01 }',
            OnCalendar(
                which=RecurrenceRule(rrule="FREQ=MONTHLY;BYDAY=1MO", start=date(2018, 1, 1))
            ),
        ),
        ('{ by = "July 2018" }', by("July 2018")),
        ('{ by = ["November 2017", "March 2018"] }', by("November 2017", "March 2018")),
        (
            '{ by = "July 2018", review = { meeting = "lscb" } }',
            by("July 2018", review=lscb(EveryMeeting())),
        ),
        (
            '{ review = { months = ["May"] } }',
            Ongoing(review=OnCalendar(which=NamedMonths(months=(5,)))),
        ),
        ('{ after = "review-published" }', After(event="review-published", days=20)),
        ('{ after = "review-published", days = 5 }', After(event="review-published", days=5)),
        ("{ as_required = true }", AsRequired()),
        ('{ undecided = "No month is given." }', Undecided(why="No month is given.")),
    ],
)
def test_every_kind_of_when_is_read(when: str, timing: Timing, right: str) -> None:
    (report,) = planner(right.replace(WHEN, f"when = {when}")).reports
    assert report.timing == timing


def test_a_body_is_read_with_its_roles_and_its_meetings(right: str) -> None:
    text = right.replace(
        'chair = "lscb.chair@example.org"',
        'chair = ["old@example.org", { address = "new@Example.ORG", from = 2018-04-01 }]\n'
        'vice-chair = [{ address = "deputy@example.org", to = 2018-12-31 }]',
    ).replace(
        'day = "second Thursday"\n',
        'day = ["second Thursday", "last Friday"]\ntime = "09:30 – 12:30"\n',
    )
    lscb = planner(text).body("lscb")
    assert lscb is not None
    assert lscb.holders == (
        RoleHolder(role=RoleName.CHAIR, address="old@example.org"),
        RoleHolder(role=RoleName.CHAIR, address="new@example.org", starts=date(2018, 4, 1)),
        RoleHolder(role=RoleName.VICE_CHAIR, address="deputy@example.org", ends=date(2018, 12, 31)),
        RoleHolder(role=RoleName.SECRETARIAT, address="secretariat@example.org"),
    )
    assert lscb.series == Series(
        days=(Weekday(n=2, weekday=3), Weekday(n=-1, weekday=4)),
        months=(1, 3, 5, 7, 9, 11),
        begins=time(9, 30),
        ends=time(12, 30),
    )


def test_changed_meetings_are_read(right: str) -> None:
    text = right.replace(
        '"November"]\n',
        '"November"]\n\n[[body.meeting]]\nmoved = 2018-03-08\nto = 2018-03-15\n\n'
        "[[body.meeting]]\ncancelled = 2018-05-10\ndecided = 2018-04-01\n\n"
        "[[body.meeting]]\nadded = 2018-06-14\nextraordinary = true\n",
    )
    lscb = planner(text).body("lscb")
    assert lscb is not None
    assert lscb.series is not None
    assert lscb.series.changes == (
        MeetingChange(kind=MeetingChangeKind.MOVED, day=date(2018, 3, 8), to=date(2018, 3, 15)),
        MeetingChange(
            kind=MeetingChangeKind.CANCELLED, day=date(2018, 5, 10), decided=date(2018, 4, 1)
        ),
        MeetingChange(kind=MeetingChangeKind.ADDED, day=date(2018, 6, 14), extraordinary=True),
    )


def test_a_body_without_a_short_name_goes_by_its_name(right: str) -> None:
    shorter = right.replace('name = "PMQAG"', 'name = "Performance Group"\nshort = "PMQAG"')
    assert [body.short for body in planner(right).bodies][2] == "PMQAG"
    assert [body.short for body in planner(shorter).bodies] == [
        "Cumbria LSCB",
        "Business Group",
        "PMQAG",
    ]


@pytest.mark.parametrize(
    ("keys", "policy"),
    [("", REMINDERS), ("steps = [-10, 0, 5]", Policy(offsets=(-10, 0, 5), repeat=None))],
)
def test_a_report_has_the_usual_steps_or_its_own(keys: str, policy: Policy, right: str) -> None:
    (report,) = planner(right.replace(QUOTE, f"{QUOTE}\n{keys}")).reports
    assert report.policy == policy


def test_days_that_are_closed_or_open_all_the_same_are_known(right: str) -> None:
    days = "[working_days]\nclosed = [2018-02-21]\nopen = [2018-03-30]\n\n[plan]"
    known = planner(right.replace("[plan]", days)).days
    assert not known.is_working(date(2018, 2, 21))
    assert known.is_working(date(2018, 3, 30))


def test_what_was_assumed_of_a_body_and_of_its_meetings_is_put_together(right: str) -> None:
    text = right.replace('kind = "board"', 'kind = "board"\nassumed = "One."').replace(
        'day = "second Thursday"', 'day = "second Thursday"\nassumed = "Two."'
    )
    assumed = [body.assumed for body in planner(text).bodies]
    assert assumed == ["One. Two.", None, None]
