"""The hold: nothing is decided, composed or sent until a person says that it may go on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from .boards import boards
from .change_kinds import ChangeKind
from .change_log import note_change
from .schema.planner import installation

# Built once: every sweep and every mail asks.
HELD = select(installation.c.value).where(installation.c.name == "hold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Why nothing is sent, as a whole sentence; since when; who or what put it on hold.

    `after_restore`: a backup was brought back, so that what was sent since is not known.
    """

    why: str
    since: datetime
    who: str
    after_restore: bool = False


def hold_of(connection: Connection) -> Hold | None:
    """The hold in force, None where mails go out."""
    found = connection.execute(HELD).scalar()
    if found is None:
        return None
    kept = json.loads(found)
    return Hold(
        why=kept["why"],
        since=datetime.fromisoformat(kept["since"]),
        who=kept["who"],
        after_restore=kept.get("after_restore", False),
    )


def put_on_hold(
    connection: Connection,
    *,
    why: str,
    now: datetime,
    who: str = "boardcal",
    after_restore: bool = False,
) -> bool:
    """Stops every mail of the installation; False where it is on hold already.

    The first reason stays: it is what a person has to look at first.
    """
    if hold_of(connection) is not None:
        return False
    kept = {"why": why, "since": now.isoformat(), "who": who, "after_restore": after_restore}
    connection.execute(
        insert(installation).values(name="hold", value=json.dumps(kept, ensure_ascii=False))
    )
    for row in boards(connection):
        note_change(
            connection,
            board=row.id,
            subject=row.id,
            what=ChangeKind.PUT_ON_HOLD,
            why=why,
            now=now,
            who=who,
        )
    return True


def end_hold(connection: Connection, *, now: datetime, who: str) -> Hold | None:
    """Lets mails go on; the hold that was in force, None where there was none."""
    held = hold_of(connection)
    if held is None:
        return None
    connection.execute(delete(installation).where(installation.c.name == "hold"))
    for row in boards(connection):
        note_change(
            connection, board=row.id, subject=row.id, what=ChangeKind.HOLD_ENDED, now=now, who=who
        )
    return held
