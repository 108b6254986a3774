from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from boardcal.calendar.occurrences import Kind, occurrences
from boardcal.calendar.rules.timing import Precision
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import cancel_meeting, move_meeting
from boardcal.queries.calendar.board_calendar import BoardCalendar, Line
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import (
    S11,
    at,
    checked,
    cumbria,
    day,
    make_document,
    make_planner,
    make_report,
)
from boardcal.tests.fuzz import law
from boardcal.tests.pages import in_memory, make_whole, reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.tests.office import Office

TODAY = "2018-03-05"
ACTION = "lscb/1.1/pmqag/march-2018"
FAR_BACK, FAR_AHEAD = day("2017-01-01"), day("2021-12-31")


def an_office(content: PlannerFile | None = None) -> Office:
    office = in_memory().store(content or make_whole())
    office.reminded().tick(TODAY)
    return office


def ask(office: Office, question: Callable[[BoardCalendar], Any], today: str = TODAY) -> Any:
    with reading(office, today=day(today)) as (connection, view):
        return question(BoardCalendar(connection, view))


def lines(office: Office, start: str, end: str, *refs: str, today: str = TODAY) -> list[Line]:
    listed: list[Line] = ask(
        office, lambda calendar: calendar.lines(day(start), day(end), refs or None), today
    )
    return listed


def line(office: Office, key: str, today: str = TODAY) -> Line | None:
    shown: Line | None = ask(office, lambda calendar: calendar.line(key), today)
    return shown


@pytest.mark.parametrize(
    ("start", "end", "there"),
    [
        ("2018-02-22", "2018-02-22", True),
        ("2018-02-01", "2018-02-22", True),
        ("2018-02-22", "2018-02-28", True),
        ("2018-02-23", "2018-03-31", False),
        ("2018-01-01", "2018-02-21", False),
    ],
)
def test_a_window_has_both_its_ends(start: str, end: str, there: bool) -> None:
    assert (S11 in [line.key for line in lines(an_office(), start, end)]) is there


def test_lines_come_by_date_then_kind_and_key() -> None:
    listed = lines(an_office(), "2018-01-01", "2019-12-31")
    assert listed == sorted(listed, key=lambda each: (each.due, each.kind, each.key))
    assert len({line.key for line in listed}) == len(listed)


@cache
def large_office() -> Office:
    """Cumbria in the midst of its first year; nothing in it is changed by a test."""
    office = an_office(cumbria())
    office.extend("lscb/12.2/health/february-2018", "2018-04-16")
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-05-10"), day("2018-06-07")))
    return office


DAYS = st.dates(FAR_BACK, FAR_AHEAD)


@law(30)
@given(DAYS, DAYS, DAYS)
def test_two_windows_side_by_side_show_what_one_over_both_shows(
    one: date, other: date, third: date
) -> None:
    first, middle, last = sorted((one, other, third))

    def halves(calendar: BoardCalendar) -> tuple[list[Line], list[Line]]:
        after = middle + timedelta(days=1)
        split = calendar.lines(first, middle) + (
            calendar.lines(after, last) if after <= last else []
        )
        return calendar.lines(first, last), split

    whole, split = ask(large_office(), halves)
    assert whole == split


@law(30)
@given(DAYS, DAYS)
def test_before_anything_is_stored_the_calendar_is_the_planners(one: date, other: date) -> None:
    first, last = sorted((one, other))

    def compare(calendar: BoardCalendar) -> tuple[set[str], set[str]]:
        given = {
            occurrence.key for occurrence in occurrences(calendar.view.planner, first, last, [])
        }
        return {line.key for line in calendar.lines(first, last)}, given

    shown, given = ask(unstored_office(), compare)
    assert shown == given


@cache
def unstored_office() -> Office:
    """A planner that was brought in, and never a tick."""
    return in_memory().store(cumbria(), go_live=None)


def test_what_is_stored_and_what_is_computed_make_one_calendar() -> None:
    office = an_office(cumbria())
    stored = {row.key for row in office.rows()}
    listed = lines(office, "2017-01-01", "2021-12-31")
    assert {line.key for line in listed if line.stored is not None} == stored
    beyond = [line for line in listed if line.computed is not None]
    assert beyond
    assert not {line.key for line in beyond} & stored


