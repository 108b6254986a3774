"""What was decided, looked at again before it is sent; what has lost its reason is taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from ...calendar.rules.escalation import Step
from ...calendar.status import OWED
from ...storage.replies.snoozes import take_out_resting
from ...storage.schema.column_types import AnyRow
from ...storage.schema.mail import answer_request, ledger, overview
from ...storage.schema.occurrences import occurrence
from ..links import NO_LINKS, Links
from .decide import hand_on
from .mailing_boards import LiveBoard
from .recipients import Recipient, recipients, secretariat_on

# Why a row was taken back; what is resumed is found again by it.
PAUSED = "paused before it was sent"
MESSAGES: BindParameter[int] = bindparam("messages", expanding=True)


# Built once: it runs for every mail.
LEDGER_ROWS_OF = (
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
    .where(ledger.c.message_id.in_(MESSAGES))
    .order_by(ledger.c.id)
)
LEDGER_ROWS = LEDGER_ROWS_OF.where(ledger.c.state == "pending")


# Those of a mail that may have arrived and is to be sent again.
LEDGER_ROWS_SENDING = LEDGER_ROWS_OF.where(ledger.c.state == "sending")
OVERVIEWS_OF = (
    select(overview)
    .where(overview.c.message_id.in_(MESSAGES))
    .order_by(overview.c.board, overview.c.week.desc())
)
OVERVIEWS = OVERVIEWS_OF.where(overview.c.state == "pending")
OVERVIEWS_SENDING = OVERVIEWS_OF.where(overview.c.state == "sending")
REQUESTS_SENDING = select(
    answer_request.c.board, answer_request.c.recipient, answer_request.c.closed_at
).where(answer_request.c.message_id.in_(MESSAGES), answer_request.c.state == "sending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembling:
    """What letters are assembled from: the Boards, the day, and what the reader may be told.

    Without `in_full` letters hold their items alone, for those who count mails but read none.
    """

    boards: Mapping[str, LiveBoard]
    today: date
    notices: Mapping[str, tuple[str, ...]]
    in_full: bool = True
    links: Links = NO_LINKS


def rows_that_hold(
    connection: Connection, message_ids: Sequence[int], given: Assembling
) -> dict[int, list[AnyRow]]:
    """The ledger rows of messages that still hold; the others are taken back."""
    take_out_resting(connection, message_ids, given.today)
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
            hand_on(connection, ledger, [_handed_on(row, recipient) for recipient in current])
            reason = "somebody else holds the role now"
        connection.execute(
            update(ledger)
            .where(ledger.c.id == row.ledger_id)
            .values(state="superseded", reason=reason)
        )
    return kept


def overviews_that_hold(
    connection: Connection, message_ids: Sequence[int], given: Assembling
) -> dict[int, list[AnyRow]]:
    """The overviews in messages; after a long outage only the newest week of each Board.

    Where somebody else is the secretariat by now, it goes to them; one that is paused gets none.
    """
    rows = connection.execute(OVERVIEWS, {"messages": list(message_ids)}).all()
    newest: dict[tuple[int, str], AnyRow] = {}
    for row in rows:
        if row.board in given.boards:
            newest.setdefault((row.message_id, row.board), row)
    kept: dict[int, list[AnyRow]] = defaultdict(list)
    for row in newest.values():
        board = given.boards[row.board]
        if row.recipient in board.away:
            continue  # a pause takes it back; the end of the pause asks for it again
        secretariat = secretariat_on(board.planner, given.today, board.away)
        if secretariat in (row.recipient, None):
            kept[row.message_id].append(row)
            continue
        asked = {"board": row.board, "week": row.week, "first": row.first, "state": "pending"}
        hand_on(connection, overview, [{**asked, "recipient": secretariat, "message_id": None}])
        connection.execute(
            update(overview).where(overview.c.id == row.id).values(state="superseded")
        )
    return kept


def still_holds(connection: Connection, message_id: int, given: Assembling) -> bool:
    """Whether anything in a mail with fixed bytes is still to be said, and to its reader."""
    asked = {"messages": [message_id]}
    for row in connection.execute(LEDGER_ROWS_SENDING, asked):
        if _lost_reason(row, given) is None and row.recipient in {
            recipient.address for recipient in _recipients_now(row, given)
        }:
            return True
    for row in connection.execute(OVERVIEWS_SENDING, asked):
        if _hears_as_secretariat(row, given):
            return True
    for row in connection.execute(REQUESTS_SENDING, asked):
        # What became of a request is for whoever asked.
        if _hears_as_secretariat(row, given) if row.closed_at is None else _may_hear(row, given):
            return True
    return False


def _hears_as_secretariat(row: AnyRow, given: Assembling) -> bool:
    board = given.boards.get(row.board)
    is_secretariat = board is not None and (
        secretariat_on(board.planner, given.today) == row.recipient
    )
    return is_secretariat and _may_hear(row, given)


def _may_hear(row: AnyRow, given: Assembling) -> bool:
    board = given.boards.get(row.board)
    return board is not None and not board.paused and row.recipient not in board.away


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
        "message_id": None,
    }


def _lost_reason(row: AnyRow, given: Assembling) -> str | None:
    board = given.boards.get(row.board)
    if board is None:
        return "the Board's mails have not begun"
    if board.paused or row.owner in board.paused_bodies:
        return PAUSED
    if row.state not in OWED:
        return f"{row.state} before it was sent"
    if row.decided_revision != row.due_revision:
        return "the date was moved before it was sent"
    obligation = board.obligations.get(row.ref)
    if obligation is None or row.owner not in obligation.owners:
        return "no longer in the planner"
    return None
