"""Events as feeds published them last, with the SEQUENCE of each (RFC 5545 3.8.7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from ...calendar.status import Status
from ..change_kinds import ChangeKind
from ..database.batches import batches
from ..database.upsert import insert_for
from ..schema.accounts import published_event
from ..schema.occurrences import change
from ..schema.planner import planner_import

# What is noted of an occurrence when its day or its words change.
OWN_CHANGES = (ChangeKind.MOVED, ChangeKind.EXTENDED, ChangeKind.VOID, ChangeKind.RESTORED)
MEETING_CHANGES = (
    ChangeKind.MEETING_MOVED,
    ChangeKind.MEETING_CANCELLED,
    ChangeKind.MEETING_ADDED,
)


GONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An event as it was published last: a digest of its text, its SEQUENCE, its last change.

    Of one that went out of the feeds the digest is GONE.
    """

    digest: str
    sequence: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardMoments:
    """When a Board's planner was first brought in, when anything changed, the newest hold."""

    first: datetime
    last: datetime
    hold: datetime | None


def published_events(connection: Connection, board: str) -> dict[str, Published]:
    """What is noted of a Board's events, by key."""
    columns = (published_event.c[name] for name in ("key", "digest", "sequence", "changed_at"))
    rows = connection.execute(select(*columns).where(published_event.c.board == board))
    return {
        key: Published(digest=digest, sequence=sequence, changed_at=at)
        for key, digest, sequence, at in rows
    }


def save_published(connection: Connection, board: str, events: Mapping[str, Published]) -> None:
    """Notes events; where another daemon noted a later change, that one stays."""
    if not events:
        return
    statement = insert_for(connection, published_event)
    names = ("digest", "sequence", "changed_at")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={name: statement.excluded[name] for name in names},
            where=published_event.c.sequence < statement.excluded.sequence,
        ),
        [
            {
                "key": key,
                "board": board,
                "digest": event.digest,
                "sequence": event.sequence,
                "changed_at": event.changed_at,
            }
            for key, event in events.items()
        ],
    )


def board_moments(connection: Connection, board: str) -> BoardMoments:
    """The moments that an event's own change is measured against."""
    mine = planner_import.c.board == board
    imported = select(func.min(planner_import.c.at), func.max(planner_import.c.at)).where(mine)
    first, newest = connection.execute(imported).one()
    changed = select(func.min(change.c.at), func.max(change.c.at)).where(change.c.board == board)
    earliest, last = connection.execute(changed).one()
    # A database brought back from a backup is put on hold: what was said since is not in it.
    held = select(func.max(change.c.at)).where(
        change.c.board == board, change.c.what == ChangeKind.PUT_ON_HOLD
    )
    moments = [moment for moment in (first, newest, earliest, last) if moment is not None]
    if not moments:
        raise LookupError(board)
    return BoardMoments(
        first=first or min(moments),
        last=max(moments),
        hold=connection.execute(held).scalar(),
    )


def changed_at(connection: Connection, board: str, subjects: Iterable[str]) -> dict[str, datetime]:
    """When each occurrence last changed its day or its words, or each body a meeting of it."""
    waived = or_(change.c.before == Status.WAIVED, change.c.after == Status.WAIVED)
    newest: dict[str, datetime] = {}
    for batch in batches(subjects):
        rows = connection.execute(
            select(change.c.subject, func.max(change.c.at).label("at"))
            .where(
                change.c.board == board,
                change.c.subject.in_(batch),
                or_(change.c.what.in_((*OWN_CHANGES, *MEETING_CHANGES)), waived),
            )
            .group_by(change.c.subject)
        )
        newest |= {row.subject: row.at for row in rows}
    return newest


def returned_at(connection: Connection, board: str) -> dict[str, datetime]:
    """When what may have been called off in between was changed last.

    By an occurrence's key, or "BODY DAY" for a meeting that was added, perhaps once more.
    """
    # A new date that somebody gives brings nothing back.
    came = {*OWN_CHANGES, ChangeKind.MEETING_ADDED} - {ChangeKind.EXTENDED}
    rows = connection.execute(
        select(change.c.subject, change.c.what, change.c.after, func.max(change.c.at).label("at"))
        .where(change.c.board == board, change.c.what.in_(came))
        .group_by(change.c.subject, change.c.what, change.c.after)
    )
    returned: dict[str, datetime] = {}
    for row in rows:
        is_meeting = row.what is ChangeKind.MEETING_ADDED
        name = f"{row.subject} {row.after}" if is_meeting else row.subject
        returned[name] = max(row.at, returned.get(name, row.at))
    return returned
