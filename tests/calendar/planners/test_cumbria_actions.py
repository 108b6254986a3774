"""Cumbria's action plan against a table written by hand from the Business Plan 2017-20."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from importlib import resources

import pytest

from boardcal.calendar.planner.file_schema import ActionEntry, PlannerFile

FILE = resources.files("boardcal.calendar") / "planners" / "cumbria-lscb-2017-20.toml"
PLANNER = PlannerFile.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))
ACTIONS = {action.id: action for action in PLANNER.action}

BUSINESS = {"meeting": "business-group", "last_in": "quarter"}
ONGOING = {"review": BUSINESS}
EVERY_THREE_MONTHS = {"every_months": 3, "from": "December 2017"}
TWO_MONTHS = {"months": ["August", "February"]}
TWO_DATES = {"by": ["November 2017", "March 2018"]}
AFTER_REVIEW = {"after": "review-published"}
AFTER_CDOP = {"after": "cdop-annual-report-accepted"}


def by(month: str) -> dict[str, object]:
    return {"by": [month]}


def then_ongoing(month: str) -> dict[str, object]:
    return {"by": [month], "review": BUSINESS}


# (id, owners, When cell, when) of each line of "The Action Plan", by section.
PLAN: dict[str, list[tuple[str, str, str, Mapping[str, object]]]] = {
    "1. LSCB and LSCB Business Group": [
        ("1.1", "lscb-chair", "July 2018", by("July 2018")),
        ("1.2", "lscb-chair", "March 2018", by("March 2018")),
        ("1.3", "lscb-team", "December 2017", by("December 2017")),
        ("1.4", "lscb-senior-manager", "July 2018", by("July 2018")),
        ("1.5", "lscb-team", "November 2018", by("November 2018")),
        ("1.6", "lscb-team", "July 2018", by("July 2018")),
        ("1.7", "lscb-senior-manager", "April 2018", by("April 2018")),
        ("1.8", "business-group", "July 2018", by("July 2018")),
        ("1.9", "business-group", "Quarterly updates to the Business Group - ongoing", BUSINESS),
        ("1.10", "business-group", "July 2018", by("July 2018")),
        ("1.11", "lscb", "March 2020", by("March 2020")),
        ("1.12", "business-group ctb", "June 2018", by("June 2018")),
        ("1.13", "business-group", "Autumn 2019", by("Autumn 2019")),
        ("1.14", "lscb", "September 2018", by("September 2018")),
    ],
    "2. Quality Assurance and Performance Management": [
        ("2.1", "pmqag", "July 2020", by("July 2020")),
        ("2.2", "pmqag", "July 2018", by("July 2018")),
        ("2.3", "pmqag", "March 2018", by("March 2018")),
    ],
    "3. Early Help": [
        ("3.1", "early-help", "December 2017", by("December 2017")),
        ("3.2", "early-help", "March 2018", by("March 2018")),
        ("3.3", "early-help", "Ongoing", ONGOING),
    ],
    "4. Learning and Improvement": [
        ("4.1", "learning-improvement", "November 2017", by("November 2017")),
        ("4.2", "learning-improvement", "January 2018 and ongoing", then_ongoing("January 2018")),
        ("4.3", "learning-improvement", "Ongoing", ONGOING),
        ("4.4", "learning-improvement", "April 2018", by("April 2018")),
        ("4.5", "learning-improvement", "July 2018", by("July 2018")),
        ("4.6", "learning-improvement", "August 2018", by("August 2018")),
        ("4.7", "learning-improvement", "Ongoing", ONGOING),
        ("4.8", "learning-improvement", "April 2018", by("April 2018")),
    ],
    "5. Comms, Engagement & Participation": [
        ("5.1", "communications", "May 2018", by("May 2018")),
        ("5.2", "communications", "Ongoing", ONGOING),
        ("5.3", "communications", "Ongoing", ONGOING),
        ("5.4", "communications", "Ongoing", ONGOING),
    ],
    "6. Case Reviews": [
        ("6.1", "business-group", "As per actions in the Plan – ongoing", ONGOING),
        ("6.2", "case-review", "January 2018", by("January 2018")),
        ("6.3", "business-group", "Ongoing – following a review", AFTER_REVIEW),
        ("6.4", "learning-improvement", "March 2019", by("March 2019")),
    ],
    "7. Child Deaths": [
        ("7.1", "cdop", "March 2018", by("March 2018")),
        ("7.2", "business-group", "Following each Annual Report", AFTER_CDOP),
        ("7.3", "cdop", "March 2018", by("March 2018")),
    ],
    "8. Child Sexual Exploitation and Missing from Home": [
        ("8.1", "cse-mfh", "July 2018", by("July 2018")),
        ("8.2", "cse-mfh", "November 2018", by("November 2018")),
        ("8.3", "cse-mfh", "December 2017", by("December 2017")),
        ("8.4", "cse-mfh", "November 2017", by("November 2017")),
        ("8.5", "cse-mfh", "March 2018", by("March 2018")),
        ("8.6", "cse-mfh", "January 2018", by("January 2018")),
        ("8.7", "cse-mfh", "January 2018", by("January 2018")),
    ],
    "9. Hub Programme Board": [
        ("9.1", "hub-board", "Ongoing", ONGOING),
        ("9.2", "hub-board", "October 2018", by("October 2018")),
        ("9.3", "hub-board", "March 2019", by("March 2019")),
    ],
    "10. Policy & Procedures": [
        ("10.1", "policy-procedures", "Annually - August and February", TWO_MONTHS),
        ("10.2", "policy-procedures", "November 2017 & March 2018", TWO_DATES),
    ],
    "11. Education": [
        ("11.1", "education", "December 2017", by("December 2017")),
        ("11.2", "education", "March 2019", by("March 2019")),
        ("11.3", "education", "March 2018", by("March 2018")),
    ],
    "12. Health": [
        ("12.1", "health", "Quarterly ongoing", EVERY_THREE_MONTHS),
        ("12.2", "health", "February 2018", by("February 2018")),
        ("12.3", "health", "July 2018", by("July 2018")),
        ("12.4", "health", "June 2018", by("June 2018")),
        ("12.5", "health", "July 2018", by("July 2018")),
        ("12.6", "health", "July 2018", by("July 2018")),
        ("12.7", "health", "July 2018", by("July 2018")),
    ],
    "13. Neglect": [
        ("13.1", "neglect", "April 2018", by("April 2018")),
        ("13.2", "pmqag", "December 2017", by("December 2017")),
        ("13.2-b", "neglect", "April 2018", by("April 2018")),
        ("13.3", "neglect", "Ongoing", ONGOING),
        ("13.4", "neglect", "October 2018 and ongoing", then_ongoing("October 2018")),
    ],
    "14. Domestic Abuse": [
        ("14.1", "domestic-abuse", "April 2018", by("April 2018")),
        ("14.2", "domestic-abuse", "August 2018", by("August 2018")),
        ("14.3", "domestic-abuse", "April 2018", by("April 2018")),
        ("14.4", "domestic-abuse", "January 2018 and ongoing", then_ongoing("January 2018")),
        ("14.5", "domestic-abuse", "Ongoing", ONGOING),
    ],
}
LINES = [(section, *line) for section, lines in PLAN.items() for line in lines]
# Actions whose When cell is not a plain month, with what was read into it; and two owners.
ASSUMED = "1.9 1.12 1.13 3.3 4.2 4.3 4.7 5.2 5.3 5.4 6.1 6.3 7.2 9.1 12.1 13.3 13.4 14.4 14.5"


def test_there_are_71_actions_in_the_order_of_the_plan() -> None:
    assert [action.id for action in PLANNER.action] == [ref for _, ref, _, _, _ in LINES]
    assert len(LINES) == 71


@pytest.mark.parametrize(("section", "ref", "owners", "cell", "when"), LINES)
def test_an_action_is_read_as_its_line_says(
    section: str, ref: str, owners: str, cell: str, when: Mapping[str, object]
) -> None:
    action = ACTIONS[ref]
    assert action.number == ref.removesuffix("-b")
    assert action.section == section
    assert list(action.owner) == owners.split()
    assert action.quote == cell
    assert action.when.model_dump(mode="json", by_alias=True, exclude_unset=True) == when


def test_the_timings_of_each_kind_are_as_many_as_in_the_plan() -> None:
    cells = Counter(action.quote for action in PLANNER.action)
    assert cells["Ongoing"] == 9
    kinds = Counter(type(action.when).__name__ for action in PLANNER.action)
    assert kinds == {
        "ByWhen": 56,
        "OngoingWhen": 10,
        "AfterWhen": 2,
        "MeetingWhen": 1,
        "MonthsWhen": 1,
        "EveryMonthsWhen": 1,
    }


def test_51_actions_are_due_by_one_month_and_three_of_the_others_go_on_after_theirs() -> None:
    stated = [action.when.model_dump(exclude_none=True) for action in PLANNER.action]
    dated = [when for when in stated if "by" in when]
    single = [when for when in dated if "review" not in when and len(when["by"]) == 1]
    assert len([when for when in single if when["by"] != ("Autumn 2019",)]) == 51
    assert len([when for when in dated if "review" in when]) == 3


def test_one_point_ten_is_not_one_point_one() -> None:
    assert (ACTIONS["1.1"].owner, ACTIONS["1.10"].owner) == (("lscb-chair",), ("business-group",))
    assert "learning and development needs" in ACTIONS["1.1"].action
    assert '"Signs of Safety" model' in ACTIONS["1.10"].action


def test_number_13_2_stands_for_two_actions() -> None:
    audit, report = (action for action in PLANNER.action if action.number == "13.2")
    assert (audit.id, report.id) == ("13.2", "13.2-b")
    assert audit.action.startswith("Complete an audit of the effectiveness")
    assert report.action.endswith("of the Neglect strategy in an Annual report to LSCB")


def test_being_linked_to_another_action_is_a_note_and_no_owner() -> None:
    assert {action.id: action.note for action in PLANNER.action if action.note} == {
        "6.4": "linked to 4.5"
    }


def test_only_lines_that_name_who_is_told_have_an_audience() -> None:
    assert {action.id: action.to for action in PLANNER.action if action.to} == {
        "1.9": ("business-group",),
        "4.4": ("lscb",),
        "7.3": ("lscb",),
        "13.2-b": ("lscb",),
    }


def test_the_actions_that_the_planner_contradicts_say_so() -> None:
    assert [action.id for action in PLANNER.action if action.doubt] == ["2.2", "7.3"]
    assert "March" in str(ACTIONS["2.2"].doubt)
    assert "May" in str(ACTIONS["2.2"].doubt)
    assert "November" in str(ACTIONS["7.3"].doubt)


def test_whatever_was_read_into_an_action_is_noted() -> None:
    assert [action.id for action in PLANNER.action if action.assumed] == ASSUMED.split()


@pytest.mark.parametrize("ref", ["1.2", "1.3", "1.5", "1.14", "12.4", "12.5", "12.6", "14.5"])
def test_an_empty_outcome_cell_stays_empty(ref: str) -> None:
    assert ACTIONS[ref].outcome is None


@pytest.mark.parametrize(
    ("ref", "lines"),
    [
        ("4.6", ["Monitor and evaluate", "Following the Kirkpatrick model"]),
        ("4.5", ["The Board will", "Communicate the lessons", "1) Families", "2) Learning from"]),
        ("6.1", ["Deliver the joint SCR", "Deliver the actions", "Report progress"]),
    ],
)
def test_a_list_in_a_cell_is_one_line_each(ref: str, lines: list[str]) -> None:
    found = ACTIONS[ref].action.split("\n")
    assert [line.startswith(start) for line, start in zip(found, lines, strict=True)] == (
        [True] * len(lines)
    )


@pytest.mark.parametrize("action", PLANNER.action, ids=lambda action: action.id)
def test_an_actions_title_fits_a_mails_subject(action: ActionEntry) -> None:
    assert 20 <= len(action.title) <= 70
