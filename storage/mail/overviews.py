"""Weekly overviews: one for a Board and a week, addressed to its secretariat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ..message_states import CarriedState
from ..schema.column_types import AnyRow
from ..schema.mail import overview
from .carried_rows import MESSAGES, hand_on

# Built once: they run for every sweep or every mail.
NEWEST = select(overview.c.board, func.max(overview.c.week).label("week")).group_by(
    overview.c.board
)
OVERVIEWS_OF = (
    select(overview)
    .where(overview.c.message_id.in_(MESSAGES), overview.c.state == bindparam("state"))
    .order_by(overview.c.board, overview.c.week.desc())
)


def newest_weeks(connection: Connection) -> dict[str, date]:
    """The week of each Board's newest overview; a Board that never had one is missing."""
    return {row.board: row.week for row in connection.execute(NEWEST)}


def add_overview(
    connection: Connection, board: str, *, week: date, recipient: str, first: bool = False
) -> bool:
    """Asks for a Board's overview of a week, once; whether it was not asked for before."""
    same = select(overview.c.id).where(overview.c.board == board, overview.c.week == week)
    if connection.execute(same).first() is not None:
        return False
    connection.execute(
        insert(overview).values(
            board=board, week=week, recipient=recipient, first=first, state=CarriedState.PENDING
        )
    )
    return True


def overviews_of(
    connection: Connection, messages: Sequence[int], *, state: CarriedState = CarriedState.PENDING
) -> Sequence[AnyRow]:
    """The overviews that messages carry, by Board, the newest week of each first."""
    parameters = {"messages": list(messages), "state": state}
    return connection.execute(OVERVIEWS_OF, parameters).all()


def hand_overview_on(connection: Connection, row: AnyRow, recipient: str) -> None:
    """Takes an overview back from its reader and addresses it to another one."""
    values = {
        "board": row.board,
        "week": row.week,
        "first": row.first,
        "state": CarriedState.PENDING,
    }
    hand_on(connection, overview, [{**values, "recipient": recipient, "message_id": None}])
    connection.execute(
        update(overview).where(overview.c.id == row.id).values(state=CarriedState.SUPERSEDED)
    )
