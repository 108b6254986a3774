"""The hold: no mail is decided, composed or sent until a person ends it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from .backup.revived import Revived, RevivedKind
from .boards import boards
from .change_kinds import ChangeKind
from .change_log import note_change
from .schema.planner import installation

# Built once: every sweep and every mail asks.
HELD = select(installation.c.value).where(installation.c.name == "hold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold in force: `why` as a whole sentence, since when, and by whom.

    `after_restore`: a backup was restored, or the database or the machine went back by itself, so
    that mails may have been sent which are not known here.
    `revived` is what had been ended after the backup was made; None: not known.
    """

    why: str
    since: datetime
    who: str
    after_restore: bool = False
    revived: Sequence[Revived] | None = ()


def hold_of(connection: Connection) -> Hold | None:
    """The hold in force, None where mails go out."""
    value = connection.execute(HELD).scalar()
    if value is None:
        return None
    stored = json.loads(value)
    revived = stored.get("revived", ())
    return Hold(
        why=stored["why"],
        since=datetime.fromisoformat(stored["since"]),
        who=stored["who"],
        after_restore=stored.get("after_restore", False),
        revived=None
        if revived is None
        else [Revived(kind=RevivedKind(kind), name=name) for kind, name in revived],
    )


def put_on_hold(
    connection: Connection,
    *,
    why: str,
    now: datetime,
    who: str = "boardcal",
    after_restore: bool = False,
    revived: Sequence[Revived] | None = (),
) -> bool:
    """Puts the installation on hold; False where it is already.

    The first reason stays, for it is what a person has to look at first.
    """
    if hold_of(connection) is not None:
        return False
    hold = {
        "why": why,
        "since": now.isoformat(),
        "who": who,
        "after_restore": after_restore,
        "revived": None if revived is None else [(thing.kind, thing.name) for thing in revived],
    }
    connection.execute(
        insert(installation).values(name="hold", value=json.dumps(hold, ensure_ascii=False))
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
    """Ends the hold; the one that was in force, or None."""
    held = hold_of(connection)
    if held is None:
        return None
    connection.execute(delete(installation).where(installation.c.name == "hold"))
    for row in boards(connection):
        note_change(
            connection, board=row.id, subject=row.id, what=ChangeKind.HOLD_ENDED, now=now, who=who
        )
    return held
