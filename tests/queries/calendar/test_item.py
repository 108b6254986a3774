from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.status import RECORDABLE, Status
from boardcal.operations.planner.meetings import cancel_meeting, move_meeting
from boardcal.queries.calendar.item import ItemDetails, item_details
from boardcal.tests.factories import CHAIR, S11, SECRETARIAT, VICE, day
from boardcal.tests.pages import in_memory, make_whole, office_day, refusing, shown_by

if TYPE_CHECKING:
    from boardcal.tests.office import Office

JULY, AUDITS = "lscb/july/pmqag/2018-07", "lscb/audits-july/pmqag/2018-07"
REVIEW = "lscb/2.1/cdop/2018-Q1"


@pytest.fixture
def office() -> Office:
    """A bit of everything, planned on 1 February 2018."""
    office = in_memory()
    office.store(make_whole())
    office.tick("2018-02-01 09:00")
    return office


def looked_at(office: Office, key: str = S11) -> ItemDetails:
    item = found_by(office, key)
    assert item is not None
    return item


def found_by(office: Office, key: str) -> ItemDetails | None:
    item: ItemDetails | None = shown_by(office, item_details, key=key, today=office_day(office))
    return item


def test_something_due_is_shown_with_its_source_and_its_meeting(office: Office) -> None:
    item = looked_at(office)
    assert item.entry.when == "22 February 2018"
    assert item.source is not None
    assert item.source.quote == "to be presented to the LSCB every March."
    assert item.meeting is not None
    assert (item.meeting.day, item.meeting.body.id) == (day("2018-03-08"), "lscb")
    assert (item.is_action, item.can_be_moved) == (False, True)
    assert item.why[-1] == (
        "LSCB meets on Thursday 8 March 2018, and 10 working days before that is Thursday "
        "22 February 2018."
    )


def test_what_is_not_stored_yet_is_shown_from_the_planner_alone(office: Office) -> None:
    item = looked_at(office, "lscb/s11/pmqag/2021-03")
    assert item.entry.due == day("2021-02-25")
    assert (item.history, item.mails) == ((), ())


@pytest.mark.parametrize(
    "key", ["", "x", "lscb/s11/pmqag/2018-04", "lscb/lscb/lscb/2018-03", "ctb/s11/pmqag/2018-03"]
)
def test_nothing_else_is_something_due(office: Office, key: str) -> None:
    assert found_by(office, key) is None


def test_two_meetings_on_one_day_are_two_choices_to_put_it_off_to(office: Office) -> None:
    office.edit(lambda c: move_meeting(c, "lscb", day("2018-07-12"), day("2018-05-10")))
    assert looked_at(office).later_meetings[:2] == (
        ("2018-05", "Thursday 10 May 2018, as scheduled"),
        ("2018-07", "Thursday 10 May 2018, moved from 12 July 2018"),
    )


def test_the_choices_to_put_it_off_to_are_those_that_are_accepted(office: Office) -> None:
    for status in (Status.WAIVED, Status.SUBMITTED):
        office.record(S11, status, on="2018-02-01")
        choices = looked_at(office).later_meetings
        assert bool(choices) is (status is Status.SUBMITTED)
    office.put_off(S11, "2018-05-10")
    assert "2018-05" not in dict(looked_at(office).later_meetings)
    assert "2018-03" in dict(looked_at(office).later_meetings)


def test_the_record_tells_what_happened_in_order(office: Office) -> None:
    office.extend(S11, "2018-03-01", "the audit runs late")
    office.record(S11, Status.SUBMITTED, on="2018-02-01")
    item = looked_at(office)
    assert [line.what for line in item.history] == ["extended", "recorded"]
    assert item.entry.moved_from == day("2018-02-22")
    assert (item.can_be_opened, item.can_be_moved) == (True, False)
    assert "It was given a date of its own: 1 March 2018 instead of 22 February 2018." in item.why


def test_a_moved_meeting_moves_it_and_says_so(office: Office) -> None:
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-03-08"), day("2018-03-15")))
    office.tick()
    item = looked_at(office)
    assert item.entry.due == day("2018-03-01")
    assert item.meeting is not None
    assert item.meeting.remark == "moved from 8 March 2018"
    assert [line.what for line in item.history] == ["moved"]


def test_a_cancelled_meeting_takes_what_was_for_it_along(office: Office) -> None:
    progress = "lscb/progress/cdop/2018-03"
    office.edit(
        lambda content: cancel_meeting(content, "lscb", day("2018-03-08"), day("2018-02-01"))
    )
    office.tick()
    item = looked_at(office, progress)
    assert item.entry.status is Status.VOID
    assert item.coming.none_because == "Nothing more is sent: it is no longer due."
    assert (item.can_be_opened, item.can_be_moved) == (False, False)


def test_mails_are_told_with_whom_when_and_what_became(office: Office) -> None:
    office.postbag.before = refusing(VICE)
    office.days("2018-02-20", "2018-03-01")
    mails = looked_at(office).mails
    told = {(mail.to, mail.step): mail.words for mail in mails}
    assert told[CHAIR, "on the day"] == "sent 22 February 2018, 08:00"
    assert told[CHAIR, "5 working days late"] == "sent 1 March 2018, 08:00"
    assert told[SECRETARIAT, "5 working days late"].startswith("sent")
    assert told[VICE, "5 working days late"] == "was refused: There is no such mailbox."
    assert [mail.day for mail in mails] == sorted((mail.day for mail in mails), reverse=True)
    assert all(mail.message is not None for mail in mails if mail.words.startswith("sent"))


def test_a_mail_that_was_taken_back_says_why(office: Office) -> None:
    office.tick("2018-02-22 07:59")
    office.tick("2018-02-22 08:00")
    office.record(S11, Status.SUBMITTED, on="2018-02-22")
    words = {mail.words for mail in looked_at(office).mails}
    assert "not sent: submitted before it was sent" in words


def test_what_another_submission_settles_leads_both_ways(office: Office) -> None:
    whole, part = looked_at(office, JULY), looked_at(office, AUDITS)
    assert [link.key for link in whole.also_meets] == [AUDITS]
    assert part.met_by is not None
    assert part.met_by.key == JULY
    office.record(JULY, Status.SUBMITTED, on="2018-02-01")
    assert looked_at(office, AUDITS).entry.status is Status.SUBMITTED


def test_only_what_is_accepted_there_can_be_recorded(office: Office) -> None:
    assert Status.NOTHING_TO_REPORT not in looked_at(office).recordable
    assert looked_at(office, "lscb/progress/cdop/2018-03").recordable == RECORDABLE
    assert Status.NOTHING_TO_REPORT not in looked_at(office, "lscb/1.1/pmqag/march-2018").recordable


def test_what_left_the_planner_is_still_told_of(office: Office) -> None:
    office.record(S11, Status.SUBMITTED, on="2018-02-01")
    content: Any = make_whole()
    kept = tuple(each for each in content.report if each.id != "s11")
    office.store(content.model_copy(update={"report": kept}))
    office.tick()
    item = looked_at(office)
    assert item.source is None
    assert item.why == ("It is not in the planner any more.",)
    assert item.recordable == ()
    assert [line.what for line in item.history][:1] == ["recorded"]


def test_a_review_says_that_it_is_never_due_itself(office: Office) -> None:
    item = looked_at(office, REVIEW)
    assert item.is_action
    assert "It is ongoing, so it is never due itself; this is when it is looked at again." in (
        item.why
    )
    assert item.meeting is not None
    assert item.meeting.body.id == "business-group"
