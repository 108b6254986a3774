"""Messages and their rows as people decide on them: sent again, held back, resumed, counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, func, select, union, update

from ...calendar.rules.escalation import TAKEN_BACK
from ...calendar.status import OWED, SETTLED
from ..message_states import CHANGEABLE, GONE, IN_HAND, CarriedState, MessageState
from ..replies.snoozes import RESTS, TODAY
from ..schema.column_types import AnyRow
from ..schema.mail import answer_request, ledger, message, overview
from ..schema.occurrences import occurrence
from ..unsent_reasons import UnsentReason
from .carried_rows import CARRIED, mark_rows

OwedRows = Sequence[tuple[Table, Sequence[int]]]
"""Rows that a message carries: the ids of each table that has any."""

# A later reminder of an occurrence says all that an earlier one did, but not that it is off: that
# is of the date before.
IS_OFF = ledger.c.step >= TAKEN_BACK
IS_LATEST_STEP = (occurrence.c.id == ledger.c.occurrence_id) & (
    IS_OFF
    | (
        (occurrence.c.due_revision == ledger.c.due_revision)
        & (occurrence.c.last_step == ledger.c.step)
    )
)

# No reader gets two mails a day: what was decided after the first waits for the next day.
HAD_ANOTHER = (
    select(message.c.id)
    .where(
        message.c.recipient == ledger.c.recipient,
        message.c.day == TODAY,
        message.c.state.in_(GONE),
    )
    .exists()
)


def find_message(connection: Connection, number: int) -> AnyRow | None:
    """One message with its bytes, or None."""
    return connection.execute(select(message).where(message.c.id == number)).first()


def change_message(connection: Connection, row: AnyRow, **values: Any) -> bool:
    """Changes a message and ends its claim; False where its state is not that of `row` by now."""
    changed = connection.execute(
        update(message)
        .where(message.c.id == row.id, message.c.state == row.state)
        .values(claimed_by=None, lease_until=None, **values)
    )
    return changed.rowcount == 1


def has_other_message(connection: Connection, row: AnyRow, day: date) -> bool:
    """Whether the reader of a message has another one of `day`."""
    other = select(message.c.id).where(
        message.c.recipient == row.recipient,
        message.c.day == day,
        message.c.id != row.id,
        message.c.state != MessageState.SUPERSEDED,
    )
    return connection.execute(other).first() is not None


def boards_of(connection: Connection, number: int) -> set[str]:
    """The Boards that a message carries rows of."""
    due = (
        select(occurrence.c.board)
        .join(ledger, ledger.c.occurrence_id == occurrence.c.id)
        .where(ledger.c.message_id == number)
    )
    others = (
        select(table.c.board).where(table.c.message_id == number)
        for table in (overview, answer_request)
    )
    return set(connection.execute(union(due, *others)).scalars())


def owed_rows(connection: Connection, number: int, state: CarriedState) -> OwedRows:
    """The rows in `state` of a message that are worth a mail yet; empty where none is.

    Of the ledger what is still owed and has no later step, or that it is off, for which nothing
    may be owed any more; of overviews the newest week.
    """
    due = (
        select(ledger.c.id)
        .join(occurrence, IS_LATEST_STEP)
        .where(
            ledger.c.message_id == number,
            ledger.c.state == state,
            occurrence.c.state.in_(OWED) | (IS_OFF & occurrence.c.state.not_in(SETTLED)),
        )
    )
    later = overview.alias()
    newest = select(func.max(later.c.week)).where(later.c.board == overview.c.board)
    weeks = select(overview.c.id).where(
        overview.c.message_id == number,
        overview.c.state == state,
        overview.c.week == newest.scalar_subquery(),
    )
    requests = select(answer_request.c.id).where(
        answer_request.c.message_id == number, answer_request.c.state == state
    )
    rows = [
        (table, connection.execute(query).scalars().all())
        for table, query in ((ledger, due), (overview, weeks), (answer_request, requests))
    ]
    return [(table, ids) for table, ids in rows if ids]


def reopen_rows(connection: Connection, rows: OwedRows, *, in_message: bool) -> None:
    """Makes rows pending again: in the message that they are in, or for a later one."""
    moved = {} if in_message else {"message_id": None}
    for table, ids in rows:
        connection.execute(
            update(table).where(table.c.id.in_(ids)).values(state=CarriedState.PENDING, **moved)
        )


def hold_rows_back(
    connection: Connection,
    number: int,
    *,
    before: Collection[CarriedState],
    to: CarriedState,
    who: str,
) -> None:
    """Gives the rows of a message in one of `before` a new state; the ledger notes by whom."""
    reason = {"reason": UnsentReason.HELD_BACK, "reason_detail": who}
    for table in CARRIED:
        connection.execute(
            update(table)
            .where(table.c.message_id == number, table.c.state.in_(before))
            .values(state=to, **(reason if table is ledger else {}))
        )


def resume_paused_rows(connection: Connection, board: str) -> None:
    """Makes pending again what a pause took back of a Board, where no later step has come."""
    latest = select(occurrence.c.id).where(IS_LATEST_STEP, occurrence.c.board == board)
    _resume(connection, UnsentReason.PAUSED, latest)


def _resume(connection: Connection, reason: UnsentReason, latest: Select[tuple[int]]) -> None:
    taken_back = (ledger.c.state == CarriedState.SUPERSEDED) & (ledger.c.reason == reason)
    connection.execute(
        update(ledger)
        .where(taken_back, latest.exists())
        .values(state=CarriedState.PENDING, reason=None, reason_detail=None, message_id=None)
    )


def resume_recorded_rows(connection: Connection, occurrence_id: int) -> None:
    """Makes pending again what an outcome took back, where no later step has come."""
    latest = select(occurrence.c.id).where(IS_LATEST_STEP, occurrence.c.id == occurrence_id)
    _resume(connection, UnsentReason.RECORDED, latest)


def resume_overview(connection: Connection, board: str, reader: str) -> None:
    """Makes a Board's newest overview pending again, where it was taken back from `reader`."""
    of_board = overview.c.board == board
    newest = select(func.max(overview.c.week)).where(of_board).scalar_subquery()
    connection.execute(
        update(overview)
        .where(
            of_board,
            overview.c.recipient == reader,
            overview.c.week == newest,
            overview.c.state == CarriedState.SUPERSEDED,
        )
        .values(state=CarriedState.PENDING, message_id=None)
    )


