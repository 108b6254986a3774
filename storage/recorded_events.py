"""What people recorded that due dates follow from: events that happened, and what was raised."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from ..calendar.rules.as_required import Happened, Raised
from ..calendar.rules.due_dates import Event
from .schema.occurrences import event, raised

FIELDS = ("ref", "number", "owner", "on", "day", "body", "slot")


def happened(connection: Connection, board_id: str) -> list[Happened]:
    """Everything recorded in a Board that due dates follow from."""
    return [*recorded_events(connection, board_id), *raised_of(connection, board_id)]


def raised_of(connection: Connection, board_id: str, ref: str | None = None) -> list[Raised]:
    """What was raised in a Board, or of one report or action of it, each the oldest first."""
    wanted = select(*(raised.c[name] for name in FIELDS)).where(raised.c.board == board_id)
    if ref is not None:
        wanted = wanted.where(raised.c.ref == ref)
    rows = connection.execute(wanted.order_by(raised.c.ref, raised.c.number))
    return [Raised(**row) for row in rows.mappings()]


def add_raised(
    connection: Connection, board_id: str, each: Raised, *, at: datetime, who: str, why: str
) -> None:
    """Keeps that something was raised; the database refuses a number that is taken."""
    kept: dict[str, str | int | date | None] = {name: getattr(each, name) for name in FIELDS}
    connection.execute(insert(raised).values(board=board_id, at=at, who=who, why=why, **kept))


def last_raised(connection: Connection, board_id: str, ref: str) -> tuple[Raised, str, str] | None:
    """What was raised last of a report or action, by whom and why; None where nothing was."""
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
    """Keeps that an awaited event happened; the database refuses a number that is taken."""
    connection.execute(
        insert(event).values(
            board=board_id, name=new.name, number=new.number, on=new.on, at=at, who=who
        )
    )


def recorded_events(connection: Connection, board_id: str) -> list[Event]:
    """What the secretariat recorded as having happened."""
    rows = connection.execute(
        select(event.c.name, event.c.number, event.c.on)
        .where(event.c.board == board_id)
        .order_by(event.c.name, event.c.number)
    )
    return [Event(name=row.name, number=row.number, on=row.on) for row in rows]
