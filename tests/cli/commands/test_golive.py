from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import S11, flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

SMTP = """
[mail]
transport = "smtp"
[mail.smtp]
host = "mail.example.org"
port = 25
"""


def _board(desk: Desk) -> tuple[str | None, str | None]:
    with sqlite3.connect(desk.database) as connection:
        row: tuple[str | None, str | None] = connection.execute(
            "SELECT go_live, accepted_transport FROM board"
        ).fetchone()
    return row


def test_in_an_empty_folder_it_makes_the_database_and_plans_at_once(desk: Desk) -> None:
    done = desk("golive", "2018-02-05")
    assert (done.exit_code, done.stderr) == (0, "")
    assert _board(desk) == ("2018-02-05", "outbox")
    assert "The mails of Cumbria LSCB begin on Monday 5 February 2018." in flat(done.stdout)
    assert f"Mails are written as files into {desk.folder}/var/outbox; nothing leaves" in flat(
        done.stdout
    )
    with sqlite3.connect(desk.database) as connection:
        (state,) = connection.execute(
            "SELECT state FROM occurrence WHERE key = ?", (S11,)
        ).fetchone()
    assert state == "open"
    assert not (desk.folder / "var/outbox").exists()


def _unsettled(desk: Desk) -> int:
    """How many are asked about on the page To decide."""
    with sqlite3.connect(desk.database) as connection:
        (found,) = connection.execute(
            "SELECT count(*) FROM occurrence WHERE state = 'unsettled' AND met_by IS NULL"
        ).fetchone()
    return int(found)


def test_what_was_due_before_is_unsettled_and_counted(live: Desk) -> None:
    done = flat(live("golive", "1 February 2018").stdout)
    assert _unsettled(live) > 5
    assert f"due before then is unsettled ({_unsettled(live)} entries): nobody is" in done


def test_years_later_it_counts_what_is_asked_about_and_not_all_that_ever_fell_due(
    desk: Desk,
) -> None:
    done = flat(desk("golive", "2026-11-25", as_of="2026-11-25").stdout)
    assert 50 < _unsettled(desk) < 100
    assert f"due before then is unsettled ({_unsettled(desk)} entries): nobody is" in done


def test_with_real_mail_it_shows_who_would_be_mailed_first(live: Desk) -> None:
    live.write("config.toml", SMTP)
    done = live("golive", "2017-11-01")
    assert done.exit_code == 0
    assert "Mails are sent through mail.example.org, port 25. " in flat(done.stdout)
    assert " mails would go out today:" in flat(done.stdout)
    lines = done.stdout.splitlines()
    readers = [line.strip() for line in lines if line.endswith("@example.org")]
    assert "case-review.chair@example.org" in readers
    assert len(readers) == len(set(readers)) > 5
    assert _board(live) == ("2017-11-01", "smtp")


def test_on_a_weekend_it_shows_the_next_working_day_as_well(live: Desk) -> None:
    live.write("config.toml", SMTP + 'username = ""\n')
    done = flat(live("golive", "2017-11-01", as_of="2018-02-03").stdout)
    assert " mails would go out by Monday 5 February 2018:" in done
    assert "secretariat@example.org Cumbria LSCB: the reporting calendar" in done


def test_a_trial_address_is_said_to_get_everything(live: Desk) -> None:
    live.write(
        "config.toml",
        SMTP.replace('"smtp"\n', '"smtp"\nredirect_to = "trial@example.org"\n', 1),
    )
    done = flat(live("golive", "2017-11-01").stdout)
    assert "All of them would go to trial@example.org instead, for a trial." in done


@pytest.mark.parametrize(("answer", "day"), [("n", "2017-11-01"), ("y", "2018-02-05")])
def test_somebody_at_a_terminal_is_asked(live: Desk, answer: str, day: str) -> None:
    code, shown = live.at_terminal("golive", "2018-02-05", answer=answer)
    assert code == 0
    assert "Let the mails of Cumbria LSCB begin on 5 February 2018? [y/N]: " in shown
    assert _board(live)[0] == day


def test_a_day_that_is_none_is_a_sentence_and_makes_nothing(desk: Desk) -> None:
    result = desk("golive", "31 June 2018")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith('DATE: there is no "31 June 2018": June 2018 has 30 days.')
    assert desk.made == []
