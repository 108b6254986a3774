"""What must stay in a planner, and why: what is stored, and what other entries name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from ...calendar.planner.entries import SINGLE
from ...calendar.planner.file_schema import PlannerFile
from ...storage.schema.occurrences import event, occurrence


def why_kept(
    connection: Connection, board: str, content: PlannerFile, kind: str, entry_id: str
) -> str | None:
    """Why an entry cannot be removed, as a sentence; None where it can."""
    if kind in SINGLE:
        return "Every planner has this; change it instead."
    if kind in ("report", "action"):
        mine = (occurrence.c.board == board) & (occurrence.c.ref == entry_id)
        if _count(connection, mine, occurrence):
            return (
                f"Dates of this {kind} are stored already, so it is not removed: it ends on a day "
                "that you choose. What was recorded and mailed about it stays."
            )
        meets = [each.title for each in content.report if each.met_by == entry_id]
        return f"“{meets[0]}” is met by it; change that one first." if meets else None
    if kind == "body":
        return _why_body_kept(connection, board, content, entry_id)
    if kind == "event":
        mine = (event.c.board == board) & (event.c.name == entry_id)
        if _count(connection, mine, event):
            return "It was recorded that this happened, so it stays."
        waiting = [
            each.title
            for each in (*content.report, *content.action)
            if getattr(each.when, "after", None) == entry_id
        ]
        return f"“{waiting[0]}” waits for it; change that one first." if waiting else None
    return None


def _why_body_kept(
    connection: Connection, board: str, content: PlannerFile, body_id: str
) -> str | None:
    if body_id in (content.board.id, content.board.business_group):
        return "It is the Board itself, or its Business Group."
    for each in (*content.report, *content.action):
        at = {
            getattr(when, "meeting", None)
            for when in (each.when, getattr(each.when, "review", None))
        }
        if body_id in (*each.owner, *each.to) or body_id in at:
            return f"“{each.title}” names it; change that one first, or leave the body here."
    if _count(
        connection, (occurrence.c.board == board) & (occurrence.c.owner == body_id), occurrence
    ):
        return "What it owed is stored, so it stays."
    return None


def _count(connection: Connection, which: Any, table: Any) -> int:
    return connection.execute(select(func.count()).select_from(table).where(which)).scalar() or 0
