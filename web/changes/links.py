"""The addresses of the pages that changes are about."""

from __future__ import annotations

from ...calendar.planner.model import Planner
from ...storage.mail.board_messages import message_of_subject
from ...wording.changes import ChangeLine


def path_of_change(planner: Planner, line: ChangeLine) -> str | None:
    """The path of the page of what a change is about, or None where it has none."""
    if line.key is not None:
        return f"/due/{line.key}"
    message = message_of_subject(line.subject)
    if message is not None:
        return f"/mails/{message}"
    if planner.body(line.subject) is not None:
        return f"/bodies/{line.subject}"
    kind, _, ref = line.subject.partition(" ")
    if kind in ("report", "action") and ref:
        return path_of_obligation(planner, ref)
    return "/people" if "@" in line.subject else None


def path_of_obligation(planner: Planner, ref: str) -> str | None:
    """The path of the page of a report or an action, or None where the planner lost it."""
    for obligation in planner.obligations():
        if obligation.ref == ref:
            return f"/{'actions' if obligation.is_action else 'reports'}/{ref}"
    return None
