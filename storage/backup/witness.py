"""What a database held, noted in a file beside the secret, so that one that went back is noticed.

A file that was put back by hand, a server restored by whoever looks after it, a log that was
lost: such a database knows nothing of the mails that left since, and would send them again. The
record of changes and of attempts is only added to, so its highest numbers tell. The file says too
that there was a database at all where that is gone.
"""

from __future__ import annotations

import json
import os
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select

from ..database.errors import DatabaseError
from ..schema.mail import attempt
from ..schema.occurrences import change
from ..schema.planner import installation

# A database that a person accepted as it is begins a history of its own, and keeps the names of
# those that it comes after, the newest first: what was noted of one of them is not compared with
# it. One that does not know the history that was noted last is older than that.
HISTORY = "history"
MOST_HISTORIES = 50
HELD = select(
    select(installation.c.value).where(installation.c.name == "id").scalar_subquery(),
    select(installation.c.value).where(installation.c.name == HISTORY).scalar_subquery(),
    select(func.max(attempt.c.id)).scalar_subquery(),
    select(func.max(change.c.id)).scalar_subquery(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A database as it was last seen: whose it is, and the highest numbers of its record.

    `history` names its own history and those that it comes after, with commas between.
    """

    installation: str
    history: str
    attempts: int
    changes: int

    def is_ahead_of(self, other: Seen) -> bool:
        """Whether `other`, of the same installation, had not come so far, or is from before."""
        if self.installation != other.installation:
            return False
        own, theirs = self.history.split(",")[0], other.history.split(",")
        if own != theirs[0]:
            return own not in theirs
        return self.attempts > other.attempts or self.changes > other.changes


@dataclass(slots=True)
class Witness:
    """Remembers, in `file` and in memory, what the database held. A file that fails is let be."""

    file: Path
    seen: Seen | None = field(init=False, default=None)
    at: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Reads what an earlier run noted; nothing where there is no such note or half of one."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            stored = json.loads(self.file.read_text(encoding="utf-8"))
            self.at = datetime.fromisoformat(stored.pop("at"))
            self.seen = Seen(**stored)

    def misses(self, connection: Connection) -> bool:
        """Whether the database knows less than it did."""
        return self.seen is not None and self.seen.is_ahead_of(_held(connection))

    def note(self, connection: Connection, now: datetime) -> None:
        """Notes what the database holds `now`, where that is something else."""
        held = _held(connection)
        if held == self.seen and self.file.exists():
            return
        self.seen, self.at = held, now
        draft = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        with suppress(OSError):
            # Who could write it could have everything put on hold.
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(asdict(held) | {"at": now.isoformat()}), encoding="utf-8")
            draft.replace(self.file)

    def require_begun(self, database: str, *, is_begun: bool) -> None:
        """Raises DatabaseError where there was an installation and `database` holds none."""
        if self.seen is None or is_begun:
            return
        raise DatabaseError(
            f"The database {database} is gone or empty, and boardcal has been at work with one "
            "here; put it back, or bring back the last backup with `boardcal restore FILE`. To "
            f"begin anew instead, which mails everybody afresh, remove {self.file}."
        )


def begin_history(connection: Connection, seen: Seen | None) -> None:
    """Lets what follows count as a history of its own, which comes after the one last `seen`."""
    of_history = installation.c.name == HISTORY
    before = connection.execute(select(installation.c.value).where(of_history)).scalar() or ""
    known = "" if seen is None else seen.history
    names = dict.fromkeys([uuid.uuid4().hex, *known.split(","), *before.split(",")])
    history = ",".join(list(names)[:MOST_HISTORIES])
    connection.execute(delete(installation).where(of_history))
    connection.execute(insert(installation).values(name=HISTORY, value=history))


def _held(connection: Connection) -> Seen:
    identity, history, attempts, changes = connection.execute(HELD).one()
    return Seen(
        installation=identity or "",
        history=history or "",
        attempts=attempts or 0,
        changes=changes or 0,
    )
