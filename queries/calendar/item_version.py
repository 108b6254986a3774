"""The version of an item, so that a form can be told what was recorded since it was made.

A page puts the version into its form (the field "standing"); where it is another one when the
form is sent, somebody else recorded something meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from ...storage.change_log import change_counts
from ...storage.occurrences import due_revisions


def item_versions(connection: Connection, board: str, keys: Collection[str]) -> dict[str, str]:
    """The version of each key: how many changes are recorded, and how often its date moved."""
    changes = change_counts(connection, board, keys)
    revisions = due_revisions(connection, keys)
    return {key: f"{changes.get(key, 0)}.{revisions.get(key, 1)}" for key in keys}


def item_version(connection: Connection, board: str, key: str) -> str:
    """The version of one key."""
    return item_versions(connection, board, [key])[key]


def changes_in_version(version: str) -> int:
    """How many changes were recorded at a version; 0 where the text is no version."""
    number = version.partition(".")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
