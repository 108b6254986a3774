"""What the day makes of an occurrence, and what was recorded of it."""

from __future__ import annotations

from datetime import date

import pytest

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.rules.escalation import REMINDERS, REVIEWS, Policy
from boardcal.calendar.rules.working_days import WorkingDays
from boardcal.calendar.status import OPEN, OWED, RECORDABLE, Status, status_on

DAYS = WorkingDays()
DUE = date(2018, 2, 22)
BY_DATE = (Status.PLANNED, Status.DUE, Status.OVERDUE, Status.STALE)


def status(
    today: date,
    *,
    state: str = OPEN,
    kind: Kind = Kind.REPORT,
    policy: Policy = REMINDERS,
    due: date = DUE,
) -> Status:
    return status_on(today, state=state, kind=kind, due=due, policy=policy, days=DAYS)


@pytest.mark.parametrize("kind", [Kind.REPORT, Kind.ACTION])
@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2017, 11, 1), Status.PLANNED),
        (date(2018, 1, 24), Status.PLANNED),
        (date(2018, 1, 25), Status.DUE),
        (date(2018, 2, 21), Status.DUE),
        (date(2018, 2, 22), Status.DUE),
        (date(2018, 2, 23), Status.OVERDUE),
        (date(2019, 2, 22), Status.OVERDUE),
    ],
)
def test_what_is_open_is_planned_then_due_then_overdue(
    kind: Kind, today: date, expected: Status
) -> None:
    assert status(today, kind=kind) is expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2018, 2, 14), Status.PLANNED),
        (date(2018, 2, 15), Status.DUE),
        (date(2018, 2, 22), Status.DUE),
        (date(2018, 2, 23), Status.STALE),
    ],
)
def test_a_review_is_stale_and_never_overdue(today: date, expected: Status) -> None:
    assert status(today, kind=Kind.REVIEW, policy=REVIEWS) is expected


@pytest.mark.parametrize("today", [date(2018, 2, 1), DUE, date(2018, 2, 23), date(2020, 1, 1)])
def test_a_meeting_is_never_owed_so_never_overdue(today: date) -> None:
    assert status(today, kind=Kind.MEETING) is Status.PLANNED


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2018, 3, 8), Status.PLANNED),
        (date(2018, 3, 9), Status.DUE),
        (date(2018, 3, 10), Status.DUE),
        (date(2018, 3, 11), Status.OVERDUE),
    ],
)
def test_what_is_due_on_a_saturday_is_overdue_from_the_sunday(
    today: date, expected: Status
) -> None:
    only_on_the_day = Policy(offsets=(0,))
    assert status(today, policy=only_on_the_day, due=date(2018, 3, 10)) is expected


def test_without_reminders_before_it_what_is_owed_is_planned_until_its_day_is_over() -> None:
    chasers = Policy(offsets=(1, 5))
    assert status(DUE, policy=chasers) is Status.PLANNED
    assert status(date(2018, 2, 23), policy=chasers) is Status.OVERDUE


@pytest.mark.parametrize("recorded", [each for each in Status if each not in BY_DATE])
@pytest.mark.parametrize("today", [date(2017, 1, 1), DUE, date(2020, 1, 1)])
def test_what_was_recorded_stands_whatever_the_day(recorded: Status, today: date) -> None:
    assert status(today, state=recorded.value) is recorded


def test_what_was_returned_is_owed_again_and_what_was_submitted_is_not() -> None:
    assert OWED == ("open", "returned")


def test_only_what_people_do_can_be_recorded() -> None:
    assert {each.value for each in RECORDABLE} == {
        "submitted", "accepted", "returned", "nothing to report", "waived",
    }  # fmt: skip
