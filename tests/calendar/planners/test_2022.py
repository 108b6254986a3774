"""Cumbria's year 2022 with its moved bank holidays, against dates worked out by hand.

In 2022 the spring bank holiday was moved from Monday 30 May to Thursday 2 June, Friday 3 June was
the Jubilee, and Monday 19 September the State Funeral. New Year's Day and Christmas fell on
weekends, so Monday 3 January and Tuesday 27 December were off as well; 27 and 28 December 2021,
15 and 18 April, 2 May and 29 August were the other ones that count here.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from importlib import resources

import pytest

from boardcal.calendar.occurrences import Kind, Occurrence, meeting_occurrences, occurrences
from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.reader import read_planner
from boardcal.calendar.rules.escalation import REMINDERS, steps_due

CUMBRIA = resources.files("boardcal.calendar") / "planners" / "cumbria-lscb-2017-20.toml"
PLANNER = planner_of(read_planner(CUMBRIA.read_bytes(), "cumbria.toml"))
FOUND = list(occurrences(PLANNER, date(2021, 11, 1), date(2023, 1, 31)))

MEETINGS = {
    "lscb": "01-13 03-10 05-12 07-14 09-08 11-10",
    "business-group": "02-15 05-17 08-16 11-15",
    "pmqag": "02-02 04-06 06-01 08-03 10-05 12-07",
    "cdop": "02-17 04-21 06-16 08-18 10-20 12-15",
}

# Each meeting and when its papers are due.
LSCB = (
    "2022-01-13 2021-12-29, 2022-03-10 2022-02-24, 2022-05-12 2022-04-27, "
    "2022-07-14 2022-06-30, 2022-09-08 2022-08-24, 2022-11-10 2022-10-27"
)
LSCB_QUARTERLY = (
    "2022-03-10 2022-02-24, 2022-05-12 2022-04-27, 2022-09-08 2022-08-24, 2022-11-10 2022-10-27"
)
LSCB_HALF_YEARLY = "2022-05-12 2022-04-27, 2022-11-10 2022-10-27"
GROUP_QUARTERLY = (
    "2022-02-15 2022-02-01, 2022-05-17 2022-05-03, 2022-08-16 2022-08-02, 2022-11-15 2022-11-01"
)
PMQAG_QUARTERLY = (
    "2022-02-02 2022-01-19, 2022-06-01 2022-05-18, 2022-08-03 2022-07-20, 2022-12-07 2022-11-23"
)

REPORTS = {
    "scr-lscb": LSCB_HALF_YEARLY,
    "scr-business-group": GROUP_QUARTERLY,
    "practice-reviews-business-group": GROUP_QUARTERLY,
    "s11-march": "2022-03-10 2022-02-24",
    "indicators-agencies": PMQAG_QUARTERLY,
    "indicators-lscb": LSCB_QUARTERLY,
    "data-july": "2022-07-14 2022-06-30",
    "audits-pmqag": "2022-04-06 2022-03-23, 2022-08-03 2022-07-20, 2022-12-07 2022-11-23",
    "audits-action-plans": GROUP_QUARTERLY,
    "audits-july": "2022-07-14 2022-06-30",
    "business-plan-quarterly": GROUP_QUARTERLY,
    "s11-may": "2022-05-12 2022-04-27",
    "subgroup-progress": LSCB,
    "child-deaths-november": "2022-11-10 2022-10-27",
    "child-deaths-update": LSCB,
    "channel-panel": "2022-01-13 2021-12-29",
    "domestic-abuse-indicators": PMQAG_QUARTERLY,
    "domestic-abuse-lscb": LSCB_HALF_YEARLY,
    "cla-indicators": PMQAG_QUARTERLY,
    "cla-lscb": LSCB_HALF_YEARLY,
    "cwd-indicators": PMQAG_QUARTERLY,
}


def at_2022_meetings() -> list[Occurrence]:
    return [each for each in FOUND if each.meeting is not None and each.meeting.year == 2022]


@pytest.mark.parametrize("body", MEETINGS)
def test_the_meetings_of_2022(body: str) -> None:
    found = meeting_occurrences(PLANNER, date(2022, 1, 1), date(2022, 12, 31))
    assert [f"{each.due:%m-%d}" for each in found if each.owner == body] == MEETINGS[body].split()


@pytest.mark.parametrize("ref", REPORTS)
def test_a_report_of_the_planner_comes_at_its_meetings_of_2022(ref: str) -> None:
    found = [each for each in at_2022_meetings() if each.ref == ref]
    owners = 12 if ref == "subgroup-progress" else 1
    assert Counter(f"{each.meeting} {each.due}" for each in found) == dict.fromkeys(
        REPORTS[ref].split(", "), owners
    )


def test_no_other_report_has_a_date() -> None:
    assert {each.ref for each in at_2022_meetings()} == REPORTS.keys()


def test_the_plan_has_ended_so_no_action_is_due_or_looked_at() -> None:
    assert {each.kind for each in FOUND} == {Kind.REPORT}


def test_every_other_meeting_is_still_counted_from_december_2017() -> None:
    found = [each.period for each in at_2022_meetings() if each.ref == "audits-pmqag"]
    assert found == ["14", "15", "16"]


@pytest.mark.parametrize(
    ("meeting", "due", "steps"),
    [
        # 2 and 3 June lie between the first and the second.
        ("2022-07-14", "2022-06-30", "05-31 06-16 06-23 06-29 06-30 07-01 07-07 07-14"),
        # 18 April and 2 May before; 30 May, the usual spring bank holiday, is worked.
        ("2022-06-01", "2022-05-18", "04-19 05-04 05-11 05-17 05-18 05-19 05-25 06-01"),
        # 29 August between the due date and +5.
        ("2022-09-08", "2022-08-24", "07-27 08-10 08-17 08-23 08-24 08-25 09-01 09-08"),
        # 29 August between the first and the second, 19 September between the third and the fourth.
        ("2022-10-05", "2022-09-21", "08-22 09-06 09-13 09-20 09-21 09-22 09-28 10-05"),
        # 27 and 28 December 2021 and 3 January 2022.
        ("2022-01-13", "2021-12-29", "11-29 12-13 12-20 12-24 12-29 12-30 01-06 01-13"),
    ],
)
def test_steps_go_around_the_moved_bank_holidays(meeting: str, due: str, steps: str) -> None:
    papers = date.fromisoformat(due)
    assert PLANNER.days.shift(date.fromisoformat(meeting), -10) == papers
    found = steps_due(papers, REMINDERS, date.fromisoformat(meeting), PLANNER.days)
    assert [f"{step.day:%m-%d}" for step in found] == steps.split()
