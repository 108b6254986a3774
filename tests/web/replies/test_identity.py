"""Links that were mailed, after the database has gone back in time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from boardcal.operations.raise_item import ItemToRaise, raise_item
from boardcal.operations.restore import restore
from boardcal.settings.load import Settings
from boardcal.storage.backup.backup import back_up
from boardcal.storage.database.engine import open_database
from boardcal.storage.holds import end_hold
from boardcal.storage.schema.mail import answer_request, message
from boardcal.storage.schema.occurrences import occurrence
from boardcal.tests.factories import CHAIR, LONDON, at, make_report
from boardcal.tests.web.reader import SECRETARIAT
from boardcal.tests.web.replying import MailingBoard, answers, links_in, mail_to, typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from boardcal.storage.database.engine import Database
    from boardcal.storage.occurrences import StoredOccurrence

REPORTS = [
    make_report(nothing_to_report=True),
    *(
        make_report(name, title=f"Report on {name}", when={"as_required": True})
        for name in ("fires", "floods")
    ),
]


def opened_board(database: Database, folder: Path) -> MailingBoard:
    return MailingBoard(database, folder, report=REPORTS)


def raises(board: MailingBoard, ref: str) -> StoredOccurrence:
    """Asks PMQAG for a report that is due at once."""
    day = at("2018-02-02").date()
    item = ItemToRaise(ref=ref, owner="pmqag", day=day, why="it is needed")
    with board.office.changing("lscb") as (connection, view):
        return raise_item(connection, view, item, who="test")


@contextmanager
def brought_back(file: Path, url: str, folder: Path) -> Iterator[MailingBoard]:
    """The Board after a restore, with emails going out again."""
    secret = {"secret_file": str(folder / "secret")}
    settings = Settings.model_validate({"database": {"url": url}, "web": secret})
    now = at("2018-02-01 12:00")
    assert restore(settings, LONDON, file, now=now, who="test", is_agreed=lambda *_: True)
    database = open_database(url)
    try:
        with database.write() as connection:
            end_hold(connection, now=now, who="test")
        yield opened_board(database, folder)
    finally:
        database.close()


@pytest.fixture
def board(database: Database, tmp_path: Path) -> MailingBoard:
    """A Board whose emails have begun, and which was backed up on 31 January."""
    board = opened_board(database, tmp_path)
    board.comes_to("2018-01-25")
    board.comes_to("2018-01-31")
    back_up(database, tmp_path / "kept.db")
    return board


def test_a_link_of_what_a_restore_lost_opens_nothing_of_another(
    board: MailingBoard, database: Database, url: str, tmp_path: Path
) -> None:
    first = raises(board, "fires")
    link = links_in(mail_to(board.comes_to("2018-02-01"), CHAIR))[0]
    assert "Report on fires" in str(board.place.reader().opens(link).text)
    database.close()
    with brought_back(tmp_path / "kept.db", url, tmp_path) as again:
        again.is_at("2018-02-01 13:00")
        second = raises(again, "floods")
        assert second.id == first.id  # the number alone would open this one
        reader = again.place.reader()
        assert reader.opens(link).status_code == 410
        assert "What it was about is not kept here any more." in reader.text
        assert "floods" not in reader.text


def test_a_link_of_what_the_backup_holds_goes_on_working(
    database: Database, url: str, tmp_path: Path
) -> None:
    board = opened_board(database, tmp_path)
    link = links_in(mail_to(board.comes_to("2018-01-25"), CHAIR))[0]
    back_up(database, tmp_path / "kept.db")
    database.close()
    with brought_back(tmp_path / "kept.db", url, tmp_path) as again:
        again.is_at("2018-02-01 13:00")
        reader = again.place.reader()
        assert reader.opens(link).status_code == 200
        assert answers(reader, link, "submitted").status_code == 303


def test_what_is_raised_again_under_one_number_has_another_name_in_the_feeds(
    board: MailingBoard, database: Database, url: str, tmp_path: Path
) -> None:
    first = raises(board, "fires")
    database.close()
    with brought_back(tmp_path / "kept.db", url, tmp_path) as again:
        again.is_at("2018-02-01 13:00")
        second = raises(again, "fires")
    assert first.key.startswith("lscb/fires/pmqag/raised-1-")
    assert second.key.startswith("lscb/fires/pmqag/raised-1-")
    assert first.key != second.key


def test_emails_before_and_after_a_restore_share_no_message_id(
    board: MailingBoard, database: Database, url: str, tmp_path: Path
) -> None:
    raises(board, "fires")
    board.comes_to("2018-02-01")
    sent = {row.id: row.identifier for row in board.office.table(message)}
    known = dict(sent)
    database.close()
    with brought_back(tmp_path / "kept.db", url, tmp_path) as again:
        again.is_at("2018-02-01 13:00")
        raises(again, "floods")
        again.comes_to("2018-02-02")
        after = {row.id: row.identifier for row in again.office.table(message)}
        lost = max(known)
        assert lost in after  # the row's number is given again
        assert after[lost] != known[lost]
        shared = {number for number in known if number != lost}
        assert all(after[number] == known[number] for number in shared)


def test_a_request_that_a_restore_lost_is_not_another_behind_its_address(
    board: MailingBoard, database: Database, url: str, tmp_path: Path
) -> None:
    def asks(of: MailingBoard, ref: str) -> str:
        raises(of, ref)
        link = links_in(mail_to(of.comes_to("2018-02-02"), CHAIR))[0]
        reader = of.place.reader()
        reader.opens(link)
        answers(reader, link, "more-time", why="It is long.", **typed("until", "2018-03-01"))
        (asked,) = of.office.table(answer_request)
        return f"/requests/{asked.identity}"

    board.place.lets_in(SECRETARIAT, "secretariat")
    address = asks(board, "fires")
    for known in (address, "/requests/1"):
        assert board.place.reader(SECRETARIAT).opens(known).status_code == 200
    for unknown in ("/requests/2", f"/requests/{'9' * 32}"):
        assert board.place.reader(SECRETARIAT).opens(unknown).status_code == 404
    database.close()
    with brought_back(tmp_path / "kept.db", url, tmp_path) as again:
        again.place.lets_in(SECRETARIAT, "secretariat")
        again.is_at("2018-02-01 13:00")
        asks(again, "floods")
        for lost in (address, "/requests/1"):
            assert again.place.reader(SECRETARIAT).opens(lost).status_code == 404


def test_a_link_that_was_mailed_with_a_number_opens_what_had_it_then(
    database: Database, tmp_path: Path
) -> None:
    board = opened_board(database, tmp_path)
    link = links_in(mail_to(board.comes_to("2018-01-25"), CHAIR))[0].removeprefix("/answer/")
    answer = board.signer.read(link, today=at("2018-01-25").date())
    (row,) = [row for row in board.office.rows() if row.identity == answer.occurrence]
    serializer = board.signer._serializer()
    of_before = [row.id, answer.due_revision, answer.until.isoformat(), answer.recipient]
    old = f"/answer/{serializer.dumps(of_before)}"
    reader = board.place.reader()
    # A number that was given after the names came in is no name.
    assert reader.opens(old).status_code == 410
    board.office.name_by_number(occurrence)
    assert reader.opens(old).status_code == 200
    assert answers(reader, old, "submitted").status_code == 303
    assert not board.office.row(row.key).is_owed
