"""Marks of the last good sweep, against which a clock that must be wrong is recognised."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from .schema.planner import installation

PREFIX = "swept/"


# A restarted machine leaves marks under a new name; old ones only tell that time went on.
KEPT = timedelta(days=7)
MARKS = select(installation.c.name, installation.c.value).where(
    installation.c.name.startswith(PREFIX)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A good sweep: `boot` names a start of a machine, `uptime` the seconds since then."""

    boot: str
    at: datetime
    uptime: float


def marks(connection: Connection) -> list[Mark]:
    """The newest mark of each start of a machine, of the last KEPT."""
    newest = []
    for row in connection.execute(MARKS):
        stored = json.loads(row.value)
        newest.append(
            Mark(
                boot=row.name.removeprefix(PREFIX),
                at=datetime.fromisoformat(stored["at"]),
                uptime=stored["uptime"],
            )
        )
    return newest


def leave_mark(connection: Connection, mark: Mark) -> None:
    """Stores `mark` as the newest of its machine; marks older than KEPT are removed."""
    name = f"{PREFIX}{mark.boot}"
    value = json.dumps({"at": mark.at.isoformat(), "uptime": mark.uptime})
    mine = installation.c.name == name
    if connection.execute(update(installation).where(mine).values(value=value)).rowcount:
        return
    old = [earlier.boot for earlier in marks(connection) if earlier.at < mark.at - KEPT]
    connection.execute(
        delete(installation).where(installation.c.name.in_(f"{PREFIX}{boot}" for boot in old))
    )
    connection.execute(insert(installation).values(name=name, value=value))


def forget_marks(connection: Connection) -> None:
    """Removes all marks, so that the next sweep accepts the clock as it is."""
    connection.execute(delete(installation).where(installation.c.name.startswith(PREFIX)))
