"""Cumbria's year 2018, row by row, against dates worked out by hand.

Meetings were read off a wall calendar (second Thursdays and so on), papers counted back ten
working days without the bank holidays of 1 January, 30 March, 2 April, 7 and 28 May, 27 August,
25 and 26 December. Nothing here was taken from what boardcal says.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from importlib import resources

import pytest

from boardcal.calendar.occurrences import Kind, Occurrence, meeting_occurrences, occurrences
from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.reader import read_planner
from boardcal.calendar.rules.timing import Precision

CUMBRIA = resources.files("boardcal.calendar") / "planners" / "cumbria-lscb-2017-20.toml"
PLANNER = planner_of(read_planner(CUMBRIA.read_bytes(), "cumbria.toml"))
# What `boardcal upcoming --from 2017-11-01 --to 2019-01-31` looks at.
WINDOW = (date(2017, 11, 1), date(2019, 1, 31))
FOUND = list(occurrences(PLANNER, *WINDOW))

MEETINGS = {
    "lscb": "01-11 03-08 05-10 07-12 09-13 11-08",
    "business-group": "02-20 05-15 08-21 11-20",
    "pmqag": "02-07 04-04 06-06 08-01 10-03 12-05",
    "cdop": "02-15 04-19 06-21 08-16 10-18 12-20",
}

# Each meeting and when its papers are due.
LSCB = (
    "2018-01-11 2017-12-27, 2018-03-08 2018-02-22, 2018-05-10 2018-04-25, "
    "2018-07-12 2018-06-28, 2018-09-13 2018-08-30, 2018-11-08 2018-10-25"
)
LSCB_QUARTERLY = (
    "2018-03-08 2018-02-22, 2018-05-10 2018-04-25, 2018-09-13 2018-08-30, 2018-11-08 2018-10-25"
)
LSCB_HALF_YEARLY = "2018-05-10 2018-04-25, 2018-11-08 2018-10-25"
GROUP_QUARTERLY = (
    "2018-02-20 2018-02-06, 2018-05-15 2018-04-30, 2018-08-21 2018-08-07, 2018-11-20 2018-11-06"
)
PMQAG_QUARTERLY = (
    "2018-02-07 2018-01-24, 2018-06-06 2018-05-22, 2018-08-01 2018-07-18, 2018-12-05 2018-11-21"
)
EVERY_OTHER_PMQAG = "2018-04-04 2018-03-19, 2018-08-01 2018-07-18, 2018-12-05 2018-11-21"

# Row of the planner: its reports, each with its meetings in 2018; "" where none has a date.
ROWS = {
    "Serious Case Review": {
        "scr-lscb": LSCB_HALF_YEARLY,
        "scr-business-group": GROUP_QUARTERLY,
        "scr-as-required": "",
    },
    "Practice reviews": {
        "practice-reviews-business-group": GROUP_QUARTERLY,
        "practice-reviews-as-required": "",
    },
    "S.11 Audit": {"s11-march": "2018-03-08 2018-02-22"},
    "Indicators": {
        "indicators-agencies": PMQAG_QUARTERLY,
        "indicators-lscb": LSCB_QUARTERLY,
        "indicators-annual": "",
        "indicators-ctb-hwb": "",
    },
    "Single/ Multi Agency Data": {
        "data-scorecard": "",
        "data-july": "2018-07-12 2018-06-28",
    },
    "Multi Agency Audits": {
        "audits-pmqag": EVERY_OTHER_PMQAG,
        "audits-action-plans": GROUP_QUARTERLY,
        "audits-exceptions": "",
        "audits-july": "2018-07-12 2018-06-28",
    },
    "LSCB Business Plan": {
        "business-plan-quarterly": GROUP_QUARTERLY,
        "business-plan-as-required": "",
    },
    "LSCB Staff Survey": {"staff-survey": "", "staff-survey-findings": ""},
    "Safeguarding Section 11 Audit": {"s11-may": "2018-05-10 2018-04-25"},
    "Other subgroups": {"subgroup-progress": LSCB},
    "Child Death Review Data": {
        "child-deaths-november": "2018-11-08 2018-10-25",
        "child-deaths-update": LSCB,
    },
    "Channel Panel": {"channel-panel": "2018-01-11 2017-12-27"},
    "Domestic Abuse": {
        "domestic-abuse-indicators": PMQAG_QUARTERLY,
        "domestic-abuse-lscb": LSCB_HALF_YEARLY,
    },
    "Children Looked After": {
        "cla-indicators": PMQAG_QUARTERLY,
        "cla-lscb": LSCB_HALF_YEARLY,
    },
    "Children With a Disability": {"cwd-indicators": PMQAG_QUARTERLY, "cwd-annual": ""},
}
REPORTS = [(row, ref, dates) for row, found in ROWS.items() for ref, dates in found.items()]

SUBGROUPS = (
    "policy-procedures communications case-review learning-improvement pmqag education health "
    "hub-board early-help cse-mfh neglect domestic-abuse"
)

# Due date: the actions whose cell "When" names its month, as the source prints them.
ACTIONS = {
    "2017-11-30": "4.1 8.4 10.2",
    "2017-12-29": "1.3 3.1 8.3 11.1 13.2 12.1",
    "2018-01-31": "6.2 8.6 8.7 4.2 14.4",
    "2018-02-28": "12.2 10.1",
    "2018-03-29": "1.2 2.3 3.2 7.1 7.3 8.5 11.3 10.2 12.1",
    "2018-04-30": "1.7 4.4 4.8 13.1 13.2-b 14.1 14.3",
    "2018-05-31": "5.1",
    "2018-06-29": "1.12 12.4 12.1",
    "2018-07-31": "1.1 1.4 1.6 1.8 1.10 2.2 4.5 8.1 12.3 12.5 12.6 12.7",
    "2018-08-31": "4.6 14.2 10.1",
    "2018-09-28": "1.14 12.1",
    "2018-10-31": "9.2 13.4",
    "2018-11-30": "1.5 8.2",
    "2018-12-31": "12.1",
}
# Action 1.9 is reported at the Business Group's meetings, and what is ongoing is looked at there.
GROUP_PAPERS = ["2017-11-07", "2018-02-06", "2018-04-30", "2018-08-07", "2018-11-06"]
ONGOING = "3.3 4.3 4.7 5.2 5.3 5.4 6.1 9.1 13.3 14.5"
# Those that go on after a month are looked at from then on.
AFTER_A_MONTH = {"4.2": 1, "14.4": 1, "13.4": 4}


def at_2018_meetings(ref: str) -> list[Occurrence]:
    return [
        each
        for each in FOUND
        if each.kind is Kind.REPORT
        and each.ref == ref
        and each.meeting is not None
        and each.meeting.year == 2018
    ]


@pytest.mark.parametrize("body", MEETINGS)
def test_the_meetings_of_2018(body: str) -> None:
    found = meeting_occurrences(PLANNER, date(2018, 1, 1), date(2018, 12, 31))
    assert [f"{each.due:%m-%d}" for each in found if each.owner == body] == MEETINGS[body].split()


def test_no_other_body_has_meetings() -> None:
    known = meeting_occurrences(PLANNER, date(2018, 1, 1), date(2018, 12, 31))
    assert {each.owner for each in known} == MEETINGS.keys()


@pytest.mark.parametrize(("row", "ref", "dates"), REPORTS)
def test_a_report_of_the_planner_comes_at_its_meetings_of_2018(
    row: str, ref: str, dates: str
) -> None:
    found = at_2018_meetings(ref)
    by_owner = Counter(f"{each.meeting} {each.due}" for each in found)
    owners = 12 if ref == "subgroup-progress" else 1
    assert by_owner == {pair: owners for pair in dates.split(", ") if pair}
    assert {each.row for each in found} <= {row}
    assert all(each.precision is Precision.DAY and not each.void for each in found)


def test_there_are_no_other_rows_or_reports() -> None:
    assert [(report.row, report.ref) for report in PLANNER.reports] == [
        (row, ref) for row, ref, _ in REPORTS
    ]


def test_every_report_of_the_window_is_for_a_meeting() -> None:
    reports = [each for each in FOUND if each.kind is Kind.REPORT]
    meetings = {each.meeting for each in reports if each.meeting and each.meeting.year != 2018}
    assert None not in {each.meeting for each in reports}
    # The Business Group's of November 2017, PMQAG's of December, and the next two of 2019.
    assert meetings == {date(2017, 11, 21), date(2017, 12, 6), date(2019, 1, 10), date(2019, 2, 6)}


def test_the_july_report_counts_for_the_audits_too() -> None:
    (audits,) = at_2018_meetings("audits-july")
    assert audits.met_by == "lscb/data-july/pmqag/2018-07"
    assert [each.key for each in at_2018_meetings("data-july")] == [audits.met_by]


def test_every_subgroup_but_cdop_reports_progress_at_each_meeting() -> None:
    owners = Counter(each.owner for each in at_2018_meetings("subgroup-progress"))
    assert owners == dict.fromkeys(SUBGROUPS.split(), 6)


@pytest.mark.parametrize("due", ACTIONS)
def test_the_actions_of_a_month_are_due_on_its_last_working_day(due: str) -> None:
    actions = [each for each in FOUND if each.kind is Kind.ACTION and each.ref != "1.9"]
    found = [each for each in actions if str(each.due) == due]
    assert Counter(each.ref for each in found) == Counter(
        {ref: 2 if ref == "1.12" else 1 for ref in ACTIONS[due].split()}
    )
    assert {each.precision for each in found} == {Precision.MONTH}


def test_actions_are_due_on_no_other_day() -> None:
    days = {str(each.due) for each in FOUND if each.kind is Kind.ACTION and each.ref != "1.9"}
    assert days == ACTIONS.keys()
    assert [str(each.due) for each in FOUND if each.ref == "1.9"] == GROUP_PAPERS


def test_what_is_ongoing_is_looked_at_each_quarter() -> None:
    reviews = [each for each in FOUND if each.kind is Kind.REVIEW]
    found = {ref: [str(each.due) for each in reviews if each.ref == ref]
             for ref in dict.fromkeys(each.ref for each in reviews)}  # fmt: skip
    assert found == {
        **dict.fromkeys(ONGOING.split(), GROUP_PAPERS),
        **{ref: GROUP_PAPERS[first:] for ref, first in AFTER_A_MONTH.items()},
    }


def test_no_key_comes_twice() -> None:
    keys = [each.key for each in (*FOUND, *meeting_occurrences(PLANNER, *WINDOW))]
    assert len(set(keys)) == len(keys)
