"""How far the record of something due has come, so that a form made from it can be told of more.

A page puts the standing into its form; where it is another one when the form is sent, somebody
else recorded something meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from ...storage.schema.column_types import AnyRow
from ...storage.schema.occurrences import change, occurrence
from ..calendar.lines import parts


def standings(connection: Connection, board: str, keys: Collection[str]) -> dict[str, str]:
    """The standing of each key: how much is on record about it, and how often its date moved."""
    changes: dict[str, int] = {}
    revisions: dict[str, int] = {}
    for some in parts(keys):
        counted = connection.execute(
            select(change.c.subject, func.count().label("number"))
            .where(change.c.board == board, change.c.subject.in_(some))
            .group_by(change.c.subject)
        )
        changes |= {row.subject: row.number for row in counted}
        rows = connection.execute(
            select(occurrence.c.key, occurrence.c.due_revision).where(occurrence.c.key.in_(some))
        )
        revisions |= {row.key: row.due_revision for row in rows}
    return {key: f"{changes.get(key, 0)}.{revisions.get(key, 1)}" for key in keys}


def standing_of(connection: Connection, board: str, key: str) -> str:
    """The standing of one key."""
    return standings(connection, board, [key])[key]


def changes_at(standing: str) -> int:
    """How many changes were on record at a standing; 0 for what is none."""
    number = standing.partition(".")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0


def last_change(connection: Connection, board: str, key: str) -> AnyRow | None:
    """What was changed last about a key, as it is on record."""
    return connection.execute(
        select(change)
        .where(change.c.board == board, change.c.subject == key)
        .order_by(change.c.id.desc())
        .limit(1)
    ).first()