def count_rows_as_sent(
    connection: Connection, board: str, *, before: datetime, day: date, who: str
) -> int:
    """Ends a Board's pending ledger rows decided before a moment; their number.

    What rests for its reader on `day`, or is for one who had a mail that day, is left pending.
    """
    of_board = select(occurrence.c.id).where(occurrence.c.board == board)
    return connection.execute(
        update(ledger)
        .where(
            ledger.c.state == CarriedState.PENDING,
            ledger.c.occurrence_id.in_(of_board),
            ledger.c.decided_at < before,
            ~RESTS,
            ~HAD_ANOTHER,
        )
        .values(
            state=CarriedState.SUPERSEDED,
            reason=UnsentReason.SENT_BEFORE_RESTORE,
            reason_detail=who,
        ),
        {"today": day},
    ).rowcount


def end_on_their_way(connection: Connection, until: date, *, now: datetime, reply: str) -> None:
    """Ends messages up to a day that a sender had in hand, or that were to go once more.

    Their rows are pending again, as though they had been in no message.
    """
    fixed = message.c.state.in_(CHANGEABLE) & message.c.content.is_not(None)
    on_their_way = select(message.c.id).where(
        message.c.day <= until, message.c.state.in_(IN_HAND) | fixed
    )
    messages = connection.execute(on_their_way).scalars().all()
    connection.execute(
        update(message)
        .where(message.c.id.in_(messages))
        .values(
            state=MessageState.SUPERSEDED,
            finished_at=now,
            reply=reply,
            claimed_by=None,
            lease_until=None,
            next_attempt_at=None,
        )
    )
    mark_rows(connection, messages, before=(CarriedState.SENDING,), to=CarriedState.PENDING)
