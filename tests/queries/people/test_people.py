from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.model import Body, BodyKind
from boardcal.calendar.planner.roles import RoleHolder, RoleName
from boardcal.notifications.transports.base import DeliveryError
from boardcal.queries.people.body import BodyDetails, body_details
from boardcal.queries.people.people import BodyLine, Directory, directory, last_mails
from boardcal.queries.people.roles import Tenure, held_words, role_lines, when_held
from boardcal.tests.factories import at, checked, make_document, with_body
from boardcal.tests.pages import in_memory, make_whole, office_day, reading, refusing, shown_by

if TYPE_CHECKING:
    from boardcal.tests.office import Office

TODAY = date(2018, 3, 1)
CHAIR = "pmqag.chair@example.org"


def held(starts: str | None, ends: str | None, role: RoleName = RoleName.CHAIR) -> RoleHolder:
    return RoleHolder(
        role=role,
        address="x@example.org",
        starts=None if starts is None else date.fromisoformat(starts),
        ends=None if ends is None else date.fromisoformat(ends),
    )


@pytest.mark.parametrize(
    ("starts", "ends", "when", "words"),
    [
        (None, None, Tenure.PRESENT, ""),
        (None, "2018-03-01", Tenure.PRESENT, "until 1 March 2018"),
        (None, "2018-02-28", Tenure.PAST, "until 28 February 2018"),
        ("2018-03-01", None, Tenure.PRESENT, "since 1 March 2018"),
        ("2018-03-02", None, Tenure.FUTURE, "from 2 March 2018"),
        ("2018-01-01", "2018-12-31", Tenure.PRESENT, "from 1 January 2018 to 31 December 2018"),
        ("2019-01-01", "2019-12-31", Tenure.FUTURE, "from 1 January 2019 to 31 December 2019"),
    ],
)
def test_when_a_role_is_held_is_said_in_words(
    starts: str | None, ends: str | None, when: Tenure, words: str
) -> None:
    holder = held(starts, ends)
    assert when_held(holder, TODAY) is when
    assert held_words(holder, TODAY) == words


def body(*holders: RoleHolder, lead: str = "chair") -> Body:
    return Body(
        id="b", name="B", short="B", kind=BodyKind.SUBGROUP, lead=lead, holders=tuple(holders)
    )


def test_roles_are_listed_with_all_their_holders_the_earliest_first() -> None:
    shown_roles = list(
        role_lines(body(held("2018-06-01", None), held(None, "2018-05-31")), today=TODAY, owes=True)
    )
    assert [(role.role, role.is_vacant) for role in shown_roles] == [(RoleName.CHAIR, False)]
    assert [holder.when for holder in shown_roles[0].holders] == [Tenure.PRESENT, Tenure.FUTURE]


def test_a_missing_chair_is_a_line_only_where_something_is_owed() -> None:
    deputy = held(None, None, RoleName.VICE_CHAIR)
    owing = list(role_lines(body(deputy, lead="contact"), today=TODAY, owes=True))
    assert [(role.name, role.is_vacant) for role in owing] == [
        ("contact", True),
        ("vice-chair", False),
    ]
    idle = list(role_lines(body(deputy), today=TODAY, owes=False))
    assert [role.name for role in idle] == ["vice-chair"]


def a_directory(office: Office) -> Directory:
    listing: Directory = shown_by(office, directory, today=office_day(office))
    return listing


def line_of(office: Office, name: str) -> BodyLine:
    return next(body_line for body_line in a_directory(office).bodies if body_line.body.id == name)


def an_office(**more: Any) -> Office:
    office = in_memory()
    office.now = at("2018-03-01 09:00")
    return office.store(checked(with_body(make_document(), "pmqag", **more)))


def test_a_body_says_what_it_owes_receives_and_when_it_meets() -> None:
    office = in_memory()
    office.now = at("2018-03-09 09:00")
    office.store(make_whole())
    lscb, pmqag = line_of(office, "lscb"), line_of(office, "pmqag")
    assert (lscb.kind, pmqag.kind) == ("Board", "subgroup")
    # The March meeting was yesterday.
    assert lscb.next_meeting == date(2018, 5, 10)
    assert (pmqag.rule, pmqag.next_meeting) == (None, None)
    assert (lscb.owes, pmqag.receives) == (0, 1)
    assert pmqag.vacancy is None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            {"chair": None},
            (
                "The Pmqag Subgroup has no chair at present, so its mails go to its vice-chair "
                "(pmqag.vice-chair@example.org)."
            ),
        ),
        (
            {"chair": None, "vice-chair": None, "administrator": "desk@example.org"},
            (
                "The Pmqag Subgroup has no chair at present, so its mails go to its administrator "
                "(desk@example.org)."
            ),
        ),
        (
            {"chair": None, "vice-chair": None},
            (
                "The Pmqag Subgroup has no chair at present, so its mails go to the secretariat "
                "(secretariat@example.org)."
            ),
        ),
    ],
)
def test_a_vacancy_says_who_gets_the_mails_meanwhile(more: dict[str, Any], says: str) -> None:
    assert line_of(an_office(**more), "pmqag").vacancy == says


