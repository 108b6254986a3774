from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

pytestmark = pytest.mark.usefixtures("unmarked")
FIRST = "lscb/audits-exceptions/pmqag/raised-1"
MARCH = ("raise", "audits-exceptions", "--meeting", "2018-03-08", "--note", "an exception")


def listed(desk: Desk) -> list[tuple[str, str | None, str]]:
    shown = json.loads(desk("upcoming", "--format", "json").stdout)
    return [
        (entry["due"], entry["meeting"], entry["status"])
        for entry in shown
        if entry["key"] == FIRST
    ]


def test_what_is_as_required_is_raised_for_a_meeting_and_what_follows_is_said(live: Desk) -> None:
    done = live(*MARCH, "--by", "the chair of PMQAG")
    assert (done.exit_code, done.stderr) == (0, "")
    assert flat(done.stdout) == (
        "“Multi-agency audits: exceptions” is raised for the LSCB meeting on Thursday 8 March "
        "2018. PMQAG owes it by Thursday 22 February 2018, when the papers for the meeting are "
        "due. The first mail goes out on Thursday 8 February 2018, to "
        f"pmqag.chair@example.org (answers for it). Its key is {FIRST}"
    )
    assert listed(live) == [("2018-02-22", "2018-03-08", "due")]
    output = flat(live("history", FIRST).stdout)
    assert (
        "the chair of PMQAG raised “Multi-agency audits: exceptions” of PMQAG for the LSCB meeting "
        "of 8 March 2018 (an exception)"
    ) in output
    mails = json.loads(
        live(*("simulate", "--from", "2018-02-05", "--to", "2018-02-15", "--format", "json")).stdout
    )
    steps = [item["step"] for mail in mails for item in mail["items"] if item["key"] == FIRST]
    assert steps == [-10, -5]


def test_a_trial_shows_the_same_and_changes_nothing(live: Desk) -> None:
    shown = flat(live(*MARCH, "--dry-run").stdout)
    assert "PMQAG owes it by Thursday 22 February 2018" in shown
    assert shown.endswith("Nothing was changed.")
    assert listed(live) == []


def test_it_moves_with_its_meeting_and_survives_an_import(live: Desk) -> None:
    live(*MARCH)
    moved = live("meeting", "move", "lscb", "2018-03-08", "--to", "2018-03-15")
    assert "Multi-agency audits: exceptions: PMQAG" in moved.stdout
    assert live("export", "again.toml").exit_code == 0
    assert "raised" not in (live.folder / "again.toml").read_text(encoding="utf-8")
    assert live("import", "again.toml").exit_code == 0
    assert listed(live) == [("2018-03-01", "2018-03-15", "due")]


def test_by_a_day_it_is_for_no_meeting_and_can_be_taken_back(live: Desk) -> None:
    done = live("raise", "audits-exceptions", "--to", "6 March 2018", "--note", "asked for")
    assert "PMQAG owes it by Tuesday 6 March 2018." in flat(done.stdout)
    assert listed(live) == [("2018-03-06", None, "planned")]
    assert live("record", FIRST, "waived", "--note", "not needed").exit_code == 0
    assert listed(live) == [("2018-03-06", None, "waived")]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nix", "--to", "2018-03-06"], 1, 'There is no report or action "nix"; '),
        (
            ["s11-march", "--to", "2018-03-06"],
            1,
            '"S.11 compliance and themes: annual report" is not due as required',
        ),
        (
            ["audits-exceptions", "--meeting", "2018-03-09"],
            1,
            (
                "Nobody that it goes to (LSCB) meets on 9 March 2018; the next meetings are on "
                "10 May 2018 and 12 July 2018."
            ),
        ),
        (
            ["audits-exceptions", "--meeting", "2018-03-08", "--owner", "cdop"],
            1,
            '"Multi-agency audits: exceptions" is not owed by "cdop" but by PMQAG (pmqag).',
        ),
        (["audits-exceptions"], 2, "Give either --meeting DATE or --to DATE."),
        (
            ["audits-exceptions", "--to", "2018-03-06", "--meeting", "2018-03-08"],
            2,
            "Give either --meeting DATE or --to DATE.",
        ),
        (
            ["audits-exceptions", "--to", "2018-03-06", "--body", "lscb"],
            2,
            "--body needs --meeting DATE.",
        ),
    ],
)
def test_what_cannot_be_raised_is_one_sentence(
    live: Desk, arguments: list[str], code: int, sentence: str
) -> None:
    result = live("raise", *arguments, "--note", "why")
    assert (result.exit_code, result.stdout) == (code, "")
    assert sentence in flat(result.stderr)
    assert listed(live) == []


def test_a_reason_is_needed(live: Desk) -> None:
    assert live("raise", "audits-exceptions", "--to", "2018-03-06").exit_code == 2


def test_of_several_owners_and_bodies_the_one_is_named(desk: Desk) -> None:
    desk.write("config.toml", 'planner = "planner.toml"\n')
    desk.write("planner.toml", SEVERAL)
    result = desk("raise", "news", "--meeting", "2018-03-08", "--note", "why")
    assert flat(result.stderr) == (
        "Several owe it; say which with --owner: pmqag (PMQAG) or cdop (CDOP)."
    )
    both = ("raise", "news", "--meeting", "2018-03-08", "--owner", "cdop", "--note", "why")
    assert flat(desk(*both).stderr) == (
        "LSCB and PMQAG meet on 8 March 2018; say which of them it is for with --body: lscb or "
        "pmqag."
    )
    done = desk(*both, "--body", "pmqag")
    assert "raised for the PMQAG meeting on Thursday 8 March 2018" in flat(done.stdout)
    assert "lscb/news/cdop/raised-1" in done.stdout


SEVERAL = """
[board]
id = "lscb"
name = "LSCB"

[plan]
title = "Plan"
source = "The plan"
from = 2017-11-01
to = 2020-10-31

[[body]]
id = "lscb"
name = "Board"
short = "LSCB"
kind = "board"
secretariat = "secretariat@example.org"
meets = { day = "second Thursday", months = ["March"] }

[[body]]
id = "pmqag"
name = "PMQAG"
short = "PMQAG"
kind = "subgroup"
meets = { day = "second Thursday", months = ["March"] }

[[body]]
id = "cdop"
name = "CDOP"
short = "CDOP"
kind = "subgroup"

[[report]]
id = "news"
row = "News"
title = "News"
owner = ["pmqag", "cdop"]
to = ["lscb", "pmqag"]
when = { as_required = true }
quote = "As required"
"""
