"""What is taken from a group is off its hands, and who has it then hears whose it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.status import Status
from boardcal.queries.calendar.item import item_details
from boardcal.tests.factories import (
    BUSINESS_CHAIR,
    CHAIR,
    S11,
    VICE,
    checked,
    day,
    make_action,
    make_document,
    make_report,
)
from boardcal.tests.pages import office_day, shown_by

if TYPE_CHECKING:
    from boardcal.tests.office import Mail, Office

ACTION = "lscb/1.1/pmqag/march-2018"
TAKEN = "lscb/1.1/business-group/march-2018"
ACTIONS: dict[str, Any] = {"report": [], "action": [make_action()]}


def brings_in(office: Office, when: str, **changes: Any) -> None:
    """An import at a time of day; the tick after it follows."""
    office.tick(when)
    office.edit(lambda _: checked(make_document(**changes)))
    office.tick()


def mails_to(reader: str, mails: list[Mail]) -> list[Mail]:
    return [mail for mail in mails if mail.to == reader]


@pytest.fixture
def late(office: Office) -> Office:
    """An office in which an action of March is late, and its owner and the vice-chair know."""
    office.store(checked(make_document(**ACTIONS))).days("2018-03-01", "2018-04-11")
    return office


def is_given_away(office: Office) -> None:
    brings_in(office, "2018-04-11 10:00", report=[], action=[make_action(owner="business-group")])


def test_who_was_chased_hears_the_next_day_that_it_is_off_their_hands(late: Office) -> None:
    is_given_away(late)
    mails = late.days("2018-04-12", "2018-04-12")
    [mail] = mails_to(CHAIR, mails)
    assert mail.subject.startswith("Handed over: ")
    assert "It was due on 29 March 2018. Handed over to BUSINESS-GROUP." in mail.text
    assert "You need not do it any more." in mail.text
    [copy] = mails_to(VICE, mails)
    assert "Handed over to BUSINESS-GROUP. PMQAG need not do it any more." in copy.text
    later = [*late.days("2018-04-13", "2018-05-04")]
    assert [mail for mail in later if "Handed over" in mail.text] == []


def test_who_has_it_now_hears_whose_it_was_in_the_first_email_alone(late: Office) -> None:
    is_given_away(late)
    mails = mails_to(BUSINESS_CHAIR, late.days("2018-04-12", "2018-04-20"))
    mails = [mail for mail in mails if any(key == TAKEN for key, _, _ in mail.items)]
    assert "Changed: It was with PMQAG until 11 April 2018." in mails[0].text
    assert len(mails) > 1
    assert [mail for mail in mails[1:] if "It was with" in mail.text] == []


def test_what_nobody_was_mailed_of_is_handed_over_without_a_word(office: Office) -> None:
    office.store(checked(make_document(**ACTIONS))).tick("2018-01-08")
    brings_in(office, "2018-01-08 10:00", report=[], action=[make_action(owner="business-group")])
    mails = office.days("2018-01-09", "2018-04-11")
    assert [
        mail for mail in mails if "Handed over" in mail.text or "It was with" in mail.text
    ] == []


def test_what_is_taken_back_before_anybody_heard_is_not_spoken_of(late: Office) -> None:
    is_given_away(late)
    brings_in(late, "2018-04-11 11:00", **ACTIONS)
    assert [
        mail for mail in late.days("2018-04-12", "2018-04-13") if "anded over" in mail.text
    ] == []


def test_the_page_says_who_has_it_now(late: Office) -> None:
    is_given_away(late)
    item = shown_by(late, item_details, key=ACTION, today=office_day(late))
    assert item is not None
    assert "Handed over to BUSINESS-GROUP." in item.why
    assert "planner" not in " ".join(item.why)


def test_what_left_the_planner_is_called_off_too(office: Office) -> None:
    office.store().reminded()
    brings_in(office, "2018-02-08 10:00", report=[make_report("other", owner="lscb")])
    [mail] = mails_to(CHAIR, office.days("2018-02-09", "2018-02-09"))
    assert mail.subject.startswith("No longer due: ")
    assert "No longer in the planner. You need not send it any more." in mail.text


def test_what_is_put_off_is_told_on_the_next_working_day(office: Office) -> None:
    office.store().reminded()
    office.tick("2018-02-08 10:00")
    office.put_off(S11, "2018-05-10")
    [mail] = mails_to(CHAIR, office.days("2018-02-09", "2018-02-12"))
    assert (mail.at.date(), mail.subject.split(":")[0]) == (
        day("2018-02-09"),
        "Put off to another meeting",
    )
    assert "It was due on 22 February 2018." in mail.text
    assert "Put off from the meeting of 8 March 2018: the Board is busy." in mail.text
    assert "It is now due on 25 April 2018, for the meeting on 10 May 2018." in mail.text


def test_what_was_submitted_is_put_off_without_a_word(office: Office) -> None:
    office.store().reminded()
    office.tick("2018-02-08 10:00")
    office.record(S11, Status.SUBMITTED)
    office.put_off(S11, "2018-05-10")
    assert mails_to(CHAIR, office.days("2018-02-09", "2018-02-12")) == []


# What else is handed over with it


def test_a_report_is_for_the_meeting_it_was_put_off_to_whoever_has_it(office: Office) -> None:
    office.store().reminded()
    office.put_off(S11, "2018-05-10")
    brings_in(office, "2018-02-08 10:00", report=[make_report(owner="business-group")])
    taken = office.row("lscb/s11/business-group/2018-03")
    assert (taken.meeting, taken.put_off) == (day("2018-05-10"), office.row(S11).put_off)
    office.edit(lambda content: content)
    office.tick()
    assert office.row(taken.key).meeting == day("2018-05-10")


@pytest.mark.parametrize(
    ("settled", "state"),
    [(("pmqag",), "open"), (("pmqag", "lscb"), "void"), ((), "open")],
)
def test_what_one_of_two_owners_never_delivered_is_owed_by_who_takes_over(
    office: Office, settled: tuple[str, ...], state: str
) -> None:
    both = checked(make_document(report=[make_report(owner=["pmqag", "lscb"])]))
    office.store(both).tick("2018-01-29")
    for owner in settled:
        office.record(f"lscb/s11/{owner}/2018-03", Status.SUBMITTED)
    brings_in(office, "2018-02-08 10:00", report=[make_report(owner="business-group")])
    assert office.row("lscb/s11/business-group/2018-03").state == state
