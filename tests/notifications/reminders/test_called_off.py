"""Who was mailed a date hears that its meeting is cancelled, and what becomes of the paper."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.letters.model import CalledOff
from boardcal.notifications.letters.samples import sample_letter
from boardcal.operations.planner.meetings import add_meeting, cancel_meeting
from boardcal.tests.factories import CHAIR, S11, checked, day, make_document, make_report

if TYPE_CHECKING:
    from boardcal.tests.office import Mail, Office

EVERY = "lscb/every/pmqag/2018-03"
MARCH = "2018-03-08"


@pytest.fixture
def told(office: Office) -> Office:
    """An office whose chair was mailed on 8 February of two papers for the March meeting."""
    every = make_report("every", title="Progress report", when={"meeting": "lscb"})
    office.store(checked(make_document(report=[make_report(), every])))
    office.tick("2018-01-08")
    office.record("lscb/every/pmqag/2018-01", Status.SUBMITTED)
    office.reminded("2018-02-08")
    return office


def cancel(office: Office, when: str) -> None:
    office.tick(when)
    office.edit(lambda c: cancel_meeting(c, "lscb", day(MARCH), day(when[:10])))
    office.tick()


def texts(mails: list[Mail]) -> str:
    return " ".join(mail.text for mail in mails if mail.to == CHAIR)


def test_the_next_email_says_what_is_cancelled_and_what_becomes_of_it(told: Office) -> None:
    cancel(told, "2018-02-12 09:00")
    [mail] = [one for one in told.days("2018-02-12", "2018-02-13") if one.to == CHAIR]
    assert mail.subject.startswith("Meeting cancelled: ")
    text = mail.text
    assert "Progress report (PMQAG) It was due on 22 February 2018." in text
    assert "The meeting of 8 March 2018 was cancelled. You need not send it any more." in text
    assert "It is now due on 25 April 2018, for the meeting on 10 May 2018." in text
    page = mail.message.get_body(("html",))
    assert page is not None
    assert "It is now due on 25 April 2018" in page.get_content()


def test_it_is_said_once(told: Office) -> None:
    cancel(told, "2018-02-12 09:00")
    told.days("2018-02-12", "2018-02-13")
    told.edit(lambda content: content)
    assert "cancelled" not in texts(told.days("2018-02-14", "2018-02-23"))


def test_a_meeting_brought_back_before_anybody_heard_is_not_spoken_of(told: Office) -> None:
    cancel(told, "2018-02-12 09:00")
    told.edit(lambda c: add_meeting(c, "lscb", day(MARCH), extraordinary=False))
    told.tick()
    assert "cancelled" not in texts(told.days("2018-02-12", "2018-02-14"))


def test_a_meeting_brought_back_after_they_heard_is_reminded_of_again(told: Office) -> None:
    cancel(told, "2018-02-12 09:00")
    told.days("2018-02-12", "2018-02-13")
    told.edit(lambda c: add_meeting(c, "lscb", day(MARCH), extraordinary=False))
    assert "Progress report" in texts(told.days("2018-02-14", "2018-02-22"))


def test_who_was_mailed_nothing_of_it_hears_nothing(office: Office) -> None:
    office.store(checked(make_document(report=[make_report()]))).tick("2018-01-08")
    cancel(office, "2018-01-08 09:00")
    assert texts(office.days("2018-01-08", "2018-01-10")) == ""


@pytest.mark.parametrize("key", [EVERY, S11])
def test_what_was_settled_before_is_not_called_off(told: Office, key: str) -> None:
    told.tick("2018-02-09 09:00")
    told.record(key, Status.SUBMITTED)
    title = told.row(key).title
    cancel(told, "2018-02-12 09:00")
    assert f"{title} (PMQAG)" not in texts(told.days("2018-02-12", "2018-02-13"))


def test_what_becomes_of_it_is_part_of_what_an_email_is_sent_for() -> None:
    off = CalledOff(title="S.11", owner="PMQAG", due=day("2018-02-22"), why="Off.", now="Rest.")
    assert sample_letter(called_off=(off,)).gist != sample_letter().gist
    assert sample_letter(called_off=(off,)).gist != (
        sample_letter(called_off=(replace(off, now="It is due on 8 March."),)).gist
    )


def test_a_chair_who_left_meanwhile_is_not_mailed(told: Office) -> None:
    told.tick("2018-02-09 09:00")
    told.leave(RoleName.CHAIR, CHAIR, "2018-02-10")
    cancel(told, "2018-02-12 09:00")
    assert texts(told.days("2018-02-12", "2018-02-14")) == ""
