"""Pausing a Board, a body or a person, and going on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from ..storage.boards import BoardRow
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.message_states import CarriedState
from ..storage.pauses import Pause, add_pause, remove_pause
from ..storage.schema.mail import ledger, overview
from ..storage.schema.occurrences import occurrence
from ..storage.unsent_reasons import UnsentReason


def set_pause(
    connection: Connection,
    row: BoardRow,
    kind: str,
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
    kind: str,
    name: str,
    *,
    now: datetime,
    who: str,
    why: str | None = None,
) -> bool:
    """Lets a Board, a body or a person go on; False where nothing was paused."""
    ended = remove_pause(connection, row.id, kind, name)
    if ended:
        _restore_paused(connection, row)
        if kind == "person":
            _restore_overview(connection, row, name)
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


def _restore_overview(connection: Connection, row: BoardRow, address: str) -> None:
    """Lets the newest overview go out that a person's pause took back, where it is theirs."""
    mine = overview.c.board == row.id
    newest = select(func.max(overview.c.week)).where(mine).scalar_subquery()
    connection.execute(
        update(overview)
        .where(
            mine,
            overview.c.recipient == address,
            overview.c.week == newest,
            overview.c.state == CarriedState.SUPERSEDED,
        )
        .values(state=CarriedState.PENDING, message_id=None)
    )


def _restore_paused(connection: Connection, row: BoardRow) -> None:
    """Lets mails go out after all that a pause held back, where no later step has come."""
    still_latest = select(occurrence.c.id).where(
        occurrence.c.id == ledger.c.occurrence_id,
        occurrence.c.board == row.id,
        occurrence.c.due_revision == ledger.c.due_revision,
        occurrence.c.last_step == ledger.c.step,
    )
    connection.execute(
        update(ledger)
        .where(
            ledger.c.state == CarriedState.SUPERSEDED,
            ledger.c.reason == UnsentReason.PAUSED,
            still_latest.exists(),
        )
        .values(state=CarriedState.PENDING, reason=None, message_id=None)
    )
