"""Changing what is stored: planned at once, so that the next page or command shows it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from ...calendar.planner.file_schema import PlannerFile
from ...scheduler.installation import Installation
from ...scheduler.planning.plan import horizon_of, plan
from ...storage.boards import BoardRow, board_row, hold_boards
from ...storage.change_kinds import ChangeKind
from ...storage.planners import PlannerShelf
from .roles import EditError, save

Edit = Callable[[PlannerFile], PlannerFile]


class PlannerChangedError(EditError):
    """Somebody else changed the planner since a preview was shown; nothing was changed."""


def plan_now(here: Installation, connection: Connection, board_id: str) -> None:
    """Brings a Board's occurrences up to its planner; nothing where mails have not begun."""
    row = board_row(connection, board_id)
    if row is None:
        return
    now = here.clock()
    plan(
        connection,
        row,
        # Not the shelf's: what it keeps must have come to stay, and this may yet be undone.
        PlannerShelf().get(connection, row),
        local=here.local,
        now=now,
        horizon=horizon_of(here.local.day_of(now), here.settings.schedule.horizon_months),
    )


def change_planner(
    here: Installation,
    row: BoardRow,
    edit: Edit,
    *,
    subject: str,
    what: ChangeKind,
    after: str,
    who: str,
    why: str | None,
    revision: int | None = None,
) -> PlannerFile:
    """Edits a Board's planner as it is by now, notes who did it, and plans at once.

    With `revision`, the one that somebody saw a preview of, raises PlannerChangedError where it
    is another by now.
    """
    with here.database.write() as connection:
        hold_boards(connection)
        current = here.board(connection, row.id)
        if revision is not None and revision != current.planner_revision:
            raise PlannerChangedError(
                "The planner was changed since this was shown, so what follows from it may be "
                "different now. Nothing was saved."
            )
        changed = edit(here.shelf.content(connection, current))
        save(
            connection,
            changed,
            subject=subject,
            what=what,
            after=after,
            now=here.clock(),
            who=who,
            why=why,
        )
        plan_now(here, connection, row.id)
    return changed