def test_a_body_named_in_small_letters_begins_the_sentence_with_a_capital() -> None:
    line = line_of(an_office(name="early help", kind="partner", chair=None), "pmqag")
    assert line.vacancy == (
        "Early help has no chair at present, so its mails go to its vice-chair "
        "(pmqag.vice-chair@example.org)."
    )


def test_an_absent_chair_is_no_vacant_role_but_somebody_stands_in() -> None:
    office = an_office()
    office.pause("person", CHAIR)
    line = line_of(office, "pmqag")
    assert line.vacancy == (
        "The chair of the Pmqag Subgroup is away, so its mails go to its vice-chair "
        "(pmqag.vice-chair@example.org)."
    )
    assert not any(role.is_vacant for role in line.roles)
    person = next(person for person in a_directory(office).people if person.address == CHAIR)
    assert person.paused == "Paused since 1 March 2018 by secretariat."


def test_what_is_paused_says_so_and_since_when() -> None:
    office = an_office()
    office.pause("body", "pmqag")
    office.pause("board", "lscb")
    assert line_of(office, "pmqag").paused == "Paused since 1 March 2018 by secretariat."
    assert line_of(office, "lscb").paused is None
    assert a_directory(office).paused == "Paused since 1 March 2018 by secretariat."


def test_a_person_is_listed_once_with_every_role() -> None:
    office = an_office(chair="business-group.chair@example.org")
    people = {person.address: person for person in a_directory(office).people}
    roles = [role_held.body.id for role_held in people["business-group.chair@example.org"].roles]
    assert len(people) == len({address.lower() for address in people})
    assert "pmqag" in roles


def test_the_last_mail_and_whether_it_was_refused_stand_by_a_person() -> None:
    office = in_memory().store(go_live="2018-02-05")
    office.postbag.before = refusing(CHAIR)
    office.days("2018-02-05", "2018-02-08")
    people = {person.address: person for person in a_directory(office).people}
    chair, secretariat = people[CHAIR], people["secretariat@example.org"]
    assert chair.is_refused
    assert chair.last_mail is not None
    assert (chair.last_mail.day, chair.last_mail.words) == (
        date(2018, 2, 8),
        "was refused: There is no such mailbox.",
    )
    assert secretariat.last_mail is not None
    assert secretariat.last_mail.words.startswith("sent 5 February 2018, ")
    assert not secretariat.is_refused
    assert people["pmqag.vice-chair@example.org"].last_mail is None


def test_a_mail_that_was_given_up_is_nobodys_last() -> None:
    office = in_memory().store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-07")
    office.postbag.before = lambda _: DeliveryError("later", scope="recipient")
    office.sweep("2018-02-08")
    office.postbag.before = lambda _: None
    office.sweep("2018-02-09")
    with reading(office) as (connection, _):
        mails = last_mails(connection, [CHAIR], office.local)
    assert mails[CHAIR].day == date(2018, 2, 9)
    assert mails[CHAIR].words.startswith("sent 9 February 2018")


def details(office: Office, name: str) -> BodyDetails | None:
    found: BodyDetails | None = shown_by(
        office, body_details, body_id=name, today=office_day(office)
    )
    return found


def test_one_body_in_full() -> None:
    office = in_memory().store(make_whole())
    office.appoint(RoleName.CHAIR, "new@example.org", "2018-04-01")
    pmqag = details(office, "pmqag")
    assert pmqag is not None
    owed = {owed.ref: owed for owed in pmqag.owes}
    assert owed["s11"].when == ("every March, at the LSCB meeting; papers 10 working days before")
    assert (owed["1.1"].is_action, owed["s11"].is_action) == (True, False)
    assert [owner.short for owner in owed["progress"].others] == ["CDOP"]
    assert [owed.ref for owed in pmqag.receives] == ["findings"]
    assert [(held.role, held.address) for held in pmqag.held][:2] == [
        (RoleName.CHAIR, CHAIR),
        (RoleName.CHAIR, "new@example.org"),
    ]
    lscb = details(office, "lscb")
    assert lscb is not None
    assert (lscb.is_board, pmqag.is_board, lscb.owes) == (True, False, ())
    assert {"s11", "progress"} <= {owed.ref for owed in lscb.receives}
    assert details(office, "nobody") is None
