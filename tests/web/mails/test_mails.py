from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, update

from boardcal.notifications.transports.base import DeliveryError
from boardcal.storage.accounts.accounts import Role, add_account
from boardcal.storage.change_kinds import ChangeKind
from boardcal.storage.planners import store_planner
from boardcal.storage.schema.mail import ledger, message, overview
from boardcal.storage.schema.occurrences import change
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import at, checked, make_document, make_planner, make_report
from boardcal.tests.office import Office
from boardcal.tests.web.reader import SECRETARIAT, VIEWER, Place, Reader
from boardcal.tests.web.replying import MailingBoard, links_in, mail_to
from boardcal.web.mails import mail_actions
from boardcal.web.mails.mails import ReadMail, read_mail

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from boardcal.notifications.transports.base import OutgoingMail
    from boardcal.storage.database.engine import Database

CHAIR = "pmqag.chair@example.org"
REFUSED = DeliveryError("550 no such user here", scope="recipient", permanent=True)
LOST = DeliveryError("the line went dead", scope="recipient", uncertain=True)


@pytest.fixture
def office(sqlite: Database) -> Office:
    """The LSCB in February 2018, with three days of mails behind it."""
    office = Office(database=sqlite).store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-07")
    return office


@pytest.fixture
def place(office: Office, tmp_path: Path) -> Place:
    """Its pages on the 8th, at nine."""
    place = Place(database=office.database, folder=tmp_path, now=at("2018-02-08 09:00"))
    for role in ("secretariat", "viewer"):
        place.lets_in(f"{role}@example.org", role)
    return place


def sent(office: Office, error: DeliveryError | None = None) -> int:
    """S.11's reminder of the 8th goes out, or wrong; its number."""

    def refuse(mail: OutgoingMail) -> DeliveryError | None:
        return error if mail.recipient == CHAIR else None

    office.postbag.after = refuse
    office.sweep("2018-02-08")
    office.postbag.after = lambda _: None
    number: int = next(row.id for row in office.table(message) if row.recipient == CHAIR)
    return number


def state(place: Place, number: int) -> str:
    return str(next(row.state for row in place.table(message) if row.id == number))


def shown(reader: Reader) -> str:
    assert reader.shown is not None
    return reader.shown.text


def test_mails_are_listed_with_what_became_of_them(office: Office, place: Place) -> None:
    sent(office, REFUSED)
    reader = place.reader(VIEWER)
    reader.opens("/mails")
    assert "1 sent , 1 refused" in reader.text
    assert "Was refused: 550 no such user here." in reader.text
    assert "1 to 2 of 2, the newest first." in reader.text


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        (f"person={CHAIR}", 1),
        ("person=nobody@example.org", 0),
        ("person=%00", 2),
        ("state=REFUSED", 1),
        ("state=SENT", 1),
        ("state=nonsense", 2),
        ("day-day=8&day-month=feb&day-year=18", 1),
        ("day-day=9&day-month=feb&day-year=18", 0),
        (f"person={CHAIR}&state=SENT", 0),
        ("page=0", 2),
        ("page=99", 2),
        ("page=" + "9" * 5000, 2),
    ],
)
def test_mails_are_chosen_by_person_state_and_day(
    office: Office, place: Place, query: str, finds: int
) -> None:
    sent(office, REFUSED)
    reader = place.reader(VIEWER)
    assert reader.opens(f"/mails?{query}").status_code == 200
    assert shown(reader).count('href="/mails/') == finds
    assert ("No mail is like that." in reader.text) == (finds == 0)


def test_a_day_that_is_none_is_said(place: Place) -> None:
    reader = place.reader(VIEWER)
    assert reader.opens("/mails?day-day=31&day-month=6&day-year=2018").status_code == 422
    assert "The day must be a real date: June 2018 has 30 days" in reader.text


def test_many_mails_come_in_pages(place: Place) -> None:
    with place.database.write() as connection:
        numbers = range(1000, 1250)
        made = {"day": place.now.date(), "made_at": place.now, "state": "superseded"}
        connection.execute(
            insert(message),
            [{"id": each, "recipient": f"p{each}@example.org", **made} for each in numbers],
        )
        about = {"board": "lscb", "week": place.now.date(), "state": "superseded"}
        connection.execute(
            insert(overview),
            [
                {"recipient": f"p{each}@example.org", "message_id": each, **about}
                for each in numbers
            ],
        )
    reader = place.reader(VIEWER)
    reader.opens("/mails?page=2")
    assert "101 to 200 of 251, the newest first." in reader.text
    assert 'href="/mails?page=3"' in shown(reader)
    assert 'href="/mails"' in shown(reader)


