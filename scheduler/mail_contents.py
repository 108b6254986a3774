"""What one mail carries: what of it is still owed, and which Boards it speaks of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Table, func, select, union

from ..calendar.status import OWED
from ..storage.tables import answer_request, ledger, occurrence, overview


def owed_of(
    connection: Connection, message_id: int, state: str
) -> list[tuple[Table, Sequence[int]]]:
    """What a message carries in a state that is worth a mail yet, as rows of their tables."""
    still = (
        select(ledger.c.id)
        .join(occurrence, occurrence.c.id == ledger.c.occurrence_id)
        .where(
            ledger.c.message_id == message_id,
            ledger.c.state == state,
            occurrence.c.state.in_(OWED),
            occurrence.c.due_revision == ledger.c.due_revision,
            # A later reminder says all that this one did.
            occurrence.c.last_step == ledger.c.step,
        )
    )
    later = overview.alias()
    newest = select(func.max(later.c.week)).where(later.c.board == overview.c.board)
    weeks = select(overview.c.id).where(
        overview.c.message_id == message_id,
        overview.c.state == state,
        overview.c.week == newest.scalar_subquery(),
    )
    asked = select(answer_request.c.id).where(
        answer_request.c.message_id == message_id,
        answer_request.c.state == state,
    )
    found = [
        (table, connection.execute(query).scalars().all())
        for table, query in ((ledger, still), (overview, weeks), (answer_request, asked))
    ]
    return [(table, numbers) for table, numbers in found if numbers]


def boards_of(connection: Connection, message_id: int) -> set[str]:
    """The Boards that a message speaks of."""
    due = (
        select(occurrence.c.board)
        .join(ledger, ledger.c.occurrence_id == occurrence.c.id)
        .where(ledger.c.message_id == message_id)
    )
    others = (
        select(table.c.board).where(table.c.message_id == message_id)
        for table in (overview, answer_request)
    )
    return set(connection.execute(union(due, *others)).scalars())
