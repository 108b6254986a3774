from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

ADDRESS = re.compile(r"^http://127\.0\.0\.1:8000/feeds/[A-Za-z0-9_-]{43}\.ics$", re.MULTILINE)


def _address(text: str) -> str:
    [found] = ADDRESS.findall(text)
    return str(found)


@pytest.mark.parametrize(
    ("arguments", "whose"),
    [
        (["--board"], "Cumbria LSCB"),
        (["--board", "lscb"], "Cumbria LSCB"),
        (["--body", "PMQAG"], "Performance Management and Quality Assurance Subgroup"),
        (["--board", "lscb", "--body", "cdop"], "Child Death Overview Panel"),
        (["--person", "PMQAG.chair@example.org"], "pmqag.chair@example.org"),
    ],
)
def test_a_feed_is_made_and_its_address_printed_whole(
    live: Desk, arguments: list[str], whose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    done = live("feed", "create", *arguments)
    assert done.exit_code == 0, done.stderr
    assert f"The dates of {whose}. Whoever has this address" in flat(done.stdout)
    token = _address(done.stdout).rpartition("/")[2].removesuffix(".ics")
    listed = live("feed", "list").stdout
    assert f"1  {whose}  made 1 February 2018 by " in listed
    assert "not fetched yet" in listed
    assert token not in listed
    assert token.encode() not in live.database.read_bytes()


def test_without_feeds_the_list_says_how_to_make_one(live: Desk) -> None:
    assert "`boardcal feed create` makes one" in flat(live("feed", "list").stdout)


def test_a_feed_is_stopped_by_its_number_or_its_address(live: Desk) -> None:
    live("feed", "create", "--board")
    address = _address(live("feed", "create", "--board").stdout)
    for meant, number in (("1", 1), (address, 2)):
        done = live("feed", "revoke", meant)
        assert flat(done.stdout).startswith(f"Feed {number} (Cumbria LSCB) is stopped")
        again = live("feed", "revoke", meant)
        assert flat(again.stdout) == f"Feed {number} (Cumbria LSCB) was stopped before."
    assert "There are no feeds yet" in live("feed", "list").stdout


def test_a_feed_gets_a_new_address(live: Desk) -> None:
    old = _address(live("feed", "create", "--body", "cdop").stdout)
    done = live("feed", "rotate", old)
    fresh = _address(done.stdout)
    assert fresh != old
    assert "The feed is number 2 in the list." in flat(done.stdout)
    assert live("feed", "list").stdout.startswith("2  Child Death Overview Panel")
    refused = live("feed", "rotate", old)
    assert refused.exit_code == 1
    assert flat(refused.stderr) == "This feed was revoked before; make a new one."


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["create"], 2, "Give one of --board, --body ID and --person ADDRESS"),
        (["create", "--board", "--body", "cdop"], 2, "cannot go together; give one of them"),
        (["create", "--body", "cdop", "--person", "a@example.org"], 2, "cannot go together"),
        (["create", "--body", "nobody"], 1, 'There is no body "nobody"; there are lscb, '),
        (["create", "--board", "ctb"], 1, 'There is no Board "ctb"; there is lscb.'),
        (["create", "--person", "a@example.org"], 1, "a@example.org has no role in the planner"),
        (["create", "--person", "nobody"], 2, '--person: "nobody" has no @'),
        (["revoke", "7"], 1, "There is no feed 7; `boardcal feed list` shows those there are."),
        (["revoke", "x"], 1, "There is no such feed; give its number from `boardcal feed list`."),
        (["rotate"], 2, "NUMBER_OR_ADDRESS is missing"),
    ],
)
def test_what_cannot_be_done_is_said(
    live: Desk, arguments: list[str], code: int, sentence: str
) -> None:
    done = live.alone("feed", *arguments)
    assert done.returncode == code
    assert sentence in flat(done.stderr)
    assert "Traceback" not in done.stderr
