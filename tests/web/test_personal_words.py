"""An error in any layer tells the journal nothing of what somebody wrote."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from boardcal.core.log import logged_by
from boardcal.tests.factories import CHAIR, make_report
from boardcal.tests.web.reader import SECRETARIAT
from boardcal.tests.web.replying import MailingBoard, answers, links_in, mail_to, typed

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database

PERSONAL = "I am in hospital until May"
REFUSE = {
    # The server tells the whole row in its DETAIL.
    "postgresql": "ALTER TABLE answer_request ADD CONSTRAINT never CHECK (why IS NULL)",
    "sqlite": "CREATE TRIGGER never BEFORE INSERT ON answer_request "
    "BEGIN SELECT RAISE(ABORT, 'a broken rule'); END",
}


@pytest.fixture
def board(database: Database, tmp_path: Path) -> MailingBoard:
    return MailingBoard(database, tmp_path, report=[make_report()])


def asks(board: MailingBoard) -> int:
    """A chair asks for more time, and says why."""
    link = links_in(mail_to(board.comes_to("2018-01-25"), CHAIR))[0]
    reader = board.place.reader()
    reader.opens(link)
    until = typed("until", "2018-03-01")
    return answers(reader, link, "more-time", why=PERSONAL, **until).status_code


def said_by(board: MailingBoard, capfd: pytest.CaptureFixture[str]) -> str:
    """All that reached the log, or the terminal."""
    out, err = capfd.readouterr()
    return "\n".join([*board.place.said, out, err])


def test_a_row_that_the_database_refuses(
    board: MailingBoard, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with board.place.database.write() as connection:
        connection.execute(text(REFUSE[kind]))
    with logged_by(board.place.said.append):
        assert asks(board) == 500
        logging.getLogger("sqlalchemy").error("%s", PERSONAL)
    said = said_by(board, capfd)
    assert "The page /answer/… failed (IntegrityError in " in said
    assert PERSONAL not in said


def test_a_template_of_a_page_that_fails(
    board: MailingBoard, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def falls(*_: Any) -> str:
        raise ValueError(PERSONAL)

    assert asks(board) == 303
    board.place.lets_in(SECRETARIAT, "secretariat")
    reader = board.place.reader(SECRETARIAT)
    monkeypatch.setattr("boardcal.operations.replies.requests.wish_in_words", falls)
    assert reader.opens("/to-decide").status_code == 500
    assert PERSONAL not in said_by(board, capfd)


def test_an_email_that_cannot_be_written(
    board: MailingBoard, capfd: pytest.CaptureFixture[str]
) -> None:
    class Falls:
        def render(self, _: object) -> object:
            raise TypeError(PERSONAL)

    office = board.office
    office.delivery = replace(office.delivery, templates=Falls())  # type: ignore[arg-type]
    office.sweep("2018-01-25")
    assert PERSONAL not in said_by(board, capfd)


@pytest.mark.parametrize("body", [f"do={PERSONAL}&do=1", "\xff" + PERSONAL, f"={PERSONAL}%"])
def test_a_form_that_is_none(
    board: MailingBoard, body: str, capfd: pytest.CaptureFixture[str]
) -> None:
    link = links_in(mail_to(board.comes_to("2018-01-25"), CHAIR))[0]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = board.place.reader().client.post(link, content=body.encode("latin-1"), headers=headers)
    assert answer.status_code in (400, 409)
    assert PERSONAL not in said_by(board, capfd)


def test_a_planner_that_is_not_one_any_more(
    board: MailingBoard, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = {"broken": json.dumps({"id": PERSONAL, "title": PERSONAL})}
    with board.place.database.write() as connection:
        reports = "UPDATE planner_entry SET document = :broken WHERE kind = 'report'"
        assert connection.execute(text(reports), broken).rowcount
        connection.execute(text("UPDATE board SET planner_revision = planner_revision + 1"))
    board.place.lets_in(SECRETARIAT, "secretariat")
    assert board.place.reader(SECRETARIAT).opens("/upcoming").status_code >= 400
    assert PERSONAL not in said_by(board, capfd)