def test_with_refs_only_those_are_given_in_the_same_words() -> None:
    office = an_office()
    some = lines(office, "2017-01-01", "2020-12-31", "s11", "2.1")
    whole = lines(office, "2017-01-01", "2020-12-31")
    assert some == [line for line in whole if line.ref in {"s11", "2.1"}]
    assert {line.ref for line in some} == {"s11", "2.1"}


def test_a_ref_keeps_the_status_of_what_it_is_met_by_though_that_is_not_asked_for() -> None:
    office = an_office()
    office.record("lscb/july/pmqag/2018-07", Status.SUBMITTED)
    (found,) = lines(office, "2018-06-01", "2018-07-31", "audits-july")
    assert (found.met_by, found.status) == ("lscb/july/pmqag/2018-07", Status.SUBMITTED)


def test_what_was_recorded_itself_does_not_take_the_others_status() -> None:
    office = an_office()
    office.record("lscb/audits-july/pmqag/2018-07", Status.WAIVED)
    office.record("lscb/july/pmqag/2018-07", Status.SUBMITTED)
    (found,) = lines(office, "2018-06-01", "2018-07-31", "audits-july")
    assert found.status is Status.WAIVED


def test_before_the_start_everything_is_unsettled_and_from_it_on_by_its_date() -> None:
    listed = lines(an_office(), "2017-01-01", "2018-12-31", "progress")
    before = {line.status for line in listed if line.due < day("2017-11-01")}
    assert before == {Status.UNSETTLED}
    after = {line.due: line.status for line in listed if line.due >= day("2017-11-01")}
    assert after[day("2018-02-22")] is Status.OVERDUE
    assert after[day("2018-04-25")] is Status.PLANNED


def test_without_a_start_what_lies_behind_today_is_unsettled() -> None:
    office = in_memory().store(make_planner(), go_live=None)
    assert [line.status for line in lines(office, "2018-01-01", "2018-12-31")] == [Status.UNSETTLED]
    (found,) = lines(office, "2018-01-01", "2018-12-31", today="2018-02-22")
    assert found.status is Status.DUE


def test_what_a_change_moves_is_listed_once_before_it_is_planned_and_after() -> None:
    office = an_office()
    move = move_meeting
    office.edit(lambda content: move(content, "lscb", day("2018-05-10"), day("2018-06-07")))
    key = "lscb/progress/cdop/2018-05"
    seen = [line.due for line in lines(office, "2018-04-01", "2018-06-30") if line.key == key]
    assert len(seen) == 1
    office.reminded().tick("2018-03-05 09:00")
    seen = [line.due for line in lines(office, "2018-04-01", "2018-06-30") if line.key == key]
    assert seen == [day("2018-05-23")]


def test_what_left_the_planner_unrecorded_is_void_and_what_was_recorded_stays() -> None:
    office = an_office()
    office.record("lscb/progress/cdop/2018-03", Status.SUBMITTED)
    kept = [make_report()]
    office.edit(
        lambda content: content.model_copy(
            update={"report": checked(make_document(report=kept)).report, "event": ()}
        )
    )
    statuses = {line.key: line.status for line in lines(office, "2018-02-01", "2018-03-31")}
    assert statuses["lscb/progress/cdop/2018-03"] is Status.SUBMITTED
    assert statuses["lscb/progress/pmqag/2018-03"] is Status.VOID


def test_a_date_that_somebody_set_is_meant_to_the_day() -> None:
    office = an_office()
    before = line(office, ACTION)
    office.extend(ACTION, "2018-04-30")
    after = line(office, ACTION)
    assert before is not None
    assert after is not None
    assert (before.precision, before.due) == (Precision.MONTH, day("2018-03-29"))
    assert (after.precision, after.due) == (Precision.DAY, day("2018-04-30"))


