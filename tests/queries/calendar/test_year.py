from __future__ import annotations

from typing import Any

import pytest

from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import add_meeting, cancel_meeting, move_meeting
from boardcal.queries.calendar.year import (
    Cell,
    ReportRow,
    YearPlanner,
    year_planner,
)
from boardcal.tests.factories import S11, cumbria, day
from boardcal.tests.office import Office
from boardcal.tests.pages import in_memory, make_whole, shown_by

TODAY = "2018-03-05"


def planner_of(office: Office, first: str = "2018-01-01", **more: Any) -> YearPlanner:
    asked = {"first": day(first), "today": day(TODAY)} | more
    year: YearPlanner = shown_by(office, year_planner, **asked)
    return year


def an_office() -> Office:
    office = in_memory().store(make_whole())
    office.reminded().tick(TODAY)
    return office


def row_of(year: YearPlanner, ref: str) -> ReportRow:
    return next(row for row in year.rows if row.ref == ref)


def cells_of(year: YearPlanner, ref: str) -> dict[str, list[Cell]]:
    cells = zip(year.months, row_of(year, ref).cells, strict=True)
    return {month.short: list(found) for month, found in cells if found}


@pytest.mark.parametrize(
    ("first", "heading", "months"),
    [
        ("2018-01-01", "2018", ("Jan", "Dec")),
        ("2017-04-15", "April 2017 to March 2018", ("Apr", "Mar")),
    ],
)
def test_a_year_is_twelve_months_from_the_one_given(
    first: str, heading: str, months: tuple[str, str]
) -> None:
    year = planner_of(an_office(), first)
    assert (year.heading, len(year.months)) == (heading, 12)
    assert (year.months[0].short, year.months[-1].short) == months
    assert {len(row.cells) for row in year.rows} == {12}


def test_the_rows_are_the_reports_in_the_planners_order_with_their_words() -> None:
    year = planner_of(an_office())
    assert [row.ref for row in year.rows] == [
        "s11", "progress", "july", "audits-july", "exceptions", "survey", "findings",
    ]  # fmt: skip
    row = row_of(year, "progress")
    assert (row.row, row.title) == ("Other subgroups", "Subgroup progress report")
    assert (row.owner_words, [body.short for body in row.audience]) == ("PMQAG and CDOP", ["LSCB"])
    assert row.timing == "at every LSCB meeting; papers 10 working days before"
    assert row_of(year, "survey").timing == "no date decided: the plan gives no month"


def test_a_row_of_the_planner_is_named_once_for_several_reports() -> None:
    year = planner_of(in_memory().store(cumbria()))
    named = [row.row for row in year.rows if row.begins_row]
    assert len(named) == len(set(named)) == 15


def test_a_report_stands_in_the_month_of_its_meeting_with_the_date_of_its_papers() -> None:
    ((month, (cell,)),) = cells_of(planner_of(an_office()), "s11").items()
    assert (month, cell.when, cell.meeting) == ("Mar", "22 February 2018", day("2018-03-08"))
    assert (cell.status, cell.status_words, cell.key) == (Status.OVERDUE, "overdue", S11)


def test_a_cell_of_several_owners_says_the_most_pressing_and_how_many_have_come() -> None:
    office = an_office()
    pmqag, cdop = (f"lscb/progress/{owner}/2018-03" for owner in ("pmqag", "cdop"))
    (cell,) = cells_of(planner_of(office), "progress")["Mar"]
    assert (cell.progress, cell.status_words, set(cell.keys)) == (
        "0 of 2 in", "overdue", {pmqag, cdop},
    )  # fmt: skip
    office.record(pmqag, Status.SUBMITTED)
    (cell,) = cells_of(planner_of(office), "progress")["Mar"]
    assert (cell.progress, cell.status_words, cell.key) == ("1 of 2 in", "overdue", cdop)
    office.record(cdop, Status.NOTHING_TO_REPORT)
    (cell,) = cells_of(planner_of(office), "progress")["Mar"]
    assert (cell.progress, cell.status_words) == ("2 of 2 in", "submitted")


def test_owners_with_dates_of_their_own_have_cells_of_their_own() -> None:
    office = an_office()
    office.extend("lscb/progress/cdop/2018-03", "2018-04-12")
    cells = cells_of(planner_of(office), "progress")
    assert [cell.when for cell in cells["Mar"]] == ["22 February 2018"]
    assert [cell.when for cell in cells["Apr"]] == ["12 April 2018"]


def test_what_one_alone_owes_has_no_progress() -> None:
    (cell,) = cells_of(planner_of(an_office()), "s11")["Mar"]
    assert cell.progress == ""


def test_an_item_from_before_emails_began_that_was_never_stored_is_no_open_question() -> None:
    cells = cells_of(planner_of(an_office(), "2017-01-01"), "progress")
    assert {cell.status_words for cell in cells["Mar"] + cells["Sep"]} == {"before the start"}
    # The papers of November were due before the start too, but their meeting came after it.
    assert [cell.status_words for cell in cells["Nov"]] == ["not settled"]


def test_the_meetings_of_the_board_stand_above_with_what_became_of_each() -> None:
    office = an_office()
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-05-10"), day("2018-06-07")))
    office.edit(lambda content: cancel_meeting(content, "lscb", day("2018-07-12"), day(TODAY)))
    office.edit(lambda content: add_meeting(content, "lscb", day("2018-08-02"), extraordinary=True))
    year = planner_of(office)
    found = {
        month.short: [(mark.due.isoformat(), mark.status_words, mark.reason) for mark in marks]
        for month, marks in zip(year.months, year.meetings, strict=True)
        if marks
    }
    assert found == {
        "Jan": [("2018-01-11", "past", None)],
        "Mar": [("2018-03-08", "planned", None)],
        "Jun": [("2018-06-07", "planned", "moved from 10 May 2018")],
        "Jul": [("2018-07-12", "cancelled", "cancelled")],
        "Aug": [("2018-08-02", "planned", None)],
        "Sep": [("2018-09-13", "planned", None)],
        "Nov": [("2018-11-08", "planned", None)],
    }


def test_a_cancelled_cell_says_so_only_where_nobody_owes_it_any_more() -> None:
    office = an_office()
    office.edit(lambda content: cancel_meeting(content, "lscb", day("2018-07-12"), day(TODAY)))
    office.reminded().tick("2018-03-05 09:00")
    cells = cells_of(planner_of(office), "progress")
    assert [cell.status_words for cell in cells["Jul"]] == ["no longer due"]


def test_what_another_report_settles_takes_its_status() -> None:
    office = an_office()
    office.record("lscb/july/pmqag/2018-07", Status.SUBMITTED)
    (cell,) = cells_of(planner_of(office), "audits-july")["Jul"]
    assert (cell.status_words, cell.submitted) == ("submitted", 1)


def test_many_reports_come_on_several_pages() -> None:
    office = an_office()
    whole = planner_of(office)
    parts = [planner_of(office, page=number, size=3) for number in (1, 2, 3)]
    seen = [(row.ref, row.cells) for part in parts for row in part.rows]
    assert seen == [(row.ref, row.cells) for row in whole.rows]
    # Each page names the row that it begins with, even where the page before did.
    assert parts[2].rows[0].begins_row
    assert (parts[0].paging.pages, parts[0].paging.total) == (3, 7)
