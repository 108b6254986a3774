from __future__ import annotations

import json
import re
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import flat

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.tests.cli.desk import Desk

CHAIR = "pmqag.chair@example.org"
TODAY = "Due today, 22 February 2018: Indicators: quarterly progress report, and 2 more"
# It was due before anybody was told, and so as soon as possible, on 1 February.
PRESSING = (
    "Overdue since 1 February 2018: Audit multi-agency working for children at risk of…, "
    "15 working days late, and 3 more"
)


def test_it_shows_the_mails_of_the_day_as_they_would_go_out(live: Desk) -> None:
    shown = live("preview", "--on", "2018-02-22")
    assert shown.exit_code == 0
    readers = [
        line.removeprefix("To: ")
        for line in shown.stdout.splitlines()
        if line.startswith("To: ") and "@" in line
    ]
    assert CHAIR in readers
    assert len(readers) == len(set(readers)) > 5
    assert f"To: {CHAIR}\nSubject: {PRESSING}\n\n" in shown.stdout
    assert "S.11 compliance and themes: annual report" in shown.stdout


def test_one_persons_mail_can_be_asked_for(live: Desk) -> None:
    shown = live("preview", "--on", "2018-02-22", "--to", CHAIR.upper())
    assert shown.stdout.count("Subject: ") == 1
    assert shown.stdout.startswith(f"To: {CHAIR}\n")


def test_somebody_who_gets_none_is_told_who_does(live: Desk) -> None:
    result = live("preview", "--on", "2018-02-22", "--to", "nobody@example.org")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("nobody@example.org gets no mail on 22 February 2018; ")
    assert CHAIR in result.stderr


def test_programs_get_what_simulate_gives_and_the_mail_itself(live: Desk) -> None:
    shown = json.loads(
        live("preview", "--on", "2018-02-22", "--to", CHAIR, "--format", "json").stdout
    )
    period = ("--from", "2018-02-01", "--to", "2018-02-22")
    simulated = json.loads(live("simulate", *period, "--format", "json").stdout)
    (mail,) = shown
    assert "S.11 compliance" in mail.pop("text")
    assert mail.pop("html").startswith("<!DOCTYPE html>")
    assert mail in simulated


def test_what_is_shown_has_no_link_that_works(live: Desk, tmp_path: Path) -> None:
    for more in ((), ("--format", "html"), ("--format", "json"), ("--write", str(tmp_path))):
        shown = live("preview", "--on", "2018-02-22", *more).stdout
        files = [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in tmp_path.glob("*.eml")
        ]
        parts = [part.get_content() for file in files for part in file.iter_parts()]
        tokens = re.findall(r"/answer/([\w.~-]+)", " ".join([shown, *parts]))
        assert set(tokens) == {"works-in-the-sent-mail"}


def test_html_is_each_mails_page(live: Desk) -> None:
    shown = live("preview", "--on", "2018-02-22", "--to", CHAIR, "--format", "html")
    assert shown.stdout.startswith(f"<!-- To: {CHAIR} -->\n<!DOCTYPE html>")
    assert shown.stdout.count("</html>") == 1


def test_mails_can_be_written_to_a_folder(live: Desk) -> None:
    shown = live(
        "preview", "--on", "2018-02-22", "--to", CHAIR, "--format", "html", "--write", "mails/new"
    )
    assert shown.exit_code == 0, shown.stderr
    mail, page = (live.folder / name for name in shown.stdout.split())
    assert (mail.suffix, page.suffix, mail.stem) == (".eml", ".html", page.stem)
    read = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert (read["To"], read["Subject"]) == (CHAIR, PRESSING)
    assert read["From"] == "Cumbria LSCB <lscb@example.org>"
    assert read["Reply-To"] == "secretariat@example.org"
    assert read["Date"] == "Thu, 22 Feb 2018 08:00:00 +0000"
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_a_folder_that_cannot_be_written_is_a_sentence(live: Desk) -> None:
    live.write("mails", "a file")
    result = live("preview", "--on", "2018-02-22", "--write", "mails")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "mails cannot be written (file exists); name another place, or make room and the right "
        "to write there.\n"
    )


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (
            "2018-02-03",
            (
                "No mails would go out on Saturday 3 February 2018; the next ones would on Monday "
                "5 February 2018."
            ),
        ),
        (
            "2018-03-30",
            (
                "No mails would go out on Friday 30 March 2018; the next ones would on Tuesday 3 "
                "April 2018."
            ),
        ),
    ],
)
def test_a_day_without_mails_says_when_the_next_go_out(live: Desk, day: str, sentence: str) -> None:
    shown = live("preview", "--on", day)
    assert (shown.exit_code, flat(shown.stdout), shown.stderr) == (0, sentence, "")
    for_programs = live("preview", "--on", day, "--format", "json")
    assert (for_programs.stdout, flat(for_programs.stderr)) == ("[]\n", sentence)


def test_a_day_that_has_passed_is_a_sentence(live: Desk) -> None:
    result = live("preview", "--on", "2018-01-31")
    assert (result.exit_code, result.stderr) == (
        1,
        "31 January 2018 has passed; give --on a day from today on.\n",
    )


def test_before_mails_begin_it_says_how_they_do(desk: Desk) -> None:
    assert desk("pause").exit_code == 0
    shown = desk("preview", "--on", "2018-02-22")
    assert shown.stdout == "No mails go out yet; `boardcal golive DAY` sets from when.\n"


def test_without_a_database_mails_begin_today(desk: Desk) -> None:
    shown = desk("preview", "--on", "2018-02-22", "--to", CHAIR)
    assert f"To: {CHAIR}\nSubject: {TODAY}\n" in shown.stdout
    assert desk.made == []
