"""Ledger rows looked at again before they are sent; what has lost its reason is taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from ..calendar.status import OWED
from ..calendar.steps import Step
from ..storage.columns import AnyRow
from ..storage.tables import ledger, occurrence
from .deciding import insert_rows
from .live_boards import LiveBoard
from .recipients import Recipient, recipients

# Why a row was taken back; what is resumed is found again by it.
PAUSED = "paused before it was sent"
MESSAGES: BindParameter[int] = bindparam("messages", expanding=True)
# Built once: it runs for every mail.
LEDGER_ROWS = (
    select(
        ledger.c.id.label("ledger_id"),
        ledger.c.step,
        ledger.c.level,
        ledger.c.because,
        ledger.c.decided_at,
        ledger.c.recipient,
        ledger.c.message_id,
        ledger.c.due_revision.label("decided_revision"),
        *occurrence.c,
    )
    .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
    .where(ledger.c.message_id.in_(MESSAGES), ledger.c.state == "pending")
    .order_by(ledger.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembling:
    """What letters are assembled from: the Boards, the day, and what the reader may be told.

    Without `in_full` letters hold their items alone, for those who count mails but read none.
    """

    boards: Mapping[str, LiveBoard]
    today: date
    notices: Mapping[str, tuple[str, ...]]
    in_full: bool = True


def rows_that_hold(
    connection: Connection, message_ids: Sequence[int], given: Assembling
) -> dict[int, list[AnyRow]]:
    """The ledger rows of messages that still hold; the others are taken back."""
    rows = connection.execute(LEDGER_ROWS, {"messages": list(message_ids)}).all()
    kept: dict[int, list[AnyRow]] = defaultdict(list)
    for row in rows:
        reason = _lost_reason(row, given)
        if reason is None:
            current = _recipients_now(row, given)
            if row.recipient in {recipient.address for recipient in current}:
                kept[row.message_id].append(row)
                continue
            # The step was decided and its mail is owed: whoever holds the role now gets it.
            insert_rows(connection, [_handed_on(row, recipient) for recipient in current])
            reason = "somebody else holds the role now"
        connection.execute(
            update(ledger)
            .where(ledger.c.id == row.ledger_id)
            .values(state="superseded", reason=reason)
        )
    return kept


def _recipients_now(row: AnyRow, given: Assembling) -> list[Recipient]:
    board = given.boards[row.board]
    return recipients(
        board.planner,
        row.owner,
        Step(day=given.today, offset=row.step),
        board.obligations[row.ref].policy,
        day=given.today,
        away=board.away,
    )


def _handed_on(row: AnyRow, recipient: Recipient) -> dict[str, object]:
    return {
        "occurrence_id": row.id,
        "due_revision": row.decided_revision,
        "step": row.step,
        "recipient": recipient.address,
        "level": recipient.level.value,
        "because": recipient.because,
        "due": row.due,
        "decided_at": row.decided_at,
        "state": "pending",
        "reason": None,
    }


def _lost_reason(row: AnyRow, given: Assembling) -> str | None:
    board = given.boards.get(row.board)
    if board is None or board.paused or row.owner in board.paused_bodies:
        return PAUSED
    if row.state not in OWED:
        return f"{row.state} before it was sent"
    if row.decided_revision != row.due_revision:
        return "the date was moved before it was sent"
    obligation = board.obligations.get(row.ref)
    if obligation is None or row.owner not in obligation.owners:
        return "no longer in the planner"
    return None
