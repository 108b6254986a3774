"""The append-only log of changes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, insert

from .schema.occurrences import change


def note_change(
    connection: Connection,
    *,
    board: str,
    subject: str,
    what: str,
    now: datetime,
    who: str,
    before: object = None,
    after: object = None,
    why: str | None = None,
    on: date | None = None,
) -> None:
    """Adds to the record who changed what, when and why."""
    connection.execute(
        insert(change).values(
            board=board,
            subject=subject,
            what=what,
            at=now,
            who=who,
            before=None if before is None else str(before),
            after=None if after is None else str(after),
            why=why,
            on=on,
        )
    )
