"""Planners in the database: stored entry by entry, in the words of the planner file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, delete, func, insert, select, update

from ..calendar.errors import BoardcalError
from ..calendar.planner import Planner
from ..calendar.planner_entries import planner_of
from ..calendar.planner_file import PlannerFile
from .tables import board, planner_entry, planner_import

SINGLE = ("board", "plan", "working_days")
MANY = ("body", "event", "report", "action", "promise")


class UnknownBoardError(BoardcalError):
    """A Board that the database does not hold."""


BOARDS = select(board).order_by(board.c.id)
# One lock for all Boards, and one that is there before the first: PostgreSQL lets those who wait
# for it have it in their turn, which it does not for rows that many others share.
BOARDS_LOCK = 0x626F617264
HOLD = select(func.pg_advisory_xact_lock(BOARDS_LOCK))
SHARE = select(func.pg_advisory_xact_lock_shared(BOARDS_LOCK))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """One entry of a planner: its table in the file, its id there, and its content."""

    kind: str
    id: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A Board as stored: its planner's revision, and since when it mails."""

    id: str
    name: str
    go_live: Any
    accepted_transport: str | None
    planner_revision: int
    planned_revision: int
    planned_through: Any


def entries_of(content: PlannerFile) -> Iterator[StoredEntry]:
    """A planner file's content, entry by entry."""
    document = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for kind in SINGLE:
        yield StoredEntry(kind=kind, id=kind, document=document.get(kind, {}))
    for kind in MANY:
        for number, entry in enumerate(document.get(kind, []), start=1):
            yield StoredEntry(kind=kind, id=entry.get("id", str(number)), document=entry)


def digest_of(content: PlannerFile) -> str:
    """What tells one content from another; the same for a file that only looks different."""
    entries = [[each.kind, each.id, each.document] for each in entries_of(content)]
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()


def boards(connection: Connection) -> list[BoardRow]:
    """Every Board, in the order of their ids."""
    return [BoardRow(**row) for row in connection.execute(BOARDS).mappings()]


def hold_boards(connection: Connection) -> None:
    """Lets no other daemon or command decide or record anything until this transaction ends.

    SQLite's writers take turns anyway; PostgreSQL has to be asked.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(HOLD)


def share_boards(connection: Connection) -> None:
    """Lets nobody decide or record anything until this transaction ends; others may share.

    For those who send: what they looked at stays so until they have noted what they do.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(SHARE)


def board_row(connection: Connection, board_id: str) -> BoardRow | None:
    """One Board, or None."""
    found = connection.execute(select(board).where(board.c.id == board_id)).mappings().first()
    return None if found is None else BoardRow(**found)


def content_of(connection: Connection, board_id: str) -> PlannerFile | None:
    """The content of a Board's planner as a file would hold it, or None."""
    rows = connection.execute(
        select(planner_entry.c.kind, planner_entry.c.document)
        .where(planner_entry.c.board == board_id)
        .order_by(planner_entry.c.position)
    ).all()
    if not rows:
        return None
    document: dict[str, Any] = {}
    for kind, entry in rows:
        if kind in SINGLE:
            document[kind] = entry
        else:
            document.setdefault(kind, []).append(entry)
    return PlannerFile.model_validate(document)


def store_planner(
    connection: Connection, content: PlannerFile, *, source: str, who: str, now: datetime
) -> None:
    """Makes `content` the whole planner of its Board, and notes the import."""
    board_id = content.board.id
    save_content(connection, content)
    connection.execute(
        insert(planner_import).values(
            board=board_id, at=now, source=source, digest=digest_of(content), who=who
        )
    )


def save_content(connection: Connection, content: PlannerFile) -> None:
    """Stores `content` as its Board's planner; what is unchanged keeps its revision."""
    board_id = content.board.id
    if board_row(connection, board_id) is None:
        connection.execute(insert(board).values(id=board_id, name=content.board.name))
    else:
        connection.execute(
            update(board)
            .where(board.c.id == board_id)
            .values(name=content.board.name, planner_revision=board.c.planner_revision + 1)
        )
    revisions = {
        (row.kind, row.id): (row.revision, row.document)
        for row in connection.execute(
            select(planner_entry).where(planner_entry.c.board == board_id)
        )
    }
    connection.execute(delete(planner_entry).where(planner_entry.c.board == board_id))
    connection.execute(
        insert(planner_entry),
        [
            {
                "board": board_id,
                "kind": entry.kind,
                "id": entry.id,
                "position": position,
                "revision": _revision(revisions.get((entry.kind, entry.id)), entry.document),
                "document": entry.document,
            }
            for position, entry in enumerate(entries_of(content), start=1)
        ],
    )


def _revision(before: tuple[int, Any] | None, document: dict[str, Any]) -> int:
    if before is None:
        return 1
    revision, stored = before
    return revision if stored == document else revision + 1


def last_import(connection: Connection, board_id: str) -> tuple[str, str] | None:
    """The digest and the source of a Board's last import, or None."""
    found = connection.execute(
        select(planner_import.c.digest, planner_import.c.source)
        .where(planner_import.c.board == board_id)
        .order_by(planner_import.c.id.desc())
        .limit(1)
    ).first()
    return None if found is None else cast(tuple[str, str], tuple(found))


class PlannerShelf:
    """Planners read from the database, kept as long as their revision stands."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, PlannerFile, Planner]] = {}

    def get(self, connection: Connection, row: BoardRow) -> Planner:
        """The planner of a Board."""
        return self._entry(connection, row)[2]

    def content(self, connection: Connection, row: BoardRow) -> PlannerFile:
        """The planner of a Board in the file's words."""
        return self._entry(connection, row)[1]

    def _entry(self, connection: Connection, row: BoardRow) -> tuple[int, PlannerFile, Planner]:
        known = self._known.get(row.id)
        if known is None or known[0] != row.planner_revision:
            content = content_of(connection, row.id)
            if content is None:
                raise UnknownBoardError(
                    f'There is no planner for the Board "{row.id}"; import one.'
                )
            known = (row.planner_revision, content, planner_of(content))
            self._known[row.id] = known
        return known
