from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.status import Status
from boardcal.operations.record import record
from boardcal.storage.boards import board_row
from boardcal.storage.planners import content_of
from boardcal.storage.schema.occurrences import change, occurrence
from boardcal.tests.factories import at, checked, cumbria, make_document, make_report
from boardcal.tests.office import Office
from boardcal.tests.pages import make_whole
from boardcal.tests.web.reader import SECRETARIAT, VIEWER, Place, Reader

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

    from boardcal.storage.database.engine import Database

ASSUMED = "Ongoing is looked at quarterly."


@pytest.fixture
def office(sqlite: Database) -> Office:
    """A Board with a bit of everything, whose mails begin again in June 2018."""
    office = Office(database=sqlite, now=at("2017-11-01 09:00")).store(make_whole())
    office.tick()
    office.now = at("2018-06-01 09:00")
    office.go_live("2018-06-01")
    office.tick()
    return office


@pytest.fixture
def place(office: Office, tmp_path: Path) -> Place:
    """Its pages."""
    place = Place(database=office.database, folder=tmp_path, now=office.now)
    for role in ("admin", "secretariat", "viewer"):
        place.lets_in(f"{role}@example.org", role)
    return place


def html(reader: Reader) -> str:
    assert reader.shown is not None
    return reader.shown.text


def settles(reader: Reader, fields: dict[str, Any]) -> Response:
    return reader.sends("/to-decide/unsettled", **fields)


def open_rows(place: Place) -> dict[str, int]:
    return {row.key: row.id for row in place.table(occurrence) if row.state == "unsettled"}


