"""/meetings/BODY/DAY: the papers for one meeting, to look at and to print."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...queries.meetings.papers import MeetingPapers, meeting_papers
from ..page.page import page
from ..request.context import reading_board
from .meetings import NoMeetingError, body_that_meets, day_of, slot_of


def show(request: Request) -> Response:
    """The papers."""
    papers = papers_of(request)
    return page(
        request,
        "meetings/papers.html.j2",
        title=f"Papers for the {papers.meeting.title}",
        papers=papers,
    )


def papers_of(request: Request) -> MeetingPapers:
    """The papers for the meeting that the address names. Raises NotFoundError."""
    day = day_of(request)
    with reading_board(request) as (connection, view):
        body = body_that_meets(view.planner, request.path_params["body"])
        papers = meeting_papers(
            connection,
            view,
            body=body.id,
            day=day,
            slot=slot_of(request),
        )
    if papers is None:
        raise NoMeetingError(body)
    return papers
