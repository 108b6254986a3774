"""Go-live: the day from which a Board's mails go out."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from ..scheduler.planning.board_view import BoardView
from ..storage.boards import plan_afresh, start_mailing
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.occurrences import unsettle_before


def set_go_live(
    connection: Connection,
    view: BoardView,
    day: date,
    *,
    transport: str,
    who: str,
) -> None:
    """Lets a Board's mails begin on `day`: what fell due before is unsettled from then on."""
    unsettle_before(connection, view.row.id, day)
    start_mailing(connection, view.row.id, day, transport)
    plan_afresh(connection, view.row.id)
    note_change(
        connection,
        board=view.row.id,
        subject=view.row.id,
        what=ChangeKind.GO_LIVE,
        before=view.row.go_live,
        after=day,
        now=view.now,
        who=who,
    )
