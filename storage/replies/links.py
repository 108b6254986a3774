"""What the links in emails name, and how often something was changed by one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from ..occurrences import StoredOccurrence, stored_occurrences
from ..schema.occurrences import change, occurrence


def occurrence_named(connection: Connection, identity: str) -> StoredOccurrence | None:
    """The occurrence that a link names by its identity, or None."""
    rows = connection.execute(select(occurrence).where(occurrence.c.identity == identity))
    return next(iter(stored_occurrences(rows)), None)


def answers_since(connection: Connection, key: str, reader: str, moment: datetime) -> int:
    """How often a reader has changed something about an occurrence by links, after `moment`."""
    return connection.execute(
        select(func.count())
        .select_from(change)
        .where(
            change.c.subject == key,
            change.c.who == reader,
            change.c.by_link,
            change.c.at > moment,
        )
    ).scalar_one()
