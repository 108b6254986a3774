"""The messages that speak of a Board: listed, counted, looked into."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, String, cast, func, literal, or_, select

from ..change_kinds import ChangeKind
from ..database.batches import batches
from ..message_states import DONE, MessageState
from ..schema.column_types import AnyRow
from ..schema.mail import answer_request, attempt, ledger, message, overview
from ..schema.occurrences import change, occurrence

# How the record of changes names a message: "mail/12".
MAIL = "mail"

# What a message carries besides ledger rows; each row says of which Board it is.
OF_A_BOARD = (overview, answer_request)

# The bytes of a message are read only where one is shown.
COLUMNS = tuple(column for column in message.c if column.name != "content")
LIVE = message.c.state != MessageState.SUPERSEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages of a Board to list; None takes all."""

    recipient: str | None = None
    states: Collection[MessageState] | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What some messages carry: how many ledger rows, and of which Boards, by message."""

    items: dict[int, int] = field(default_factory=dict)
    boards: dict[int, set[str]] = field(default_factory=dict)


def subject_of(message_id: int) -> str:
    """What the record of changes calls a message."""
    return f"{MAIL}/{message_id}"


def message_of_subject(subject: str) -> int | None:
    """The message that a change is about, or None where it is about something else."""
    name, _, number = subject.partition("/")
    return int(number) if name == MAIL and number.isdecimal() else None


def count_messages(connection: Connection, board: str, chosen: MessageFilter) -> int:
    """How many messages speak of a Board."""
    counted = select(func.count(message.c.id)).where(_speaks_of(board), *_conditions(chosen))
    return connection.execute(counted).scalar() or 0


def list_messages(
    connection: Connection, board: str, chosen: MessageFilter, *, limit: int, offset: int
) -> Sequence[AnyRow]:
    """The messages that speak of a Board, without their bytes, the newest first."""
    return connection.execute(
        select(*COLUMNS)
        .where(_speaks_of(board), *_conditions(chosen))
        .order_by(message.c.day.desc(), message.c.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()


def board_message(connection: Connection, board: str, message_id: int) -> AnyRow | None:
    """One message with its bytes; None where there is none that speaks of the Board."""
    return connection.execute(
        select(message).where(message.c.id == message_id, _speaks_of(board))
    ).first()


def recipients_of(connection: Connection, board: str) -> Sequence[str]:
    """Everybody to whom a message about a Board was addressed, by address."""
    addresses = select(message.c.recipient).where(_speaks_of(board)).distinct()
    return connection.execute(addresses.order_by(message.c.recipient)).scalars().all()


def count_by_state(connection: Connection, board: str) -> dict[MessageState, int]:
    """How many messages about a Board are in each state."""
    rows = connection.execute(
        select(message.c.state, func.count(message.c.id).label("number"))
        .where(_speaks_of(board))
        .group_by(message.c.state)
    )
    return {row.state: row.number for row in rows}


def undelivered(
    connection: Connection,
    board: str,
    *,
    waiting_before: date | None = None,
    as_decided: bool = True,
) -> Iterable[AnyRow]:
    """Messages in trouble; one that was refused while no later one has reached its reader.

    With `waiting_before` those that wait for another attempt only where they are of earlier days.
    With `as_decided` also those whose rows have all gone into a later message since, where a
    person decided about them.
    """
    later = message.alias()
    reached = select(later.c.id).where(
        later.c.recipient == message.c.recipient,
        later.c.id > message.c.id,
        later.c.state.in_(DONE),
    )
    refused = (message.c.state == MessageState.FAILED) & ~reached.exists()
    waiting = message.c.state == MessageState.DEFERRED
    if waiting_before is not None:
        waiting &= message.c.day < waiting_before
    uncertain = message.c.state == MessageState.UNCERTAIN
    return connection.execute(
        select(*COLUMNS)
        .where(_speaks_of(board) if as_decided else _carries(board), refused | waiting | uncertain)
        .order_by(message.c.day, message.c.id)
    )


def newest_messages_to(connection: Connection, addresses: Iterable[str]) -> dict[str, AnyRow]:
    """The newest message to each address that was not given up before it went out."""
    rows: dict[str, AnyRow] = {}
    for batch in batches(addresses):
        newest = (
            select(func.max(message.c.id))
            .where(LIVE, message.c.recipient.in_(batch))
            .group_by(message.c.recipient)
        )
        messages = connection.execute(select(*COLUMNS).where(message.c.id.in_(newest)))
        rows |= {row.recipient: row for row in messages}
    return rows


def carried_by(connection: Connection, messages: Collection[int]) -> Carried:
    """How many things messages are about, and of which Boards."""
    carried = Carried()
    due = (
        select(ledger.c.message_id, occurrence.c.board, func.count(ledger.c.id))
        .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
        .where(ledger.c.message_id.in_(messages))
        .group_by(ledger.c.message_id, occurrence.c.board)
    )
    for number, board, count in connection.execute(due):
        carried.items[number] = carried.items.get(number, 0) + count
        carried.boards.setdefault(number, set()).add(board)
    for table in OF_A_BOARD:
        rows = select(table.c.message_id, table.c.board).where(table.c.message_id.in_(messages))
        for number, board in connection.execute(rows):
            carried.boards.setdefault(number, set()).add(board)
    # What went into a later message is in the text of this one all the same.
    decided = select(change.c.subject, change.c.board).where(
        change.c.subject.in_([subject_of(number) for number in messages])
    )
    for subject, board in connection.execute(decided):
        decided_about = message_of_subject(subject)
        if decided_about is not None:
            carried.boards.setdefault(decided_about, set()).add(board)
    return carried


def ledger_rows_in(connection: Connection, message_id: int) -> Sequence[AnyRow]:
    """The ledger rows of a message, each with its occurrence's key, title, owner and kind."""
    return connection.execute(
        select(ledger, occurrence.c.key, occurrence.c.title, occurrence.c.owner, occurrence.c.kind)
        .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
        .where(ledger.c.message_id == message_id)
        .order_by(ledger.c.id)
    ).all()