def test_everything_to_decide_is_listed_with_its_count_and_a_way_there(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/to-decide")
    for kind in ("unsettled", "undecided", "promises", "assumed"):
        assert f'href="#{kind}"' in html(reader)
        assert f'id="{kind}"' in html(reader)
    assert "The plan gives no month." in reader.text
    assert 'href="/reports/survey"' in html(reader)
    assert 'href="/planner/reports/survey"' in html(reader)
    assert "The annual report on neglect" in reader.text
    for path in ("/planner/promises/1", "/planner/reports/new", "/planner/actions/new"):
        assert f'href="{path}"' in html(reader)


def test_viewers_see_it_without_buttons(place: Place) -> None:
    reader = place.reader(VIEWER)
    reader.opens("/to-decide")
    assert ASSUMED in reader.text
    assert "Confirm the ticked readings" not in reader.text
    assert "Settle many" not in reader.text
    assert "/planner/" not in html(reader)
    assert reader.opens("/to-decide/unsettled").status_code == 403
    reader.opens("/account")
    assert reader.sends("/to-decide/confirm", reading="x").status_code == 403
    assert reader.sends("/to-decide/unsettled", rest="waived").status_code == 403


def test_a_vacant_role_leads_to_an_appointment(empty_place: Place) -> None:
    document = make_document()
    document["body"][2]["chair"] = [{"address": "gone@example.org", "to": "2018-01-31"}]
    empty_place.imports(checked(document))
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = empty_place.reader(SECRETARIAT)
    reader.opens("/to-decide")
    assert "It has no chair at present." in reader.text
    assert 'href="/bodies/pmqag/appoint"' in html(reader)


def test_nothing_to_decide_is_said_so(empty_place: Place) -> None:
    document = make_document()
    for body in document["body"]:
        for role in ("chair", "vice-chair", "secretariat"):
            if role in body:
                body[role] = body[role].replace("example.org", "cumbria.gov.uk")
    empty_place.imports(checked(document))
    empty_place.lets_in(VIEWER, "viewer")
    reader = empty_place.reader(VIEWER)
    reader.opens("/to-decide")
    assert "Before anything else (1)" in reader.text


def test_readings_are_confirmed_with_who(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/to-decide")
    ticked = re.findall(r'name="reading" type="checkbox" value="(\w+)"', html(reader))
    assert len(ticked) == 1
    reader.follows(reader.sends("/to-decide/confirm", reading=ticked))
    assert "1 reading confirmed." in reader.text
    assert ASSUMED not in reader.text
    with place.database.read() as connection:
        content = content_of(connection, "lscb")
    assert content is not None
    assert [action.assumed for action in content.action if action.assumed] == []
    noted = place.table(change)[-1]
    assert (noted.what, noted.who) == ("reading confirmed", SECRETARIAT)


def test_confirming_nothing_and_confirming_twice_are_said(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/to-decide")
    ticked = re.findall(r'name="reading" type="checkbox" value="(\w+)"', html(reader))
    assert reader.sends("/to-decide/confirm").status_code == 422
    assert "Tick the readings that you confirm" in reader.text
    other = place.reader(SECRETARIAT)
    other.opens("/account")
    other.sends("/to-decide/confirm", reading=ticked)
    reader.follows(reader.sends("/to-decide/confirm", reading=ticked))
    assert "0 readings confirmed. 1 other had been confirmed or changed" in reader.text


def test_many_are_settled_on_one_page(place: Place) -> None:
    rows = open_rows(place)
    assert len(rows) > 2
    (first, one), (second, two) = list(rows.items())[:2]
    reader = place.reader(SECRETARIAT)
    reader.opens("/to-decide/unsettled")
    for number in rows.values():
        assert f'name="status-{number}"' in html(reader)
    answer = settles(
        reader,
        {
            "row": [str(row) for row in rows.values()],
            f"status-{one}": "submitted",
            f"note-{one}": "it came in May",
            f"status-{two}": "waived",
        },
    )
    reader.follows(answer)
    assert "2 entries recorded." in reader.text
    states = {row.key: row.state for row in place.table(occurrence)}
    assert (states[first], states[second]) == ("submitted", "waived")
    assert len(open_rows(place)) == len(rows) - 2
    noted = next(row for row in place.table(change) if row.subject == first)
    assert (noted.who, noted.why) == (SECRETARIAT, "it came in May")


def test_all_rows_that_are_left_open_are_settled_alike(place: Place) -> None:
    rows = open_rows(place)
    reader = place.reader(SECRETARIAT)
    reader.opens("/to-decide/unsettled")
    one, *_ = rows.values()
    settles(
        reader,
        {
            "row": [str(row) for row in rows.values()],
            f"status-{one}": "accepted",
            "rest": "waived",
        },
    )
    states = [row.state for row in place.table(occurrence) if row.key in rows]
    assert sorted(states) == ["accepted"] + ["waived"] * (len(rows) - 1)
    reader.opens("/to-decide/unsettled")
    assert "Everything is settled." in reader.text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "Choose what became of at least one"),
        ({"status": "eaten"}, "must be chosen from the list"),
        ({"status": "nothing to report"}, "cannot be recorded as nothing to report"),
        ({"rest": "eaten"}, "The choice for all others must be chosen from the list"),
        ({"status": "waived", "note": "x" * 400}, "must be no longer than 300 characters"),
    ],
)
def test_what_is_chosen_wrong_is_said_and_nothing_is_recorded(
    place: Place, typed: dict[str, str], says: str
) -> None:
    rows = open_rows(place)
    number = next(number for key, number in rows.items() if "/s11/" in key)
    fields = {f"{name}-{number}" if name != "rest" else name: text for name, text in typed.items()}
    reader = place.reader(SECRETARIAT)
    reader.opens("/to-decide/unsettled")
    answer = reader.sends("/to-decide/unsettled", row=str(number), **fields)
    assert answer.status_code == 422
    assert says in reader.text
    assert open_rows(place) == rows


def test_what_somebody_else_settled_meanwhile_is_not_overwritten(place: Place) -> None:
    rows = open_rows(place)
    (first, one), (second, two) = list(rows.items())[:2]
    reader = place.reader(SECRETARIAT)
    reader.opens("/to-decide/unsettled")
    with place.database.write() as connection:
        row = board_row(connection, "lscb")
        assert row is not None
        view = place.installation.view(connection, row)
        record(
            connection,
            view,
            first,
            Status.ACCEPTED,
            on=place.installation.today,
            who="x",
            note=None,
        )
    answer = settles(
        reader,
        {
            "row": [str(one), str(two)],
            f"status-{one}": "waived",
            f"status-{two}": "submitted",
            f"note-{two}": "typed with care",
        },
    )
    assert answer.status_code == 409
    assert "settled by somebody else meanwhile" in reader.text
    assert "typed with care" in html(reader)
    states = {row.key: row.state for row in place.table(occurrence)}
    assert (states[first], states[second]) == ("accepted", "unsettled")


