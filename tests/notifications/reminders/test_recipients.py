from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.model import Body, BodyKind, Planner
from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.rules.escalation import REMINDERS, REVIEWS, Policy, Step
from boardcal.notifications.reminders.recipients import (
    Recipient,
    recipients,
    roles_of,
    secretariat_on,
)
from boardcal.tests.factories import (
    ADMINISTRATOR,
    BOARD_CHAIR,
    BOARD_VICE,
    BUSINESS_CHAIR,
    CHAIR,
    SECRETARIAT,
    VICE,
    checked,
    make_document,
    with_body,
)
from boardcal.wording.names import named

TODAY = date(2018, 3, 1)
VACANT = "The Pmqag Subgroup has no chair at present, so this comes to you as "
AWAY = "The chair of the Pmqag Subgroup is away, so this comes to you as "


def make_planner(**bodies: dict[str, Any]) -> Planner:
    """The small planner with bodies changed, "-" in their ids written "_"."""
    document = make_document()
    for body_id, changes in bodies.items():
        document = with_body(document, body_id.replace("_", "-"), **changes)
    return planner_of(checked(document))


def of_step(planner: Planner, offset: int, **given: Any) -> list[Recipient]:
    asked: dict[str, Any] = {"owner": "pmqag", "policy": REMINDERS, "day": TODAY} | given
    return recipients(planner, step=Step(day=TODAY, offset=offset), **asked)


def _because(recipient: Recipient) -> str | None:
    return None if recipient.stand_in is None else recipient.stand_in.to_reader()


def levels(found: list[Recipient]) -> list[tuple[str, str]]:
    return [(each.address, each.level.value) for each in found]


OWNER = (CHAIR, "owner")
DEPUTY = (VICE, "deputy")
COPY = (SECRETARIAT, "secretariat")
BUSINESS = (BUSINESS_CHAIR, "business")
BOARD = (BOARD_CHAIR, "board")


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (-20, [OWNER]),
        (-1, [OWNER]),
        (0, [OWNER]),
        (1, [OWNER]),
        (4, [OWNER]),
        (5, [OWNER, DEPUTY, COPY]),
        (9, [OWNER, DEPUTY, COPY]),
        (10, [OWNER, BUSINESS, DEPUTY, COPY]),
        (15, [OWNER, BUSINESS, DEPUTY, COPY]),
        (20, [OWNER, BOARD, BUSINESS, DEPUTY, COPY]),
        (40, [OWNER, BOARD, BUSINESS, DEPUTY, COPY]),
    ],
)
def test_the_later_the_step_the_more_people_hear_of_it(
    offset: int, expected: list[tuple[str, str]]
) -> None:
    assert levels(of_step(make_planner(), offset)) == expected


@pytest.mark.parametrize("offset", [-5, 0, 5, 20])
def test_a_review_concerns_its_owner_only(offset: int) -> None:
    assert levels(of_step(make_planner(), offset, policy=REVIEWS)) == [OWNER]


