from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.storage.planners import content_of
from boardcal.storage.schema.occurrences import change
from boardcal.tests.factories import checked, make_document, with_body
from boardcal.tests.web.reader import SECRETARIAT, VIEWER

if TYPE_CHECKING:
    from boardcal.tests.web.reader import Place, Reader

CHAIR = "pmqag.chair@example.org"
NEW = "new.chair@example.org"
FROM_APRIL = {"from-day": "1", "from-month": "April", "from-year": "18"}


def appointing(role: str = "chair", address: str = NEW, **more: str) -> dict[str, str]:
    return {"role": role, "address": address, **FROM_APRIL, "why": "minutes of March", **more}


def chairs(place: Place, body: str = "pmqag") -> list[tuple[str, str | None, str | None]]:
    with place.database.read() as connection:
        content = content_of(connection, "lscb")
    assert content is not None
    group = next(group for group in content.body if group.id == body)
    return [
        (
            holder.address,
            None if holder.from_ is None else str(holder.from_),
            None if holder.to is None else str(holder.to),
        )
        for holder in group.chair
    ]


def test_bodies_and_people_are_listed_with_their_roles(place: Place) -> None:
    reader = place.reader(VIEWER)
    assert reader.opens("/people").status_code == 200
    assert "Pmqag Subgroup PMQAG, subgroup Chair: pmqag.chair@example.org" in reader.text
    assert "The third Tuesday of February, May, August and November" in reader.text
    assert "Vice-chair of PMQAG None yet" in reader.text
    assert "Is away" not in reader.text


@pytest.mark.parametrize(
    "typed",
    [{"name": "Dr Jo Example"}, {"address": f"Dr Jo Example <{NEW}>"}],
    ids=["in its own field", "before the address"],
)
def test_who_is_appointed_may_have_a_name(place: Place, typed: dict[str, str]) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/bodies/pmqag/appoint")
    sent = {**appointing(), **typed}
    reader.sends("/bodies/pmqag/appoint", **sent)
    reader.sends("/bodies/pmqag/appoint", **sent, save="yes", revision=reader.hidden("revision"))
    reader.opens("/people")
    assert f"Dr Jo Example {NEW}" in reader.text


@pytest.mark.parametrize("name", ["=?x?=", "Jo\u00adExample", "x" * 201])
def test_a_name_that_no_email_can_carry_is_said(place: Place, name: str) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/bodies/pmqag/appoint")
    reader.sends("/bodies/pmqag/appoint", **appointing(name=name))
    assert "The name " in reader.text
    assert chairs(place) == [(CHAIR, None, None)]


def test_a_vacant_chair_and_who_stands_in_are_said_first(empty_place: Place) -> None:
    empty_place.imports(checked(with_body(make_document(), "pmqag", chair=None)))
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = empty_place.reader(SECRETARIAT)
    reader.opens("/people")
    assert "Where somebody stands in" in reader.text
    assert "its mails go to its vice-chair (pmqag.vice-chair@example.org)" in reader.text
    assert 'href="/bodies/pmqag/appoint?role=chair"' in reader.shown.text  # type: ignore[union-attr]


def test_a_body_shows_what_it_owes_and_receives(place: Place) -> None:
    reader = place.reader(VIEWER)
    shown = reader.opens("/bodies/pmqag")
    assert 'href="/reports/s11"' in shown.text
    assert "every March, at the LSCB meeting" in reader.text
    reader.opens("/bodies/lscb")
    assert "What it owes It owes no report and no action." in reader.text
    assert "from PMQAG" in reader.text
    assert 'href="/meetings/lscb/2018-03-08"' in reader.shown.text  # type: ignore[union-attr]
    assert "Appoint somebody" not in reader.text


def test_a_body_shows_how_what_it_owes_stands(place: Place) -> None:
    reader = place.reader(VIEWER)
    reader.opens("/bodies/pmqag")
    assert "papers 10 working days before Due 22 February 2018 Due" in reader.text
    assert 'href="/due/lscb/s11/pmqag/2018-03"' in reader.shown.text  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/bodies/nobody", "/bodies/nobody/appoint", "/bodies/no%00/end"])
def test_a_body_that_is_not_there_is_said_so(place: Place, path: str) -> None:
    reader = place.reader(SECRETARIAT)
    assert reader.opens(path).status_code == 404
    assert "There is no such body." in reader.text


