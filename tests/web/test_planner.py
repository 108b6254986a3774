from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner_reading import read_planner
from boardcal.scheduler.entry_editing import document_of
from boardcal.storage.accounts import Role
from boardcal.storage.export import toml_of
from boardcal.storage.planners import content_of
from boardcal.storage.tables import change
from boardcal.tests.factories import checked, cumbria, make_document, make_report
from boardcal.tests.pages import make_whole
from boardcal.tests.web.forms_on import form_to
from boardcal.tests.web.reader import SECRETARIAT, VIEWER, Place

if TYPE_CHECKING:
    from boardcal.calendar.planner_file import PlannerFile
    from boardcal.tests.web.reader import Reader
    from httpx2 import Response


@pytest.fixture
def office(empty_place: Place) -> Place:
    """Pages of a Board with a bit of everything."""
    empty_place.imports(make_whole())
    for role in ("secretariat", "viewer"):
        empty_place.lets_in(f"{role}@example.org", role)
    return empty_place


@pytest.fixture
def sam(office: Place) -> Reader:
    """The secretariat, at the browser."""
    return office.reader(SECRETARIAT)


def content(place: Place, board: str = "lscb") -> PlannerFile:
    with place.database.read() as connection:
        found = content_of(connection, board)
    assert found is not None
    return found


def fills(reader: Reader, end: str, **typed: Any) -> Response:
    """Sends the form whose address ends so, as it stands but for what is typed."""
    assert reader.shown is not None
    form = form_to(reader.shown.text, end)
    fields: dict[str, Any] = {**form.fields, **typed}
    fields = {name: value for name, value in fields.items() if value is not None}
    csrf = fields.pop("csrf")[0]
    return reader.sends(form.action, csrf=csrf, **fields)


def saves(reader: Reader, **typed: Any) -> Response:
    """Presses the button on the page that shows what would change, and goes on."""
    assert reader.shown is not None
    assert "What this will change" in reader.text, reader.text
    response = fills(reader, "/save", **typed)
    assert response.status_code == 303, reader.text
    return reader.follows(response)


def changes(place: Place) -> list[str]:
    return [row.what for row in place.table(change) if row.what.startswith("entry")]


SECTIONS = [
    *(f"reports/{ref}" for ref in ("s11", "progress", "audits-july", "exceptions", "survey")),
    "reports/findings",
    "actions/1.1",
    "actions/2.1",
    "bodies/lscb",
    "bodies/cdop",
    "events/survey-accepted",
    "promises/1",
    "plan",
    "board",
    "days",
]


@pytest.mark.parametrize("entry", SECTIONS)
def test_a_form_that_is_opened_and_sent_unchanged_changes_nothing(
    office: Place, sam: Reader, entry: str
) -> None:
    before = content(office)
    assert sam.opens(f"/planner/{entry}").status_code == 200
    html = sam.shown.text if sam.shown else ""
    keys = [
        each
        for each in ("what", "when", "source", "dates", "roles", "meets", "exceptions")
        if f'href="/planner/{entry}/{each}"' in html
    ]
    assert keys
    for key in keys:
        assert sam.opens(f"/planner/{entry}/{key}").status_code == 200
        response = fills(sam, f"/{key}")
        if key == "when" and response.status_code == 200:
            response = fills(sam, "/timing")
        assert response.status_code == 303, (key, sam.text)
    assert content(office) == before
    assert changes(office) == []
