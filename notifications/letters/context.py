"""What letters need to know besides their own rows, read in one go for many letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ...calendar.planner.model import Body
from ...calendar.planner.roles import RoleName
from ...calendar.rules.date_text import long_date
from ...calendar.rules.escalation import is_notice
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import last_redatings
from ...storage.mail.messages import readers_reached
from ...storage.mail.occurrence_mail import taken_over, told_of
from ...storage.occurrences import owed_by, titles_met_by
from ...storage.replies.snoozes import resting
from ...storage.schema.column_types import AnyRow
from ...wording.names import short_names
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
        changed=_taken_over(connection, live, rows)
        | _changed(connection, [row for row in rows if row.due_revision > 1]),
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
    """What changed since the last email about an item that each reader was sent."""
    if not rows:
        return {}
    told = {
        (mailed.occurrence_id, mailed.recipient): mailed
        for mailed in told_of(connection, {row.id for row in rows})
    }
    changes = last_redatings(connection, {row.key for row in rows})
    changed = {}
    for row in rows:
        words = _in_words(row, told.get((row.id, row.recipient)), changes.get(row.key))
        if words is not None:
            changed[row.key, row.recipient] = words
    return changed


def _taken_over(
    connection: Connection, boards: Iterable[LiveBoard], rows: Sequence[AnyRow]
) -> dict[tuple[str, str], str]:
    """Whose an item was until it was handed over, for readers who were mailed nothing of it yet."""
    former = taken_over(connection, {row.id for row in rows})
    told = {(mailed.occurrence_id, mailed.recipient) for mailed in told_of(connection, former)}
    planners = {board.planner.board: board.planner for board in boards}
    words = {}
    for row in rows:
        if row.id in former and (row.id, row.recipient) not in told:
            taken = former[row.id]
            [owner] = short_names(planners[row.board], [taken.owner]) or [taken.owner]
            words[row.key, row.recipient] = f"It was with {owner} until {long_date(taken.on)}"
    return words


def _in_words(row: AnyRow, told: AnyRow | None, change: AnyRow | None) -> str | None:
    """The difference from what a reader was told of `row` last, `told`; None where there is none.

    `change` is what gave the item its date last.
    """
    if change is None or (told is not None and told.due_revision == row.due_revision):
        return None
    why = f": {change.why}" if change.why else ""
    if change.what is ChangeKind.RETURNED:
        return f"It was returned{why}"
    if told is not None and is_notice(told.step):
        return _back(told, change, why)
    if told is None or told.due == row.due:
        return None
    return f"The date was {long_date(told.due)}{why}"


def _back(notice: AnyRow, change: AnyRow, why: str) -> str | None:
    """What changed since a reader was told that something is off; None where nothing did."""
    if change.at <= notice.decided_at:
        return None
    # Unless it was taken from them altogether, the notice named the date that it had by then.
    was = change.before if change.what is ChangeKind.MOVED else None
    if was not in (None, notice.due.isoformat()):
        return f"The date was {long_date(date.fromisoformat(was))}{why}"
    return f"You were told that it was off{why}"


def _open(
    connection: Connection, board: LiveBoard, roles: RolesOfReaders, today: date
) -> Sequence[AnyRow]:
    led = {body.id for held in roles.values() for body, role in held if role is RoleName.CHAIR}
    if not led:
        return ()
    until = board.planner.days.shift(today, ALSO_OPEN_WORKING_DAYS)
    return owed_by(connection, board.planner.board, led, until)
