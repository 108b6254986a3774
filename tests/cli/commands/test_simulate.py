from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.tests.cli.desk import S11, flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

ITEM_FIELDS = ["key", "ref", "owner", "due", "step", "level"]


def _mails(desk: Desk, start: str, end: str) -> list[dict[str, Any]]:
    shown = desk("simulate", "--from", start, "--to", end, "--format", "json")
    assert shown.exit_code == 0, shown.stderr
    entries: list[dict[str, Any]] = json.loads(shown.stdout)
    return entries


def test_every_mail_has_the_fields_that_programs_rely_on(desk: Desk) -> None:
    mails = _mails(desk, "2018-02-01", "2018-04-30")
    assert all(list(mail) == ["at", "to", "subject", "items"] for mail in mails)
    assert all(list(item) == ITEM_FIELDS for mail in mails for item in mail["items"])
    times = [datetime.fromisoformat(mail["at"]) for mail in mails]
    assert times == sorted(times)
    assert mails[-1]["at"].endswith("T08:00:00+01:00")
    assert mails[0]["at"].endswith("T08:00:00+00:00")


def test_at_most_one_mail_a_day_goes_to_anybody(desk: Desk) -> None:
    mails = _mails(desk, "2017-11-01", "2018-03-31")
    a_day = Counter((mail["to"], mail["at"][:10]) for mail in mails)
    assert set(a_day.values()) == {1}


def test_nobody_answers_so_the_chasers_show(live: Desk) -> None:
    mails = _mails(live, "2018-02-08", "2018-03-01")
    pmqag = [
        (mail["at"][:10], item["step"], item["owner"], item["due"])
        for mail in mails
        if mail["to"] == "pmqag.chair@example.org"
        for item in mail["items"]
        if item["key"] == S11
    ]
    assert pmqag == [
        ("2018-02-08", -10, "pmqag", "2018-02-22"),
        ("2018-02-15", -5, "pmqag", "2018-02-22"),
        ("2018-02-21", -1, "pmqag", "2018-02-22"),
        ("2018-02-22", 0, "pmqag", "2018-02-22"),
        ("2018-02-23", 1, "pmqag", "2018-02-22"),
        ("2018-03-01", 5, "pmqag", "2018-02-22"),
    ]
    levels = {
        (mail["to"], item["level"])
        for mail in mails
        for item in mail["items"]
        if item["key"] == S11
    }
    assert levels == {
        ("pmqag.chair@example.org", "owner"),
        ("pmqag.vice-chair@example.org", "deputy"),
        ("secretariat@example.org", "secretariat"),
    }


def test_what_is_recorded_already_counts(live: Desk) -> None:
    assert live("record", S11, "submitted").exit_code == 0
    mails = _mails(live, "2018-02-08", "2018-03-01")
    assert S11 not in {item["key"] for mail in mails for item in mail["items"]}
    assert len(mails) > 10


def test_without_a_database_mails_begin_on_its_first_day(desk: Desk) -> None:
    mails = _mails(desk, "2018-07-30", "2018-07-31")
    first = [mail for mail in mails if mail["at"] == "2018-07-30T08:00:00+01:00"]
    subjects = {mail["to"]: mail["subject"] for mail in first}
    assert subjects["secretariat@example.org"].startswith("Cumbria LSCB: the reporting calendar")
    assert {item["step"] for mail in first for item in mail["items"]} == {-1}


def test_a_simulation_changes_nothing(live: Desk) -> None:
    before = live.database.read_bytes(), live.made
    mails = _mails(live, "2018-02-08", "2018-02-23")
    assert mails
    assert (live.database.read_bytes(), live.made) == before
    assert _mails(live, "2018-02-08", "2018-02-23") == mails


def test_for_people_it_is_a_line_a_mail_and_a_total(desk: Desk) -> None:
    shown = desk("simulate", "--from", "2017-11-01", "--to", "2017-11-06").stdout.splitlines()
    mails = _mails(desk, "2017-11-01", "2017-11-06")
    assert shown[: len(mails)] == [
        f"{mail['at'][:10]} 08:00  {mail['to']}  {mail['subject']}" for mail in mails
    ]
    people, days = len({m["to"] for m in mails}), len({m["at"] for m in mails})
    assert flat(" ".join(shown[len(mails) :])) == (
        f"{len(mails)} mails to {people} people on {days} days, at most one a day each, from 1 "
        "November 2017 to 6 November 2017. None was sent."
    )


def test_a_period_without_mails_says_so(live: Desk) -> None:
    # A Board that is paused still gets its overview, unless there is nobody to read it.
    assert live("pause").exit_code == 0
    assert live("pause", "--person", "secretariat@example.org").exit_code == 0
    shown = live("simulate", "--from", "2018-02-05", "--to", "2018-02-09")
    assert shown.stdout == "No mail would go out from 5 February 2018 to 9 February 2018.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (
            ["--from", "2018-02-03", "--to", "2018-02-01"],
            1,
            "The last day, 1 February 2018, comes before the first, 3 February 2018;",
        ),
        (["--from", "2018-02-03"], 2, "The option --to is missing."),
        (["--from", "x", "--to", "2018-02-01"], 2, '--from: "x" is not a day;'),
    ],
)
def test_a_period_that_is_none_is_a_sentence(
    desk: Desk, arguments: list[str], code: int, sentence: str
) -> None:
    result = desk("simulate", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(sentence)


def test_progress_is_shown_to_whoever_watches(desk: Desk) -> None:
    code, shown = desk.at_terminal(
        "simulate", "--from", "2018-02-01", "--to", "2018-02-05", answer=""
    )
    assert code == 0
    assert "Playing the days through" in shown
    assert "None was sent." in flat(shown)
