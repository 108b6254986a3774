"""Events that happened and items that were raised: due dates follow from both."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from ..calendar.rules.as_required import Happened, Raised
from ..calendar.rules.due_dates import Event
from .schema.occurrences import event, raised

FIELDS = ("ref", "number", "owner", "on", "day", "body", "slot", "mark")


def new_mark() -> str:
    """32 random bits as text, which tell two things apart that were given one number.

    A number is given again once a backup is brought back, and what was published under it stays.
    """
    return secrets.token_hex(4)


def happened(connection: Connection, board_id: str) -> list[Happened]:
    """Everything recorded in a Board that due dates follow from."""
    return [*recorded_events(connection, board_id), *raised_of(connection, board_id)]


def raised_of(connection: Connection, board_id: str, ref: str | None = None) -> list[Raised]:
    """The raises of a Board, or of one report or action, by ref and then oldest first."""
    query = select(*(raised.c[name] for name in FIELDS)).where(raised.c.board == board_id)
    if ref is not None:
        query = query.where(raised.c.ref == ref)
    rows = connection.execute(query.order_by(raised.c.ref, raised.c.number))
    return [Raised(**row) for row in rows.mappings()]


def add_raised(
    connection: Connection, board_id: str, new: Raised, *, at: datetime, who: str, why: str
) -> None:
    """Stores a raise; the primary key refuses a number that another raise has taken."""
    values: dict[str, str | int | date | None] = {name: getattr(new, name) for name in FIELDS}
    connection.execute(insert(raised).values(board=board_id, at=at, who=who, why=why, **values))


def last_raised(connection: Connection, board_id: str, ref: str) -> tuple[Raised, str, str] | None:
    """The last raise of a report or action, by whom and why; None where there is none."""
    row = (
        connection.execute(
            select(*(raised.c[name] for name in FIELDS), raised.c.who, raised.c.why)
            .where(raised.c.board == board_id, raised.c.ref == ref)
            .order_by(raised.c.number.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    return Raised(**{name: row[name] for name in FIELDS}), row["who"], row["why"]


def add_event(connection: Connection, board_id: str, new: Event, *, at: datetime, who: str) -> None:
    """Stores that an event happened; the primary key refuses a number that is taken."""
    connection.execute(
        insert(event).values(
            board=board_id,
            name=new.name,
            number=new.number,
            on=new.on,
            at=at,
            who=who,
            mark=new.mark,
        )
    )


def recorded_events(connection: Connection, board_id: str) -> list[Event]:
    """The awaited events that the secretariat recorded, by name and number."""
    rows = connection.execute(
        select(event.c.name, event.c.number, event.c.on, event.c.mark)
        .where(event.c.board == board_id)
        .order_by(event.c.name, event.c.number)
    )
    return [Event(**row) for row in rows.mappings()]
