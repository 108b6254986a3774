"""Where a meeting is now that was on another day before."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from ...calendar.planner.model import Body
from ...calendar.rules.meeting_series import FURTHEST_MOVE, Meeting, by_custom, meetings
from ...scheduler.planning.board_view import BoardView
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import changes_about


def moved_from(
    connection: Connection, view: BoardView, body: Body, day: date, slot: str | None = None
) -> Meeting | None:
    """The meeting of a body that was on `day` before it moved, of several the one of `slot`."""
    if body.series is None:
        return None
    near = meetings(body.series, day - FURTHEST_MOVE, day + FURTHEST_MOVE)
    if slot is not None:
        return next((one for one in near if one.slot == slot), None)
    place = _by_the_record(connection, view, body.id, day)
    on_day = [one for one in near if place != day and one.day == place]
    scheduled = [one for one in near if one.scheduled == day]
    return min(on_day or scheduled, key=by_custom, default=None)


def _by_the_record(connection: Connection, view: BoardView, body: str, day: date) -> date:
    """The day to which the meeting that was on `day` last was moved, step by step, since."""
    place = day
    for row in changes_about(connection, view.id, [body]):
        if row.what is ChangeKind.MEETING_MOVED:
            start, _, end = row.after.partition(" to ")
            if start == place.isoformat() or start == day.isoformat():
                place = date.fromisoformat(end)
    return place
