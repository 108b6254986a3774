"""The record tells what was so when it was noted: the due date and the name of then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.status import Status
from boardcal.operations.planner.change import save
from boardcal.operations.planner.meetings import move_meeting
from boardcal.queries.calendar.item_history import item_history
from boardcal.queries.changes import changes_page, history
from boardcal.storage.change_kinds import ChangeKind
from boardcal.tests.factories import S11, day, make_planner, make_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.office import Office


def sentences(office: Office) -> list[str]:
    """The record page and the item's history, which tell the same."""
    with office.changing(S11) as (connection, view):
        page = changes_page(connection, view, since=day("2018-01-01"))
        lines = [
            line.sentence for each in page.days for entry in each.entries for line in entry.lines
        ]
        record = item_history(connection, view, S11)
        changed = [f"{line.words}." for line in record.lines if line.kind == "changed"]
    assert set(changed) <= set(lines)
    return changed


def renamed(office: Office) -> None:
    office.edit(lambda _: make_planner(report=[make_report(title="Safeguarding audit")]))


def moved(office: Office) -> None:
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-03-08"), day("2018-04-12")))


DEEDS: dict[str, tuple[Callable[[Office], object], str]] = {
    "submitted": (
        lambda office: office.record(S11, Status.SUBMITTED),
        "secretariat recorded “Report s11” of PMQAG, due 22 February 2018, as submitted.",
    ),
    "returned": (
        lambda office: office.record(S11, Status.RETURNED),
        "secretariat returned “Report s11” of PMQAG; it is owed again.",
    ),
    "opened again": (
        lambda office: (office.record(S11, Status.WAIVED), office.record(S11, None)),
        "secretariat opened “Report s11” of PMQAG, due 22 February 2018, again.",
    ),
    "extended": (
        lambda office: office.extend(S11, "2018-02-27", "ill"),
        (
            "secretariat gave “Report s11” of PMQAG a new date, 27 February 2018 instead of "
            "22 February 2018 (ill)."
        ),
    ),
}


@pytest.mark.parametrize("later", [moved, renamed, lambda o: o.extend(S11, "2018-05-01", "late")])
@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_keeps_the_date_and_the_name_that_it_was_done_with(
    office: Office, deed: str, later: Callable[[Office], object]
) -> None:
    act, words = DEEDS[deed]
    office.store().tick("2018-01-25")
    act(office)
    assert words in sentences(office)
    if deed == "submitted":
        office.record(S11, None)
    office.tick("2018-01-26")
    later(office)
    office.tick("2018-01-27")
    assert words in sentences(office)


def test_an_entry_is_told_under_the_name_that_it_had(office: Office) -> None:
    office.store().tick("2018-01-25")
    for title in ("Safeguarding audit", "A third name"):
        with office.database.write() as connection:
            save(
                connection,
                make_planner(report=[make_report(title=title)]),
                subject="report s11",
                what=ChangeKind.ENTRY_CHANGED,
                after="its title",
                moment=office.local.moment(office.now),
                who="office",
            )
    with office.changing(S11) as (connection, view):
        told = [line.brief for line in history(connection, view, ["report s11"])]
    assert told == [
        "office changed the report “Report s11”: its title.",
        "office changed the report “Safeguarding audit”: its title.",
    ]


def test_where_it_was_planned_does_not_name_a_meeting_of_another_date(office: Office) -> None:
    office.store().tick("2018-01-25")
    moved(office)
    office.tick("2018-01-26")
    with office.changing(S11) as (connection, view):
        (planned, *_) = item_history(connection, view, S11).lines
    assert planned.words == 'planned for 22 February 2018, from the planner row "S.11 Audit"'
