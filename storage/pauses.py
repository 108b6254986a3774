"""Pauses: a Board, a body or a person without mails until resumed, or until a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from .schema.planner import pause


class PauseKind(StrEnum):
    """Whose mails are paused."""

    BOARD = "board"
    BODY = "body"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause; `id` is the Board's, the body's, or the person's address.

    `until` is the first day of emails again, None where a person has to end it.
    """

    kind: PauseKind
    id: str
    since: datetime
    who: str
    why: str | None
    until: date | None = None


def pauses_of(connection: Connection, board_id: str) -> list[Pause]:
    """Everything of a Board that is paused, the longest pause first."""
    rows = connection.execute(
        select(pause).where(pause.c.board == board_id).order_by(pause.c.since, pause.c.id)
    )
    return [
        Pause(
            kind=PauseKind(row.kind),
            id=row.id,
            since=row.since,
            who=row.who,
            why=row.why,
            until=row.until,
        )
        for row in rows
    ]


def paused_boards(connection: Connection) -> frozenset[str]:
    """The Boards that are paused as a whole."""
    rows = connection.execute(select(pause.c.board).where(pause.c.kind == PauseKind.BOARD))
    return frozenset(row.board for row in rows)


def add_pause(connection: Connection, board_id: str, new: Pause) -> bool:
    """Stores a pause; False where the same is paused already, with the same end.

    Of one that is paused already the beginning stands, and only the end is changed.
    """
    same = _same(board_id, new.kind, new.id)
    paused = connection.execute(select(pause.c.until).where(same)).first()
    if paused is not None:
        if new.until == paused.until:
            return False
        connection.execute(update(pause).where(same).values(until=new.until))
        return True
    connection.execute(
        insert(pause).values(
            board=board_id,
            kind=new.kind,
            id=new.id,
            since=new.since,
            who=new.who,
            why=new.why,
            until=new.until,
        )
    )
    return True


def remove_pause(
    connection: Connection, board_id: str, kind: PauseKind, name: str
) -> datetime | None:
    """Removes a pause; since when it was, or None where there was none."""
    same = _same(board_id, kind, name)
    since: datetime | None = connection.execute(select(pause.c.since).where(same)).scalar()
    connection.execute(delete(pause).where(same))
    return since


def _same(board_id: str, kind: PauseKind, name: str) -> ColumnElement[bool]:
    return (pause.c.board == board_id) & (pause.c.kind == kind) & (pause.c.id == name)
