"""/people and /bodies/{id}: roles and their holders, meetings, and whether mails arrive."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...queries.people.body import BodyDetails, body_details
from ...queries.people.people import directory
from ..page.page import page
from ..request.context import reading_board
from ..request.errors import NotFoundError


def show(request: Request) -> Response:
    """Every body, and every person by address."""
    with reading_board(request) as (connection, view):
        people = directory(connection, view)
    return page(
        request,
        "people/people.html.j2",
        title="Bodies and people",
        directory=people,
        vacancies=[line for line in people.bodies if line.vacancy],
    )


def show_body(request: Request) -> Response:
    """One body."""
    body = body_of(request)
    return page(
        request,
        "people/body.html.j2",
        title=body.line.body.name,
        body=body,
    )


def body_of(request: Request) -> BodyDetails:
    """The body that the address names. Raises NotFoundError."""
    with reading_board(request) as (connection, view):
        body = body_details(
            connection,
            view,
            request.path_params["body"],
        )
    if body is None:
        raise NotFoundError("There is no such body. “People” lists them all.")
    return body
