"""/changes: what was changed since a day, by whom, and why."""

from __future__ import annotations

from datetime import date
from functools import partial

from dateutil.relativedelta import relativedelta
from starlette.requests import Request
from starlette.responses import Response

from ...queries.changes import changes_page
from ..page.page import page
from ..request.context import reading_board, site_of
from ..request.dates import read_date, shown_date, typed_date
from ..request.form import Form, Problems
from ..request.query import asked, page_address, page_asked
from .links import path_of_change

SINCE = {
    "today": relativedelta(),
    "a week ago": relativedelta(weeks=1),
    "a month ago": relativedelta(months=1),
    "three months ago": relativedelta(months=3),
    "a year ago": relativedelta(years=1),
}
USUAL = "a month ago"


def show(request: Request) -> Response:
    """The changes since the day that the address says, else of the last month."""
    installation = site_of(request).installation
    form, problems = asked(request), Problems()
    since = _since(form, problems, installation.today)
    with reading_board(request) as (connection, view):
        listing = changes_page(
            connection,
            view,
            since=since,
            page=page_asked(request),
        )
    typed = typed_date(form, "since")
    return page(
        request,
        "changes/changes.html.j2",
        title="What changed",
        problems=problems,
        listing=listing,
        place_of=partial(path_of_change, view.planner),
        typed=typed if problems else shown_date(since),
        choices=[(text, shown_date(installation.today - ago)) for text, ago in SINCE.items()],
        at=page_address(request, "/changes", **_query(since)),
    )


def _since(form: Form, problems: Problems, today: date) -> date:
    usual: date = today - SINCE[USUAL]
    if typed_date(form, "since").is_empty:
        return usual
    return problems.read("since", "The day", lambda: read_date(form, "since", today=today)) or usual


def _query(since: date) -> dict[str, object]:
    return {"since-day": since.day, "since-month": since.month, "since-year": since.year}
