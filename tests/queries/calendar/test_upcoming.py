from __future__ import annotations

import itertools
from typing import Any

import pytest
from sqlalchemy import update

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.status import Status
from boardcal.queries.calendar import upcoming as upcoming_filters
from boardcal.queries.calendar.entries import upcoming
from boardcal.queries.calendar.upcoming import UpcomingFilter, UpcomingPage, upcoming_page
from boardcal.queries.paging import paging
from boardcal.storage.schema.occurrences import occurrence
from boardcal.tests.factories import S11, cumbria, day
from boardcal.tests.office import Office
from boardcal.tests.pages import in_memory, make_whole, shown_by

TODAY = "2018-03-05"
YEAR = {"start": day("2018-03-01"), "end": day("2019-02-28"), "today": day(TODAY)}


def page_of(office: Office, choice: UpcomingFilter | None = None, **more: Any) -> UpcomingPage:
    page: UpcomingPage = shown_by(office, upcoming_page, **(YEAR | more), choice=choice)
    return page


def keys(page: UpcomingPage) -> list[str]:
    return [entry.key for group in page.groups for entry in group.entries]


def an_office() -> Office:
    office = in_memory().store(make_whole())
    office.reminded().tick(TODAY)
    return office


def test_what_is_overdue_comes_first_however_old_it_is_and_then_the_months() -> None:
    page = page_of(an_office())
    assert [group.heading for group in page.groups][:3] == ["Overdue", "March 2018", "April 2018"]
    assert [(entry.key, entry.distance) for entry in page.groups[0].entries] == [
        ("lscb/progress/cdop/2018-03", "7 working days late"),
        ("lscb/progress/pmqag/2018-03", "7 working days late"),
        (S11, "7 working days late"),
    ]
    assert page.overdue == 3


def test_what_was_returned_and_is_late_is_listed_with_the_overdue() -> None:
    office = an_office()
    office.record(S11, Status.RETURNED)
    overdue = page_of(office).groups[0]
    statuses = {entry.key: (entry.status_words, entry.is_late) for entry in overdue.entries}
    assert statuses[S11] == ("returned", True)


def test_without_a_choice_everything_of_the_calendar_is_there() -> None:
    office = in_memory().store(cumbria())
    office.reminded().tick(TODAY)
    page = page_of(office, page=1)
    rest = page_of(office, page=2)
    whole = shown_by(office, upcoming, **(YEAR | {"start": day("2017-01-01")}))
    expected = {
        line.key for line in whole if line.due >= YEAR["start"] or line.status is Status.OVERDUE
    }
    assert set(keys(page) + keys(rest)) == expected
    assert page.paging.total == len(expected)


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (UpcomingFilter(kind=Kind.ACTION), {"1.1", "1.2"}),
        (UpcomingFilter(kind=Kind.REVIEW), {"2.1"}),
        (UpcomingFilter(kind=Kind.MEETING), {"lscb", "business-group"}),
        (UpcomingFilter(body="cdop"), {"progress", "2.1"}),
        (UpcomingFilter(body="lscb", kind=Kind.REPORT), {"s11", "progress", "july", "audits-july"}),
        (UpcomingFilter(body="business-group"), {"business-group"}),
        (UpcomingFilter(status=Status.OVERDUE), {"s11", "progress"}),
        (UpcomingFilter(status=Status.DUE), {"1.1"}),
        (UpcomingFilter(text="annual report"), {"july", "audits-july"}),
        (UpcomingFilter(text="AUDITS july"), {"audits-july"}),
        (UpcomingFilter(text="workshop"), {"1.2"}),
        (UpcomingFilter(text="1.2"), {"1.2"}),
        (UpcomingFilter(text="board meeting"), {"lscb"}),
        (UpcomingFilter(text="terms of reference"), {"1.1", "1.2", "2.1"}),
        (UpcomingFilter(text="nobody wrote this"), set()),
        (UpcomingFilter(body="cdop", kind=Kind.REPORT, status=Status.OVERDUE), {"progress"}),
    ],
)
def test_a_choice_leaves_the_rest_out(choice: UpcomingFilter, wanted: set[str]) -> None:
    page = page_of(an_office(), choice)
    assert {entry.ref for group in page.groups for entry in group.entries} == wanted
    assert page.paging.total == len(keys(page))