def test_a_mail_is_shown_as_it_was_sent(office: Office, place: Place) -> None:
    number = sent(office)
    reader = place.reader(VIEWER)
    reader.opens(f"/mails/{number}")
    assert f"To {CHAIR}" in reader.text
    assert "Mail servers know it as <" in reader.text
    assert "S.11" in reader.text
    assert "10 working days before; answers for it" in reader.text
    assert 'href="/due/lscb/s11/pmqag/2018-03"' in shown(reader)
    assert "sent (250 2.0.0 OK)" in reader.text.replace(" )", ")").replace("( ", "(")
    assert "Send it again" not in reader.text
    assert "Download" not in reader.text


def test_a_mail_that_waits_has_no_text_yet(office: Office, place: Place) -> None:
    office.tick("2018-02-08")
    number = next(row.id for row in office.table(message) if row.recipient == CHAIR)
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/mails/{number}")
    assert "It is written when it is sent, from what is owed then." in reader.text
    assert reader.sends(f"/mails/{number}/file").status_code == 404


def test_the_file_is_the_mail_byte_for_byte_and_never_a_page(office: Office, place: Place) -> None:
    number = sent(office)
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/mails/{number}")
    answer = reader.sends(f"/mails/{number}/file")
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="mail-{number}-2018-02-08.eml"'
    )
    assert answer.content == office.postbag.mails[-1].outgoing.content
    assert message_from_bytes(answer.content, policy=default)["To"] == CHAIR
    assert place.reader(SECRETARIAT).opens(f"/mails/{number}/file").status_code == 404
    viewer = place.reader(VIEWER)
    viewer.opens(f"/mails/{number}")
    assert viewer.sends(f"/mails/{number}/file").status_code == 403


def test_a_download_is_noted_and_none_of_its_links_answers(
    sqlite: Database, tmp_path: Path
) -> None:
    board = MailingBoard(sqlite, tmp_path, report=[make_report()])
    board.place.lets_in(SECRETARIAT, "secretariat")
    mail = mail_to(board.comes_to("2018-01-25"), CHAIR)
    (link,) = set(links_in(mail))
    number = next(row.id for row in board.office.table(message) if row.recipient == CHAIR)
    reader = board.place.reader(SECRETARIAT)
    reader.opens(f"/mails/{number}")
    answer = reader.sends(f"/mails/{number}/file", csrf=(sign := reader.csrf))
    assert reader.sends(f"/mails/{number}/file", csrf=sign).content == answer.content
    noted = [row.what for row in board.office.table(change)]
    assert noted.count(ChangeKind.MAIL_DOWNLOADED) == 1
    parsed = message_from_bytes(answer.content, policy=default)
    for kind in ("plain", "html"):
        part, sent_part = parsed.get_body((kind,)), mail.message.get_body((kind,))
        assert part is not None
        assert sent_part is not None
        text = sent_part.get_content().replace(link, "/answer/works-in-the-sent-mail")
        assert part.get_content().splitlines() == text.splitlines()
    assert link.removeprefix("/answer/")[:30].encode() not in answer.content.replace(b"=\r\n", b"")
    for name in mail.message:
        assert parsed[name] == mail.message[name]
    reader.opens(f"/mails/{number}")
    assert f"{SECRETARIAT} downloaded the mail to {CHAIR} of 25 January 2018" in reader.text


@pytest.mark.parametrize("path", ["/mails/9999", "/mails/9999/again"])
def test_a_mail_that_is_not_there_is_said_so(place: Place, path: str) -> None:
    reader = place.reader(SECRETARIAT)
    assert reader.opens(path).status_code == 404
    assert "There is no such mail." in reader.text


def test_what_a_mail_says_is_text_and_nothing_else(office: Office, place: Place) -> None:
    number = sent(office)
    told = "Subject: x\r\nContent-Type: text/plain\r\n\r\n<script>alert(1)</script>\r\n"
    with place.database.write() as connection:
        connection.execute(
            update(message)
            .where(message.c.id == number)
            .values(content=told.encode(), subject="<b>bold</b>", reply="<i>500</i>")
        )
    reader = place.reader(SECRETARIAT)
    for path in ("/mails", f"/mails/{number}"):
        html = reader.opens(path).text
        assert "<script>" not in html
        assert "<b>bold" not in html
        assert "<i>500" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.parametrize("broken", [b"", b"\xff\xfe\x00", b"Content-Type: multipart/mixed\r\n\r\n"])