def test_what_follows_is_shown_before_an_appointment_is_saved(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    assert reader.opens("/bodies/pmqag/appoint?role=chair").status_code == 200
    assert reader.sends("/bodies/pmqag/appoint", **appointing()).status_code == 200
    assert "new.chair@example.org is chair of PMQAG from 1 April 2018." in reader.text
    assert (
        "Until 31 March 2018 reminders about what PMQAG owes go to pmqag.chair@example.org, as now."
        in reader.text
    )
    assert (
        "From 1 April 2018 reminders about what PMQAG owes go to new.chair@example.org instead of "
        "pmqag.chair@example.org." in reader.text
    )
    assert chairs(place) == [(CHAIR, None, None)]


def test_an_appointment_is_saved_with_who_and_why(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    preview(reader)
    answer = reader.sends(
        "/bodies/pmqag/appoint", **appointing(save="yes", revision=reader.hidden("revision"))
    )
    assert answer.headers["location"] == "/bodies/pmqag"
    reader.follows(answer)
    assert "new.chair@example.org is chair of PMQAG from 1 April 2018." in reader.text
    assert "To come" in reader.text
    assert chairs(place) == [(CHAIR, None, "2018-03-31"), (NEW, "2018-04-01", None)]
    noted = next(row for row in place.table(change) if row.what == "role")
    assert (noted.subject, noted.who, noted.why) == ("pmqag", SECRETARIAT, "minutes of March")


def preview(reader: Reader, **typed: str) -> None:
    reader.opens("/bodies/pmqag/appoint")
    assert reader.sends("/bodies/pmqag/appoint", **appointing(**typed)).status_code == 200


def test_what_was_typed_comes_back_to_be_changed(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    preview(reader)
    shown = reader.sends("/bodies/pmqag/appoint", **appointing(edit="yes"))
    assert shown.status_code == 200
    assert f'value="{NEW}"' in shown.text
    assert 'value="April"' in shown.text
    assert "minutes of March" in shown.text


def test_a_planner_that_changed_meanwhile_is_not_overwritten(place: Place) -> None:
    reader, other = place.reader(SECRETARIAT), place.reader(SECRETARIAT)
    preview(reader)
    seen = reader.hidden("revision")
    preview(other, address="other.chair@example.org")
    other.sends(
        "/bodies/pmqag/appoint",
        **appointing(
            address="other.chair@example.org", save="yes", revision=other.hidden("revision")
        ),
    )
    answer = reader.sends("/bodies/pmqag/appoint", **appointing(save="yes", revision=seen))
    assert answer.status_code == 409
    assert "Somebody changed the planner since you looked" in reader.text
    assert "instead of other.chair@example.org" in reader.text
    assert [holder[0] for holder in chairs(place)] == [CHAIR, "other.chair@example.org"]
    # What was typed is still there, and is saved once it was looked at again.
    saved = reader.sends(
        "/bodies/pmqag/appoint", **appointing(save="yes", revision=reader.hidden("revision"))
    )
    assert saved.status_code == 303
    assert chairs(place)[-1][0] == NEW


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"role": "king"}, "The role must be chosen from the list"),
        ({"role": "secretariat"}, "The role must be chosen from the list"),
        ({"address": "nobody"}, "The email address has no @"),
        ({"address": ""}, "The email address is empty"),
        (
            {"from-day": "31", "from-month": "6"},
            "The day must be a real date: June 2018 has 30 days",
        ),
        ({"from-day": "", "from-month": "", "from-year": ""}, "The day must be given"),
        ({"address": CHAIR}, "pmqag.chair@example.org is chair of pmqag already."),
        ({"why": "x" * 5000}, "The remark must be no longer than 4,000 characters"),
    ],
)
def test_what_is_typed_wrong_is_said_and_kept(
    place: Place, typed: dict[str, str], says: str
) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/bodies/pmqag/appoint")
    shown = reader.sends("/bodies/pmqag/appoint", **appointing(**typed))
    assert shown.status_code == 422
    assert says in reader.text
    assert "There is a problem" in reader.text
    assert chairs(place) == [(CHAIR, None, None)]