def test_no_meeting_that_is_over_is_planned() -> None:
    begin = day("2018-01-01")
    page = page_of(
        an_office(), UpcomingFilter(status=Status.PLANNED, kind=Kind.MEETING), start=begin
    )
    days = [entry.due for group in page.groups for entry in group.entries]
    assert min(days) == day("2018-03-08")


def test_pages_come_one_after_the_other_and_months_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upcoming_filters, "paging", lambda total, page: paging(total, page, 5))
    office = an_office()
    whole = page_of(office)
    pages = [page_of(office, page=number) for number in range(1, whole.paging.pages + 1)]
    seen = [key for page in pages for key in keys(page)]
    assert len(seen) == len(set(seen)) == whole.paging.total
    assert [(group.heading, group.continues) for group in pages[0].groups] == [
        ("Overdue", False),
        ("March 2018", False),
    ]
    months = [group for page in pages for group in page.groups]
    for before, after in itertools.pairwise(months):
        assert after.continues == (before.heading == after.heading)
    for link in whole.links:
        groups = {group.heading: group for group in pages[link.page - 1].groups}
        assert not groups[link.heading].continues
        assert groups[link.heading].total == link.total


def test_the_counts_are_of_all_pages_and_leave_meetings_out() -> None:
    page = page_of(an_office())
    assert page.counts[Status.OVERDUE] == 3
    meetings = [
        entry for group in page.groups for entry in group.entries if entry.kind == "meeting"
    ]
    assert sum(page.counts.values()) == page.paging.total - len(meetings)


def test_what_fell_due_before_the_start_and_is_not_asked_about_is_not_counted() -> None:
    long_before: dict[str, Any] = {"start": day("2017-11-01"), "end": day("2017-12-31")}
    office = in_memory().store(make_whole(), go_live="2018-01-15")
    office.tick(TODAY)
    page = page_of(office, **long_before)
    words = {entry.status_words for group in page.groups for entry in group.entries}
    assert "before the start" in words
    assert "not settled" not in words
    assert page.counts[Status.UNSETTLED] == 0
    chosen = page_of(office, UpcomingFilter(status=Status.UNSETTLED), **long_before)
    assert keys(chosen) == []


def test_what_would_have_been_due_before_the_plan_began_is_not_listed() -> None:
    office = an_office()
    assert keys(page_of(office, start=day("2017-01-01"), end=day("2017-09-30"))) == []
    # The plan began on 31 October 2017; what an earlier one left behind is listed.
    with office.database.write() as connection:
        connection.execute(
            update(occurrence).where(occurrence.c.key == S11).values(due=day("2017-09-28"))
        )
    assert keys(page_of(office, start=day("2017-01-01"), end=day("2017-09-30"))) == [S11]


def test_a_page_beyond_the_last_is_the_last() -> None:
    page = page_of(an_office(), page=99)
    assert page.paging.number == page.paging.pages == 1


@pytest.mark.parametrize(
    ("total", "wanted", "size", "shown"),
    [
        (0, 1, 200, (1, 1, 0, 0)),
        (1, 1, 200, (1, 1, 1, 1)),
        (200, 2, 200, (1, 1, 1, 200)),
        (201, 2, 200, (2, 2, 201, 201)),
        (401, 0, 200, (1, 3, 1, 200)),
        (401, -5, 200, (1, 3, 1, 200)),
    ],
)
def test_a_list_has_as_many_pages_as_it_needs(
    total: int, wanted: int, size: int, shown: tuple[int, int, int, int]
) -> None:
    part = paging(total, wanted, size)
    assert (part.number, part.pages, part.first, part.last) == shown
