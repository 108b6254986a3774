"""The contents of a backup, for the person who is asked whether to bring it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from ..boards import boards
from ..schema.mail import message
from ..schema.occurrences import change


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The names of a backup's Boards, and when something last happened in it."""

    boards: tuple[str, ...]
    latest: datetime | None


def contents_of(connection: Connection) -> Contents:
    """The contents of a database of today's tables."""
    # A message that goes out once more may have been made for a day that is still ahead.
    made_at = case((message.c.content.is_(None), message.c.made_at))
    newest = [
        connection.execute(select(func.max(column))).scalar()
        for column in (change.c.at, made_at, message.c.finished_at)
    ]
    return Contents(
        boards=tuple(row.name for row in boards(connection)),
        latest=max((moment for moment in newest if moment is not None), default=None),
    )
