from __future__ import annotations

from typing import Any

import pytest

from boardcal.calendar.status import Status
from boardcal.queries.calendar.action_plan import ActionPlan, ActionRow, action_plan
from boardcal.queries.calendar.action_status import Rag
from boardcal.tests.factories import (
    checked,
    cumbria,
    day,
    make_action,
    make_body,
    make_document,
)
from boardcal.tests.office import Office
from boardcal.tests.pages import QUARTERLY, in_memory, make_whole, shown_by

MILESTONE = "lscb/1.1/pmqag/march-2018"
REVIEW = {"review": QUARTERLY}
THEN_ONGOING = {"by": "January 2018", "review": QUARTERLY}
TWO_DATES = {"by": ["November 2017", "March 2018"]}
TWICE_A_YEAR = {"months": ["August", "February"]}


def plan_of(office: Office, today: str, **more: Any) -> ActionPlan:
    plan: ActionPlan = shown_by(office, action_plan, today=day(today), **more)
    return plan


def with_action(when: dict[str, Any], **more: Any) -> Office:
    document = make_document(action=[make_action(when=when, **more)])
    bodies = [*document["body"], make_body("cdop")]
    return in_memory().store(checked(document | {"body": bodies}))


def row_of(office: Office, today: str) -> ActionRow:
    plan = plan_of(office, today)
    return plan.sections[0].rows[0]


@pytest.mark.parametrize(
    ("today", "rag", "colour", "words"),
    [
        ("2018-02-28", Rag.ON_TRACK, "green", "on track"),
        ("2018-03-01", Rag.DUE_SOON, "amber", "due soon"),
        ("2018-03-29", Rag.DUE_SOON, "amber", "due soon"),
        ("2018-03-30", Rag.OVERDUE, "red", "overdue since end of March 2018"),
    ],
)
def test_an_action_goes_from_on_track_to_overdue(
    today: str, rag: Rag, colour: str, words: str
) -> None:
    office = with_action({"by": "March 2018"})
    office.tick("2018-02-08")
    row = row_of(office, today)
    assert (row.rag, row.colour, row.words, row.when) == (rag, colour, words, "end of March 2018")


@pytest.mark.parametrize(
    ("status", "rag", "words"),
    [
        (Status.SUBMITTED, Rag.COMPLETE, "complete: submitted"),
        (Status.ACCEPTED, Rag.COMPLETE, "complete: accepted"),
        (Status.WAIVED, Rag.COMPLETE, "complete: waived"),
        (Status.RETURNED, Rag.DUE_SOON, "returned"),
    ],
)
def test_what_was_recorded_counts(status: Status, rag: Rag, words: str) -> None:
    office = with_action({"by": "March 2018"})
    office.reminded().tick("2018-03-12")
    office.record(MILESTONE, status, note="came by mail")
    row = row_of(office, "2018-03-12")
    assert (row.rag, row.words) == (rag, words)


def test_what_was_due_before_mails_began_is_not_settled() -> None:
    office = with_action({"by": "December 2017"}).store(
        checked(make_document(action=[make_action(when={"by": "December 2017"})])),
        go_live="2018-01-02",
    )
    office.tick("2018-01-02")
    row = row_of(office, "2018-01-02")
    assert (row.rag, row.colour) == (Rag.NOT_SETTLED, "grey")


def test_of_two_dates_the_first_one_open_counts() -> None:
    office = with_action(TWO_DATES)
    office.tick("2017-11-01")
    assert row_of(office, "2017-12-05").words == "overdue since end of November 2017"
    office.record("lscb/1.1/pmqag/november-2017", Status.SUBMITTED)
    row = row_of(office, "2017-12-05")
    assert (row.rag, row.when) == (Rag.ON_TRACK, "end of March 2018")
    office.reminded().tick("2018-03-01")
    office.record(MILESTONE, Status.SUBMITTED)
    assert row_of(office, "2018-03-12").rag is Rag.COMPLETE


def test_what_comes_again_shows_the_next_one() -> None:
    office = with_action(TWICE_A_YEAR)
    office.tick("2018-02-08")
    office.record("lscb/1.1/pmqag/2018-02", Status.SUBMITTED)
    row = row_of(office, "2018-03-12")
    assert (row.rag, row.when) == (Rag.ON_TRACK, "end of August 2018")


