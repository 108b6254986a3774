"""Go-live: the day from which a Board's mails go out."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from ..scheduler.planning.context import Planning
from ..storage.boards import plan_afresh, start_mailing
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.occurrences import unsettle_before


def set_go_live(
    connection: Connection,
    planning: Planning,
    day: date,
    *,
    transport: str,
    who: str,
) -> None:
    """Lets a Board's mails begin on `day`: what fell due before is unsettled from then on."""
    unsettle_before(connection, planning.row.id, day)
    start_mailing(connection, planning.row.id, day, transport)
    plan_afresh(connection, planning.row.id)
    note_change(
        connection,
        board=planning.row.id,
        subject=planning.row.id,
        what=ChangeKind.GO_LIVE,
        before=planning.row.go_live,
        after=day,
        now=planning.now,
        who=who,
    )
