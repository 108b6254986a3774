from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.rules.date_text import MONTHS
from boardcal.calendar.rules.meeting_series import MeetingChangeKind
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import (
    MeetingDecision,
    add_meeting,
    cancel_meeting,
    move_meeting,
)
from boardcal.queries.meetings.meetings import MeetingLine, meeting_calendar, meeting_rule
from boardcal.tests.factories import S11, checked, day, make_document, with_body
from boardcal.tests.pages import in_memory, make_whole, office_day, reading, shown_by

if TYPE_CHECKING:
    from boardcal.tests.office import Office

MARCH, JANUARY, MAY = day("2018-03-08"), day("2018-01-11"), day("2018-05-10")


@pytest.fixture
def office() -> Office:
    """A bit of everything, planned on 1 February 2018."""
    office = in_memory()
    office.store(make_whole())
    office.tick("2018-02-01 09:00")
    return office


def meetings_of(office: Office, body: str | None = "lscb", year: int = 2018) -> list[MeetingLine]:
    found = shown_by(
        office,
        meeting_calendar,
        start=day(f"{year}-01-01"),
        end=day(f"{year}-12-31"),
        today=office_day(office),
        body_id=body,
    )
    return [meeting for body_line in found.bodies for meeting in body_line.meetings]


@pytest.mark.parametrize(
    ("meets", "rule"),
    [
        (
            {"day": "second Thursday", "months": ["January", "March"]},
            "the second Thursday of January and March",
        ),
        (
            {"day": "last Friday", "months": list(MONTHS), "time": "09:30-12:00"},
            "the last Friday of every month, 09:30 to 12:00",
        ),
        (
            {"day": ["first Tuesday", "third Tuesday"], "months": ["May"]},
            "the first and third Tuesday of May",
        ),
    ],
)
def test_a_series_is_said_in_words(meets: dict[str, Any], rule: str) -> None:
    content = checked(with_body(make_document(report=[]), "pmqag", meets=meets))
    body = planner_of(content).body("pmqag")
    assert body is not None
    assert body.series is not None
    assert meeting_rule(body.series) == rule


def test_the_meetings_of_a_year_with_what_is_due_and_has_come(office: Office) -> None:
    office.record(S11, Status.SUBMITTED, on="2018-02-01")
    by_day = {meeting.day: meeting for meeting in meetings_of(office)}
    assert len(by_day) == 6
    assert by_day[JANUARY].status_words == "past"
    assert by_day[MARCH].status_words == "planned"
    # S.11, and the progress of two subgroups.
    assert (by_day[MARCH].expected, by_day[MARCH].received) == (3, 1)
    assert (by_day[MAY].expected, by_day[MAY].received) == (2, 0)


def test_every_body_that_meets_is_there_and_no_other(office: Office) -> None:
    assert {meeting.body.id for meeting in meetings_of(office, None)} == {
        "lscb",
        "business-group",
    }
    assert meetings_of(office, "pmqag") == []
    assert meetings_of(office, "none") == []


def test_reviews_are_counted_apart(office: Office) -> None:
    held = {meeting.day: meeting for meeting in meetings_of(office, "business-group")}
    assert (held[day("2018-05-15")].expected, held[day("2018-05-15")].reviews) == (0, 1)


def test_a_meeting_noted_after_its_day_was_not_held_and_not_cancelled(office: Office) -> None:
    decision = MeetingDecision(
        body="lscb", becomes=MeetingChangeKind.CANCELLED, day=MARCH, slot="2018-03"
    )
    office.tick("2018-03-12")
    office.edit(lambda content: decision.edit(content, decided=day("2018-03-12")))
    (march,) = [meeting for meeting in meetings_of(office) if meeting.day == MARCH]
    assert (march.status_words, march.remark) == ("not held", "noted as not held on 12 March 2018")
    with reading(office) as (_, view):
        headline = decision.headline(view.planner)
    assert headline == "The LSCB meeting on Thursday 8 March 2018 was not held."


def test_a_move_a_cancellation_and_an_addition_are_remarked_on(office: Office) -> None:
    office.edit(lambda content: move_meeting(content, "lscb", MARCH, day("2018-03-15")))
    office.edit(lambda content: cancel_meeting(content, "lscb", MAY, day("2018-02-01")))
    office.edit(lambda content: add_meeting(content, "lscb", day("2018-04-12"), extraordinary=True))
    office.edit(
        lambda content: add_meeting(content, "lscb", day("2018-06-14"), extraordinary=False)
    )
    office.tick()
    by_day = {meeting.day: meeting for meeting in meetings_of(office)}
    assert MARCH not in by_day
    assert by_day[day("2018-03-15")].remark == "moved from 8 March 2018"
    assert by_day[day("2018-03-15")].expected == 3
    assert by_day[MAY].is_cancelled
    assert (by_day[MAY].status_words, by_day[MAY].expected) == ("cancelled", 0)
    assert by_day[MAY].remark == "cancelled on 1 February 2018"
    extra = by_day[day("2018-04-12")]
    assert extra.title == "LSCB extraordinary meeting"
    assert (extra.remark, extra.expected) == ("extraordinary: no reports are due at it", 0)
    assert (by_day[day("2018-06-14")].remark, by_day[day("2018-06-14")].expected) == ("added", 2)
