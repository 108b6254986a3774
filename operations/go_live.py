"""Go-live: the day from which a Board's mails go out."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, update

from ..calendar.occurrences import Kind
from ..calendar.status import OPEN, Status
from ..scheduler.planning.context import Planning
from ..storage.boards import BoardRow
from ..storage.change_log import note_change
from ..storage.schema.occurrences import occurrence
from ..storage.schema.planner import board


def set_go_live(
    connection: Connection,
    planning: Planning,
    day: date,
    *,
    transport: str,
    who: str,
) -> None:
    """Lets a Board's mails begin on `day`: what fell due before is unsettled from then on."""
    mine = occurrence.c.board == planning.row.id
    before = occurrence.c.due < day
    connection.execute(
        update(occurrence)
        .where(mine, before, occurrence.c.state == OPEN, occurrence.c.kind != Kind.REVIEW.value)
        .values(state=Status.UNSETTLED.value, next_step_at=None)
    )
    connection.execute(
        update(occurrence)
        .where(mine, ~before, occurrence.c.state == Status.UNSETTLED.value)
        .values(state=OPEN)
    )
    connection.execute(
        update(board)
        .where(board.c.id == planning.row.id)
        .values(go_live=day, accepted_transport=transport)
    )
    plan_afresh(connection, planning.row)
    note_change(
        connection,
        board=planning.row.id,
        subject=planning.row.id,
        what="go-live",
        before=planning.row.go_live,
        after=day,
        now=planning.now,
        who=who,
    )


def plan_afresh(connection: Connection, row: BoardRow) -> None:
    """Lets the next tick plan a Board anew."""
    connection.execute(update(board).where(board.c.id == row.id).values(planned_revision=0))
