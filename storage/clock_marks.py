"""Marks of the last good sweep: by them a clock is known that cannot be right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from .schema.planner import installation

PREFIX = "swept/"


# The marks of machines that have been started anew since are of no more use than the newest.
KEPT = timedelta(days=7)
MARKS = select(installation.c.name, installation.c.value).where(
    installation.c.name.startswith(PREFIX)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A good sweep: on which start of which machine, when, and after how many seconds of it."""

    boot: str
    at: datetime
    uptime: float


def marks(connection: Connection) -> list[Mark]:
    """The newest mark of every machine that worked lately."""
    found = []
    for row in connection.execute(MARKS):
        kept = json.loads(row.value)
        found.append(
            Mark(
                boot=row.name.removeprefix(PREFIX),
                at=datetime.fromisoformat(kept["at"]),
                uptime=kept["uptime"],
            )
        )
    return found


def leave_mark(connection: Connection, mark: Mark) -> None:
    """Makes `mark` the newest of its machine; those of machines long gone are cleared away."""
    name = f"{PREFIX}{mark.boot}"
    value = json.dumps({"at": mark.at.isoformat(), "uptime": mark.uptime})
    mine = installation.c.name == name
    if connection.execute(update(installation).where(mine).values(value=value)).rowcount:
        return
    gone = [each.boot for each in marks(connection) if each.at < mark.at - KEPT]
    connection.execute(
        delete(installation).where(installation.c.name.in_(f"{PREFIX}{boot}" for boot in gone))
    )
    connection.execute(insert(installation).values(name=name, value=value))


def forget_marks(connection: Connection) -> None:
    """Accepts the clock, whatever it says: the next sweep leaves the first mark anew."""
    connection.execute(delete(installation).where(installation.c.name.startswith(PREFIX)))
