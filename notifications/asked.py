"""What chairs ask of the secretariat, as parts of a mail; and what became of it, for the asker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select, update

from ..calendar.words import long_date
from ..storage.answer_requests import Wish
from ..storage.columns import AnyRow
from ..storage.tables import answer_request, occurrence
from .letters import Asked
from .live_boards import LiveBoard
from .recipients import named, secretariat_on
from .references import reference
from .revising import MESSAGES, Assembling

# Built once: they run for every mail.
REQUESTS = (
    select(
        answer_request,
        occurrence.c.key,
        occurrence.c.ref,
        occurrence.c.owner,
        occurrence.c.title,
        occurrence.c.due,
    )
    .join(occurrence, answer_request.c.occurrence_id == occurrence.c.id)
    .where(answer_request.c.message_id.in_(MESSAGES), answer_request.c.state == "pending")
    .order_by(answer_request.c.id)
)


def requests_that_hold(
    connection: Connection, message_ids: Sequence[int], given: Assembling
) -> dict[int, list[AnyRow]]:
    """The requests in messages; where somebody else is the secretariat by now, it goes to them.

    What a paused Board was asked waits without a mail until it goes on.
    """
    kept: dict[int, list[AnyRow]] = defaultdict(list)
    for row in connection.execute(REQUESTS, {"messages": list(message_ids)}).all():
        board = given.boards.get(row.board)
        reader = None if board is None else _reader(row, board, given.today)
        if board is not None and not board.paused and reader == row.recipient:
            kept[row.message_id].append(row)
            continue
        connection.execute(
            update(answer_request)
            .where(answer_request.c.id == row.id)
            .values(message_id=None, recipient=reader or row.recipient)
        )
    return kept


def _reader(row: AnyRow, board: LiveBoard, today: date) -> str | None:
    if row.closed_at is not None:
        reader: str = row.recipient
        return reader
    return secretariat_on(board.planner, today)


def asked_of(row: AnyRow, given: Assembling) -> Asked:
    """A request for the secretariat, or its outcome for whoever asked."""
    board = given.boards[row.board]
    body, obligation = board.planner.body(row.owner), board.obligations.get(row.ref)
    is_open = row.closed_at is None
    return Asked(
        title=row.title,
        reference="" if obligation is None else reference(obligation),
        owner=row.owner if body is None else named(body),
        due=row.due,
        asker=row.asked_by,
        wish=wish_in_words(Wish(row.kind), until=row.until, successor=row.successor),
        why=row.why or "",
        outcome=None if is_open else row.outcome,
        page=given.links.request(row.board, row.id) if is_open else "",
    )


def wish_in_words(wish: Wish, *, until: date | None, successor: str | None) -> str:
    """ "more time, until 1 June 2018" or "Jo Smith to take over": what follows "asks for"."""
    if wish is Wish.MORE_TIME and until is not None:
        return f"more time, until {long_date(until)}"
    return f"{successor or 'somebody else'} to take over"
