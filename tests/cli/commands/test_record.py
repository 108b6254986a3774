from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import S11, flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

TITLE = '"S.11 compliance and themes: annual report" of PMQAG'


def _status(desk: Desk, key: str) -> tuple[str, str]:
    shown = desk("upcoming", "--to", "2018-12-31", "--format", "json")
    entries = {entry["key"]: entry for entry in json.loads(shown.stdout)}
    return entries[key]["due"], entries[key]["status"]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("submitted", "submitted"),
        ("Accepted", "accepted"),
        ("returned", "returned"),
        ("waived", "waived"),
    ],
)
def test_what_became_of_something_is_recorded_and_shown(live: Desk, word: str, status: str) -> None:
    done = live("record", S11, word)
    assert (done.exit_code, done.stderr) == (0, "")
    assert flat(done.stdout).startswith(
        f"{TITLE}, due 22 February 2018, is recorded as {status} on 1 February 2018."
    )
    assert _status(live, S11) == ("2018-02-22", status)


def test_it_says_when_the_next_of_its_kind_is_due(live: Desk) -> None:
    done = flat(live("record", S11, "submitted").stdout)
    assert done.endswith("No more mails go out about it; the next one is due on 28 February 2019.")


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (S11, "The next mail about it goes out with the next sending."),
        (
            "lscb/s11-may/pmqag/2018-05",
            "The next mail about it goes out on Monday 26 March 2018.",
        ),
    ],
)
def test_it_says_when_the_next_mail_goes_out_about_what_is_returned(
    live: Desk, key: str, sentence: str
) -> None:
    done = flat(live("record", key, "returned", "--note", "Figures are missing").stdout)
    assert done.endswith(sentence)


def test_what_was_settled_can_be_opened_again(live: Desk) -> None:
    live("record", S11, "waived")
    done = live("record", S11, "open")
    assert flat(done.stdout).startswith(f"{TITLE}, due 22 February 2018, is open again.")
    assert _status(live, S11) == ("2018-02-22", "due")


@pytest.mark.parametrize("word", ["nothing-to-report", "nothing to report", "Nothing_to_report"])
def test_nothing_to_report_may_be_written_in_any_way(live: Desk, word: str) -> None:
    key = "lscb/subgroup-progress/pmqag/2018-03"
    assert live("record", key, word).exit_code == 0
    assert _status(live, key) == ("2018-02-22", "nothing to report")


def test_who_when_and_why_are_kept(live: Desk) -> None:
    live("record", S11, "submitted", "--on", "2018-01-31", "--by", "M. Clerk", "--note", "by post")
    with sqlite3.connect(live.database) as connection:
        rows = connection.execute(
            'SELECT what, after, "on", who, why FROM change WHERE subject = ?', (S11,)
        ).fetchall()
    assert rows == [("recorded", "submitted", "2018-01-31", "M. Clerk", "by post")]


def test_without_by_it_is_whoever_is_logged_in(live: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "clerk")
    live("record", S11, "submitted")
    with sqlite3.connect(live.database) as connection:
        (who,) = connection.execute("SELECT who FROM change WHERE subject = ?", (S11,)).fetchone()
    assert who == "clerk"


def test_a_new_date_starts_the_reminders_afresh(live: Desk) -> None:
    done = live("extend", S11, "--to", "1 March 2018", "--note", "Illness")
    assert done.exit_code == 0
    assert flat(done.stdout) == (
        f"{TITLE} is now due on Thursday 1 March 2018 instead of 22 February 2018. The next mail "
        "about it goes out with the next sending."
    )
    assert _status(live, S11) == ("2018-03-01", "due")


def test_what_is_put_off_is_due_with_the_papers_of_that_meeting(live: Desk) -> None:
    done = live("extend", S11, "--meeting", "10 May 2018", "--note", "Illness")
    assert flat(done.stdout).startswith(
        f"{TITLE} is now for the meeting on Thursday 10 May 2018, due on 25 April 2018. "
    )
    assert _status(live, S11) == ("2018-04-25", "planned")


