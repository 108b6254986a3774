"""What the links in emails name."""

from __future__ import annotations

from sqlalchemy import Connection, select

from ..occurrences import StoredOccurrence, stored_occurrences
from ..schema.occurrences import occurrence


def occurrence_named(connection: Connection, identity: str) -> StoredOccurrence | None:
    """The occurrence that a link names by its identity, or None."""
    rows = connection.execute(select(occurrence).where(occurrence.c.identity == identity))
    return next(iter(stored_occurrences(rows)), None)
