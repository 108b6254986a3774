"""What is due hangs on its meeting: moved, cancelled late, put off, handed over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, update

from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import add_meeting, cancel_meeting, move_meeting
from boardcal.operations.record import RecordError
from boardcal.scheduler.planning import meeting_slots
from boardcal.storage.schema.occurrences import occurrence
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import S11, checked, day, make_body, make_document, make_report
from boardcal.tests.pages import in_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.tests.office import Office

EVERY = "lscb/every/pmqag/2018-03"
QUARTER = "lscb/quarter/pmqag/2018-Q1"
REPORTS = (
    make_report(),
    make_report("every", when={"meeting": "lscb"}),
    make_report("quarter", when={"meeting": "lscb", "last_in": "quarter"}),
)


def planner(**march: object) -> PlannerFile:
    return checked(make_document(report=[{**REPORTS[0], **march}, *REPORTS[1:]]))


def state(office: Office, key: str) -> str:
    """ "submitted 2018-03 2018-03-15 due 2018-03-01"."""
    row = office.row(key)
    return f"{row.state} {row.slot} {row.meeting} due {row.due}"


def moves(office: Office, start: str, to: str, when: str) -> None:
    office.edit(lambda c: move_meeting(c, "lscb", day(start), day(to)))
    office.tick(when)


def cancels(office: Office, meeting: str, when: str) -> None:
    office.edit(lambda c: cancel_meeting(c, "lscb", day(meeting), day(when[:10])))
    office.tick(when)


@pytest.mark.parametrize("recorded", ["2018-02-20", "2018-03-08", "2018-03-09", "2018-04-03"])
def test_a_meeting_that_failed_to_happen_counts_as_if_that_had_been_known(
    office: Office, recorded: str
) -> None:
    office.store(planner()).reminded()
    office.tick(recorded)
    cancels(office, "2018-03-08", f"{recorded} 10:00")
    assert office.row(EVERY).state == Status.VOID
    assert state(office, S11) == "open 2018-05 2018-05-10 due 2018-04-25"
    assert state(office, QUARTER) == "open 2018-05 2018-05-10 due 2018-04-25"


def test_what_counted_as_missed_is_not_where_its_meeting_was_not_held(any_office: Office) -> None:
    any_office.store(planner()).reminded()
    any_office.days("2018-04-20", "2018-04-27")
    assert any_office.row(EVERY).state == Status.MISSED
    cancels(any_office, "2018-03-08", "2018-04-27 10:00")
    row = any_office.row(EVERY)
    assert (row.state, row.note) == (Status.VOID, "the meeting of 8 March 2018 was not held")


def test_a_meeting_moved_after_the_day_on_which_it_failed_takes_its_papers_along(
    office: Office,
) -> None:
    office.store(planner()).reminded()
    office.tick("2018-03-09")
    moves(office, "2018-03-08", "2018-04-19", "2018-03-09 10:00")
    assert state(office, EVERY) == "open 2018-03 2018-04-19 due 2018-04-05"


def test_a_meeting_noted_late_as_held_on_another_day_moves_no_due_date(office: Office) -> None:
    office.store(planner()).reminded()
    office.tick("2018-03-09")
    due = office.row(EVERY).due
    moves(office, "2018-03-08", "2018-03-06", "2018-03-09 10:00")
    assert state(office, EVERY) == f"open 2018-03 2018-03-06 due {due}"


def test_a_meeting_ahead_that_is_noted_as_held_already_takes_its_papers_along(
    office: Office,
) -> None:
    office.store(planner()).reminded()
    moves(office, "2018-03-08", "2018-03-22", "2018-02-12 10:00")
    office.tick("2018-03-09")
    moves(office, "2018-03-22", "2018-03-06", "2018-03-09 10:00")
    assert state(office, EVERY) == "open 2018-03 2018-03-06 due 2018-03-12"


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.ACCEPTED, Status.WAIVED])
def test_what_is_settled_follows_its_meeting_and_back(office: Office, status: Status) -> None:
    office.store(planner()).tick("2018-02-12")
    office.record(EVERY, status)
    moves(office, "2018-03-08", "2018-03-22", "2018-02-12 10:00")
    assert state(office, EVERY) == f"{status} 2018-03 2018-03-22 due 2018-03-08"
    moves(office, "2018-03-22", "2018-03-08", "2018-02-12 11:00")
    assert state(office, EVERY) == f"{status} 2018-03 2018-03-08 due 2018-02-22"


def test_what_was_submitted_for_a_cancelled_meeting_stays_or_goes_on(
    office: Office,
) -> None:
    office.store(planner()).tick("2018-02-12")
    for key in (EVERY, S11):
        office.record(key, Status.SUBMITTED)
    cancels(office, "2018-03-08", "2018-02-12 10:00")
    assert state(office, EVERY) == "submitted 2018-03 2018-03-08 due 2018-02-22"
    assert state(office, S11) == "submitted 2018-05 2018-05-10 due 2018-04-25"


def is_back(office: Office, meeting: str, when: str) -> None:
    office.edit(lambda c: add_meeting(c, "lscb", day(meeting), extraordinary=False))
    office.tick(when)


@pytest.mark.parametrize("submitted", ["before the cancellation", "after it"])
@pytest.mark.parametrize("key", [S11, QUARTER])
def test_what_was_submitted_is_back_with_its_meeting_once_that_takes_place(
    office: Office, key: str, submitted: str
) -> None:
    office.store(planner()).tick("2018-02-12")
    if submitted == "before the cancellation":
        office.record(key, Status.SUBMITTED)
    cancels(office, "2018-03-08", "2018-02-12 10:00")
    if submitted == "after it":
        office.record(key, Status.SUBMITTED)
    cancels(office, "2018-05-10", "2018-02-12 11:00")
    assert state(office, key) == "submitted 2018-07 2018-07-12 due 2018-06-28"
    is_back(office, "2018-03-08", "2018-02-12 12:00")
    assert state(office, key) == "submitted 2018-03 2018-03-08 due 2018-02-22"
    is_back(office, "2018-05-10", "2018-02-12 13:00")
    assert state(office, key) == "submitted 2018-03 2018-03-08 due 2018-02-22"


def test_what_was_put_off_and_submitted_is_back_with_the_meeting_chosen(office: Office) -> None:
    office.store(planner()).tick("2018-02-12")
    office.put_off(EVERY, "2018-05-10")
    office.record(EVERY, Status.SUBMITTED)
    cancels(office, "2018-05-10", "2018-02-12 10:00")
    assert state(office, EVERY) == "submitted 2018-07 2018-07-12 due 2018-06-28"
    is_back(office, "2018-06-14", "2018-02-12 10:30")
    assert state(office, EVERY) == "submitted 2018-07 2018-07-12 due 2018-06-28"
    is_back(office, "2018-05-10", "2018-02-12 11:00")
    assert state(office, EVERY) == "submitted 2018-05 2018-05-10 due 2018-04-25"


def test_what_was_submitted_stays_where_counting_would_put_another_meeting(
    office: Office,
) -> None:
    second = "lscb/other/pmqag/2"
    counted = {"meeting": "lscb", "every": 2, "from": "January 2018"}
    office.store(checked(make_document(report=[make_report("other", when=counted)])))
    office.tick("2018-02-12")
    before = state(office, second)
    office.record(second, Status.SUBMITTED)
    office.edit(lambda c: add_meeting(c, "lscb", day("2018-04-12"), extraordinary=False))
    office.tick("2018-02-12 10:00")
    assert state(office, second) == before.replace("open", "submitted")


def test_an_extended_date_stands_while_its_meeting_moves(office: Office) -> None:
    office.store(planner()).tick("2018-02-12")
    office.extend(EVERY, "2018-03-01")
    moves(office, "2018-03-08", "2018-03-22", "2018-02-12 10:00")
    assert state(office, EVERY) == "open 2018-03 2018-03-22 due 2018-03-01"


@pytest.mark.parametrize(
    "change",
    [
        lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-03-15")),
        lambda c: cancel_meeting(c, "lscb", day("2018-03-08"), day("2018-02-08")),
        lambda c: checked(make_document(report=c.model_dump()["report"][:1])),
    ],
    ids=["moved", "cancelled", "left the planner"],
)
def test_many_items_follow_their_meeting_in_as_many_statements_as_few(
    change: Callable[[PlannerFile], PlannerFile],
) -> None:
    few, many = (statements_for(number, change) for number in (5, 25))
    assert few == many


def statements_for(number: int, change: Callable[[PlannerFile], PlannerFile]) -> int:
    """How many statements a change takes, and undoing it, where so many items were mailed."""
    office = in_memory()
    content = checked(make_document(report=[make_report(f"r{each}") for each in range(number)]))
    office.store(content).sweep("2018-01-25")
    office.tick("2018-02-08")
    asked: list[object] = []
    event.listen(
        office.database.engine, "before_cursor_execute", lambda *given: asked.append(given)
    )
    for what, when in ((change, "2018-02-08 10:00"), (lambda _: content, "2018-02-08 11:00")):
        office.edit(what)
        office.tick(when)
    office.database.close()
    return len(asked)


# Put off


def test_what_is_put_off_is_due_with_the_papers_of_that_meeting_and_follows_it(
    office: Office,
) -> None:
    office.store(planner()).tick("2018-02-12")
    office.put_off(EVERY, "2018-05-10")
    assert state(office, EVERY) == "open 2018-05 2018-05-10 due 2018-04-25"
    assert office.row(EVERY).note == "put off from the meeting of 8 March 2018: the Board is busy"
    cancels(office, "2018-03-08", "2018-02-12 10:00")
    assert state(office, EVERY) == "open 2018-05 2018-05-10 due 2018-04-25"
    moves(office, "2018-05-10", "2018-05-17", "2018-02-12 11:00")
    assert state(office, EVERY) == "open 2018-05 2018-05-17 due 2018-05-02"
    cancels(office, "2018-05-17", "2018-02-12 12:00")
    assert state(office, EVERY) == "open 2018-07 2018-07-12 due 2018-06-28"
    office.edit(lambda c: add_meeting(c, "lscb", day("2018-05-17"), extraordinary=False))
    office.tick("2018-02-12 13:00")
    assert state(office, EVERY) == "open 2018-05 2018-05-17 due 2018-05-02"


def test_what_was_submitted_can_be_put_off_and_stays_submitted(office: Office) -> None:
    office.store(planner()).tick("2018-02-12")
    office.record(EVERY, Status.SUBMITTED)
    cancels(office, "2018-03-08", "2018-02-12 10:00")
    office.put_off(EVERY, "2018-05-10")
    assert state(office, EVERY) == "submitted 2018-05 2018-05-10 due 2018-04-25"
    moves(office, "2018-05-10", "2018-05-17", "2018-02-12 11:00")
    assert state(office, EVERY) == "submitted 2018-05 2018-05-17 due 2018-05-02"


def test_a_date_given_to_what_was_put_off_stands(office: Office) -> None:
    office.store(planner()).tick("2018-02-12")
    office.put_off(EVERY, "2018-05-10")
    office.extend(EVERY, "2018-05-02")
    moves(office, "2018-05-10", "2018-05-17", "2018-02-12 11:00")
    assert state(office, EVERY) == "open 2018-05 2018-05-17 due 2018-05-02"


def test_what_is_put_off_past_the_papers_date_is_due_as_soon_as_possible(
    office: Office,
) -> None:
    office.store(planner()).reminded()
    office.tick("2018-03-05 12:00")
    office.edit(lambda c: add_meeting(c, "lscb", day("2018-03-12"), extraordinary=True))
    office.tick("2018-03-05 12:01")
    office.put_off(EVERY, "2018-03-12")
    assert state(office, EVERY) == "open added-2018-03-12 2018-03-12 due 2018-03-06"


@pytest.mark.parametrize(
    ("key", "to", "sentence"),
    [
        (EVERY, "2018-05-11", "LSCB does not meet on 11 May 2018; it meets on 8 March 2018, 10 "),
        (EVERY, "2018-03-08", "is for the meeting on 8 March 2018 already"),
        ("lscb/stated/pmqag/july-2018", "2018-05-10", "is for no meeting"),
    ],
)
def test_what_cannot_be_put_off_is_said(office: Office, key: str, to: str, sentence: str) -> None:
    stated = make_report("stated", when={"by": "July 2018"})
    office.store(checked(make_document(report=[*REPORTS, stated]))).tick("2018-02-12")
    with pytest.raises(RecordError, match=sentence):
        office.put_off(key, to)


# Handed over


@pytest.mark.parametrize(
    ("status", "owners", "asked"),
    [
        (Status.ACCEPTED, ["lscb"], set()),
        (Status.SUBMITTED, ["lscb", "other"], set()),
        (Status.WAIVED, ["lscb"], set()),
        (Status.RETURNED, ["lscb"], {"lscb"}),
        (None, ["lscb"], {"lscb"}),
    ],
)
def test_what_was_settled_is_not_asked_for_again_from_a_new_owner(
    office: Office, status: Status | None, owners: list[str], asked: set[str]
) -> None:
    def content(**march: object) -> PlannerFile:
        document = make_document(report=[{**REPORTS[0], **march}])
        other = make_body("other")
        return checked(document | {"body": [*document["body"], other]})

    office.store(content()).tick("2018-02-05")
    if status is not None:
        office.record(S11, status)
    office.edit(lambda _: content(owner=owners))
    office.tick("2018-02-06")
    office.edit(lambda _: content(owner=owners, title="Planned again"))
    office.tick("2018-02-07")
    march = [row for row in office.rows() if row.period == "2018-03" and row.is_owed]
    assert {row.owner for row in march if row.owner != "pmqag"} == asked
    later = {row.owner for row in office.rows() if row.period == "2019-03" and row.is_owed}
    assert later == set(owners)


def test_what_was_stored_before_meetings_had_names_is_given_them(office: Office) -> None:
    office.store(planner()).reminded()
    office.tick("2018-03-20")
    office.record("lscb/every/pmqag/2018-05", Status.SUBMITTED)
    before = [(row.key, row.slot, row.meeting, row.state) for row in office.rows()]
    with office.database.write() as connection:
        connection.execute(update(occurrence).values(slot=None))
        connection.execute(update(board).values(planned_revision=board.c.planned_revision + 1))
    office.tick("2018-03-20 08:01")
    assert [(row.key, row.slot, row.meeting, row.state) for row in office.rows()] == before
    assert {slot for _, slot, *_ in before} > {"2018-03", "2018-05"}


def test_what_is_for_no_meeting_is_looked_for_among_none(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.store(planner()).tick("2018-02-12")
    with office.changing("lscb") as (connection, view):
        slots = meeting_slots.meeting_slots(connection, view)
        monkeypatch.setattr(meeting_slots, "meetings", None)
        assert slots.meeting(replace(office.row(EVERY), slot=None)) is None
