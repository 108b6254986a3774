from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from boardcal.storage.schema.occurrences import change, occurrence
from boardcal.storage.schema.planner import board, pause
from boardcal.tests.factories import at, checked, make_document, with_body
from boardcal.tests.office import Office
from boardcal.tests.web.reader import ADMIN, SECRETARIAT, VIEWER, Place

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database

CHAIR = "pmqag.chair@example.org"
S11 = "lscb/s11/pmqag/2018-03"


@pytest.fixture
def office(sqlite: Database) -> Office:
    """The LSCB on the day before S.11's reminder of ten working days."""
    office = Office(database=sqlite).store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-07")
    return office


@pytest.fixture
def place(office: Office, tmp_path: Path) -> Place:
    """Its pages on the 7th, in the afternoon."""
    place = Place(database=office.database, folder=tmp_path, now=at("2018-02-07 15:00"))
    for role in ("admin", "secretariat", "viewer"):
        place.lets_in(f"{role}@example.org", role)
    return place


def paused(place: Place) -> list[tuple[str, str, str | None]]:
    return [(row.kind, row.id, row.why) for row in place.table(pause)]


@pytest.mark.parametrize(
    ("kind", "name", "says", "done"),
    [
        (
            "board",
            "lscb",
            "Until the pause ends only the weekly overview goes out, to the secretariat.",
            "The mails of Cumbria LSCB are paused.",
        ),
        (
            "body",
            "pmqag",
            "What falls due meanwhile is due on the day on which emails begin again.",
            "The mails about what PMQAG owes are paused.",
        ),
        (
            "person",
            CHAIR,
            "The chair of the Pmqag Subgroup is away, so it goes to its vice-chair (pmqag.vice-",
            "The mails to pmqag.chair@example.org are paused.",
        ),
    ],
)
def test_a_board_a_body_or_a_person_is_paused_once_what_follows_was_said(
    place: Place, kind: str, name: str, says: str, done: str
) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/pauses/pause?kind={kind}&id={name}")
    assert says in reader.text
    assert paused(place) == []
    reader.follows(reader.sends("/pauses/pause", kind=kind, id=name, why="on leave"))
    assert done in reader.text
    assert paused(place) == [(kind, name, "on leave")]
    noted = place.table(change)[-1]
    assert (noted.what, noted.who, noted.why) == ("paused", SECRETARIAT, "on leave")


