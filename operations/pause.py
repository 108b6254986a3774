"""Pausing a Board, a body or a person, and going on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from ..notifications.reminders.recheck import PAUSED
from ..storage.boards import BoardRow
from ..storage.change_log import note_change
from ..storage.schema.mail import ledger, overview
from ..storage.schema.occurrences import occurrence
from ..storage.schema.planner import pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """What is paused: `kind` is board, body or person, `id` the Board's, the body's, an address."""

    kind: str
    id: str
    since: datetime
    who: str
    why: str | None


def pauses_of(connection: Connection, board_id: str) -> list[Pause]:
    """Everything of a Board that is paused, longest first."""
    rows = connection.execute(
        select(pause.c.kind, pause.c.id, pause.c.since, pause.c.who, pause.c.why)
        .where(pause.c.board == board_id)
        .order_by(pause.c.since, pause.c.id)
    )
    return [Pause(**row) for row in rows.mappings()]


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
    same = (pause.c.board == row.id) & (pause.c.kind == kind) & (pause.c.id == name)
    if connection.execute(select(pause.c.id).where(same)).first() is not None:
        return False
    connection.execute(
        insert(pause).values(board=row.id, kind=kind, id=name, since=now, who=who, why=why)
    )
    note_change(connection, board=row.id, subject=name, what="paused", now=now, who=who, why=why)
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
    same = (pause.c.board == row.id) & (pause.c.kind == kind) & (pause.c.id == name)
    ended = connection.execute(delete(pause).where(same)).rowcount > 0
    if ended:
        _restore_paused(connection, row)
        if kind == "person":
            _restore_overview(connection, row, name)
        note_change(
            connection, board=row.id, subject=name, what="resumed", now=now, who=who, why=why
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
            overview.c.state == "superseded",
        )
        .values(state="pending", message_id=None)
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
        .where(ledger.c.state == "superseded", ledger.c.reason == PAUSED, still_latest.exists())
        .values(state="pending", reason=None, message_id=None)
    )