def test_bytes_that_are_no_mail_still_have_a_page(
    office: Office, place: Place, broken: bytes
) -> None:
    number = sent(office)
    with place.database.write() as connection:
        connection.execute(update(message).where(message.c.id == number).values(content=broken))
    assert place.reader(SECRETARIAT).opens(f"/mails/{number}").status_code == 200


def test_the_secretariat_sends_a_refused_mail_again(office: Office, place: Place) -> None:
    number = sent(office, REFUSED)
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/mails/{number}")
    assert "Send it again Let it rest" in reader.text
    reader.opens(f"/mails/{number}/again")
    assert "written afresh and sent to whoever holds the role now" in reader.text
    answer = reader.sends(f"/mails/{number}/again", why="the mailbox is back")
    assert answer.headers["location"] == f"/mails/{number}"
    reader.follows(answer)
    assert f"The mail to {CHAIR} goes out on Thursday 8 February 2018." in reader.text
    assert (
        f"{SECRETARIAT} let the mail to {CHAIR} of 8 February 2018 go out again, from 8 February "
        "2018 on (the mailbox is back)." in reader.text
    )
    assert state(place, number) == "pending"
    office.now = place.now
    assert office.deliver().sent == 1
    reader.opens("/changes")
    assert f'href="/mails/{number}"' in shown(reader)


def test_an_uncertain_mail_is_settled_either_way(office: Office, place: Place) -> None:
    number = sent(office, LOST)
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/mails/{number}")
    assert "It arrived It did not arrive: send it again" in reader.text
    reader.opens(f"/mails/{number}/again")
    assert "The same mail goes out once more, word for word." in reader.text
    reader.opens(f"/mails/{number}/arrived")
    reader.follows(reader.sends(f"/mails/{number}/arrived", why=""))
    assert f"The mail to {CHAIR} counts as sent." in reader.text
    assert state(place, number) == "sent"
    assert {row.state for row in place.table(ledger) if row.message_id == number} == {"sent"}


def test_a_mail_that_waits_is_held_back(office: Office, place: Place) -> None:
    office.tick("2018-02-08")
    number = next(row.id for row in office.table(message) if row.recipient == CHAIR)
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/mails/{number}/hold-back")
    reader.follows(reader.sends(f"/mails/{number}/hold-back", why=""))
    assert f"The mail to {CHAIR} does not go out." in reader.text
    assert state(place, number) == "superseded"


def test_a_mail_that_left_meanwhile_is_not_held_back_and_what_was_typed_stays(
    office: Office, place: Place
) -> None:
    office.tick("2018-02-08")
    number = next(row.id for row in office.table(message) if row.recipient == CHAIR)
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/mails/{number}/hold-back")
    office.deliver()
    answer = reader.sends(f"/mails/{number}/hold-back", why="she asked me to")
    assert answer.status_code == 409
    assert "was sent, and nobody is told twice" in reader.text
    assert "she asked me to" in reader.text
    assert state(place, number) == "sent"


