"""Meetings that were held stay as they were, whatever a planner that is brought in says."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.export import toml_of
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.planner.meetings_held import kept_in_words, with_meetings_held
from boardcal.calendar.planner.reader import read_planner
from boardcal.calendar.rules.meeting_series import meetings
from boardcal.core.validation.problems import FileProblems

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
name = "BRD"
kind = "board"
secretariat = "secretariat@example.org"
"""
YEAR = (date(2018, 1, 1), date(2018, 12, 31))
ODD = '"January", "March", "May", "July", "September", "November"'


def rule(day: str, months: str = ODD, table: str = "[body.meets]", more: str = "") -> str:
    return f'{table}\nday = "{day}"\nmonths = [{months}]\n{more}\n'


def met(day: str, until: str, months: str = ODD) -> str:
    return rule(day, months, "[[body.met]]", f"until = {until}")


def change(text: str) -> str:
    return f"[[body.meeting]]\n{text}\n"


def content(*parts: str) -> PlannerFile:
    return read_planner(BOARD + "".join(parts), "brd.toml")


def days(planner: PlannerFile) -> list[str]:
    body = planner_of(planner).body("brd")
    assert body is not None
    assert body.series is not None
    return [f"{one.day:%d %b}" for one in meetings(body.series, *YEAR) if one.held]


THURSDAY, TUESDAY = rule("second Thursday"), rule("third Tuesday")
MOVED = change("moved = 2018-03-08\nto = 2018-03-15")
UNTIL_JULY = ["11 Jan", "08 Mar", "10 May", "12 Jul"]


@pytest.mark.parametrize(
    ("before", "after", "today", "held"),
    [
        ([THURSDAY], [TUESDAY], "2018-08-01", [*UNTIL_JULY, "18 Sep", "20 Nov"]),
        ([THURSDAY, MOVED], [TUESDAY, MOVED], "2018-08-01",
         ["11 Jan", "15 Mar", "10 May", "12 Jul", "18 Sep", "20 Nov"]),
        # What a file leaves out of the past was so nevertheless.
        ([THURSDAY, MOVED], [TUESDAY], "2018-08-01",
         ["11 Jan", "15 Mar", "10 May", "12 Jul", "18 Sep", "20 Nov"]),
        ([THURSDAY], [THURSDAY, MOVED], "2018-08-01",
         ["11 Jan", "15 Mar", "10 May", "12 Jul", "13 Sep", "08 Nov"]),
        # Half-way through a month: a meeting that was held has no second one after it.
        ([THURSDAY], [TUESDAY], "2018-07-13", [*UNTIL_JULY, "18 Sep", "20 Nov"]),
        # The new day of this month has passed: the meeting that is announced stays.
        ([TUESDAY], [THURSDAY], "2018-07-13",
         ["16 Jan", "20 Mar", "15 May", "17 Jul", "13 Sep", "08 Nov"]),
        ([THURSDAY], [rule("second Thursday", '"January", "September"')], "2018-06-01",
         ["11 Jan", "08 Mar", "10 May", "13 Sep"]),
        # A file that says from when is taken at its word.
        ([THURSDAY], [TUESDAY, met("second Thursday", "2018-04-30")], "2018-08-01",
         ["11 Jan", "08 Mar", "15 May", "17 Jul", "18 Sep", "20 Nov"]),
        ([THURSDAY], [TUESDAY, met("second Thursday", "2018-10-31")], "2018-08-01",
         [*UNTIL_JULY, "13 Sep", "20 Nov"]),
        # A second change, and the change back, each from its own day.
        ([TUESDAY, met("second Thursday", "2018-04-30")], [rule("first Monday")], "2018-08-01",
         ["11 Jan", "08 Mar", "15 May", "17 Jul", "03 Sep", "05 Nov"]),
        ([TUESDAY, met("second Thursday", "2018-04-30")], [TUESDAY], "2018-08-01",
         ["11 Jan", "08 Mar", "15 May", "17 Jul", "18 Sep", "20 Nov"]),
        ([TUESDAY, met("second Thursday", "2018-08-01")], [THURSDAY], "2018-08-01",
         [*UNTIL_JULY, "13 Sep", "08 Nov"]),
    ],
)  # fmt: skip
def test_the_past_stays_and_the_future_is_as_the_file_has_it(
    before: list[str], after: list[str], today: str, held: list[str]
) -> None:
    wanted = PlannerFile.model_validate(read_loosely(*after))
    kept = with_meetings_held(content(*before), wanted, date.fromisoformat(today))
    assert days(kept) == held
    assert read_planner(toml_of(kept), "kept.toml") == kept
    assert with_meetings_held(kept, wanted, date.fromisoformat(today)) == kept


def read_loosely(*parts: str) -> object:
    """A file as it stands before it is checked against what is stored."""
    return tomllib.loads(BOARD + "".join(parts))


def test_a_file_with_the_past_of_the_old_rule_needs_only_fit_what_is_stored() -> None:
    text = BOARD + TUESDAY + MOVED
    with pytest.raises(FileProblems, match="is not a day on which this body meets"):
        read_planner(text, "new.toml")
    stored, today = content(THURSDAY, MOVED), date(2018, 8, 1)
    kept = read_planner(text, "new.toml", lambda wanted: with_meetings_held(stored, wanted, today))
    assert days(kept)[:2] == ["11 Jan", "15 Mar"]


def test_what_was_kept_of_the_past_is_said() -> None:
    wanted = content(TUESDAY)
    kept = with_meetings_held(content(THURSDAY, MOVED), wanted, date(2018, 8, 1))
    assert list(kept_in_words(wanted, kept)) == [
        "BRD meets by its new rule from 2 August 2018. Its meetings before that stay as they were.",
        "What was moved, cancelled or added of past meetings of BRD is kept.",
    ]


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([THURSDAY, met("third Tuesday", "2018-05-01"), met("first Monday", "2018-04-01")],
         "must stand in order"),
        ([met("third Tuesday", "2018-05-01")], "needs a [body.meets] above it"),
    ],
)  # fmt: skip
def test_former_rules_stand_in_order_below_the_one_that_holds(
    parts: list[str], sentence: str
) -> None:
    with pytest.raises(FileProblems) as error:
        content(*parts)
    assert sentence in str(error.value)


@pytest.mark.parametrize(("until", "is_right"), [(None, False), ("2018-04-30", True)])
def test_a_report_for_a_month_of_a_former_rule_must_have_ended(
    until: str | None, is_right: bool
) -> None:
    report = (
        '[[report]]\nid = "march"\nrow = "R"\ntitle = "Report"\nowner = "brd"\n'
        'when = { meeting = "brd", months = ["March"] }\nquote = "every March"\n'
    )
    report += f"until = {until}\n" if until else ""
    parts = [rule("third Tuesday", '"January"'), met("second Thursday", "2018-04-30"), report]
    if is_right:
        content(*parts)
        return
    with pytest.raises(FileProblems, match="is no month in which brd meets"):
        content(*parts)