def requests_in(connection: Connection, message_id: int) -> Sequence[AnyRow]:
    """The requests that a message tells of: `identity`, `board`, and the occurrence's `title`."""
    return connection.execute(
        select(answer_request.c.identity, answer_request.c.board, occurrence.c.title)
        .join(occurrence, answer_request.c.occurrence_id == occurrence.c.id)
        .where(answer_request.c.message_id == message_id)
        .order_by(answer_request.c.id)
    ).all()


def was_downloaded(
    connection: Connection, message_id: int, board: str, who: str, *, since: datetime
) -> bool:
    """Whether it is noted for a Board that somebody took a message's file after a moment."""
    noted = select(change.c.id).where(
        change.c.subject == subject_of(message_id),
        change.c.board == board,
        change.c.what == ChangeKind.MAIL_DOWNLOADED,
        change.c.who == who,
        change.c.at > since,
    )
    return connection.execute(noted.limit(1)).first() is not None


def attempts_of(connection: Connection, message_id: int) -> Sequence[AnyRow]:
    """Every attempt to send a message, the oldest first."""
    return connection.execute(
        select(attempt).where(attempt.c.message_id == message_id).order_by(attempt.c.id)
    ).all()


def has_overview(connection: Connection, message_id: int) -> bool:
    """Whether the week's overview is in a message."""
    first = select(overview.c.id).where(overview.c.message_id == message_id).limit(1)
    return connection.execute(first).first() is not None


def _speaks_of(board: str) -> ColumnElement[bool]:
    """Whether anything in a message is about a Board, or was until a later one took it over."""
    decided = select(change.c.id).where(
        change.c.subject == literal(f"{MAIL}/") + cast(message.c.id, String),
        change.c.board == board,
    )
    return _carries(board) | decided.exists()


def _carries(board: str) -> ColumnElement[bool]:
    """Whether anything in a message is about a Board."""
    due = (
        select(ledger.c.id)
        .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
        .where(ledger.c.message_id == message.c.id, occurrence.c.board == board)
    )
    other = (
        select(table.c.id).where(table.c.message_id == message.c.id, table.c.board == board)
        for table in OF_A_BOARD
    )
    return or_(due.exists(), *(rows.exists() for rows in other))


def _conditions(chosen: MessageFilter) -> Iterable[ColumnElement[bool]]:
    if chosen.recipient is not None:
        yield func.lower(message.c.recipient) == chosen.recipient.strip().lower()
    if chosen.states is not None:
        yield message.c.state.in_(chosen.states)
    if chosen.day is not None:
        yield message.c.day == chosen.day