def test_what_is_paused_is_listed_and_said_on_the_persons_line(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/pauses/pause?kind=person&id={CHAIR}")
    reader.sends("/pauses/pause", kind="person", id=CHAIR, why="on leave")
    viewer = place.reader(VIEWER)
    viewer.opens("/pauses")
    assert (
        f"The mails to {CHAIR} 7 February 2018 somebody ends it {SECRETARIAT} on leave"
        in viewer.text
    )
    assert "Let them go on" not in viewer.text
    viewer.opens("/people")
    assert "Away Paused since 7 February 2018 by secretariat@example.org (on leave)." in viewer.text
    assert "so its mails go to its vice-chair (pmqag.vice-chair@example.org)" in viewer.text


def test_somebody_is_away_until_a_day_that_is_given(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/pauses/pause?kind=person&id={CHAIR}")
    until = {"until-day": "8", "until-month": "March", "until-year": "2018"}
    typed = {"kind": "person", "id": CHAIR, "why": "on leave"}
    reader.sends("/pauses/pause", **typed, **{**until, "until-year": "2017"})
    assert "Give a day that lies ahead: emails go on again from it." in reader.text
    reader.follows(reader.sends("/pauses/pause", **typed, **until))
    assert f"The mails to {CHAIR} are paused until 8 March 2018." in reader.text
    assert f"7 February 2018 8 March 2018 {SECRETARIAT} on leave" in reader.text
    reader.opens("/people")
    assert "Paused since 7 February 2018, until 8 March 2018 by" in reader.text


def test_a_page_opened_before_a_pause_pauses_nothing_twice(place: Place) -> None:
    reader, other = place.reader(SECRETARIAT), place.reader(SECRETARIAT)
    for browser in (reader, other):
        browser.opens("/pauses/pause?kind=body&id=pmqag")
    other.sends("/pauses/pause", kind="body", id="pmqag", why="")
    reader.follows(reader.sends("/pauses/pause", kind="body", id="pmqag", why=""))
    assert "were paused already; nothing was changed" in reader.text
    assert len(paused(place)) == 1
    reader.opens("/pauses/pause?kind=body&id=pmqag")
    assert "are paused already" in reader.text


def test_what_a_pause_held_back_is_shown_before_it_goes_out(office: Office, place: Place) -> None:
    office.pause("body", "pmqag")
    office.days("2018-02-08", "2018-02-09")
    assert [mail for mail in office.postbag.mails if mail.items] == []
    place.now = at("2018-02-09 15:00")
    reader = place.reader(SECRETARIAT)
    reader.opens("/pauses/resume?kind=body&id=pmqag")
    assert "What would go out by 16 February 2018" in reader.text
    assert f"Friday 9 February 2018, to {CHAIR}:" in reader.text
    # Shown only: nothing has changed by looking.
    assert paused(place) == [("body", "pmqag", None)]
    assert office.ledger(S11) == []
    reader.follows(reader.sends("/pauses/resume", kind="body", id="pmqag", why="they meet again"))
    assert "The mails about what PMQAG owes go on." in reader.text
    assert paused(place) == []
    noted = place.table(change)[-1]
    assert (noted.what, noted.why) == ("resumed", "they meet again")
    mails = [mail for mail in office.sweep("2018-02-09") if mail.items]
    assert [(mail.to, mail.items) for mail in mails] == [(CHAIR, [(S11, -10, "owner")])]


def test_nothing_held_back_is_said_so(office: Office, place: Place) -> None:
    office.pause("person", "business-group.chair@example.org")
    reader = place.reader(SECRETARIAT)
    reader.opens("/pauses/resume?kind=person&id=business-group.chair@example.org")
    assert "Nothing. Later mails come on their days." in reader.text


def test_what_is_not_paused_cannot_be_resumed(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/pauses/resume?kind=body&id=pmqag")
    assert "The mails about what PMQAG owes are not paused" in reader.text
    reader.opens("/account")
    reader.follows(reader.sends("/pauses/resume", kind="body", id="pmqag", why=""))
    assert "were not paused; nothing was changed" in reader.text
    assert place.table(change) == []


@pytest.mark.parametrize(
    "query", ["", "kind=body", "kind=body&id=nobody", "kind=king&id=pmqag", "kind=person&id=x@y.uk"]
)
def test_what_is_not_there_cannot_be_paused(place: Place, query: str) -> None:
    reader = place.reader(SECRETARIAT)
    for page in ("pause", "resume"):
        assert reader.opens(f"/pauses/{page}?{query}").status_code == 404
    reader.opens("/account")
    fields = dict(part.split("=") for part in query.split("&") if part)
    assert reader.sends("/pauses/pause", **fields).status_code == 404
    assert paused(place) == []


def test_a_remark_that_is_too_long_is_said_and_nothing_is_paused(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/pauses/pause?kind=body&id=pmqag")
    answer = reader.sends("/pauses/pause", kind="body", id="pmqag", why="x" * 5000)
    assert answer.status_code == 422
    assert "The remark must be no longer than 4,000 characters" in reader.text
    assert paused(place) == []


def test_an_absent_secretariat_and_an_absent_vice_chair_are_worded_for_what_they_get(
    place: Place,
) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens(f"/pauses/pause?kind=person&id={SECRETARIAT}")
    assert "the weekly overview waits for them" in reader.text
    reader.opens("/pauses/pause?kind=person&id=pmqag.vice-chair@example.org")
    assert "No copy comes to them as vice-chair of PMQAG." in reader.text


def test_where_there_is_no_vice_chair_the_secretariat_stands_in(empty_place: Place) -> None:
    document = with_body(make_document(), "pmqag", **{"vice-chair": None})
    empty_place.imports(checked(document))
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = empty_place.reader(SECRETARIAT)
    reader.opens(f"/pauses/pause?kind=person&id={CHAIR}")
    assert "so it goes to the secretariat (secretariat@example.org)." in reader.text


def test_viewers_pause_nothing(place: Place) -> None:
    reader = place.reader(VIEWER)
    assert reader.opens("/pauses/pause?kind=body&id=pmqag").status_code == 403
    reader.opens("/account")
    assert reader.sends("/pauses/pause", kind="body", id="pmqag").status_code == 403
    assert paused(place) == []


# The first day of mails.


@pytest.fixture
def unlive(sqlite: Database, tmp_path: Path) -> Place:
    """A Board whose mails have no first day yet, on 7 February 2018."""
    office = Office(database=sqlite, now=at("2018-02-07 09:00")).store(go_live=None)
    office.tick()
    place = Place(database=sqlite, folder=tmp_path, now=office.now)
    for role in ("admin", "secretariat"):
        place.lets_in(f"{role}@example.org", role)
    return place


DAY = {"day-day": "8", "day-month": "2", "day-year": "2018"}


def first_day(place: Place) -> str | None:
    with place.database.read() as connection:
        day = connection.execute(select(board.c.go_live)).scalar()
    return None if day is None else day.isoformat()


def test_who_would_be_mailed_first_is_shown_before_mails_begin(unlive: Place) -> None:
    reader = unlive.reader(ADMIN)
    reader.opens("/to-decide")
    assert "set a first day. Set the first day" in reader.text
    reader.opens("/go-live")
    assert "No mails of Cumbria LSCB go out yet." in reader.text
    assert reader.sends("/go-live", **DAY).status_code == 200
    assert f"Thursday 8 February 2018, to {CHAIR}:" in reader.text
    assert first_day(unlive) is None
    answer = reader.sends("/go-live", **DAY, before=reader.hidden("before"), save="yes")
    reader.follows(answer)
    assert "The mails of Cumbria LSCB begin on Thursday 8 February 2018." in reader.text
    assert first_day(unlive) == "2018-02-08"
    assert unlive.table(change)[-1].who == ADMIN
    with unlive.database.read() as connection:
        assert connection.execute(select(occurrence.c.id)).first() is not None


def test_two_who_set_the_first_day_at_once_do_not_overwrite_each_other(unlive: Place) -> None:
    reader = unlive.reader(ADMIN)
    reader.opens("/go-live")
    reader.sends("/go-live", **DAY)
    with unlive.database.write() as connection:
        connection.execute(update(board).values(go_live=at("2018-03-01").date()))
    answer = reader.sends("/go-live", **DAY, before=reader.hidden("before"), save="yes")
    assert answer.status_code == 409
    assert "Somebody else set the first day since you looked" in reader.text
    assert first_day(unlive) == "2018-03-01"


def test_a_first_day_that_is_none_is_said(unlive: Place) -> None:
    reader = unlive.reader(ADMIN)
    reader.opens("/go-live")
    answer = reader.sends("/go-live", **(DAY | {"day-month": "June", "day-day": "31"}))
    assert answer.status_code == 422
    assert "The first day must be a real date: June 2018 has 30 days" in reader.text
    answer = reader.sends("/go-live", **DAY, edit="yes")
    assert answer.status_code == 200
    assert 'value="8"' in answer.text


def test_only_administrators_let_mails_begin(unlive: Place) -> None:
    reader = unlive.reader(SECRETARIAT)
    assert reader.opens("/go-live").status_code == 403
    reader.opens("/account")
    assert reader.sends("/go-live", **DAY, before="", save="yes").status_code == 403
    assert first_day(unlive) is None
