from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import S11, flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

MOVE = ["meeting", "move", "lscb", "2018-03-08", "--to", "2018-03-15"]


def _dues(desk: Desk, *keys: str) -> list[tuple[str, str]]:
    shown = desk("upcoming", "--to", "2018-12-31", "--format", "json")
    entries = {entry["key"]: entry for entry in json.loads(shown.stdout)}
    return [(entries[key]["due"], entries[key]["status"]) for key in keys]


def test_a_move_shows_what_re_flows_and_makes_it_so(live: Desk) -> None:
    done = live(*MOVE)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[:4] == [
        "The LSCB meeting on Thursday 8 March 2018 moves to Thursday 15 March 2018.",
        "Papers now due 1 March 2018 instead of 22 February 2018:",
        "  Child death reviews: bi-monthly update: CDOP",
        "  Indicators: quarterly progress report: PMQAG",
    ]
    assert "  S.11 compliance and themes: annual report: PMQAG" in lines
    assert "Subgroup progress report: CSE/MFH Subgroup, Case Review Group, " in flat(done.stdout)
    assert lines[-1] == "Done. `boardcal upcoming` shows the new dates."
    assert _dues(live, S11, "lscb/lscb/lscb/2018-03") == [
        ("2018-03-01", "due"),
        ("2018-03-15", "planned"),
    ]


TWICE = "LSCB has 2 meetings on 10 May 2018; say which with --slot: "


@pytest.mark.parametrize(
    "command",
    [
        "meeting move lscb 2018-05-10 --to 2018-05-17 --yes",
        "meeting cancel lscb 2018-05-10 --yes",
        f"extend {S11} --meeting 2018-05-10 --note busy",
        "raise audits-exceptions --owner pmqag --meeting 2018-05-10 --note busy",
    ],
)
def test_of_two_meetings_on_one_day_it_is_asked_which(live: Desk, command: str) -> None:
    live("meeting", "move", "lscb", "2018-07-12", "--to", "2018-05-10", "--yes")
    words = command.split()
    asked = live(*words)
    assert asked.exit_code != 0
    said = "2018-05 (as scheduled) or 2018-07 (moved from 12 July 2018)."
    assert flat(asked.stderr).count(TWICE + said) == 1
    assert live(*words, "--slot", "2018-07").exit_code == 0


def test_a_dry_run_changes_nothing(live: Desk) -> None:
    before = live.database.read_bytes()
    shown = live(*MOVE, "--dry-run")
    assert shown.exit_code == 0
    assert "Papers now due 1 March 2018 instead of 22 February 2018:" in shown.stdout
    assert shown.stdout.endswith("Nothing was changed.\n")
    assert live.database.read_bytes() == before


def test_a_dry_run_needs_no_database(desk: Desk) -> None:
    shown = desk(*MOVE, "--dry-run")
    assert "Papers now due 1 March 2018 instead of 22 February 2018:" in shown.stdout
    assert desk.made == []


@pytest.mark.parametrize(
    ("answer", "code", "due", "last"),
    [
        ("y", 0, "2018-03-01", "Done. `boardcal upcoming` shows the new dates."),
        ("n", 0, "2018-02-22", "Nothing was changed."),
        ("", 0, "2018-02-22", "Nothing was changed."),
    ],
)
def test_somebody_at_a_terminal_is_asked(
    live: Desk, answer: str, code: int, due: str, last: str
) -> None:
    ended, shown = live.at_terminal(*MOVE, answer=answer)
    assert "Make this change? [y/N]: " in shown
    assert (ended, shown.endswith(f"{last}\n")) == (code, True)
    assert _dues(live, S11)[0][0] == due


def test_yes_answers_the_question(live: Desk) -> None:
    _, shown = live.at_terminal(*MOVE, "--yes", answer="")
    assert "[y/N]" not in shown
    assert _dues(live, S11) == [("2018-03-01", "due")]


def test_a_cancelled_meeting_takes_its_papers_along_or_hands_them_on(live: Desk) -> None:
    done = live("meeting", "cancel", "LSCB", "8 March 2018", "--note", "Snow", "--by", "Clerk")
    text = flat(done.stdout)
    assert "The LSCB meeting on Thursday 8 March 2018 is cancelled." in text
    assert "No longer due on 22 February 2018: Child death reviews: bi-monthly update: CDOP" in text
    assert (
        "Papers now due 25 April 2018 instead of 22 February 2018: Indicators: quarterly progress "
        "report: PMQAG S.11 compliance and themes: annual report: PMQAG" in text
    )
    update = "lscb/child-deaths-update/cdop/2018-03"
    assert _dues(live, S11, update) == [("2018-04-25", "planned"), ("2018-02-22", "void")]
    with sqlite3.connect(live.database) as connection:
        noted = connection.execute(
            "SELECT subject, what, after, who, why FROM change WHERE what LIKE 'meeting%'"
        ).fetchall()
    assert noted == [("lscb", "meeting cancelled", "2018-03-08", "Clerk", "Snow")]


