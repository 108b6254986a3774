"""Boards as stored: their rows, locks and holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from .pauses import PauseKind
from .schema.planner import board, pause

# With the pauses, so that a sweep that finds nothing asks once.
BOARDS = (
    select(board, pause.c.kind, pause.c.id.label("paused"), pause.c.until)
    .outerjoin(pause, pause.c.board == board.c.id)
    .order_by(board.c.id)
)


# One lock for all Boards, and one that is there before the first: PostgreSQL lets those who wait
# for it have it in their turn, which it does not for rows that many others share.
BOARDS_LOCK = 0x626F617264
HOLD = select(func.pg_advisory_xact_lock(BOARDS_LOCK))
SHARE = select(func.pg_advisory_xact_lock_shared(BOARDS_LOCK))


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A Board as stored: its planner's revision, since when it mails, and what is paused of it.

    `pauses` name the Board, its bodies by id and people by address; `pause_ends` is the first day
    on which one of them ends by itself.
    """

    id: str
    name: str
    go_live: Any
    accepted_transport: str | None
    planner_revision: int
    planned_revision: int
    planned_through: Any
    pauses: frozenset[tuple[PauseKind, str]]
    pause_ends: date | None = None


def boards(connection: Connection) -> list[BoardRow]:
    """Every Board, in the order of their ids."""
    return _board_rows(connection, BOARDS)


def hold_boards(connection: Connection) -> None:
    """Takes the right to decide and record, for this transaction alone.

    SQLite's writers take turns anyway; PostgreSQL has to be asked.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(HOLD)


def share_boards(connection: Connection) -> None:
    """Keeps daemons and commands from deciding or recording until this transaction ends.

    Those who send share it: what they read stays true until they have noted what they sent.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(SHARE)


def board_row(connection: Connection, board_id: str) -> BoardRow | None:
    """One Board, or None."""
    return next(iter(_board_rows(connection, BOARDS.where(board.c.id == board_id))), None)


def _board_rows(connection: Connection, query: Select[Any]) -> list[BoardRow]:
    columns: dict[str, dict[str, Any]] = {}
    pauses: dict[str, set[tuple[PauseKind, str]]] = {}
    ends: dict[str, list[date]] = {}
    for row in connection.execute(query).mappings():
        values = dict(row)
        kind, paused, until = values.pop("kind"), values.pop("paused"), values.pop("until")
        columns[row["id"]] = values
        pauses.setdefault(row["id"], set()).update(
            [] if kind is None else [(PauseKind(kind), paused)]
        )
        ends.setdefault(row["id"], []).extend([] if until is None else [until])
    return [
        BoardRow(**values, pauses=frozenset(pauses[key]), pause_ends=min(ends[key], default=None))
        for key, values in columns.items()
    ]


def start_mailing(connection: Connection, board_id: str, day: date, transport: str) -> None:
    """Stores the day from which a Board mails, and the transport that was agreed to."""
    connection.execute(
        update(board)
        .where(board.c.id == board_id)
        .values(go_live=day, accepted_transport=transport)
    )


def start_all(connection: Connection, day: date, transport: str | None = None) -> None:
    """Stores for every Board the day from which it mails, and lets the next tick plan it anew."""
    values: dict[str, Any] = {"go_live": day, "planned_revision": 0}
    if transport is not None:
        values["accepted_transport"] = transport
    connection.execute(update(board).values(values))


def note_planned(connection: Connection, row: BoardRow, through: date) -> None:
    """Stores that a Board's planner, as its row has it, is planned up to a due date."""
    connection.execute(
        update(board)
        .where(board.c.id == row.id)
        .values(planned_revision=row.planner_revision, planned_through=through)
    )


def mute_others(connection: Connection, board_id: str) -> None:
    """Let no Board but one mail anybody: for a copy on which that one is tried out."""
    connection.execute(update(board).where(board.c.id != board_id).values(go_live=None))


def plan_afresh(connection: Connection, board_id: str) -> None:
    """Lets the next tick plan a Board anew, from its first day on."""
    connection.execute(update(board).where(board.c.id == board_id).values(planned_revision=0))
