"""Pauses: a Board, a body or a person without mails until it is resumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from .schema.planner import pause


class PauseKind(StrEnum):
    """Whose mails are paused."""

    BOARD = "board"
    BODY = "body"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause; `id` is the Board's, the body's, or the person's address."""

    kind: PauseKind
    id: str
    since: datetime
    who: str
    why: str | None


def pauses_of(connection: Connection, board_id: str) -> list[Pause]:
    """Everything of a Board that is paused, the longest pause first."""
    rows = connection.execute(
        select(pause.c.kind, pause.c.id, pause.c.since, pause.c.who, pause.c.why)
        .where(pause.c.board == board_id)
        .order_by(pause.c.since, pause.c.id)
    )
    return [
        Pause(kind=PauseKind(row.kind), id=row.id, since=row.since, who=row.who, why=row.why)
        for row in rows
    ]


def paused_boards(connection: Connection) -> frozenset[str]:
    """The Boards that are paused as a whole."""
    rows = connection.execute(select(pause.c.board).where(pause.c.kind == PauseKind.BOARD))
    return frozenset(row.board for row in rows)


def add_pause(connection: Connection, board_id: str, new: Pause) -> bool:
    """Stores a pause; False where the same is paused already, whose beginning then stands."""
    same = _same(board_id, new.kind, new.id)
    if connection.execute(select(pause.c.id).where(same)).first() is not None:
        return False
    connection.execute(
        insert(pause).values(
            board=board_id, kind=new.kind, id=new.id, since=new.since, who=new.who, why=new.why
        )
    )
    return True


def remove_pause(connection: Connection, board_id: str, kind: PauseKind, name: str) -> bool:
    """Removes a pause; False where there was none."""
    return connection.execute(delete(pause).where(_same(board_id, kind, name))).rowcount > 0


def _same(board_id: str, kind: PauseKind, name: str) -> ColumnElement[bool]:
    return (pause.c.board == board_id) & (pause.c.kind == kind) & (pause.c.id == name)
