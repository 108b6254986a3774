from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import S11, flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

pytestmark = pytest.mark.usefixtures("unmarked")
LESSONS = "lscb/6.3/business-group/review-published-1"


def test_the_events_that_dates_wait_for_are_listed(desk: Desk) -> None:
    shown = flat(desk("event", "list").stdout)
    assert "A serious case review or practice review is published Not recorded yet." in shown
    assert "Due 20 working days after it: Communicate the lessons of a review" in shown
    assert desk.made == []


def test_an_event_brings_what_waited_for_it_into_the_calendar(live: Desk) -> None:
    done = live("event", "record", "review-published", "--on", "2018-01-25")
    assert flat(done.stdout) == (
        '"A serious case review or practice review is published" is recorded on 25 January 2018. '
        "Due on 22 February 2018: Communicate the lessons of a review to the front line (Action "
        "6.3), from Business Group."
    )
    shown = json.loads(live("upcoming", "--format", "json").stdout)
    assert [(entry["due"], entry["status"]) for entry in shown if entry["key"] == LESSONS] == [
        ("2018-02-22", "due")
    ]
    assert "Recorded on 25 January 2018." in live("event", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["nix"],
            (
                'The planner waits for no event "nix"; it knows staff-survey-accepted, '
                "cdop-annual-report-accepted, review-published."
            ),
        ),
        (
            ["review-published", "--on", "2018-02-02"],
            "2 February 2018 is still to come; record it when it has happened.",
        ),
    ],
)
def test_an_event_that_cannot_be_recorded_is_a_sentence(
    live: Desk, arguments: list[str], sentence: str
) -> None:
    result = live("event", "record", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"{sentence}\n")


def test_an_event_is_not_recorded_twice_on_one_day(live: Desk) -> None:
    live("event", "record", "review-published")
    result = live("event", "record", "review-published")
    assert (result.exit_code, result.stderr) == (
        1,
        '"review-published" is recorded on 1 February 2018 already.\n',
    )


def _mailed_about(desk: Desk, key: str) -> set[str]:
    shown = desk("simulate", "--from", "2018-02-08", "--to", "2018-02-22", "--format", "json")
    return {
        mail["to"]
        for mail in json.loads(shown.stdout)
        for item in mail["items"]
        if item["key"] == key
    }


@pytest.mark.parametrize(
    ("options", "words", "readers"),
    [
        ([], "of Cumbria LSCB", set()),
        (["--body", "PMQAG"], "about what PMQAG owes", set()),
        (
            ["--person", "PMQAG.chair@example.org"],
            "to pmqag.chair@example.org",
            {"pmqag.vice-chair@example.org"},
        ),
    ],
)
def test_mails_pause_and_go_on(
    live: Desk, options: list[str], words: str, readers: set[str]
) -> None:
    paused = live("pause", *options, "--why", "Holidays")
    assert (paused.exit_code, paused.stderr) == (0, "")
    assert flat(paused.stdout).startswith(f"Mails {words} are paused. `boardcal resume")
    assert _mailed_about(live, S11) == readers
    assert live("pause", *options).stdout == f"Mails {words} were paused already.\n"
    resumed = flat(live("resume", *options).stdout)
    assert resumed.startswith(f"Mails {words} go on.")
    assert _mailed_about(live, S11) == {"pmqag.chair@example.org"}
    assert live("resume", *options).stdout == f"Mails {words} were not paused.\n"


@pytest.mark.parametrize("command", ["pause", "resume"])
@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--body", "x"], 1, 'There is no body "x"; there are lscb, '),
        (["--person", "a@b.org"], 1, "a@b.org holds no role; `boardcal people list` shows who"),
        (["--person", "ab"], 2, '--person: "ab" has no @;'),
        (
            ["--person", "pmqag.chair@example.org", "--body", "pmqag"],
            2,
            "--body and --person cannot go together; give one of them.",
        ),
    ],
)
def test_what_cannot_be_paused_is_a_sentence(
    live: Desk, command: str, options: list[str], code: int, sentence: str
) -> None:
    result = live(command, *options)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(sentence)