def test_an_action_whose_last_turn_was_missed_says_so() -> None:
    office = with_action(TWICE_A_YEAR, until="2018-08-31")
    office.days("2018-02-01", "2018-03-01")
    row = row_of(office, "2018-03-12")
    assert row.words == "overdue since end of February 2018"
    office.sweep("2018-08-31")
    office.record("lscb/1.1/pmqag/2018-08", Status.WAIVED)
    assert office.row("lscb/1.1/pmqag/2018-02").state == Status.MISSED
    row = row_of(office, "2018-09-03")
    assert (row.rag, row.words) == (Rag.COMPLETE, "complete: waived")
    office.record("lscb/1.1/pmqag/2018-08", None)
    assert row_of(office, "2018-09-03").rag is Rag.OVERDUE


@pytest.mark.parametrize(
    ("today", "rag", "words"),
    [
        ("2017-11-06", Rag.ONGOING, "ongoing: first review 7 November 2017"),
        ("2017-11-08", Rag.STALE, "stale: no review recorded for 7 November 2017"),
        ("2018-02-07", Rag.STALE, "stale: no review recorded for 6 February 2018"),
    ],
)
def test_what_is_ongoing_is_never_overdue(today: str, rag: Rag, words: str) -> None:
    office = with_action(REVIEW)
    office.tick("2017-11-01")
    row = row_of(office, today)
    assert (row.rag, row.words) == (rag, words)


def test_a_review_that_was_recorded_keeps_it_going_until_the_next() -> None:
    office = with_action(REVIEW)
    office.tick("2017-11-01")
    office.record("lscb/1.1/pmqag/2017-Q4", Status.ACCEPTED)
    row = row_of(office, "2018-02-05")
    assert (row.rag, row.words) == (Rag.ONGOING, "ongoing: reviewed 7 November 2017")
    assert row.when == "6 February 2018"
    assert row_of(office, "2018-02-07").rag is Rag.STALE


def test_completing_a_milestone_does_not_close_what_goes_on_after_it() -> None:
    office = with_action(THEN_ONGOING)
    office.tick("2018-01-03")
    assert row_of(office, "2018-01-03").rag is Rag.DUE_SOON
    office.record("lscb/1.1/pmqag/january-2018", Status.SUBMITTED)
    row = row_of(office, "2018-02-05")
    assert (row.rag, row.words) == (Rag.ONGOING, "ongoing: first review 6 February 2018")


def test_the_worse_of_two_owners_stands_for_both() -> None:
    office = with_action({"by": "March 2018"}, owner=["pmqag", "cdop"])
    office.reminded().tick("2018-03-01")
    office.record(MILESTONE, Status.SUBMITTED)
    row = row_of(office, "2018-03-12")
    assert (row.who, row.rag) == ("PMQAG and CDOP", Rag.DUE_SOON)
    assert [(owner_status.owner.id, owner_status.rag) for owner_status in row.owner_statuses] == [
        ("pmqag", Rag.COMPLETE),
        ("cdop", Rag.DUE_SOON),
    ]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"undecided": "The plan does not say."}, "no date decided"),
        ({"as_required": True}, "as required"),
    ],
)
def test_what_has_no_date_has_no_colour(when: dict[str, Any], words: str) -> None:
    row = row_of(with_action(when), "2018-03-12")
    assert (row.rag, row.colour, row.words, row.when) == (Rag.NO_DATE, "grey", words, None)


def test_an_action_beyond_what_is_planned_shows_its_date_too() -> None:
    office = with_action({"by": "July 2020"})
    office.tick("2017-11-01")
    row = row_of(office, "2017-11-01")
    assert (row.rag, row.when) == (Rag.ON_TRACK, "end of July 2020")


def test_the_whole_plan_has_every_action_in_its_section_and_order() -> None:
    office = in_memory().store(cumbria())
    office.tick("2018-02-08")
    plan = plan_of(office, "2018-02-08")
    rows = [row for section in plan.sections for row in section.rows]
    assert (len(plan.sections), len(rows), plan.total) == (14, 71, 71)
    assert [row.number for row in rows].count("13.2") == 2
    assert sum(plan.counts.values()) == 71
    numbers = [row.number for row in plan.sections[0].rows]
    assert numbers == [f"1.{number}" for number in range(1, 15)]


def test_one_section_can_be_asked_for_alone() -> None:
    office = in_memory().store(make_whole())
    plan = plan_of(office, "2018-02-08", section="Section 2")
    assert [(section.name, len(section.rows)) for section in plan.sections] == [("Section 2", 1)]
    row = plan.sections[0].rows[0]
    assert (row.quote, row.is_assumed, row.is_doubtful) == ("Ongoing", True, False)
