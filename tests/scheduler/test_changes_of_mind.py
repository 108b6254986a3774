from __future__ import annotations

from datetime import date

import pytest

from boardcal.calendar.planner import RoleName
from boardcal.scheduler.editing import appoint, end_role
from boardcal.scheduler.meeting_editing import move_meeting
from boardcal.tests.factories import day, make_action, make_planner
from boardcal.tests.office import Office

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
    mails = office.days("2018-02-10", "2018-02-16")
    assert {(key, step) for mail in mails for key, step, _ in mail.items} == {(OVERDUE, 10)}


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
    body = next(each for each in content.body if each.id == "pmqag")  # type: ignore[attr-defined]
    return [
        (each.address, each.from_ and str(each.from_), each.to and str(each.to))
        for each in body.chair
    ]


def test_whoever_is_appointed_for_later_still_takes_over_then() -> None:
    found = holders("late@example.org 2018-09-01", "mid@example.org 2018-06-01")
    assert found[1:] == [
        ("late@example.org", "2018-09-01", None),
        ("mid@example.org", "2018-06-01", "2018-08-31"),
    ]
    assert found[0][2] == "2018-05-31"


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
