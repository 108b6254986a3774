from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk


def _readers(desk: Desk, day: str) -> set[str]:
    shown = desk("simulate", "--from", day, "--to", day, "--format", "json")
    return {mail["to"] for mail in json.loads(shown.stdout)}


def test_it_lists_who_holds_which_role(desk: Desk) -> None:
    shown = desk("people", "list", "pmqag")
    assert shown.stdout == (
        "Performance Management and Quality Assurance Subgroup (pmqag)\n"
        "  chair         pmqag.chair@example.org\n"
        "  vice-chair    pmqag.vice-chair@example.org\n"
    )
    everybody = desk("people", "list").stdout
    assert shown.stdout in everybody
    assert "  secretariat   secretariat@example.org\n" in everybody
    assert desk.made == []


def test_an_appointment_is_dated_and_its_predecessor_stops(live: Desk) -> None:
    done = live(
        "people", "appoint", "PMQAG", "vice chair", "new@example.org", "--from", "2018-04-01"
    )
    assert flat(done.stdout) == (
        "new@example.org is vice-chair of PMQAG from 1 April 2018; until then it is "
        "pmqag.vice-chair@example.org."
    )
    assert live("people", "list", "pmqag").stdout.splitlines()[2:] == [
        "  vice-chair    pmqag.vice-chair@example.org  to 31 March 2018",
        "  vice-chair    new@example.org  from 1 April 2018",
    ]


def test_a_person_may_have_a_name(live: Desk) -> None:
    live("people", "appoint", "pmqag", "chair", "Dr Jo Example <Jo@example.org>")
    assert live("people", "list", "pmqag").stdout.splitlines()[2] == (
        "  chair         Dr Jo Example <jo@example.org>  from 1 February 2018"
    )


def test_who_holds_the_role_already_gets_a_name(live: Desk) -> None:
    named = "Dr Jo Example <pmqag.chair@example.org>"
    assert live("people", "appoint", "pmqag", "chair", named).exit_code == 0
    assert live("people", "list", "pmqag").stdout.splitlines()[1] == f"  chair         {named}"
    again = live("people", "appoint", "pmqag", "chair", named)
    assert "is chair of pmqag already" in again.output


def test_who_is_appointed_instead_of_another_to_come_is_told_who_holds_it_now(
    live: Desk,
) -> None:
    live("people", "appoint", "pmqag", "chair", "mistaken@example.org", "--from", "2018-04-01")
    done = live("people", "appoint", "pmqag", "chair", "new@example.org", "--from", "2018-04-01")
    assert flat(done.stdout) == (
        "new@example.org is chair of PMQAG from 1 April 2018; until then it is "
        "pmqag.chair@example.org."
    )


def test_mails_go_to_whoever_holds_the_role_on_their_day(live: Desk) -> None:
    done = live("people", "appoint", "pmqag", "chair", "new@example.org", "--from", "2018-02-20")
    assert done.exit_code == 0
    assert "pmqag.chair@example.org" in _readers(live, "2018-02-15")
    after = _readers(live, "2018-02-22")
    assert "new@example.org" in after
    assert "pmqag.chair@example.org" not in after


def test_without_a_day_it_is_from_today(live: Desk) -> None:
    done = live("people", "appoint", "pmqag", "chair", "New Person <new@example.org>")
    assert flat(done.stdout) == (
        "new@example.org is chair of PMQAG from 1 February 2018, in place of "
        "pmqag.chair@example.org."
    )


def test_a_role_that_ends_is_vacant_and_its_mails_go_to_a_stand_in(live: Desk) -> None:
    done = live("people", "end", "pmqag", "chair", "pmqag.chair@example.org")
    assert flat(done.stdout) == (
        "pmqag.chair@example.org is not chair of PMQAG any more from 1 February 2018. Nobody "
        "holds that role then; its mails go to a stand-in."
    )
    assert "  chair         nobody at present\n" in live("people", "list").stdout
    assert "pmqag.vice-chair@example.org" in _readers(live, "2018-02-22")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["list", "nobody"], 1, 'There is no body "nobody"; there are lscb, '),
        (["appoint", "nobody", "chair", "a@example.org"], 1, 'There is no body "nobody";'),
        (
            ["appoint", "pmqag", "boss", "a@example.org"],
            2,
            'ROLE: "boss" is not known here; use chair, vice-chair, administrator or secretariat.',
        ),
        (["appoint", "pmqag", "chair", "nobody"], 2, 'ADDRESS: "nobody" has no @; write an'),
        (
            ["appoint", "pmqag", "chair", "jörg@example.org"],
            2,
            'ADDRESS: "jörg@example.org" has "ö" before the @, which many mail systems refuse;',
        ),
        (
            ["appoint", "pmqag", "chair", "a@example.org\nBcc: b@example.org"],
            2,
            r'ADDRESS: "a@example.org\nBcc: b@example.org" holds a line break',
        ),
        (
            ["appoint", "pmqag", "chair", "a@example.org, b@example.org"],
            2,
            'ADDRESS: "a@example.org, b@example.org" holds more than one address;',
        ),
        (
            ["appoint", "pmqag", "chair", "pmqag.chair@example.org"],
            1,
            "pmqag.chair@example.org is chair of pmqag already.",
        ),
        (
            ["appoint", "pmqag", "secretariat", "a@example.org"],
            1,
            "The secretariat is a role of the Board; give lscb as body.",
        ),
        (
            ["end", "pmqag", "chair", "a@example.org"],
            1,
            "a@example.org is not chair of pmqag on 1 February 2018.",
        ),
        (
            ["end", "lscb", "secretariat", "secretariat@example.org"],
            1,
            'The planner, body "lscb", secretariat is missing',
        ),
    ],
)
def test_a_change_that_cannot_be_is_a_sentence_and_changes_nothing(
    live: Desk, arguments: list[str], code: int, sentence: str
) -> None:
    before = live("export").stdout
    result = live("people", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(sentence)
    assert result.stderr.count("\n") == 1
    assert live("export").stdout == before
