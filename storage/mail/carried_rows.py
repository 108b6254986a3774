"""The rows that messages carry: of the ledger, overviews, and requests of readers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    Table,
    UniqueConstraint,
    bindparam,
    exists,
    or_,
    select,
    true,
    union,
    update,
)

from ..database.upsert import insert_for
from ..message_states import CHANGEABLE, IN_HAND, CarriedState, MessageState
from ..pauses import PauseKind
from ..replies.snoozes import RESTS, TODAY
from ..schema.mail import answer_request, ledger, message, overview
from ..schema.planner import board, pause

CARRIED = (ledger, overview, answer_request)
UNSENT = (CarriedState.PENDING, CarriedState.SENDING)
READERS: BindParameter[str] = bindparam("readers", expanding=True)
MESSAGES: BindParameter[int] = bindparam("messages", expanding=True)


# Whether a message has anything left to say: its rows may have lost their reason since.
HAS_UNSENT = or_(
    *(
        exists().where(table.c.message_id == message.c.id, table.c.state.in_(UNSENT))
        for table in CARRIED
    )
)


# What rests for its reader, or is of a Board or for a person that is paused, waits without any
# message.
MAY_GO = {
    ledger: ~RESTS,
    overview: true(),
    answer_request: answer_request.c.recipient.is_not(None)
    & answer_request.c.board.in_(select(board.c.id).where(board.c.go_live <= TODAY))
    & ~select(pause.c.id)
    .where(
        pause.c.board == answer_request.c.board,
        (pause.c.kind == PauseKind.BOARD)
        | ((pause.c.kind == PauseKind.PERSON) & (pause.c.id == answer_request.c.recipient)),
    )
    .exists(),
}


def _waiting_in(table: Table) -> Select[tuple[str]]:
    free = (
        table.c.message_id.is_(None)
        | (message.c.state == MessageState.SUPERSEDED)
        | ((message.c.day < TODAY) & message.c.state.in_(CHANGEABLE))
    )
    return (
        select(table.c.recipient)
        .select_from(table.outerjoin(message, table.c.message_id == message.c.id))
        .where(table.c.state == CarriedState.PENDING, free, MAY_GO[table])
    )


# Built once: each sweep asks, and mostly finds nothing.
WAITING = union(*(_waiting_in(table) for table in CARRIED))


# What its sender is at work on stays where it is.
INTO_MESSAGES = tuple(
    update(table)
    .where(
        table.c.recipient.in_(READERS),
        table.c.state == CarriedState.PENDING,
        MAY_GO[table],
        ~select(message.c.id)
        .where(message.c.id == table.c.message_id, message.c.state.in_(IN_HAND))
        .exists(),
    )
    .values(
        message_id=select(message.c.id)
        .where(
            message.c.day == TODAY,
            message.c.state.in_(CHANGEABLE),
            message.c.recipient == table.c.recipient,
        )
        .scalar_subquery()
    )
    for table in CARRIED
)


# Built once: they run for every mail.
MARK = tuple(
    update(table)
    .where(
        table.c.message_id.in_(MESSAGES),
        table.c.state.in_(bindparam("before", expanding=True)),
    )
    .values(state=bindparam("after"))
    for table in CARRIED
)


def waiting_recipients(connection: Connection, today: date) -> set[str]:
    """Who has pending rows that are in no message of today yet."""
    return {row.recipient for row in connection.execute(WAITING, {"today": today})}


def put_into_messages(connection: Connection, readers: Sequence[str], today: date) -> None:
    """Puts the pending rows of readers into the messages that they have today."""
    for statement in INTO_MESSAGES:
        connection.execute(statement, {"readers": readers, "today": today})


def mark_rows(
    connection: Connection,
    messages: Sequence[int],
    *,
    before: Collection[CarriedState],
    to: CarriedState,
) -> None:
    """Gives the rows that messages carry a new state, where they are in one of `before`."""
    parameters = {"messages": list(messages), "before": list(before), "after": to}
    for statement in MARK:
        connection.execute(statement, parameters)


def hand_on(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Adds rows of the ledger, or overviews, for the holders of a role today.

    One that was taken back unsent, because another held the role meanwhile, holds again, as it
    is handed on now; any other that stands already is left as it is.
    """
    if not rows:
        return
    statement = insert_for(connection, table)
    (once,) = (rule for rule in table.constraints if isinstance(rule, UniqueConstraint))
    kept = once.columns.keys()
    statement = statement.on_conflict_do_update(
        index_elements=kept,
        set_={name: statement.excluded[name] for name in rows[0] if name not in kept},
        where=table.c.state == CarriedState.SUPERSEDED,
    )
    connection.execute(statement, list(rows))
