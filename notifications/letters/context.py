"""What letters need to know besides their own rows, read in one go for many letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ...calendar.planner.model import Body
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import last_redatings
from ...storage.mail.ledger import revisions_sent
from ...storage.mail.messages import readers_reached
from ...storage.occurrences import owed_by, titles_met_by
from ...storage.replies.snoozes import resting
from ...storage.schema.column_types import AnyRow
from ..reminders.mailing_boards import LiveBoard
from ..reminders.recipients import roles_of

# "Also open" reminds of what is owed within about a month, not of the whole year.
ALSO_OPEN_WORKING_DAYS = 20


# The roles of readers, by their address.
RolesOfReaders = Mapping[str, Sequence[tuple[Body, RoleName]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterContext:
    """What many letters draw on.

    `changed` says by key and reader what changed since their last mail, `met_by` which titles a
    key settles as well, `open_of` what the bodies that readers lead owe near or past its date, by
    Board, `known_readers` whom a mail has reached before, `roles` which roles readers hold, by
    Board and address, and `resting` which of what is open its reader wants no reminder of yet.
    """

    changed: Mapping[tuple[str, str], str]
    met_by: Mapping[str, tuple[str, ...]]
    open_of: Mapping[str, Sequence[AnyRow]]
    known_readers: frozenset[str]
    roles: Mapping[str, RolesOfReaders]
    resting: frozenset[tuple[int, str]] = frozenset()


NO_CONTEXT = LetterContext(changed={}, met_by={}, open_of={}, known_readers=frozenset(), roles={})


def context_for(
    connection: Connection,
    boards: Iterable[LiveBoard],
    *,
    today: date,
    rows: Sequence[AnyRow],
    readers: Sequence[str],
    messages: Sequence[int],
) -> LetterContext:
    """What the letters of `messages` to `readers`, with these ledger rows, need."""
    live = list(boards)
    roles = {
        board.planner.board: {reader: roles_of(board.planner, reader, today) for reader in readers}
        for board in live
    }
    return LetterContext(
        changed=_changed(connection, [row for row in rows if row.due_revision > 1]),
        met_by=titles_met_by(connection, {row.key for row in rows}),
        open_of={
            board.planner.board: _open(connection, board, roles[board.planner.board], today)
            for board in live
        },
        known_readers=readers_reached(connection, readers, besides=messages),
        roles=roles,
        resting=resting(connection, readers, today),
    )


def _changed(connection: Connection, rows: Sequence[AnyRow]) -> dict[tuple[str, str], str]:
    """What changed, for the first mail of a due revision to each reader."""
    if not rows:
        return {}
    sent = revisions_sent(connection, {row.id for row in rows})
    untold = {
        (row.key, row.recipient)
        for row in rows
        if (row.id, row.due_revision, row.recipient) not in sent
    }
    changes = last_redatings(connection, {key for key, _ in untold})
    return {(key, reader): _in_words(changes[key]) for key, reader in untold if key in changes}


def _in_words(row: AnyRow) -> str:
    why = f": {row.why}" if row.why else ""
    if row.what is ChangeKind.RETURNED:
        return f"It was returned{why}"
    return f"The date was {long_date(date.fromisoformat(row.before))}{why}"


def _open(
    connection: Connection, board: LiveBoard, roles: RolesOfReaders, today: date
) -> Sequence[AnyRow]:
    led = {body.id for held in roles.values() for body, role in held if role is RoleName.CHAIR}
    if not led:
        return ()
    until = board.planner.days.shift(today, ALSO_OPEN_WORKING_DAYS)
    return owed_by(connection, board.planner.board, led, until)
