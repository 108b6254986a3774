"""Removing an entry: what must stay, since dates of it are stored or other entries name it."""

from __future__ import annotations

from sqlalchemy import Connection

from ...calendar.planner.entries import SINGLE
from ...calendar.planner.file_schema import PlannerFile
from ...storage.occurrences import first_due, owns_occurrences
from ...storage.recorded_events import recorded_events


def why_kept(
    connection: Connection, board: str, content: PlannerFile, kind: str, entry_id: str
) -> str | None:
    """Why an entry cannot be removed, as a sentence; None where it can."""
    if kind in SINGLE:
        return "Every planner has this; change it instead."
    if kind in ("report", "action"):
        if first_due(connection, board, entry_id) is not None:
            return (
                f"Dates of this {kind} are stored already, so it is not removed: it ends on a day "
                "that you choose. What was recorded and mailed about it stays."
            )
        meets = [report.title for report in content.report if report.met_by == entry_id]
        return f"“{meets[0]}” is met by it; change that one first." if meets else None
    if kind == "body":
        return _why_body_kept(connection, board, content, entry_id)
    if kind == "event":
        if any(event.name == entry_id for event in recorded_events(connection, board)):
            return "It was recorded that this happened, so it stays."
        waiting = [
            entry.title
            for entry in (*content.report, *content.action)
            if getattr(entry.when, "after", None) == entry_id
        ]
        return f"“{waiting[0]}” waits for it; change that one first." if waiting else None
    return None


def _why_body_kept(
    connection: Connection, board: str, content: PlannerFile, body_id: str
) -> str | None:
    if body_id in (content.board.id, content.board.business_group):
        return "It is the Board itself, or its Business Group."
    for entry in (*content.report, *content.action):
        at = {
            getattr(when, "meeting", None)
            for when in (entry.when, getattr(entry.when, "review", None))
        }
        if body_id in (*entry.owner, *entry.to) or body_id in at:
            return f"“{entry.title}” names it; change that one first, or leave the body here."
    if owns_occurrences(connection, board, body_id):
        return "What it owed is stored, so it stays."
    return None
