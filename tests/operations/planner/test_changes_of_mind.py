from __future__ import annotations

from datetime import date

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.operations.planner.entries import EntryEdit, with_edit
from boardcal.operations.planner.meetings import move_meeting
from boardcal.operations.planner.roles import appoint, end_role
from boardcal.tests.factories import day, make_action, make_planner, make_report
from boardcal.tests.office import Office
from boardcal.tests.pages import make_whole

S11 = "lscb/s11/pmqag/2018-03"
OVERDUE = "lscb/1.1/pmqag/january-2018"


def test_what_an_import_took_out_is_chased_again_when_another_brings_it_back(
    office: Office,
) -> None:
    action = make_action(owner="pmqag", when={"by": "January 2018"})
    planner = make_planner(report=[], action=[action])
    office.store(planner).days("2018-01-29", "2018-02-07")
    office.edit(lambda _: make_planner(report=[]))
    office.tick("2018-02-08")
    assert office.row(OVERDUE).state == "void"
    office.edit(lambda _: planner)
    office.tick("2018-02-09")
    assert office.row(OVERDUE).state == "open"
    # It was not owed for a day, so it is due anew.
    mails = office.days("2018-02-12", "2018-02-13")
    assert {(key, step) for mail in mails for key, step, _ in mail.items} == {
        (OVERDUE, 0),
        (OVERDUE, 1),
    }


def test_an_extended_date_stands_and_its_mail_names_the_meeting_as_it_is_now(
    office: Office,
) -> None:
    office.store().tick("2018-02-08")
    office.extend(S11, "2018-02-27", "ill")
    office.edit(lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-03-20")))
    office.tick("2018-02-12")
    row = office.row(S11)
    assert (row.due, row.meeting) == (date(2018, 2, 27), date(2018, 3, 20))
    mails = office.days("2018-02-26", "2018-02-27")
    assert all("Tuesday 20 March 2018" in mail.text for mail in mails if mail.items)
    assert any(mail.items for mail in mails)


def holders(*addresses_and_days: str) -> list[tuple[str, str | None, str | None]]:
    content = make_planner()
    for text in addresses_and_days:
        address, starts = text.split()
        content = appoint(content, "pmqag", RoleName.CHAIR, address, day(starts))
    return terms(content)


def terms(content: object) -> list[tuple[str, str | None, str | None]]:
    body = next(entry for entry in content.body if entry.id == "pmqag")  # type: ignore[attr-defined]
    return [
        (holder.address, holder.from_ and str(holder.from_), holder.to and str(holder.to))
        for holder in body.chair
    ]


def test_whoever_is_appointed_for_later_still_takes_over_then() -> None:
    dates_held = holders("late@example.org 2018-09-01", "mid@example.org 2018-06-01")
    assert dates_held[1:] == [
        ("late@example.org", "2018-09-01", None),
        ("mid@example.org", "2018-06-01", "2018-08-31"),
    ]
    assert dates_held[0][2] == "2018-05-31"


def test_ending_a_role_leaves_a_later_term_of_the_same_person() -> None:
    first = "first@example.org"
    content = appoint(make_planner(), "pmqag", RoleName.CHAIR, first, day("2018-01-01"))
    content = appoint(content, "pmqag", RoleName.CHAIR, "mid@example.org", day("2018-03-01"))
    content = appoint(content, "pmqag", RoleName.CHAIR, first, day("2018-06-01"))
    content = end_role(content, "pmqag", RoleName.CHAIR, first, day("2018-02-01"))
    assert terms(content)[1:] == [
        (first, "2018-01-01", "2018-01-31"),
        ("mid@example.org", "2018-03-01", "2018-05-31"),
        (first, "2018-06-01", None),
    ]


@pytest.mark.parametrize("typed", ["New.Chair@Example.ORG", "new.chair@example.org"])
def test_one_person_is_one_address_however_it_is_typed(typed: str) -> None:
    assert holders(f"{typed} 2018-06-01")[-1][0] == "new.chair@example.org"


def test_a_new_owner_owes_nothing_of_the_time_before(office: Office) -> None:
    office.store(make_whole()).tick("2017-12-01")
    office.tick("2018-03-20")
    office.record("lscb/progress/cdop/2018-01", Status.SUBMITTED, on="2018-01-04")
    owners = EntryEdit(kind="report", id="progress", patch={"owner": ["pmqag", "business-group"]})
    office.edit(lambda content: with_edit(content, owners))
    office.tick("2018-03-21")
    states = {row.key.removeprefix("lscb/progress/"): row.state for row in office.rows()}
    assert "business-group/2018-01" not in states
    assert "business-group/2018-03" not in states
    # What is late, and what came, stays with who owed it then.
    assert (states["cdop/2018-01"], states["cdop/2018-03"]) == ("submitted", "open")
    assert (states["cdop/2018-05"], states["business-group/2018-05"]) == ("void", "open")


def test_a_report_that_is_added_owes_nothing_of_the_time_before(office: Office) -> None:
    office.store().tick("2018-03-20")
    report = make_report("new", when={"meeting": "lscb"})
    office.edit(
        lambda content: with_edit(content, EntryEdit(kind="report", id="new", patch=report))
    )
    office.tick("2018-03-21")
    assert next(row.period for row in office.rows() if row.ref == "new") == "2018-05"
