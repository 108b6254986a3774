"""Who was mailed a date hears that its meeting is cancelled, and what becomes of the paper."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.letters.model import CalledOff
from boardcal.notifications.letters.samples import sample_letter
from boardcal.notifications.transports.base import DeliveryError
from boardcal.operations.mails import send_again
from boardcal.operations.planner.meetings import add_meeting, cancel_meeting, move_meeting
from boardcal.operations.replies.options import ReplyContext
from boardcal.operations.replies.reply import snooze
from boardcal.storage.schema.mail import message
from boardcal.tests.factories import CHAIR, S11, VICE, checked, day, make_document, make_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.office import Mail, Office

EVERY = "lscb/every/pmqag/2018-03"
EVERY_MEETING = make_report("every", title="Progress report", when={"meeting": "lscb"})
MARCH = "2018-03-08"


@pytest.fixture
def told(office: Office) -> Office:
    """An office whose chair was mailed on 8 February of two papers for the March meeting."""
    office.store(checked(make_document(report=[make_report(), EVERY_MEETING])))
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
    text = texts(told.days("2018-02-14", "2018-02-22"))
    assert "Progress report" in text
    assert (
        "You were told that it was off: the meeting of 8 March 2018 takes place after all." in text
    )
    assert "The date was 25 April 2018: the meeting of 8 March 2018 takes place after all." in text


def test_what_the_notice_named_is_not_told_as_a_change_again(told: Office) -> None:
    cancel(told, "2018-02-12 09:00")
    told.days("2018-02-12", "2018-02-13")
    [mail] = [one for one in told.days("2018-03-26", "2018-03-28") if one.to == CHAIR]
    assert "Due Wednesday 25 April 2018" in mail.text
    assert "Changed" not in mail.text


def moved(office: Office) -> None:
    office.edit(lambda c: move_meeting(c, "lscb", day(MARCH), day("2018-03-15")))
    office.tick()


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "not yet told"])
def test_whoever_knows_another_date_than_it_had_by_then_hears_too(
    told: Office, *, is_told: bool
) -> None:
    """A date of its own, or one that came between, is no reason to leave somebody in the dark."""
    told.tick("2018-02-09 09:00")
    told.extend(EVERY, "2018-03-02")
    if is_told:
        told.days("2018-02-10", "2018-02-16")
    cancel(told, "2018-02-16 09:00")
    text = texts(told.days("2018-02-16", "2018-02-19"))
    was = "2 March" if is_told else "22 February"
    assert f"Progress report (PMQAG) It was due on {was} 2018." in text


def test_what_is_put_off_before_a_move_was_told_is_told(told: Office) -> None:
    told.tick("2018-02-09 09:00")
    moved(told)
    told.put_off(S11, "2018-05-10")
    text = texts(told.days("2018-02-09", "2018-02-12"))
    assert "It was due on 22 February 2018." in text
    assert "Put off from the meeting of 15 March 2018: the Board is busy." in text


def test_the_notice_names_the_day_that_the_meeting_had(told: Office) -> None:
    told.tick("2018-02-09 09:00")
    moved(told)
    told.days("2018-02-09", "2018-02-13")
    told.tick("2018-02-14 09:00")
    told.edit(lambda c: cancel_meeting(c, "lscb", day("2018-03-15"), day("2018-02-14")))
    told.tick()
    text = texts(told.days("2018-02-14", "2018-02-15"))
    assert "The meeting of 15 March 2018 was cancelled" in text


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


# What else happens before the notice goes out

OFF = "The meeting of 8 March 2018 was cancelled"
THEN: dict[str, tuple[Callable[[Office], object], str]] = {
    "the next one is cancelled": (
        lambda office: office.edit(
            lambda c: cancel_meeting(c, "lscb", day("2018-05-10"), day("2018-02-12"))
        ),
        "It is now due on 28 June 2018, for the meeting on 12 July 2018.",
    ),
    "the next one is moved": (
        lambda office: office.edit(
            lambda c: move_meeting(c, "lscb", day("2018-05-10"), day("2018-05-17"))
        ),
        "It is now due on 2 May 2018, for the meeting on 17 May 2018.",
    ),
    "the item is put off": (
        lambda office: office.put_off(S11, "2018-07-12"),
        "It is now due on 28 June 2018, for the meeting on 12 July 2018.",
    ),
    "the item gets a date": (
        lambda office: office.extend(S11, "2018-04-19"),
        "It is now due on 19 April 2018",
    ),
    "the item leaves the planner": (
        lambda office: office.edit(lambda _: checked(make_document(report=[EVERY_MEETING]))),
        "It was due on 22 February 2018. No longer in the planner.",
    ),
}


@pytest.mark.parametrize("then", THEN)
def test_the_notice_goes_out_whatever_becomes_of_the_item_until_then(
    told: Office, then: str
) -> None:
    happens, sentence = THEN[then]
    cancel(told, "2018-02-12 07:00")
    happens(told)
    told.tick()
    [mail] = [one for one in told.days("2018-02-12", "2018-02-13") if one.to == CHAIR]
    assert mail.subject.startswith("Meeting cancelled: ")
    assert sentence in mail.text


def test_a_notice_of_what_is_settled_before_it_goes_out_is_not_sent(told: Office) -> None:
    cancel(told, "2018-02-12 07:00")
    told.record(S11, Status.SUBMITTED)
    assert "Report s11 (PMQAG) It was due" not in texts(told.days("2018-02-12", "2018-02-13"))


def test_a_meeting_cancelled_again_after_it_was_brought_back_is_told_of_once(
    told: Office,
) -> None:
    cancel(told, "2018-02-12 07:00")
    told.edit(lambda c: add_meeting(c, "lscb", day(MARCH), extraordinary=False))
    told.tick()
    cancel(told, "2018-02-12 07:30")
    assert texts(told.days("2018-02-12", "2018-02-13")).count("Progress report (PMQAG)") == 1


@pytest.mark.parametrize(
    ("kind", "name"), [("person", CHAIR), ("body", "pmqag"), ("board", "lscb")]
)
def test_a_notice_comes_after_the_pause_that_held_it(told: Office, kind: str, name: str) -> None:
    cancel(told, "2018-02-12 07:00")
    told.pause(kind, name)
    assert OFF not in texts(told.days("2018-02-12", "2018-02-13"))
    told.tick("2018-02-14 07:00")
    told.resume(kind, name)
    assert texts(told.days("2018-02-14", "2018-02-15")).count(OFF) == 2


def test_a_notice_of_what_was_settled_in_a_pause_is_not_sent_after_it(told: Office) -> None:
    cancel(told, "2018-02-12 07:00")
    told.pause("person", CHAIR)
    told.days("2018-02-12", "2018-02-13")
    told.record(S11, Status.SUBMITTED)
    told.tick("2018-02-14 07:00")
    told.resume("person", CHAIR)
    text = texts(told.days("2018-02-14", "2018-02-15"))
    assert "Progress report (PMQAG) It was due" in text
    assert "Report s11 (PMQAG) It was due" not in text


@pytest.mark.parametrize(
    "error",
    [
        DeliveryError("no such user", scope="recipient", permanent=True),
        DeliveryError("the line went dead", scope="recipient", uncertain=True),
    ],
)
def test_a_notice_that_went_wrong_can_be_sent_again(told: Office, error: DeliveryError) -> None:
    cancel(told, "2018-02-12 07:00")
    told.postbag.after = lambda _: error
    told.days("2018-02-12", "2018-02-12")
    told.postbag.after = lambda _: None
    number = max(row.id for row in told.table(message) if row.recipient == CHAIR)
    told.tick("2018-02-12 14:00")
    with told.changing("lscb") as (connection, view):
        send_again(connection, view, number, who="sue@example.org", why="asked for")
    assert texts(told.sweep("2018-02-12 14:01")).count(OFF) == 2


def test_who_wants_no_reminder_yet_hears_at_once_that_the_meeting_is_off(told: Office) -> None:
    told.tick("2018-02-09 10:00")
    with told.changing(S11) as (connection, view):
        reader = ReplyContext(view=view, row=told.row(S11), reader=CHAIR)
        snooze(connection, reader, until=day("2018-02-20"))
    cancel(told, "2018-02-12 07:00")
    assert "Report s11 (PMQAG) It was due" in texts(told.days("2018-02-12", "2018-02-13"))


def test_who_was_copied_hears_that_it_is_no_longer_due(office: Office) -> None:
    every = make_report("every", title="Progress report", when={"meeting": "lscb"})
    office.store(checked(make_document(report=[every])))
    office.tick("2018-01-08")
    office.record("lscb/every/pmqag/2018-01", Status.SUBMITTED)
    office.reminded("2018-02-08").days("2018-02-20", "2018-03-02")
    cancel(office, "2018-03-05 09:00")
    said = {
        mail.to: mail.text
        for mail in office.days("2018-03-05", "2018-03-06")
        if "Meeting cancelled" in mail.text
    }
    assert "You need not send it any more." in said[CHAIR]
    assert "It is no longer due." in said[VICE]
    assert "You need not send" not in said[VICE]