@pytest.mark.parametrize(
    ("status", "before", "is_late"),
    [
        (None, "2018-03-05", True),
        (None, "2018-02-22", False),
        (Status.RETURNED, "2018-03-05", True),
        (Status.SUBMITTED, "2018-03-05", False),
        (Status.WAIVED, "2018-03-05", False),
    ],
)
def test_what_is_owed_from_before_a_day_is_late(
    status: Status | None, before: str, is_late: bool
) -> None:
    office = an_office()
    if status is not None:
        office.record(S11, status)
    listed = ask(office, lambda calendar: calendar.late_before(day(before)))
    assert (S11 in [line.key for line in listed]) is is_late


def test_nothing_is_late_on_its_own_day_and_no_review_ever_is() -> None:
    office = an_office()
    on_its_day = ask(office, lambda each: each.late_before(FAR_AHEAD), today="2018-02-22")
    assert on_its_day == []
    late = ask(office, lambda each: each.late_before(FAR_AHEAD), today="2019-06-01")
    assert late
    assert {row.kind for row in late} == {Kind.REPORT, Kind.ACTION}


@pytest.mark.parametrize(
    ("key", "due"),
    [
        (S11, "2018-02-22"),
        ("lscb/s11/pmqag/2022-03", "2022-02-24"),
        ("lscb/s11/pmqag/2016-03", "2016-02-25"),
        ("lscb/2.1/cdop/2018-Q2", "2018-04-30"),
    ],
)
def test_a_key_is_found_whether_it_is_stored_or_not(key: str, due: str) -> None:
    shown = line(an_office(), key)
    assert shown is not None
    assert (shown.key, shown.due) == (key, day(due))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "lscb",
        "/",
        "lscb/s11",
        "lscb/s11/pmqag/2018-04",
        "lscb/none/pmqag/2018-03",
        "other/s11/pmqag/2018-03",
        "lscb/lscb/lscb/2018-03",
        f"{S11}/",
        f" {S11}",
        "lscb/s11/pmqag/2099-03",
    ],
)
def test_what_is_no_key_finds_nothing(key: str) -> None:
    assert line(an_office(), key) is None


def test_another_boards_key_finds_nothing_here() -> None:
    office = an_office()
    other = make_document("ctb", report=[make_report(to="ctb", when=at_march("ctb"))])
    office.store(checked(other))
    office.reminded().tick("2018-03-05 10:00")
    assert office.row("ctb/s11/pmqag/2018-03").board == "ctb"
    assert line(office, "ctb/s11/pmqag/2018-03") is None


def at_march(body: str) -> dict[str, Any]:
    return {"meeting": body, "months": ["March"]}


def test_meetings_are_those_of_every_body_and_cancelled_ones_are_void() -> None:
    office = an_office()
    office.edit(lambda content: cancel_meeting(content, "lscb", day("2018-07-12"), day(TODAY)))
    listed = ask(office, lambda calendar: calendar.meetings(day("2018-05-01"), day("2018-08-31")))
    assert [(line.owner, line.due.isoformat(), line.status) for line in listed] == [
        ("lscb", "2018-05-10", Status.PLANNED),
        ("business-group", "2018-05-15", Status.PLANNED),
        ("lscb", "2018-07-12", Status.VOID),
        ("business-group", "2018-08-21", Status.PLANNED),
    ]
    assert {line.kind for line in listed} == {Kind.MEETING}
    assert not any(line.is_late(FAR_AHEAD) for line in listed)


def test_a_later_start_makes_what_lies_before_it_unsettled_at_once() -> None:
    office = in_memory().store(make_planner())
    with office.database.write() as connection:
        connection.execute(update(board).values(go_live=day("2018-03-01")))
    office.reminded().tick("2018-03-05 09:00")
    (found,) = lines(office, "2018-02-01", "2018-03-31")
    assert found.status is Status.UNSETTLED
    assert at("2018-03-05 09:00") == office.now


def test_more_refs_than_one_question_takes_are_left_out_afterwards() -> None:
    office = an_office()
    refs = {"s11", *(f"ref-{number}" for number in range(600))}
    listed = ask(office, lambda each: each.lines(day("2018-01-01"), day("2018-12-31"), refs))
    assert {line.ref for line in listed} == {"s11"}