def test_a_report_with_steps_of_its_own_escalates_by_the_same_days() -> None:
    policy = Policy(offsets=(-3, 7))
    assert levels(of_step(make_planner(), 7, policy=policy)) == [OWNER, DEPUTY, COPY]


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        (
            {"business_group": {"chair": BOARD_CHAIR}},
            [OWNER, (BOARD_CHAIR, "board"), DEPUTY, COPY],
        ),
        (
            {"pmqag": {"chair": BOARD_CHAIR}},
            [(BOARD_CHAIR, "owner"), BUSINESS, DEPUTY, COPY],
        ),
        (
            {"pmqag": {"vice-chair": BUSINESS_CHAIR}},
            [OWNER, BOARD, (BUSINESS_CHAIR, "business"), COPY],
        ),
        (
            {"pmqag": {"vice-chair": SECRETARIAT}},
            [OWNER, BOARD, BUSINESS, (SECRETARIAT, "deputy")],
        ),
        (
            {
                "pmqag": {"chair": SECRETARIAT, "vice-chair": SECRETARIAT},
                "lscb": {"chair": SECRETARIAT},
                "business_group": {"chair": SECRETARIAT},
            },
            [(SECRETARIAT, "owner")],
        ),
    ],
)
def test_a_person_of_several_capacities_is_mailed_once_in_the_weightiest(
    bodies: dict[str, dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    assert levels(of_step(make_planner(**bodies), 20)) == expected


@pytest.mark.parametrize(
    ("pmqag", "address", "because"),
    [
        ({}, CHAIR, None),
        ({"chair": None}, VICE, VACANT + "its vice-chair."),
        (
            {"chair": None, "vice-chair": None, "administrator": ADMINISTRATOR},
            ADMINISTRATOR,
            VACANT + "its administrator.",
        ),
        ({"chair": None, "vice-chair": None}, SECRETARIAT, VACANT + "the secretariat."),
    ],
)
def test_a_vacant_role_never_swallows_a_mail_and_says_why(
    pmqag: dict[str, Any], address: str, because: str | None
) -> None:
    (found,) = of_step(make_planner(pmqag=pmqag), 0)
    assert (found.address, found.level.value, _because(found)) == (address, "owner", because)


@pytest.mark.parametrize(
    ("away", "address", "because"),
    [
        ({CHAIR}, VICE, AWAY + "its vice-chair."),
        ({CHAIR, VICE}, SECRETARIAT, AWAY + "the secretariat."),
        ({CHAIR, VICE, SECRETARIAT}, BOARD_CHAIR, AWAY + "the Board's chair."),
        (
            {CHAIR, VICE, SECRETARIAT, BOARD_CHAIR},
            BOARD_VICE,
            AWAY + "the Board's vice-chair.",
        ),
        # Somebody must hear of it in the end.
        (
            {CHAIR, VICE, SECRETARIAT, BOARD_CHAIR, BOARD_VICE},
            SECRETARIAT,
            AWAY + "the secretariat.",
        ),
    ],
)
def test_the_mails_of_somebody_who_is_away_go_to_whoever_stands_in(
    away: set[str], address: str, because: str
) -> None:
    (found,) = of_step(make_planner(), 0, away=away)
    assert (found.address, _because(found)) == (address, because)


def test_the_higher_levels_have_stand_ins_too() -> None:
    planner = make_planner(lscb={"chair": None}, business_group={"chair": None})
    found = of_step(planner, 20)
    assert levels(found) == [
        OWNER,
        (BOARD_VICE, "board"),
        ("business-group.vice-chair@example.org", "business"),
        DEPUTY,
        COPY,
    ]
    assert _because(found[1]) == (
        "Cumbria Local Safeguarding Children Board has no chair at present, so this comes to you "
        "as its vice-chair."
    )


@pytest.mark.parametrize(
    ("day", "chair"),
    [
        (date(2018, 2, 28), "first@example.org"),
        (date(2018, 3, 1), "second@example.org"),
        (date(2018, 3, 31), "second@example.org"),
        (date(2018, 4, 1), VICE),
        (date(2018, 5, 1), "third@example.org"),
    ],
)
def test_a_role_goes_to_who_holds_it_on_the_day(day: date, chair: str) -> None:
    holders = [
        {"address": "first@example.org", "to": date(2018, 2, 28)},
        {"address": "second@example.org", "from": date(2018, 3, 1), "to": date(2018, 3, 31)},
        {"address": "third@example.org", "from": date(2018, 5, 1)},
    ]
    (found,) = of_step(make_planner(pmqag={"chair": holders}), 0, day=day)
    assert found.address == chair


def test_of_two_holders_the_one_appointed_last_is_mailed() -> None:
    holders = [
        {"address": "new@example.org", "from": date(2018, 1, 1)},
        {"address": "old@example.org"},
    ]
    (found,) = of_step(make_planner(pmqag={"chair": holders}), 0)
    assert found.address == "new@example.org"


def test_without_a_business_group_nobody_is_copied_at_that_level() -> None:
    document = make_document()
    del document["board"]["business_group"]
    planner = planner_of(checked(document))
    assert levels(of_step(planner, 20)) == [OWNER, BOARD, DEPUTY, COPY]


def test_a_contact_is_called_what_the_planner_calls_it() -> None:
    planner = make_planner(pmqag={"chair": None, "lead": "contact"})
    (found,) = of_step(planner, 0)
    assert _because(found) == (
        "The Pmqag Subgroup has no contact at present, so this comes to you as its vice-chair."
    )


@pytest.mark.parametrize(
    ("kind", "name", "start", "said"),
    [
        (BodyKind.SUBGROUP, "Education Subgroup", False, "the Education Subgroup"),
        (BodyKind.SUBGROUP, "Education Subgroup", True, "The Education Subgroup"),
        (BodyKind.GROUP, "The Business Group", False, "The Business Group"),
        (BodyKind.POST, "LSCB Manager", False, "the LSCB Manager"),
        (BodyKind.PARTNER, "Safer Cumbria", True, "Safer Cumbria"),
        (BodyKind.BOARD, "Cumbria LSCB", True, "Cumbria LSCB"),
    ],
)
def test_a_bodys_name_reads_well_in_a_sentence(
    kind: BodyKind, name: str, start: bool, said: str
) -> None:
    assert named(Body(id="b", name=name, short="B", kind=kind), start=start) == said


def test_everybodys_roles_are_known_by_address() -> None:
    planner = make_planner(business_group={"chair": BOARD_CHAIR})
    held = {
        address: [(body.id, role) for body, role in roles_of(planner, address, TODAY)]
        for address in (BOARD_CHAIR, SECRETARIAT, VICE, "nobody@example.org")
    }
    assert held["nobody@example.org"] == []
    assert held[BOARD_CHAIR] == [("lscb", RoleName.CHAIR), ("business-group", RoleName.CHAIR)]
    assert held[SECRETARIAT] == [("lscb", RoleName.SECRETARIAT)]
    assert held[VICE] == [("pmqag", RoleName.VICE_CHAIR)]


@pytest.mark.parametrize(
    ("away", "address"), [(set(), SECRETARIAT), ({SECRETARIAT}, None), ({CHAIR}, SECRETARIAT)]
)
def test_the_secretariat_is_a_role_of_the_board(away: set[str], address: str | None) -> None:
    assert secretariat_on(make_planner(), TODAY, away) == address