def test_a_cancelled_meeting_can_be_brought_back(live: Desk) -> None:
    live("meeting", "cancel", "lscb", "2018-03-08")
    done = live("meeting", "add", "lscb", "2018-03-08")
    assert done.exit_code == 0, done.stderr
    update = "lscb/child-deaths-update/cdop/2018-03"
    assert _dues(live, S11, update) == [("2018-02-22", "due"), ("2018-02-22", "due")]


def test_a_moved_meeting_that_was_cancelled_comes_back_where_it_was_moved_to(live: Desk) -> None:
    for arguments in (MOVE, ["meeting", "cancel", "lscb", "2018-03-15"]):
        assert live(*arguments).exit_code == 0
    assert live("meeting", "add", "lscb", "2018-03-15").exit_code == 0
    assert _dues(live, S11) == [("2018-03-01", "due")]


def test_a_move_back_leaves_no_trace_in_the_planner(live: Desk) -> None:
    before = live("export").stdout
    live(*MOVE)
    assert live("export").stdout != before
    assert live("meeting", "move", "lscb", "2018-03-15", "--to", "2018-03-08").exit_code == 0
    assert live("export").stdout == before
    assert _dues(live, S11) == [("2018-02-22", "due")]


def test_an_added_meeting_has_its_reports_unless_it_is_extraordinary(live: Desk) -> None:
    added = live("meeting", "add", "lscb", "2018-04-12")
    assert "Papers now due 27 March 2018, in addition:" in added.stdout
    extraordinary = live("meeting", "add", "lscb", "2018-04-19", "--extraordinary")
    assert "No due date changes by that." in extraordinary.stdout
    shown = live("upcoming", "--from", "2018-04-01", "--to", "2018-04-30", "--body", "lscb")
    assert " Thu 12   LSCB meeting\n" in shown.stdout
    assert " Thu 19   LSCB extraordinary meeting\n" in shown.stdout


def test_what_is_settled_or_has_a_date_of_its_own_stays(live: Desk) -> None:
    live("record", S11, "submitted")
    live("extend", "lscb/indicators-lscb/pmqag/2018-Q1", "--to", "2018-02-27", "--note", "Illness")
    done = live(*MOVE)
    assert "S.11 compliance" not in done.stdout
    assert "Indicators" not in done.stdout
    assert "1 report stays as recorded: past, settled, or given a date of its own." in flat(
        done.stdout
    )
    assert _dues(live, S11, "lscb/indicators-lscb/pmqag/2018-Q1") == [
        # What is settled stays so, among the papers of its meeting.
        ("2018-03-01", "submitted"),
        ("2018-02-27", "due"),
    ]


@pytest.mark.parametrize(
    ("day", "remark"),
    [
        ("2018-03-17", "Note that 17 March 2018 is a Saturday."),
        ("2018-03-30", "Note that 30 March 2018 is a bank holiday."),
    ],
)
def test_a_day_on_which_nobody_works_is_remarked_on(live: Desk, day: str, remark: str) -> None:
    shown = live("meeting", "move", "lscb", "2018-03-08", "--to", day, "--dry-run")
    assert remark in flat(shown.stdout)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cancel", "lscbb", "2018-03-08"], 'There is no body "lscbb"; there are lscb, '),
        (
            ["cancel", "education", "2018-03-08"],
            "The planner does not say when education meets; add a [body.meets] to it in the",
        ),
        (
            ["cancel", "lscb", "2018-03-09"],
            "LSCB does not meet on 9 March 2018; it meets on 11 January 2018 or 8 March 2018.",
        ),
        (
            ["move", "lscb", "2018-03-08", "--to", "2018-03-08"],
            "LSCB meets on 8 March 2018 already.",
        ),
        (["add", "lscb", "2018-05-10"], "LSCB meets on 10 May 2018 already."),
        (["move", "lscb", "2018-03-08", "--to", "2019-04-08"], "more than a year"),
        (["add", "education", "2018-05-10"], "The planner does not say when education meets;"),
    ],
)
def test_a_change_that_cannot_be_is_a_sentence_and_changes_nothing(
    live: Desk, arguments: list[str], sentence: str
) -> None:
    before = live("export").stdout
    result = live("meeting", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert live("export").stdout == before