def test_a_date_after_the_meeting_is_remarked_on(live: Desk) -> None:
    done = flat(live("extend", S11, "--to", "2018-03-20", "--note", "Illness").stdout)
    assert "That is after the meeting it is for, on 8 March 2018." in done


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("2018-03-03", "Note that 3 March 2018 is a Saturday."),
        ("2018-03-30", "8 March 2018. Note that 30 March 2018 is a bank holiday."),
    ],
)
def test_a_new_date_on_a_day_off_is_remarked_on(live: Desk, to: str, says: str) -> None:
    assert says in flat(live("extend", S11, "--to", to, "--note", "Illness").stdout)


def test_before_mails_begin_it_says_that_none_go_out(desk: Desk) -> None:
    done = desk("record", S11, "submitted")
    assert flat(done.stdout).endswith("No mails go out yet; `boardcal golive DAY` sets from when.")
    assert _status(desk, S11) == ("2018-02-22", "submitted")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (
            ["record", "lscb/s11-march/pmqag/2018-04", "submitted"],
            1,
            (
                'There is no "lscb/s11-march/pmqag/2018-04"; the nearest of that report are '
                "lscb/s11-march/pmqag/2018-03, "
            ),
        ),
        (["record", "s11", "submitted"], 1, 'There is no "s11"; `boardcal upcoming` lists'),
        (
            ["record", "lscb/lscb/lscb/2018-03", "submitted"],
            1,
            '"lscb/lscb/lscb/2018-03" is a meeting; use `boardcal meeting move`,',
        ),
        (
            ["record", S11, "nothing-to-report"],
            1,
            '"S.11 compliance and themes: annual report" does not accept "nothing to report";',
        ),
        (
            ["record", S11, "submitted", "--on", "2018-02-02"],
            1,
            "2 February 2018 is still to come; record it when it has happened.",
        ),
        (["record", S11, "done"], 2, 'STATUS: "done" is not known here; use submitted, accepted,'),
        (["record", S11, "submitted", "--note", "a\nb"], 2, "--note: must be one line"),
        (["record", S11, "submitted", "--by", "  "], 2, "--by: is empty"),
        (["record", S11, "submitted", "--note", "x" * 501], 2, "--note: is longer than 500"),
        (["extend", S11, "--note", "x"], 2, "Give either --to with a new date or --meeting with"),
        (
            ["extend", S11, "--to", "2018-03-01", "--meeting", "2018-05-10", "--note", "x"],
            2,
            "Give either --to with a new date or --meeting with its day.",
        ),
        (
            ["extend", S11, "--meeting", "2018-05-11", "--note", "x"],
            1,
            "LSCB does not meet on 11 May 2018; it meets on 8 March 2018, 10 May 2018 or 12",
        ),
        (["extend", S11, "--to", "2018-03-01"], 2, "The option --note is missing."),
        (
            ["extend", S11, "--to", "2018-01-31", "--note", "x"],
            1,
            "31 January 2018 has passed; give a day from today on.",
        ),
        (
            ["extend", "lscb/x/y/z", "--to", "2018-03-01", "--note", "x"],
            1,
            'There is no "lscb/x/y/z"; `boardcal upcoming` lists what there is.',
        ),
    ],
)
def test_what_cannot_be_recorded_is_a_sentence_and_changes_nothing(
    live: Desk, arguments: list[str], code: int, sentence: str
) -> None:
    before = live("upcoming", "--to", "2018-12-31", "--format", "json").stdout
    result = live(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(sentence)
    assert live("upcoming", "--to", "2018-12-31", "--format", "json").stdout == before


def test_what_is_settled_has_no_date_left_to_move(live: Desk) -> None:
    live("record", S11, "submitted")
    result = live("extend", S11, "--to", "2018-03-01", "--note", "x")
    title = "S.11 compliance and themes: annual report"
    sentence = f'"{title}" is submitted; there is no date left to move.\n'
    assert (result.exit_code, result.stderr) == (1, sentence)
