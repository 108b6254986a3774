"""Reminders and chasers: on which days they fall, and who gets them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.escalation import (
    REMINDERS,
    REVIEWS,
    Level,
    Policy,
    Step,
    levels_of,
    next_step,
    steps,
    steps_due,
)
from boardcal.calendar.rules.working_days import WorkingDays
from boardcal.tests.fuzz import law

LAW = law(100)
DAYS = WorkingDays()
# The S.11 report for the LSCB meeting of 8 March 2018.
S11_DUE = date(2018, 2, 22)
dates = st.dates(date(2016, 1, 1), date(2026, 12, 31))
policies = st.one_of(
    st.just(REMINDERS),
    st.just(REVIEWS),
    st.lists(st.integers(-60, 60), min_size=1, max_size=8, unique=True).map(
        lambda offsets: Policy(offsets=tuple(sorted(offsets)))
    ),
)


@pytest.mark.parametrize(
    ("number", "offset", "day"),
    [
        (0, -20, date(2018, 1, 25)),
        (1, -10, date(2018, 2, 8)),
        (2, -5, date(2018, 2, 15)),
        (3, -1, date(2018, 2, 21)),
        (4, 0, date(2018, 2, 22)),
        (5, 1, date(2018, 2, 23)),
        (6, 5, date(2018, 3, 1)),
        (7, 10, date(2018, 3, 8)),
        (8, 15, date(2018, 3, 15)),
        (9, 20, date(2018, 3, 22)),
        (10, 40, date(2018, 4, 23)),
        (11, 60, date(2018, 5, 22)),
    ],
)
def test_the_steps_of_the_s11_report(number: int, offset: int, day: date) -> None:
    found = list(islice(steps(S11_DUE, REMINDERS, DAYS), 12))
    assert found[number] == Step(day=day, offset=offset)


def test_chasers_go_on_every_twenty_working_days() -> None:
    found = list(islice(steps(S11_DUE, REMINDERS, DAYS), 9, 40))
    assert [step.offset for step in found] == list(range(20, 640, 20))
    assert all(DAYS.between(S11_DUE, step.day) == step.offset for step in found)


@pytest.mark.parametrize(
    ("due", "before", "on", "after", "why"),
    [
        (date(2018, 3, 10), "9 March", "9 March", "12 March", "a Saturday"),
        (date(2018, 3, 11), "9 March", "9 March", "12 March", "a Sunday"),
        (date(2018, 3, 30), "29 March", "29 March", "3 April", "Good Friday"),
        (date(2018, 3, 12), "9 March", "12 March", "13 March", "a Monday"),
    ],
)
def test_what_is_due_on_a_day_off_has_its_steps_on_the_working_days_around(
    due: date, before: str, on: str, after: str, why: str
) -> None:
    found = {step.offset: step.day for step in islice(steps(due, REMINDERS, DAYS), 10)}
    assert [f"{found[offset]:%-d %B}" for offset in (-1, 0, 1)] == [before, on, after], why


def test_a_closed_office_moves_steps() -> None:
    closed = WorkingDays(closed=[date(2018, 2, 21), date(2018, 2, 23)])
    found = {step.offset: step.day for step in islice(steps(S11_DUE, REMINDERS, closed), 10)}
    assert (found[-1], found[0], found[1]) == (
        date(2018, 2, 20),
        date(2018, 2, 22),
        date(2018, 2, 26),
    )


@pytest.mark.parametrize(
    ("policy", "days"),
    [
        (REVIEWS, "02-15 02-22"),
        (Policy(offsets=(-10, 0)), "02-08 02-22"),
        (Policy(offsets=(-2, 3)), "02-20 02-27"),
        (Policy(offsets=(7,)), "03-05"),
    ],
)
def test_other_policies_have_their_own_steps_and_no_more(policy: Policy, days: str) -> None:
    assert [f"{step.day:%m-%d}" for step in steps(S11_DUE, policy, DAYS)] == days.split()


@pytest.mark.parametrize(
    ("today", "fallen", "following"),
    [
        (date(2018, 1, 24), [], -20),
        (date(2018, 1, 25), [-20], -10),
        (date(2018, 2, 14), [-20, -10], -5),
        (date(2018, 2, 22), [-20, -10, -5, -1, 0], 1),
        (date(2018, 2, 25), [-20, -10, -5, -1, 0, 1], 5),
        (date(2018, 4, 23), [-20, -10, -5, -1, 0, 1, 5, 10, 15, 20, 40], 60),
    ],
)
def test_the_steps_that_have_fallen_and_the_one_to_come(
    today: date, fallen: list[int], following: int
) -> None:
    assert [step.offset for step in steps_due(S11_DUE, REMINDERS, today, DAYS)] == fallen
    coming = next_step(S11_DUE, REMINDERS, today, DAYS)
    assert coming is not None
    assert coming.offset == following


@pytest.mark.parametrize("policy", [REVIEWS, Policy(offsets=(-10, 0))])
def test_a_policy_that_does_not_repeat_comes_to_an_end(policy: Policy) -> None:
    assert next_step(S11_DUE, policy, S11_DUE, DAYS) is None
    assert steps_due(S11_DUE, policy, date(2030, 1, 1), DAYS) == list(steps(S11_DUE, policy, DAYS))


@pytest.mark.parametrize(
    ("offset", "levels"),
    [
        (-20, "owner"),
        (0, "owner"),
        (1, "owner"),
        (4, "owner"),
        (5, "owner deputy secretariat"),
        (9, "owner deputy secretariat"),
        (10, "owner business deputy secretariat"),
        (15, "owner business deputy secretariat"),
        (19, "owner business deputy secretariat"),
        (20, "owner board business deputy secretariat"),
        (40, "owner board business deputy secretariat"),
    ],
)
def test_who_is_mailed_in_the_order_of_precedence(offset: int, levels: str) -> None:
    step = Step(day=S11_DUE, offset=offset)
    assert levels_of(step, REMINDERS) == [Level(each) for each in levels.split()]
    assert levels_of(step, Policy(offsets=(offset,))) == levels_of(step, REMINDERS)


@pytest.mark.parametrize("offset", [-5, 0, 20])
def test_a_review_is_for_its_owner_only(offset: int) -> None:
    assert levels_of(Step(day=S11_DUE, offset=offset), REVIEWS) == [Level.OWNER]


@LAW
@given(dates, policies)
def test_steps_fall_on_working_days_one_after_the_other(due: date, policy: Policy) -> None:
    found = list(islice(steps(due, policy, DAYS), 15))
    assert all(DAYS.is_working(step.day) for step in found)
    assert [step.day for step in found] == sorted(step.day for step in found)
    if DAYS.is_working(due):
        assert len({step.day for step in found}) == len(found)


@LAW
@given(dates, policies, st.integers(-100, 400))
def test_every_step_has_fallen_or_is_still_to_come(due: date, policy: Policy, passed: int) -> None:
    today = due + timedelta(days=passed)
    fallen = steps_due(due, policy, today, DAYS)
    coming = next_step(due, policy, today, DAYS)
    every = list(islice(steps(due, policy, DAYS), len(fallen) + 1))
    assert every == (fallen if coming is None else [*fallen, coming])
    assert all(step.day <= today for step in fallen)
    assert coming is None or coming.day > today
