from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.roles import RoleName
from boardcal.operations.planner.roles import appoint, end_role
from boardcal.queries.people.role_preview import RoleEffects, role_effects
from boardcal.storage.planners import content_of
from boardcal.tests.factories import at, checked, make_document, with_body
from boardcal.tests.pages import in_memory, reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.tests.office import Office

NEW = "new@example.org"
VICE = "pmqag.vice-chair@example.org"
CHAIR = "pmqag.chair@example.org"
APRIL = date(2018, 4, 1)
OWED = "reminders about what PMQAG owes"
LATE = "copies about what PMQAG owes that is 5 working days late or more"


def an_office(**more: Any) -> Office:
    office = in_memory()
    office.now = at("2018-02-01 09:00")
    office.store(checked(with_body(make_document(), "pmqag", **more)))
    office.tick()
    return office


def effects(
    office: Office,
    change: Callable[..., PlannerFile],
    role: RoleName,
    address: str,
    *,
    body: str = "pmqag",
    starts: date = APRIL,
) -> RoleEffects:
    with reading(office) as (connection, view):
        content = content_of(connection, "lscb")
        assert content is not None
        after = planner_of(change(content, body, role, address, starts))
        return role_effects(connection, view, after, body, starts=starts)


@pytest.mark.parametrize(
    ("change", "role", "address", "says"),
    [
        (
            appoint,
            RoleName.CHAIR,
            NEW,
            (
                f"Until 31 March 2018 {OWED} go to {CHAIR}, as now.",
                f"From 1 April 2018 {OWED} go to {NEW} instead of {CHAIR}.",
            ),
        ),
        (
            appoint,
            RoleName.VICE_CHAIR,
            NEW,
            (
                f"Until 31 March 2018 {LATE} go to {VICE}, as now.",
                f"From 1 April 2018 {LATE} go to {NEW} instead of {VICE}.",
            ),
        ),
        (
            appoint,
            RoleName.ADMINISTRATOR,
            NEW,
            ("No mail goes to anybody else by this.",),
        ),
        (
            end_role,
            RoleName.CHAIR,
            CHAIR,
            (
                f"Until 31 March 2018 {OWED} go to {CHAIR}, as now.",
                (
                    f"From 1 April 2018 {OWED} go to {VICE} instead of {CHAIR}. The Pmqag "
                    "Subgroup has no chair at present, so it goes to its vice-chair."
                ),
            ),
        ),
        (
            end_role,
            RoleName.VICE_CHAIR,
            VICE,
            (
                f"Until 31 March 2018 {LATE} go to {VICE}, as now.",
                f"From 1 April 2018 no vice-chair gets {LATE}.",
            ),
        ),
    ],
)
def test_whose_mails_go_to_whom_from_when(
    change: Callable[..., PlannerFile], role: RoleName, address: str, says: tuple[str, ...]
) -> None:
    assert effects(an_office(), change, role, address).sentences == says


def test_somebody_who_takes_over_later_still_does() -> None:
    office = an_office()
    office.appoint(RoleName.CHAIR, "later@example.org", "2018-09-01")
    assert effects(office, appoint, RoleName.CHAIR, NEW).sentences[1:] == (
        f"From 1 April 2018 {OWED} go to {NEW} instead of {CHAIR}.",
        f"From 1 September 2018 {OWED} go to later@example.org.",
    )


def test_the_first_ever_chair_takes_over_from_a_stand_in() -> None:
    office = an_office(chair=None, **{"vice-chair": None})
    preview = effects(office, appoint, RoleName.CHAIR, NEW, starts=date(2018, 2, 1))
    assert preview.sentences == (
        f"From 1 February 2018 {OWED} go to {NEW} instead of secretariat@example.org.",
    )


@pytest.mark.parametrize(
    ("body", "role", "what"),
    [
        ("business-group", RoleName.CHAIR, "everything that is 10 working days late or more"),
        ("lscb", RoleName.CHAIR, "everything that is 20 working days late or more"),
        ("lscb", RoleName.SECRETARIAT, "the weekly overview, and copies about what is late,"),
    ],
)
def test_a_chair_of_the_board_or_of_the_business_group_gets_copies_about_all(
    body: str, role: RoleName, what: str
) -> None:
    said = " ".join(effects(an_office(), appoint, role, NEW, body=body).sentences)
    assert f"{what} go to {NEW} instead of" in said


def test_the_next_mails_are_those_after_the_change() -> None:
    preview = effects(an_office(), appoint, RoleName.CHAIR, NEW, starts=date(2018, 2, 15))
    assert [(mail.day, mail.to) for mail in preview.mails] == [(date(2018, 2, 15), (NEW,))]
    assert preview.mails[0].key == "lscb/s11/pmqag/2018-03"
    assert preview.more == 0


def test_an_absent_newcomer_gets_no_mail_until_back() -> None:
    office = an_office()
    office.appoint(RoleName.VICE_CHAIR, NEW, "2018-01-01")
    office.pause("person", NEW)
    texts = effects(office, appoint, RoleName.CHAIR, NEW).sentences
    assert "is away, so it goes to the secretariat." in texts[-1]


def test_somebody_who_is_back_by_then_is_stood_in_for_until_then() -> None:
    office = an_office()
    office.pause("person", CHAIR, until="2018-03-15")
    assert effects(office, appoint, RoleName.CHAIR, NEW).sentences == (
        f"Until 14 March 2018 {OWED} go to {VICE}, as now.",
        f"From 15 March 2018 {OWED} go to {CHAIR}.",
        f"From 1 April 2018 {OWED} go to {NEW} instead of {CHAIR}.",
    )


def test_a_newcomer_who_is_away_until_a_day_takes_over_on_it() -> None:
    office = an_office()
    office.appoint(RoleName.VICE_CHAIR, NEW, "2018-01-01")
    office.pause("person", NEW, until="2018-04-16")
    said = effects(office, appoint, RoleName.CHAIR, NEW).sentences
    assert said[0] == f"Until 31 March 2018 {OWED} go to {CHAIR}, as now."
    assert "is away, so it goes to the secretariat." in said[1]
    assert said[2] == f"From 16 April 2018 {OWED} go to {NEW} instead of {CHAIR}."