def test_a_mail_that_changed_meanwhile_is_asked_about_as_it_was_shown(
    office: Office, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.tick("2018-02-08")
    number = next(row.id for row in office.table(message) if row.recipient == CHAIR)
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/mails/{number}/hold-back")
    before = reader.text.partition("Why (optional)")[0]
    reads: list[ReadMail] = []

    def read_then_sent(request: Request) -> ReadMail:
        reads.append(read_mail(request))
        office.deliver()
        return reads[-1]

    monkeypatch.setattr(mail_actions, "read_mail", read_then_sent)
    assert reader.sends(f"/mails/{number}/hold-back", why="").status_code == 409
    assert before.partition("To pmqag")[2] in reader.text
    assert len(reads) == 1


def test_there_is_no_button_for_what_cannot_be_done(office: Office, place: Place) -> None:
    number = sent(office)
    reader = place.reader(SECRETARIAT)
    assert reader.opens(f"/mails/{number}/again").status_code == 409
    assert "there is nothing to do about it here" in reader.text
    assert reader.opens(f"/mails/{number}/burn").status_code == 404


def test_viewers_decide_nothing_about_mails(office: Office, place: Place) -> None:
    number = sent(office, REFUSED)
    reader = place.reader(VIEWER)
    reader.opens(f"/mails/{number}")
    assert "Send it again" not in reader.text
    assert reader.opens(f"/mails/{number}/again").status_code == 403
    reader.opens("/account")
    assert reader.sends(f"/mails/{number}/again", why="").status_code == 403
    assert place.table(change) == []


def of_two_boards(
    sqlite: Database, folder: Path, error: DeliveryError | None = None
) -> tuple[Office, Place, int]:
    """A mail of the 8th about a matter of either Board; who sees one of them, and who sees both."""
    office = Office(database=sqlite, now=at("2018-02-08")).store(go_live="2018-02-05")
    meeting = {"meeting": "ctb", "months": ["March"]}
    report = make_report("ctb-only", title="A matter of the CTB", to="ctb", when=meeting)
    other = checked(make_document("ctb", report=[report]))
    with sqlite.write() as connection:
        store_planner(connection, other, source="test", who="test", now=office.now)
        connection.execute(update(board).values(go_live=at("2018-02-05").date()))
    number = sent(office, error)
    place = Place(database=sqlite, folder=folder, now=at("2018-02-08 09:00"))
    place.lets_in("one@example.org", "secretariat", on="lscb")
    place.lets_in("both@example.org", "secretariat")
    return office, place, number


def test_a_refused_mail_whose_contents_went_into_a_later_one_is_still_there(
    sqlite: Database, tmp_path: Path
) -> None:
    office, place, number = of_two_boards(sqlite, tmp_path, REFUSED)
    place.now = at("2018-02-09 09:00")
    one, both = place.reader("one@example.org"), place.reader("both@example.org")
    address = f"/boards/lscb/mails/{number}"
    both.opens(f"{address}/again")
    both.follows(both.sends(f"{address}/again", why="the mailbox is back"))
    sentence = f"let the mail to {CHAIR} of 8 February 2018 go out again, from 9 February 2018 on"
    assert both.text.count(sentence) == 1
    office.sweep("2018-02-09 09:01")
    for board_id in ("lscb", "ctb"):
        assert both.opens(f"/boards/{board_id}/mails/{number}").status_code == 200
        assert "A matter of the CTB" in both.text
        assert sentence in both.text
    # What was about another Board is no more to be seen than before.
    assert one.opens(f"/mails/{number}").status_code == 200
    assert "about another Board, too" in one.text
    assert "A matter of the CTB" not in one.text


def test_an_action_that_there_is_not_is_not_found_whoever_asks(
    sqlite: Database, tmp_path: Path
) -> None:
    _, place, number = of_two_boards(sqlite, tmp_path, REFUSED)
    one = place.reader("one@example.org")
    one.opens(f"/mails/{number}")
    assert one.sends(f"/mails/{number}/again", why="").status_code == 403
    one.opens(f"/mails/{number}")
    assert one.sends(f"/mails/{number}/bogus", why="").status_code == 404


def test_a_mail_of_two_boards_shows_each_reader_their_own(sqlite: Database, tmp_path: Path) -> None:
    _, place, number = of_two_boards(sqlite, tmp_path)
    one, both = place.reader("one@example.org"), place.reader("both@example.org")
    one.opens(f"/mails/{number}")
    assert "about another Board, too" in one.text
    assert "A matter of the CTB" not in one.text
    assert one.sends(f"/mails/{number}/file").status_code == 403
    assert both.opens(f"/boards/lscb/mails/{number}").status_code == 200
    assert "A matter of the CTB" in both.text
    assert both.sends(f"/boards/lscb/mails/{number}/file").status_code == 200
    place.lets_in("reads@example.org", "secretariat", on="lscb")
    with sqlite.write() as connection:
        roles = {"ctb": Role.VIEWER}
        add_account(connection, "reads@example.org", roles, now=place.now, who="test")
    reads = place.reader("reads@example.org")
    reads.opens(f"/boards/lscb/mails/{number}")
    assert "A matter of the CTB" in reads.text
    assert "Download it as a file" not in reads.text
    assert reads.sends(f"/boards/lscb/mails/{number}/file").status_code == 403


def test_a_board_without_mails_says_when_they_come(empty_place: Place) -> None:
    empty_place.imports(make_planner())
    empty_place.lets_in(VIEWER, "viewer")
    reader = empty_place.reader(VIEWER)
    reader.opens("/mails")
    assert "No mail has been written yet." in reader.text


def test_an_email_whose_text_is_no_longer_kept_still_shows_its_record(
    office: Office, place: Place
) -> None:
    number = sent(office)
    with office.database.write() as connection:
        connection.execute(update(message).where(message.c.id == number).values(content=None))
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/mails/{number}")
    subject = next(row.subject for row in office.table(message) if row.id == number)
    for words in (
        "The text of this email is no longer kept, because of its age.",
        "It is written when it is sent",
        str(subject),
        CHAIR,
        "Mail servers know it as <",
    ):
        assert (words in reader.text) is not words.startswith("It is written")
    reader.sends(f"/mails/{number}/file")
    assert "is no longer kept, because of its age. So there is no file of it." in reader.text
