"""The version of an item, so that a form can be told what was recorded since it was made.

A page puts the standing into its form; where it is another one when the form is sent, somebody
else recorded something meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from ...storage.change_log import change_counts
from ...storage.occurrences import due_revisions


def standings(connection: Connection, board: str, keys: Collection[str]) -> dict[str, str]:
    """The standing of each key: how much is on record about it, and how often its date moved."""
    changes = change_counts(connection, board, keys)
    revisions = due_revisions(connection, keys)
    return {key: f"{changes.get(key, 0)}.{revisions.get(key, 1)}" for key in keys}


def standing_of(connection: Connection, board: str, key: str) -> str:
    """The standing of one key."""
    return standings(connection, board, [key])[key]


def changes_at(standing: str) -> int:
    """How many changes were on record at a standing; 0 for what is none."""
    number = standing.partition(".")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
