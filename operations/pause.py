"""Pausing the mails of a Board, about a body or to a person, for good or until a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from ..core.local_time import Moment
from ..storage.boards import BoardRow
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.pauses import Pause, PauseKind, add_pause
from .record import RecordError, require_ahead


def set_pause(
    connection: Connection,
    row: BoardRow,
    kind: PauseKind,
    name: str,
    *,
    moment: Moment,
    who: str,
    why: str | None,
    until: date | None = None,
) -> bool:
    """Pauses a Board, a body or a person; False where it is paused already, with the same end.

    `until` is the first day of emails again; a pause without it lasts until a person ends it.
    Raises RecordError for a day that does not lie ahead, or whose year must be mistyped.
    """
    if until is not None:
        if until <= moment.today:
            raise RecordError("Give a day that lies ahead: emails go on again from it.")
        require_ahead(until, moment.today)
    pause = Pause(kind=kind, id=name, since=moment.now, who=who, why=why, until=until)
    if not add_pause(connection, row.id, pause):
        return False
    note_change(
        connection,
        board=row.id,
        subject=name,
        what=ChangeKind.PAUSED,
        after=until,
        now=moment.now,
        who=who,
        why=why,
    )
    return True
