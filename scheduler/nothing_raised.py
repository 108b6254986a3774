"""What a meeting's agenda asked for, and nobody had anything to report of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ..calendar.status import Status
from ..storage.occurrence_rows import change_rows
from ..storage.planners import hold_boards
from .planning_basis import Planning
from .raising import Wanted, prepared, raise_it, raised_alike
from .recording import RecordError, record

# Why it is on record at all.
AT_MEETING = "the agenda asked for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the agenda of a meeting asked an owner for, the meeting by its body and day."""

    ref: str
    owner: str
    body: str
    day: date


def nothing_raised(
    connection: Connection, planning: Planning, asked: Asked, *, on: date, who: str
) -> None:
    """Records that somebody who was asked at a meeting had nothing to report.

    It is kept as raised for that meeting and settled at once; where that is on record it stays.
    Raises RecordError where something else was raised for the meeting.
    """
    hold_boards(connection)
    wanted = Wanted(
        ref=asked.ref, owner=asked.owner, day=asked.day, why=AT_MEETING, body=asked.body
    )
    this = prepared(connection, planning, wanted, past=True)
    for row in raised_alike(connection, planning, this):
        if row.state == Status.NOTHING_TO_REPORT:
            return
        raise RecordError(f'"{row.title}" was raised for this meeting; it is {row.state}.')
    row = raise_it(connection, planning, wanted, who=who, past=True)
    # That its papers would have been due before matters to nobody.
    change_rows(connection, [{"id": row.id, "note": None}])
    record(connection, planning, row.key, Status.NOTHING_TO_REPORT, on=on, who=who, note=None)
