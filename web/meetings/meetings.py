"""/meetings: the meetings of each body in a year, and how many papers each expects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.model import Body, Planner
from ...calendar.rules.date_text import EARLIEST_YEAR, LATEST_YEAR
from ...queries.calendar.board_calendar import BoardCalendar
from ...queries.meetings.meetings import MeetingLine, meeting_calendar, meeting_on
from ...queries.meetings.old_days import moved_from
from ...scheduler.planning.board_view import BoardView
from ..page.page import page
from ..request.context import reading_board, redirect, site_of
from ..request.errors import NotFoundError

Handler = Callable[[Request], Response]


class NoMeetingError(NotFoundError):
    """A body has no meeting on the day of an address."""

    def __init__(self, body: Body) -> None:
        super().__init__(
            f"{body.short} does not meet on that day. Perhaps the meeting was moved; look for it "
            "under Meetings."
        )


def show(request: Request) -> Response:
    """The meetings of the year in the address (?year=2018), of all bodies or one (?body=lscb)."""
    today = site_of(request).installation.today
    year = _year(request, today)
    body = request.query_params.get("body") or None
    with reading_board(request) as (connection, view):
        if body is not None:
            body_that_meets(view.planner, body)
        calendar = meeting_calendar(
            connection,
            view,
            start=date(year, 1, 1),
            end=date(year, 12, 31),
            body_id=body,
        )
    return page(
        request,
        "meetings/meetings.html.j2",
        title=f"Meetings in {year}",
        year=year,
        body=body,
        calendar=calendar,
        earlier=year - 1 if year > EARLIEST_YEAR else None,
        later=year + 1 if year < LATEST_YEAR else None,
    )


def body_that_meets(planner: Planner, body_id: str) -> Body:
    """A body that meets. Raises NotFoundError for any other."""
    body = planner.body(body_id)
    if body is None:
        raise NotFoundError("There is no such body. Look for the meeting under Meetings.")
    if body.series is None:
        raise NotFoundError(f"The planner does not say when {body.short} meets.")
    return body


def day_of(request: Request) -> date:
    """The day in the address, such as "2018-03-08". Raises NotFoundError where it is none."""
    text = request.path_params["day"]
    is_whole = len(text) == len("2018-03-08") and text.isascii()
    try:
        day = date.fromisoformat(text) if is_whole else None
    except ValueError:
        day = None
    if day is None or not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise NotFoundError(
            "The address does not end in a day such as 2018-03-08. Look for the meeting under "
            "Meetings."
        )
    return day


def slot_of(request: Request) -> str | None:
    """Which of several meetings on its day an address names (?slot=2018-03)."""
    return request.query_params.get("slot") or None


def leading_on(handler: Handler) -> Handler:
    """`handler`, and where no meeting is left on its day, on to the day that it was moved to."""

    @wraps(handler)
    def lead(request: Request) -> Response:
        try:
            return handler(request)
        except NoMeetingError:
            address = _moved_to(request)
            if address is None:
                raise
            return redirect(request, address, slot=slot_of(request))

    return lead


def _moved_to(request: Request) -> str | None:
    with reading_board(request) as (connection, view):
        body = body_that_meets(view.planner, request.path_params["body"])
        day = day_of(request)
        meeting = moved_from(connection, view, body, day, slot_of(request))
    if meeting is None or meeting.day == day:
        return None
    rest = request.url.path.partition(f"/{day}")[2]
    return f"/meetings/{body.id}/{meeting.day}{rest}"


def meeting_of(request: Request, connection: Connection, view: BoardView) -> MeetingLine:
    """The meeting that the address names. Raises NoMeetingError where there is none."""
    body = body_that_meets(view.planner, request.path_params["body"])
    day = day_of(request)
    meeting = meeting_on(BoardCalendar(connection, view), body.id, day, slot_of(request))
    if meeting is None:
        raise NoMeetingError(body)
    return meeting


def _year(request: Request, today: date) -> int:
    text = request.query_params.get("year", "")
    if not text:
        return today.year
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    if not EARLIEST_YEAR <= number <= LATEST_YEAR:
        raise NotFoundError(
            f"The year in the address is none from {EARLIEST_YEAR} to {LATEST_YEAR}."
        )
    return number
