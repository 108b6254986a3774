"""Cumbria's reports against a table written by hand from the Business Plan 2017-20."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from datetime import date
from importlib import resources

import pytest

from boardcal.calendar.planner.file_schema import PlannerFile

FILE = resources.files("boardcal.calendar") / "planners" / "cumbria-lscb-2017-20.toml"
TEXT = FILE.read_text(encoding="utf-8")
PLANNER = PlannerFile.model_validate(tomllib.loads(TEXT))
REPORTS = {report.id: report for report in PLANNER.report}

SUBGROUPS = (
    "policy-procedures communications case-review cdop learning-improvement pmqag education "
    "health hub-board early-help cse-mfh neglect domestic-abuse"
)
ALL_BUT_CDOP = SUBGROUPS.replace("cdop ", "")

LSCB_QUARTERLY = {"meeting": "lscb", "last_in": "quarter"}
LSCB_HALF_YEARLY = {"meeting": "lscb", "last_in": "half-year"}
LSCB_EACH = {"meeting": "lscb"}
BUSINESS = {"meeting": "business-group", "last_in": "quarter"}
PMQAG = {"meeting": "pmqag", "last_in": "quarter"}
EVERY_OTHER_PMQAG = {"meeting": "pmqag", "every": 2, "from": "December 2017"}
AFTER_SURVEY = {"after": "staff-survey-accepted"}
AS_REQUIRED = {"as_required": True}
NO_MONTH = {"undecided": "The plan gives no month for this annual report."}
NO_FREQUENCY = {"undecided": "The plan does not say how often this report is made."}
FOUR = "lscb learning-improvement policy-procedures communications"


def lscb_in(month: str) -> dict[str, object]:
    return {"meeting": "lscb", "months": [month]}


# (id, owners, audience, when) of each row of the "Reporting Planner".
ROWS: dict[str, list[tuple[str, str, str, Mapping[str, object]]]] = {
    "Serious Case Review": [
        ("scr-lscb", "case-review", "lscb", LSCB_HALF_YEARLY),
        ("scr-business-group", "case-review", "business-group", BUSINESS),
        ("scr-as-required", "case-review", FOUR, AS_REQUIRED),
    ],
    "Practice reviews": [
        ("practice-reviews-business-group", "case-review", "business-group", BUSINESS),
        ("practice-reviews-as-required", "case-review", FOUR, AS_REQUIRED),
    ],
    "S.11 Audit": [("s11-march", "pmqag", "lscb", lscb_in("March"))],
    "Indicators": [
        ("indicators-agencies", "agencies", "pmqag", PMQAG),
        ("indicators-lscb", "pmqag", "lscb", LSCB_QUARTERLY),
        ("indicators-annual", "pmqag", "lscb", NO_MONTH),
        ("indicators-ctb-hwb", "pmqag", "ctb hwb", NO_MONTH),
    ],
    "Single/ Multi Agency Data": [
        ("data-scorecard", "pmqag", "lscb", NO_FREQUENCY),
        ("data-july", "pmqag", "lscb", lscb_in("July")),
    ],
    "Multi Agency Audits": [
        ("audits-pmqag", "district-qags", "pmqag", EVERY_OTHER_PMQAG),
        ("audits-action-plans", "pmqag", "business-group", BUSINESS),
        ("audits-exceptions", "pmqag", "lscb", AS_REQUIRED),
        ("audits-july", "pmqag", "lscb", lscb_in("July")),
    ],
    "LSCB Business Plan": [
        ("business-plan-quarterly", "lscb-team", "business-group", BUSINESS),
        ("business-plan-as-required", "lscb-team", "lscb", AS_REQUIRED),
    ],
    "LSCB Staff Survey": [
        ("staff-survey", "pmqag", "lscb", NO_MONTH),
        ("staff-survey-findings", "pmqag", SUBGROUPS, AFTER_SURVEY),
    ],
    "Safeguarding Section 11 Audit": [("s11-may", "pmqag", "lscb", lscb_in("May"))],
    "Other subgroups": [("subgroup-progress", ALL_BUT_CDOP, "lscb", LSCB_EACH)],
    "Child Death Review Data": [
        ("child-deaths-november", "cdop", "lscb", lscb_in("November")),
        ("child-deaths-update", "cdop", "lscb", LSCB_EACH),
    ],
    "Channel Panel": [("channel-panel", "channel-panel", "lscb", lscb_in("January"))],
    "Domestic Abuse": [
        ("domestic-abuse-indicators", "agencies", "pmqag", PMQAG),
        ("domestic-abuse-lscb", "safer-cumbria", "lscb", LSCB_HALF_YEARLY),
    ],
    "Children Looked After": [
        ("cla-indicators", "agencies", "pmqag", PMQAG),
        ("cla-lscb", "corporate-parenting-board", "lscb", LSCB_HALF_YEARLY),
    ],
    "Children With a Disability": [
        ("cwd-indicators", "agencies", "pmqag", PMQAG),
        ("cwd-annual", "cwd-partners", "lscb", NO_MONTH),
    ],
}
LINES = [(row, *line) for row, lines in ROWS.items() for line in lines]
# Report lines that the source states outright; what is undecided states nothing to assume.
STATED = {"s11-march", "data-scorecard", "data-july", "s11-may", "child-deaths-november",
          "channel-panel", "cwd-annual"}  # fmt: skip


def test_the_planner_has_its_fifteen_rows_in_order() -> None:
    assert list(dict.fromkeys(report.row for report in PLANNER.report)) == list(ROWS)
    assert len(ROWS) == 15


def test_the_report_lines_are_those_of_the_rows_in_order() -> None:
    assert [report.id for report in PLANNER.report] == [ref for _, ref, _, _, _ in LINES]


@pytest.mark.parametrize(("row", "ref", "owners", "audience", "when"), LINES)
def test_a_report_is_read_as_its_row_says(
    row: str, ref: str, owners: str, audience: str, when: Mapping[str, object]
) -> None:
    report = REPORTS[ref]
    assert report.row == row
    assert list(report.owner) == owners.split()
    assert list(report.to) == audience.split()
    assert report.when.model_dump(mode="json", by_alias=True, exclude_unset=True) == when


@pytest.mark.parametrize(
    ("ref", "met_by"), [("indicators-ctb-hwb", "indicators-annual"), ("audits-july", "data-july")]
)
def test_a_report_met_by_another_has_the_other_ones_timing(ref: str, met_by: str) -> None:
    assert REPORTS[ref].met_by == met_by
    assert REPORTS[ref].when == REPORTS[met_by].when


def test_no_other_report_is_met_by_one() -> None:
    assert [report.id for report in PLANNER.report if report.met_by] == [
        "indicators-ctb-hwb",
        "audits-july",
    ]


def test_only_the_subgroups_progress_may_be_nothing_to_report() -> None:
    accepting = [report.id for report in PLANNER.report if report.nothing_to_report]
    assert accepting == ["subgroup-progress"]


def test_the_reports_that_the_plan_contradicts_say_so() -> None:
    doubts = {report.id: report.doubt for report in PLANNER.report if report.doubt}
    assert list(doubts) == ["s11-march", "s11-may", "child-deaths-november", "child-deaths-update"]
    assert "May" in str(doubts["s11-march"])
    assert "March" in str(doubts["s11-may"])
    assert all("July 2018" in str(doubts[ref]) for ref in ("s11-march", "s11-may"))
    assert "March 2018" in str(doubts["child-deaths-november"])


def test_whatever_was_read_into_a_report_is_noted() -> None:
    assert {report.id for report in PLANNER.report if not report.assumed} == STATED


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("practice-reviews-business-group", "no owner"),
        ("indicators-ctb-hwb", "it could be the LSCB Annual Report"),
        ("audits-pmqag", "December 2017"),
        ("audits-july", "same report"),
        ("business-plan-quarterly", "LSCB Team"),
        ("staff-survey", "item 3"),
        ("subgroup-progress", "rolling programme"),
        ("child-deaths-update", "every two months"),
        ("domestic-abuse-lscb", "action 10.1"),
        ("cla-lscb", "last LSCB meeting in each half-year"),
    ],
)
def test_an_assumption_says_what_was_assumed(ref: str, words: str) -> None:
    assert words in str(REPORTS[ref].assumed)


@pytest.mark.parametrize(
    ("ref", "quote"),
    [
        ("scr-lscb", "Twice a year"),
        ("indicators-agencies", "Quarterly report through scorecard and indicator set to the PMQA"),
        ("data-july", "PMQAG report to the LSCB Annually (July)"),
        ("child-deaths-november", "Annual full report to LSCB - November."),
        ("channel-panel", "Annual full report to the LSCB – January."),
    ],
)
def test_a_report_quotes_its_cell(ref: str, quote: str) -> None:
    assert REPORTS[ref].quote == quote


def test_the_bullets_of_a_cell_are_one_line_each() -> None:
    assert REPORTS["scr-as-required"].quote.split("\n") == [
        "Update to LSCB as part of the LSCB Business Report as appropriate",
        "Update to LSCB as required",
        "Update to L&I group as required",
        "Update to Policy and Procedures Group as required",
        "Update to Communications and Engagement Group",
    ]


def test_events_are_those_that_something_waits_for() -> None:
    assert [event.id for event in PLANNER.event] == [
        "staff-survey-accepted",
        "cdop-annual-report-accepted",
        "review-published",
    ]


def test_what_is_promised_elsewhere_is_listed() -> None:
    assert [promise.where for promise in PLANNER.promise] == [
        'Section "Child Sexual Exploitation (CSE)/Missing From Home", item 5',
        "Action 13.2, the second of that number",
        "Action 1.12",
        "Action 1.10",
        'Section "Children and Young People\'s Domestic Abuse Group", item 6',
        "Action 4.4",
        'Section "What is the LSCB"',
    ]


def test_the_plan_runs_three_years_from_its_publication() -> None:
    assert (PLANNER.plan.from_, PLANNER.plan.to) == (date(2017, 10, 31), date(2020, 10, 31))
    assert PLANNER.plan.assumed


def test_every_assumption_and_every_doubt_is_a_sentence() -> None:
    notes = re.findall(r"""^(?:assumed|doubt) = (["'])(.*)\1$""", TEXT, re.MULTILINE)
    assert len(notes) == len(re.findall(r"^(?:assumed|doubt) =", TEXT, re.MULTILINE)) > 60
    assert [note for _, note in notes if not note.endswith(".")] == []


def test_nothing_in_the_file_holds_html() -> None:
    assert re.findall(r"<[^>]*>|&[a-z]+;|style=", TEXT) == []


def test_two_things_of_one_owner_are_told_apart_by_their_titles() -> None:
    entries = (*PLANNER.report, *PLANNER.action)
    titles = Counter((owner, each.title) for each in entries for owner in each.owner)
    assert [title for title, count in titles.items() if count > 1] == []
