"""/upcoming: what is due, and who meets, month by month."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from ..scheduler.upcoming import upcoming
from .page import page
from .visits import reading_board, site_of

DAYS_BACK = 60
DAYS_AHEAD = 365


def show(request: Request) -> Response:
    """The list."""
    today = site_of(request).here.today
    with reading_board(request) as (connection, row, planner):
        entries = upcoming(
            connection,
            row,
            planner,
            start=today - timedelta(days=DAYS_BACK),
            end=today + timedelta(days=DAYS_AHEAD),
            today=today,
        )
    months = [
        (f"{first:%B %Y}", list(same))
        for first, same in groupby(entries, lambda each: each.due.replace(day=1))
    ]
    names = {each.id: each.short for each in planner.bodies}
    return page(request, "upcoming.html.j2", title="Upcoming", months=months, names=names)