def test_a_role_is_ended_and_who_stands_in_is_said(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/bodies/pmqag/end?role=chair&address={CHAIR}")
    assert "pmqag.chair@example.org is chair of PMQAG." in reader.text
    fields = {"role": "chair", "address": CHAIR, **FROM_APRIL, "why": ""}
    assert reader.sends("/bodies/pmqag/end", **fields).status_code == 200
    assert (
        "From 1 April 2018 reminders about what PMQAG owes go to pmqag.vice-chair@example.org "
        "instead of pmqag.chair@example.org." in reader.text
    )
    assert "has no chair at present, so it goes to its vice-chair." in reader.text
    answer = reader.sends(
        "/bodies/pmqag/end", **fields, save="yes", revision=reader.hidden("revision")
    )
    assert answer.status_code == 303
    assert chairs(place) == [(CHAIR, None, "2018-03-31")]


def test_a_role_that_nobody_holds_cannot_be_ended(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/bodies/pmqag/end?role=chair&address={CHAIR}")
    shown = reader.sends("/bodies/pmqag/end", role="chair", address=NEW, **FROM_APRIL)
    assert shown.status_code == 422
    assert "Nobody of that address holds that role any more" in reader.text


def test_viewers_see_and_change_nothing(place: Place) -> None:
    reader = place.reader(VIEWER)
    assert reader.opens("/bodies/pmqag/appoint").status_code == 403
    reader.opens("/account")
    assert reader.sends("/bodies/pmqag/appoint", **appointing(save="yes")).status_code == 403
    assert chairs(place) == [(CHAIR, None, None)]


def test_names_are_text_and_nothing_else(empty_place: Place) -> None:
    content = checked(with_body(make_document(), "pmqag", name="<b>P</b> & Co", short="<i>P</i>"))
    empty_place.imports(content)
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = empty_place.reader(SECRETARIAT)
    for path in ("/people", "/bodies/pmqag", "/bodies/pmqag/appoint", "/bodies/lscb"):
        shown = reader.opens(path).text
        assert "<b>P</b>" not in shown
        assert "<i>P</i>" not in shown


def test_a_change_that_is_refused_after_another_says_both(place: Place) -> None:
    reader, other = place.reader(SECRETARIAT), place.reader(SECRETARIAT)
    for who in (reader, other):
        preview(who)
    for who in (other, reader):
        who.sends(
            "/bodies/pmqag/appoint", **appointing(save="yes", revision=who.hidden("revision"))
        )
    assert reader.shown is not None
    assert reader.shown.status_code == 409
    assert "Somebody changed the planner since you looked" in reader.text
    assert f"{NEW} is chair of pmqag already." in reader.text


def test_an_address_fills_in_the_role_alone(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    shown = reader.opens("/bodies/pmqag/appoint?role=chair&address=evil@example.org&why=phished")
    assert 'value="chair" checked' in shown.text
    assert "evil@example.org" not in shown.text
    assert "phished" not in shown.text
    shown = reader.opens(f"/bodies/pmqag/end?role=chair&address={CHAIR}&why=phished")
    assert f"{CHAIR} is chair of PMQAG." in reader.text
    assert "phished" not in shown.text


def test_an_appointment_that_has_not_begun_is_taken_back(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    preview(reader)
    reader.sends(
        "/bodies/pmqag/appoint", **appointing(save="yes", revision=reader.hidden("revision"))
    )
    shown = reader.opens("/bodies/pmqag")
    assert "Take this appointment back" in reader.text
    address = f"/bodies/pmqag/take-back?role=chair&amp;address={NEW.replace('@', '%40')}"
    assert address in shown.text
    assert reader.opens(address.replace("&amp;", "&")).status_code == 200
    assert 'value="2018"' in (reader.shown.text if reader.shown else "")
    path, typed = "/bodies/pmqag/take-back", appointing(why="she declined")
    assert reader.sends(path, **typed).status_code == 200
    assert f"{NEW} does not become chair of PMQAG on 1 April 2018." in reader.text
    assert f"From 1 April 2018 reminders about what PMQAG owes go to {CHAIR} instead" in reader.text
    assert len(chairs(place)) == 2
    reader.sends(path, **typed, save="yes", revision=reader.hidden("revision"))
    assert chairs(place) == [(CHAIR, None, None)]


@pytest.mark.parametrize(
    ("starts", "says"),
    [
        (None, "They hold the role already; end it instead."),
        ("2017-01-05", "They have held the role since 5 January 2017; end it instead."),
    ],
)
def test_a_role_that_is_held_is_ended_and_not_taken_back(
    place: Place, starts: str | None, says: str
) -> None:
    chair = {"address": CHAIR} | ({"from": starts} if starts else {})
    place.imports(checked(with_body(make_document(), "pmqag", chair=[chair])))
    reader = place.reader(SECRETARIAT)
    reader.opens("/bodies/pmqag/take-back")
    typed = appointing(address=CHAIR) | {"from-day": "1", "from-month": "1", "from-year": "2018"}
    reader.sends("/bodies/pmqag/take-back", **typed)
    assert says in reader.text
