from __future__ import annotations

from itertools import cycle

import pytest

from boardcal.calendar.occurrences import occurrences
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import cancel_meeting, move_meeting
from boardcal.queries.calendar.entries import CalendarEntry, upcoming
from boardcal.tests.factories import S11, checked, cumbria, day, make_document, make_report
from boardcal.tests.office import Office
from boardcal.tests.pages import in_memory, make_whole, reading, shown_by

WINDOWS = [
    ("2017-11-01", "2018-10-31"),
    ("2017-01-01", "2017-12-31"),
    ("2018-02-08", "2018-02-28"),
    ("2018-06-01", "2021-12-31"),
]


def listed(office: Office, start: str, end: str, today: str, **more: object) -> list[CalendarEntry]:
    entries: list[CalendarEntry] = shown_by(
        office, upcoming, start=day(start), end=day(end), today=day(today), **more
    )
    return entries


def busy() -> Office:
    """An office where much was recorded, moved and cancelled."""
    office = in_memory().store(cumbria())
    office.tick("2018-02-08")
    states = cycle([Status.SUBMITTED, Status.RETURNED, Status.WAIVED, Status.ACCEPTED])
    keys = [row.key for row in office.rows() if row.state == "open"]
    for key, state in zip(keys[::9], states, strict=False):
        office.record(key, state)
    for key in (key for place, key in enumerate(keys) if place % 9 and place % 17 == 4):
        office.extend(key, "2018-06-13")
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-03-08"), day("2018-03-15")))
    office.edit(
        lambda content: cancel_meeting(content, "lscb", day("2018-05-10"), day("2018-02-08"))
    )
    office.tick()
    return office


@pytest.mark.parametrize(("start", "end"), WINDOWS)
def test_what_is_stored_and_what_the_planner_gives_make_one_calendar(start: str, end: str) -> None:
    office = busy()
    entries = {entry.key: entry for entry in listed(office, start, end, "2018-02-08")}
    with reading(office) as (_, view):
        given = {occurrence.key for occurrence in occurrences(view.planner, day(start), day(end))}
    rows = {row.key: row for row in office.rows()}
    stored = {key for key, row in rows.items() if day(start) <= row.due <= day(end)}
    due = {key for key, each in entries.items() if each.kind != "meeting"}
    assert due == stored | {key for key in given if key not in rows}
    assert {key: entries[key].due for key in stored} == {key: rows[key].due for key in stored}


@pytest.mark.parametrize(("start", "end"), WINDOWS[2:])
def test_a_change_of_the_planner_is_shown_before_it_is_planned_as_planning_will(
    start: str, end: str
) -> None:
    office = in_memory().store(cumbria())
    office.tick("2018-02-08")
    added = make_report("added", when={"meeting": "pmqag"})
    office.edit(lambda content: checked(_with_report(content.model_dump(by_alias=True), added)))
    before = listed(office, start, end, "2018-02-08")
    office.tick("2018-02-08 09:00")
    assert listed(office, start, end, "2018-02-08") == before


def _with_report(document: dict[str, object], report: dict[str, object]) -> dict[str, object]:
    reports = document["report"]
    assert isinstance(reports, (list, tuple))
    return document | {"report": [*reports, report]}


def test_entries_come_by_date_then_kind_then_key() -> None:
    entries = listed(busy(), "2017-11-01", "2018-10-31", "2018-02-08")
    assert entries == sorted(entries, key=lambda each: (each.due, each.kind, each.key))


def test_some_reports_alone_are_the_same_entries_without_the_meetings() -> None:
    office = busy()
    refs = {"audits-july", "s11-march", "1.1"}
    whole = listed(office, "2017-11-01", "2018-10-31", "2018-02-08")
    some = listed(office, "2017-11-01", "2018-10-31", "2018-02-08", refs=refs)
    assert some == [line for line in whole if line.ref in refs and line.kind != "meeting"]
    assert {line.ref for line in some} == refs


@pytest.mark.parametrize("refs", [None, {"audits-july"}])
def test_what_is_met_by_another_takes_its_status(refs: set[str] | None) -> None:
    office = in_memory().store(make_whole())
    office.reminded().tick("2018-06-20")
    office.record("lscb/july/pmqag/2018-07", Status.SUBMITTED)
    entries = {
        entry.key: entry.status
        for entry in listed(office, "2018-06-01", "2018-07-31", "2018-06-21", refs=refs)
    }
    assert entries["lscb/audits-july/pmqag/2018-07"] is Status.SUBMITTED


def test_it_takes_that_status_wherever_the_other_was_moved() -> None:
    office = in_memory().store(make_whole())
    office.reminded().tick("2018-06-20")
    office.extend("lscb/july/pmqag/2018-07", "2018-09-14")
    office.record("lscb/july/pmqag/2018-07", Status.ACCEPTED)
    entries = listed(office, "2018-06-01", "2018-07-31", "2018-06-21", refs=["audits-july"])
    assert [entry.status for entry in entries] == [Status.ACCEPTED]


@pytest.mark.parametrize(
    ("go_live", "today", "status"),
    [
        (None, "2018-02-21", Status.DUE),
        (None, "2018-02-23", Status.UNSETTLED),
        ("2017-11-01", "2018-01-02", Status.PLANNED),
        ("2017-11-01", "2018-02-22", Status.DUE),
        ("2017-11-01", "2018-02-23", Status.OVERDUE),
        ("2018-02-22", "2018-02-23", Status.OVERDUE),
        ("2018-02-23", "2018-02-23", Status.UNSETTLED),
    ],
)
def test_a_status_follows_from_go_live_and_the_day(
    go_live: str | None, today: str, status: Status
) -> None:
    office = in_memory().store(go_live=go_live)
    for planned in (False, True):
        if planned:
            office.tick("2018-01-02")
        (entry,) = listed(office, "2018-02-01", "2018-02-28", today, refs=["s11"])
        assert (entry.key, entry.status) == (S11, status)


def test_what_left_the_planner_unrecorded_is_no_longer_due() -> None:
    office = in_memory().store()
    office.tick("2018-01-02")
    office.edit(lambda _: checked(make_document(report=[])))
    (entry,) = listed(office, "2018-02-01", "2018-02-28", "2018-02-01", refs=["s11"])
    assert entry.status is Status.VOID
