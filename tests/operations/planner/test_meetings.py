"""Meetings of a planner moved, cancelled and added: each is its slot, whatever day it is on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.export import toml_of
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.planner.reader import read_planner
from boardcal.calendar.rules.meeting_series import MeetingChangeKind, meetings
from boardcal.operations.planner.change import EditError
from boardcal.operations.planner.entries import EntryEdit, with_edit
from boardcal.operations.planner.meetings import (
    MeetingDecision,
    add_meeting,
    cancel_meeting,
    move_meeting,
)
from boardcal.tests.fuzz import law

LAW = law(60)
DECIDED = date(2018, 1, 10)
YEAR = (date(2018, 1, 1), date(2018, 12, 31))
BOARD = """
format = 1
[board]
id = "brd"
name = "Board"
[plan]
title = "Plan"
source = "Plan"
from = 2017-10-01
to = 2020-12-31
[[body]]
id = "brd"
name = "The Board"
kind = "board"
secretariat = "secretariat@example.org"
[body.meets]
day = "second Thursday"
months = ["January", "March", "May"]
"""
START = read_planner(BOARD, "brd.toml")


def after(steps: str) -> PlannerFile:
    """The planner after steps such as "move 03-08 03-22, cancel 03-22, add! 03-08"."""
    content = START
    for step in steps.split(", "):
        verb, *days = step.split(" ")
        day, to = (date.fromisoformat(f"2018-{one}") for one in (days[0], days[-1]))
        if verb == "move":
            content = move_meeting(content, "brd", day, to)
        elif verb == "cancel":
            content = cancel_meeting(content, "brd", day, DECIDED)
        else:
            content = add_meeting(content, "brd", day, extraordinary=verb == "add!")
    return content


def held(content: PlannerFile) -> list[str]:
    body = planner_of(content).body("brd")
    assert body is not None
    assert body.series is not None
    return [
        f"{meeting.slot} {meeting.day:%m-%d}{'!' if meeting.extraordinary else ''}"
        for meeting in meetings(body.series, *YEAR)
        if meeting.held
    ]


JANUARY, MARCH, MAY = "2018-01 01-11", "2018-03 03-08", "2018-05 05-10"


@pytest.mark.parametrize(
    ("steps", "days"),
    [
        ("move 03-08 03-22, cancel 03-22, add 03-08", [JANUARY, MARCH, MAY]),
        ("move 03-08 03-22, cancel 03-22, add 03-22", [JANUARY, "2018-03 03-22", MAY]),
        ("move 03-08 03-22, add 03-08", [JANUARY, "added-2018-03-08 03-08", "2018-03 03-22", MAY]),
        (
            "move 03-08 03-22, add! 03-08",
            [JANUARY, "added-2018-03-08 03-08!", "2018-03 03-22", MAY],
        ),
        ("cancel 03-08, add! 03-08", [JANUARY, "added-2018-03-08 03-08!", MAY]),
        ("cancel 03-08, add! 03-08, add 03-08", [JANUARY, MARCH, "added-2018-03-08 03-08!", MAY]),
        ("add 04-12, cancel 04-12, add! 04-12", [JANUARY, MARCH, "added-2018-04-12-2 04-12!", MAY]),
        ("add! 04-12, cancel 04-12, add 04-12", [JANUARY, MARCH, "added-2018-04-12-2 04-12", MAY]),
        ("add 04-12, move 04-12 04-19, cancel 04-19, add 04-12",
         [JANUARY, MARCH, "added-2018-04-12 04-12", MAY]),
        ("move 03-08 03-22, add 03-08, cancel 03-08, move 03-22 03-08", [JANUARY, MARCH, MAY]),
        ("move 03-08 03-22, add 03-08, move 03-08 03-15, cancel 03-15",
         [JANUARY, "2018-03 03-22", MAY]),
        ("move 03-08 05-10, move 05-10 03-08", [JANUARY, "2018-05 03-08", "2018-03 05-10"]),
        ("move 03-08 03-15, move 05-10 03-08, move 03-15 05-10",
         [JANUARY, "2018-05 03-08", "2018-03 05-10"]),
        ("move 03-08 05-10, move 05-10 03-08, move 05-10 03-15, move 03-08 05-10, move 03-15 03-08",
         [JANUARY, MARCH, MAY]),
        ("add! 03-08, cancel 03-08", [JANUARY, "added-2018-03-08 03-08!", MAY]),
    ],
)  # fmt: skip
def test_each_meeting_stands_on_the_day_that_was_asked_for(steps: str, days: list[str]) -> None:
    content = after(steps)
    assert held(content) == days
    assert read_planner(toml_of(content), "brd.toml") == content


@pytest.mark.parametrize(
    "steps",
    ["add 03-08", "add! 04-12, add! 04-12", "move 03-08 03-22, add 03-08, add 03-08",
     "move 03-08 03-08", "move 03-08 03-22, add 03-08, move 03-22 03-08",
     "move 03-08 03-22, add! 03-08, cancel 03-08, add 03-08, move 03-22 03-08"],
)  # fmt: skip
def test_a_meeting_where_one_like_it_is_held_already_is_refused(steps: str) -> None:
    with pytest.raises(EditError, match="already"):
        after(steps)


def test_of_two_meetings_on_one_day_the_slot_names_the_one_that_changes() -> None:
    two = after("add! 03-08")
    gone = cancel_meeting(two, "brd", date(2018, 3, 8), DECIDED, "added-2018-03-08")
    assert held(gone) == [JANUARY, MARCH, MAY]


def test_what_was_written_before_of_an_added_meeting_is_still_understood() -> None:
    old = (
        "[[body.meeting]]\nadded = 2018-04-12\n[[body.meeting]]\nmoved = 2018-04-12\n"
        "to = 2018-04-19\n[[body.meeting]]\ncancelled = 2018-04-12\n"
    )
    content = read_planner(BOARD + old, "brd.toml")
    assert held(content) == [JANUARY, MARCH, MAY]
    back = add_meeting(content, "brd", date(2018, 4, 19), extraordinary=False)
    assert held(back) == [JANUARY, MARCH, "added-2018-04-12 04-19", MAY]


@pytest.mark.parametrize(
    ("extraordinary", "sentence"),
    [
        (False, "The Board meeting on Thursday 8 March 2018 moves to"),
        (True, "The Board extraordinary meeting on Thursday 8 March 2018 moves to"),
    ],
)  # fmt: skip
def test_a_name_that_has_its_article_is_given_no_second_one(
    extraordinary: bool, sentence: str
) -> None:
    content = after("add! 03-08") if extraordinary else START
    decision = MeetingDecision(
        body="brd",
        becomes=MeetingChangeKind.MOVED,
        day=date(2018, 3, 8),
        to=date(2018, 3, 15),
        slot="added-2018-03-08" if extraordinary else None,
    )
    planner = planner_of(content)
    assert decision.of(planner).headline(planner).startswith(sentence)


def test_a_rule_edited_on_a_page_leaves_what_was_held() -> None:
    rule = {"day": ["third Tuesday"], "months": ["January", "March", "May"]}
    edit = EntryEdit(kind="body", id="brd", patch={"meets": rule})
    today = date(2018, 4, 1)
    assert held(with_edit(START, edit, since=today)) == [JANUARY, MARCH, "2018-05 05-15"]
    assert held(with_edit(START, edit)) == ["2018-01 01-16", "2018-03 03-20", "2018-05 05-15"]


days_of_spring = st.integers(0, 40).map(lambda n: date(2018, 3, 1) + timedelta(days=n))
steps_taken = st.lists(
    st.tuples(
        st.sampled_from(["move", "cancel", "add", "add!"]), st.integers(0, 9), days_of_spring
    ),
    max_size=8,
)


@LAW
@given(steps_taken)
def test_whatever_is_done_to_meetings_does_what_was_asked_and_nothing_else(
    taken: list[tuple[str, int, date]],
) -> None:
    content = START
    for verb, number, day in taken:
        before = held(content)
        chosen = before[number % len(before)] if before else None
        try:
            if verb in ("add", "add!"):
                content = add_meeting(content, "brd", day, extraordinary=verb == "add!")
                left = set(held(content)) - set(before)
                mark = "!" if verb == "add!" else ""
                assert [one.split(" ")[1] for one in left] == [f"{day:%m-%d}{mark}"]
                continue
            if chosen is None:
                continue
            slot, on = chosen.rstrip("!").split(" ")
            stood = date.fromisoformat(f"2018-{on}")
            if verb == "move":
                content = move_meeting(content, "brd", stood, day, slot)
                now = f"{slot} {day:%m-%d}{'!' if chosen.endswith('!') else ''}"
                assert sorted(held(content)) == sorted({*before, now} - {chosen})
            else:
                content = cancel_meeting(content, "brd", stood, DECIDED, slot)
                assert sorted(held(content)) == sorted({*before} - {chosen})
        except EditError:
            assert held(content) == before
        assert read_planner(toml_of(content), "brd.toml") == content
