"""What letters need to know besides their own rows, read in one go for many letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Date, bindparam, select

from ...calendar.occurrences import Kind
from ...calendar.planner.model import Body, RoleName
from ...calendar.rules.date_text import long_date
from ...calendar.status import OWED
from ...storage.change_kinds import ChangeKind
from ...storage.message_states import ARRIVED
from ...storage.schema.column_types import AnyRow
from ...storage.schema.mail import ledger, message
from ...storage.schema.occurrences import change, occurrence, snooze
from ..reminders.mailing_boards import LiveBoard
from ..reminders.recipients import roles_of

# "Also open" reminds of what is owed within about a month, not of the whole year.
ALSO_OPEN_WORKING_DAYS = 20


# The roles of readers, by their address.
RolesOfReaders = Mapping[str, Sequence[tuple[Body, RoleName]]]
OPEN_COLUMNS = ("id", "ref", "owner", "title", "due", "precision", "extended")


# Built once: they run for every mail.
OPEN_NOW = (
    select(*(occurrence.c[name] for name in OPEN_COLUMNS))
    .where(
        occurrence.c.board == bindparam("board"),
        occurrence.c.owner.in_(bindparam("owners", expanding=True)),
        occurrence.c.state.in_(OWED),
        occurrence.c.due <= bindparam("until", type_=Date),
        occurrence.c.kind != Kind.REVIEW.value,
        occurrence.c.met_by.is_(None),
    )
    .order_by(occurrence.c.due, occurrence.c.key)
)
MET_BY = (
    select(occurrence.c.met_by, occurrence.c.title)
    .where(occurrence.c.met_by.in_(bindparam("keys", expanding=True)), occurrence.c.state.in_(OWED))
    .order_by(occurrence.c.key)
)
RESTING = (
    select(snooze.c.occurrence_id, snooze.c.recipient)
    .join(occurrence, snooze.c.occurrence_id == occurrence.c.id)
    .where(
        snooze.c.recipient.in_(bindparam("readers", expanding=True)),
        snooze.c.until > bindparam("today", type_=Date),
        snooze.c.due_revision == occurrence.c.due_revision,
    )
)
KNOWN = (
    select(message.c.recipient)
    .where(
        message.c.recipient.in_(bindparam("readers", expanding=True)),
        message.c.id.not_in(bindparam("messages", expanding=True)),
        message.c.state.in_(ARRIVED),
    )
    .distinct()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
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


NO_MATERIALS = Materials(changed={}, met_by={}, open_of={}, known_readers=frozenset(), roles={})


def materials_for(
    connection: Connection,
    boards: Iterable[LiveBoard],
    *,
    today: date,
    rows: Sequence[AnyRow],
    readers: Sequence[str],
    messages: Sequence[int],
) -> Materials:
    """What the letters of `messages` to `readers`, with these ledger rows, need."""
    known_boards = list(boards)
    roles = {
        each.planner.board: {reader: roles_of(each.planner, reader, today) for reader in readers}
        for each in known_boards
    }
    return Materials(
        changed=_changed(connection, [row for row in rows if row.due_revision > 1]),
        met_by=_met_by(connection, {row.key for row in rows}),
        open_of={
            each.planner.board: _open(connection, each, roles[each.planner.board], today)
            for each in known_boards
        },
        known_readers=_known(connection, readers, messages),
        roles=roles,
        resting=_resting(connection, readers, today),
    )


def _changed(connection: Connection, rows: Sequence[AnyRow]) -> dict[tuple[str, str], str]:
    """What changed, for the first mail of a due revision to each reader."""
    if not rows:
        return {}
    told = connection.execute(
        select(ledger.c.occurrence_id, ledger.c.due_revision, ledger.c.recipient)
        .where(ledger.c.occurrence_id.in_({row.id for row in rows}), ledger.c.state == "sent")
        .distinct()
    ).all()
    already = {tuple(row) for row in told}
    untold = {
        (row.key, row.recipient)
        for row in rows
        if (row.id, row.due_revision, row.recipient) not in already
    }
    changes = connection.execute(
        select(change.c.subject, change.c.what, change.c.before, change.c.why)
        .where(
            change.c.subject.in_({key for key, _ in untold}),
            change.c.what.in_((ChangeKind.MOVED, ChangeKind.EXTENDED, ChangeKind.RETURNED)),
        )
        .order_by(change.c.id)
    )
    words = {row.subject: _in_words(row) for row in changes}
    return {(key, reader): words[key] for key, reader in untold if key in words}


def _in_words(row: AnyRow) -> str:
    why = f": {row.why}" if row.why else ""
    if row.what is ChangeKind.RETURNED:
        return f"It was returned{why}"
    return f"The date was {long_date(date.fromisoformat(row.before))}{why}"


def _met_by(connection: Connection, keys: set[str]) -> dict[str, tuple[str, ...]]:
    if not keys:
        return {}
    rows = connection.execute(MET_BY, {"keys": sorted(keys)})
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.met_by] += (row.title,)
    return dict(found)


def _open(
    connection: Connection, board: LiveBoard, roles: RolesOfReaders, today: date
) -> Sequence[AnyRow]:
    led = {body.id for held in roles.values() for body, role in held if role is RoleName.CHAIR}
    if not led:
        return ()
    until = board.planner.days.shift(today, ALSO_OPEN_WORKING_DAYS)
    asked = {"board": board.planner.board, "owners": sorted(led), "until": until}
    return connection.execute(OPEN_NOW, asked).all()


def _known(
    connection: Connection, readers: Sequence[str], messages: Sequence[int]
) -> frozenset[str]:
    asked = {"readers": list(readers), "messages": list(messages)}
    return frozenset(connection.execute(KNOWN, asked).scalars())


def _resting(
    connection: Connection, readers: Sequence[str], today: date
) -> frozenset[tuple[int, str]]:
    rows = connection.execute(RESTING, {"readers": list(readers), "today": today})
    return frozenset((row.occurrence_id, row.recipient) for row in rows)
