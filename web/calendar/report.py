"""/reports/REF and /actions/REF: one report or action in full."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...queries.calendar.report import obligation_details
from ..page.page import page
from ..request.context import reading_board
from ..request.errors import NotFoundError

NO_REPORT = "There is no such report. Perhaps the planner was changed; look for it in Upcoming."
NO_ACTION = (
    "There is no such action. Perhaps the planner was changed; look for it in the action plan."
)


def show_report(request: Request) -> Response:
    """A report."""
    return _show(request, is_action=False)


def show_action(request: Request) -> Response:
    """A line of the action plan."""
    return _show(request, is_action=True)


def _show(request: Request, *, is_action: bool) -> Response:
    ref = request.path_params["ref"]
    with reading_board(request) as (connection, view):
        obligation = obligation_details(connection, view, ref)
    if obligation is None or obligation.is_action != is_action:
        raise NotFoundError(NO_ACTION if is_action else NO_REPORT)
    return page(request, "calendar/report.html.j2", title=obligation.title, obligation=obligation)
