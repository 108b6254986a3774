"""Pausing the mails of a Board, about a body or to a person, and resuming them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from ..storage.boards import BoardRow
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.mail.decisions import resume_overview, resume_paused_rows
from ..storage.pauses import Pause, PauseKind, add_pause, remove_pause


def set_pause(
    connection: Connection,
    row: BoardRow,
    kind: PauseKind,
    name: str,
    *,
    now: datetime,
    who: str,
    why: str | None,
) -> bool:
    """Pauses a Board, a body or a person; False where it is paused already."""
    if not add_pause(connection, row.id, Pause(kind=kind, id=name, since=now, who=who, why=why)):
        return False
    note_change(
        connection, board=row.id, subject=name, what=ChangeKind.PAUSED, now=now, who=who, why=why
    )
    return True


def end_pause(
    connection: Connection,
    row: BoardRow,
    kind: PauseKind,
    name: str,
    *,
    now: datetime,
    who: str,
    why: str | None = None,
) -> bool:
    """Resumes a Board, a body or a person; False where it is not paused."""
    ended = remove_pause(connection, row.id, kind, name)
    if ended:
        resume_paused_rows(connection, row.id)
        if kind == PauseKind.PERSON:
            resume_overview(connection, row.id, name)
        note_change(
            connection,
            board=row.id,
            subject=name,
            what=ChangeKind.RESUMED,
            now=now,
            who=who,
            why=why,
        )
    return ended
