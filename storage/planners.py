"""Planners in the database, stored entry by entry in the words of the planner file."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, delete, insert, select, update

from ..calendar.planner.builder import planner_of
from ..calendar.planner.entries import SINGLE, digest_of, entries_of
from ..calendar.planner.file_schema import PlannerFile
from ..calendar.planner.meetings_held import with_meetings_held
from ..calendar.planner.model import Planner
from ..core.errors import BoardcalError
from .boards import BoardRow, board_row
from .schema.planner import board, planner_entry, planner_import


class UnknownBoardError(BoardcalError):
    """A Board that has no planner in the database."""


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


def stored_entry(
    connection: Connection, board_id: str, kind: str, entry_id: str
) -> tuple[int, dict[str, Any]] | None:
    """The revision and the document of one entry of a Board's planner, or None."""
    row = connection.execute(
        select(planner_entry.c.revision, planner_entry.c.document).where(
            planner_entry.c.board == board_id,
            planner_entry.c.kind == kind,
            planner_entry.c.id == entry_id,
        )
    ).first()
    return None if row is None else (row.revision, row.document)


def store_planner(
    connection: Connection,
    content: PlannerFile,
    *,
    source: str,
    who: str,
    now: datetime,
    digest: str | None = None,
) -> None:
    """Stores `content` as the whole planner of its Board, and the import with its source.

    `digest` is that of the file, where it is another than that of `content`.
    """
    board_id = content.board.id
    save_content(connection, content)
    connection.execute(
        insert(planner_import).values(
            board=board_id, at=now, source=source, digest=digest or digest_of(content), who=who
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


def last_import(
    connection: Connection, board_id: str, *, sources: Collection[str] | None = None
) -> tuple[str, str] | None:
    """The digest and the source of a Board's last import, or of the last from `sources`."""
    imports = select(planner_import.c.digest, planner_import.c.source).where(
        planner_import.c.board == board_id
    )
    if sources is not None:
        imports = imports.where(planner_import.c.source.in_(sources))
    row = connection.execute(imports.order_by(planner_import.c.id.desc()).limit(1)).first()
    return None if row is None else cast(tuple[str, str], tuple(row))


def with_past_kept(connection: Connection, content: PlannerFile, today: date) -> PlannerFile:
    """`content` with the meetings that its Board has held as they are stored."""
    row = board_row(connection, content.board.id)
    stored = content_of(connection, content.board.id)
    since = None if row is None else held_before(row, today)
    return (
        content if stored is None or since is None else with_meetings_held(stored, content, since)
    )


def held_before(row: BoardRow, today: date) -> date | None:
    """The day before which meetings were held: today; None where emails have not begun."""
    return None if row.go_live is None or row.go_live > today else today


class PlannerCache:
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