def test_only_one_bodys_are_shown_where_asked(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/to-decide/unsettled?body=cdop")
    keys = re.findall(r'href="/due/([^"]+)"', html(reader))
    assert keys
    assert {key.split("/")[2] for key in keys} == {"cdop"}
    reader.opens("/to-decide/unsettled?body=nobody")
    assert "Nothing of this body is unsettled." in reader.text


def test_the_first_start_of_cumbria_can_be_settled_in_one_go(
    sqlite: Database, tmp_path: Path
) -> None:
    office = Office(database=sqlite, now=at("2019-06-03 09:00"))
    office.store(cumbria(), go_live=None)
    office.go_live("2019-06-03")
    office.tick()
    place = Place(database=sqlite, folder=tmp_path, now=office.now)
    place.lets_in(SECRETARIAT, "secretariat")
    reader = place.reader(SECRETARIAT)
    rows = open_rows(place)
    assert len(rows) > 50
    while open_rows(place):
        reader.opens("/to-decide/unsettled")
        shown = re.findall(r'name="row" value="(\d+)"', html(reader))
        before = len(open_rows(place))
        assert reader.sends("/to-decide/unsettled", row=shown, rest="waived").status_code == 303
        assert len(open_rows(place)) == before - len(shown)


def test_titles_are_text_and_nothing_else(empty_place: Place) -> None:
    title = "<script>alert(1)</script>"
    report = make_report(title=title, when={"undecided": "<b>No</b> month."}, quote="<i>q</i>")
    empty_place.imports(checked(make_document(report=[report])))
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = empty_place.reader(SECRETARIAT)
    reader.opens("/to-decide")
    assert "alert(1)" in reader.text
    for tag in ("<script>", "<b>No", "<i>q"):
        assert tag not in html(reader)


def test_a_very_long_kind_has_pages_of_its_own_on_which_readings_are_confirmed(
    empty_place: Place,
) -> None:
    reports = [
        make_report(id=f"r-{number}", title=f"Report {number}", assumed=f"Reading {number}.")
        for number in range(250)
    ]
    empty_place.imports(checked(make_document(report=reports)))
    empty_place.lets_in(SECRETARIAT, "secretariat")
    reader = empty_place.reader(SECRETARIAT)
    reader.opens("/to-decide")
    assert "Read into the plan (250)" in reader.text
    assert "Reading 1." not in reader.text
    assert 'href="/to-decide?kind=assumed"' in html(reader)
    seen: list[str] = []
    for number, many in ((1, 100), (2, 100), (3, 50)):
        reader.opens(f"/to-decide?kind=assumed&page={number}")
        assert "Read into the plan (250)" in reader.text
        signs = re.findall(r'name="reading" type="checkbox" value="(\w+)"', html(reader))
        assert len(signs) == many
        seen += signs
    assert len(set(seen)) == 250
    confirm = "/to-decide/confirm?kind=assumed&page=3"
    assert f'action="{confirm.replace("&", "&amp;")}"' in html(reader)
    assert reader.sends(confirm).status_code == 422
    assert reader.text.count("Reading ") == 50
    reader.follows(reader.sends(confirm, reading=seen[-50:]))
    assert "50 readings confirmed." in reader.text
    assert "Read into the plan (200)" in reader.text
    assert "page=3" not in html(reader)


@pytest.mark.parametrize(
    ("query", "sees"),
    [
        ("kind=promises", "Nothing of this kind waits any more."),
        ("kind=nonsense", "Before anything else"),
        ("kind=", "Before anything else"),
    ],
)
def test_a_kind_of_which_nothing_waits_says_so_and_one_that_is_none_shows_all(
    empty_place: Place, query: str, sees: str
) -> None:
    empty_place.imports()
    empty_place.lets_in(VIEWER, "viewer")
    reader = empty_place.reader(VIEWER)
    assert reader.opens(f"/to-decide?{query}").status_code == 200
    assert sees in reader.text
