"""What the tests of the planner's forms share: filling in what is shown, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boardcal.storage.planners import content_of
from boardcal.storage.schema.occurrences import change
from boardcal.tests.web.forms_on import form_to

if TYPE_CHECKING:
    from httpx2 import Response

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.tests.web.reader import Place, Reader


def content(place: Place, board: str = "lscb") -> PlannerFile:
    """The planner as it is stored."""
    with place.database.read() as connection:
        planner = content_of(connection, board)
    assert planner is not None
    return planner


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
    """What was noted of edits."""
    return [row.what for row in place.table(change) if row.what.startswith("entry")]
