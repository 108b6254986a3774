"""Links that do not hold, are looked at by machines, or are in the wrong hands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.links import LinkSigner
from boardcal.storage.backup.revived import Revived, RevivedKind
from boardcal.storage.change_kinds import ChangeKind
from boardcal.storage.holds import end_hold, put_on_hold
from boardcal.storage.schema.mail import answer_request
from boardcal.storage.schema.occurrences import change
from boardcal.tests.factories import (
    CHAIR,
    S11,
    SECRETARIAT,
    checked,
    make_document,
    make_report,
)
from boardcal.tests.web.replying import MailingBoard, answers, typed

if TYPE_CHECKING:
    from boardcal.tests.web.reader import Reader


def test_looking_changes_nothing_however_often(mailing: MailingBoard, link: str) -> None:
    scanner = mailing.place.reader()
    before = mailing.dump()
    for _ in range(3):
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
            for more in ("", "?do=submitted&seen=1-open", "?done=submitted"):
                answer = scanner.client.request(method, link + more)
                assert answer.status_code == (200 if method in ("GET", "HEAD") else 405)
    assert mailing.dump() == before


TAMPERED = [
    lambda link: link[:-1],
    lambda link: link[:40],
    lambda link: link.replace("/answer/", "/answer/x"),
    lambda link: link[:-4] + "AAAA",
    lambda link: link + "x" * 5000,
    lambda _: "/answer/" + "é" * 20,
    lambda _: "/answer/%00%0d%0a",
]


@pytest.mark.parametrize("spoil", TAMPERED)
def test_a_link_that_was_cut_off_or_made_up_opens_a_page_with_a_sentence(
    mailing: MailingBoard, link: str, spoil: Any
) -> None:
    reader = mailing.place.reader()
    before = mailing.dump()
    for answer in (
        reader.opens(spoil(link)),
        reader.sends(spoil(link), csrf="a sign", do="submitted", seen="1-open"),
    ):
        assert answer.status_code in (404, 405)
        assert "Traceback" not in answer.text
        assert "<h1" in answer.text
    assert mailing.dump() == before


@pytest.mark.parametrize(("secret", "installation"), [("6" * 64, None), (None, "2" * 32), ("", "")])
def test_another_installations_link_opens_nothing(
    mailing: MailingBoard, link: str, secret: str | None, installation: str | None
) -> None:
    own = mailing.signer
    answer = own.read(link.removeprefix("/answer/"), today=date(2018, 1, 25))
    other = LinkSigner(
        secret=own.secret if secret is None else secret,
        installation=own.installation if installation is None else installation,
    )
    assert mailing.place.reader().opens(f"/answer/{other.token(answer)}").status_code == 404


def test_a_link_is_too_old_three_months_after_the_due_date(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    mailing.is_at("2018-05-25 09:00")
    assert chair.opens(link).status_code == 200
    mailing.is_at("2018-05-26 09:00")
    assert chair.opens(link).status_code == 410
    assert "This link is too old" in chair.text
    assert SECRETARIAT in chair.text
    assert answers(chair, link, "submitted").status_code == 410
    assert mailing.office.row(S11).is_owed


def test_the_link_of_a_preview_says_that_it_is_one(mailing: MailingBoard) -> None:
    reader = mailing.place.reader()
    assert reader.opens("/answer/works-in-the-sent-mail").status_code == 404
    assert (
        "You came from a preview, from a downloaded mail, or from a mail of a trial." in reader.text
    )


def test_a_former_chair_cannot_answer_and_is_told_whom_to_write_to(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    mailing.office.appoint(RoleName.CHAIR, "new.chair@example.org", "2018-01-26")
    mailing.is_at("2018-01-26 09:00")
    assert answers(chair, link, "submitted").status_code == 403
    assert mailing.office.row(S11).is_owed
    chair.opens(link)
    assert f"The link was for {CHAIR}, who holds no role of the Pmqag Subgroup today" in chair.text
    assert SECRETARIAT in chair.text


def test_who_got_a_role_back_by_a_restore_cannot_answer_until_that_is_decided(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    revived = [Revived(kind=RevivedKind.LINK, name=CHAIR)]
    database, now = mailing.place.database, mailing.place.now
    with database.write() as connection:
        put_on_hold(connection, why="Restored.", now=now, after_restore=True, revived=revived)
    assert answers(chair, link, "submitted").status_code == 403
    assert "somebody looks into it" in chair.text
    assert mailing.office.row(S11).is_owed
    with database.write() as connection:
        end_hold(connection, now=now, who="test")
    chair.opens(link)
    assert answers(chair, link, "submitted").status_code == 303


def test_a_page_that_was_overtaken_says_so_and_records_nothing(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    mailing.office.extend(S11, "2018-03-01")
    before = mailing.dump()
    answer = answers(chair, link, "more-time", why="Late.", **typed("until", "2018-03-02"))
    assert answer.status_code == 409
    assert "This changed after you opened the page, so nothing was recorded." in chair.text
    assert "Its date has changed since that mail." in chair.text
    assert "Thursday 1 March 2018" in chair.text
    assert 'value="Late."' in answer.text
    assert mailing.dump() == before
    assert answers(chair, link, "submitted").status_code == 303


def test_a_button_that_is_pressed_twice_acts_once(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    seen = chair.hidden("seen")
    assert chair.sends(link, do="submitted", seen=seen).status_code == 303
    before = mailing.dump()
    assert chair.sends(link, do="submitted", seen=seen).status_code == 409
    assert "Recorded as submitted on 25 January 2018 by you." in chair.text
    assert mailing.dump() == before


def test_what_is_no_longer_due_is_shown_and_cannot_be_answered(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    mailing.office.edit(lambda _: checked(make_document(report=[make_report("other")])))
    mailing.comes_to("2018-01-26")
    chair.opens(link)
    assert "No longer due" in chair.text
    assert "Record it as submitted" not in chair.text
    assert chair.sends(link, do="submitted", seen="1-void").status_code == 400


def test_a_link_fills_no_record_and_loses_nothing_that_was_typed(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    def asks(number: int) -> int:
        until = typed("until", "2018-03-01")
        return answers(chair, link, "more-time", why=f"Reason {number}.", **until).status_code

    def noted() -> int:
        return len(mailing.office.table(change))

    def asked() -> list[str | None]:
        rows = mailing.office.table(answer_request)
        return [row.why for row in rows if row.closed_at is None]

    before = noted()
    for number in range(30):
        chair.opens(link)
        assert asks(number) == (303 if number < 10 else 429)
    assert "This link has changed something 10 times within a minute" in chair.text
    assert chair.shown is not None
    assert 'value="Reason 29."' in chair.shown.text
    assert (noted() - before, asked()) == (10, ["Reason 9."])
    for minute in range(1, 6):
        mailing.is_at(f"2018-01-25 11:{minute:02}")
        for number in range(10):
            chair.opens(link)
            asks(100 * minute + number)
    assert "This link has changed something 40 times within a day" in chair.text
    assert (noted() - before, asked()) == (40, ["Reason 309."])
    mailing.is_at("2018-01-26 12:00")
    chair.opens(link)
    assert asks(999) == 303


def test_the_same_request_sent_again_is_one(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    for _ in range(2):
        chair.opens(link)
        until = typed("until", "2018-03-01")
        assert answers(chair, link, "more-time", why="Late.", **until).status_code == 303
    assert len(mailing.office.table(answer_request)) == 1
    assert [row.what for row in mailing.office.table(change)].count(ChangeKind.ASKED) == 1


@pytest.mark.parametrize("do", ["", "accepted", "__class__", "submitted\x00"])
def test_a_form_that_is_not_the_pages_is_refused(
    mailing: MailingBoard, chair: Reader, link: str, do: str
) -> None:
    before = mailing.dump()
    assert answers(chair, link, do).status_code == 400
    assert mailing.dump() == before


def test_a_form_from_anywhere_needs_the_link_and_an_origin_of_null_is_well(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    seen = chair.hidden("seen")
    answer = chair.client.post(
        link, data={"do": "submitted", "seen": seen}, headers={"Origin": "null"}
    )
    assert answer.status_code == 303
    assert mailing.office.row(S11).state == Status.SUBMITTED


def test_the_address_is_told_to_nobody(mailing: MailingBoard, chair: Reader, link: str) -> None:
    for answer in (chair.opens(link), chair.opens(link[:-1]), answers(chair, link, "gone")):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["cache-control"] == "no-store"
    assert mailing.place.said == []


def test_a_page_that_fails_does_not_write_the_link_into_the_log(
    mailing: MailingBoard, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: object) -> None:
        raise RuntimeError("the roof fell in")

    monkeypatch.setattr("boardcal.web.replies.link.may_reply", fall)
    assert mailing.place.reader().opens(link).status_code == 500
    (said,) = mailing.place.said
    assert said.startswith("The page /answer/… failed (RuntimeError in tests/web/replies/test_link")
    assert "roof" not in said


HOSTILE = "<script>alert(1)</script>&\"' \u200f"


def test_what_people_write_is_shown_as_they_wrote_it(
    mailing: MailingBoard, chair: Reader, link: str
) -> None:
    chair.follows(answers(chair, link, "hand-over", successor=HOSTILE, remark=HOSTILE))
    assert chair.shown is not None
    assert "<script" not in chair.shown.text
    assert "That <script>alert(1)</script>&\"'" in chair.text
