"""Assumptions confirmed: the note that something was read into the plan is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...calendar.planner.entries import PLAN, Document, document_of
from ...scheduler.installation import Installation
from ...storage.boards import board_row, hold_boards
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import note_change
from ...storage.planners import save_content
from .change import checked_content, plan_now, title_of
from .entries import subject_of


def confirm_assumptions(
    installation: Installation,
    board_id: str,
    readings: Iterable[tuple[str, str]],
    *,
    who: str,
    why: str | None = None,
) -> int:
    """Confirms assumptions, all in one transaction; the number confirmed.

    Each of `readings` names what it is of (a report, an action, a body, or "plan") and holds the
    note as it was shown. One that another person has confirmed or changed since is passed over.
    """
    with installation.database.write() as connection:
        hold_boards(connection)
        row = board_row(connection, board_id)
        if row is None:
            return 0
        content = installation.planners.content(connection, row)
        document = document_of(content)
        done = [
            (subject, reading)
            for ref, reading in readings
            if (subject := _drop(document, ref, reading)) is not None
        ]
        now = installation.clock()
        if done:
            save_content(connection, checked_content(document))
            for subject, reading in done:
                note_change(
                    connection,
                    board=board_id,
                    subject=subject,
                    what=ChangeKind.READING_CONFIRMED,
                    after=reading,
                    now=now,
                    who=who,
                    why=why,
                    title=title_of(content, subject),
                )
            plan_now(installation, connection, board_id)
    return len(done)


def _drop(document: Document, ref: str, reading: str) -> str | None:
    """Takes a note out of where it stands; what the record of changes calls that place."""
    for subject, place in _places(document, ref):
        if place.get("assumed") == reading:
            del place["assumed"]
            return subject
    return None


def _places(document: Document, ref: str) -> Iterator[tuple[str, Document]]:
    """Where a note on `ref` may stand."""
    if ref == PLAN:
        yield subject_of("plan", "plan", {}), document["plan"]
    for kind in ("report", "action", "body"):
        for entry in document.get(kind, ()):
            if entry["id"] == ref:
                subject = subject_of(kind, ref, entry)
                yield subject, entry
                yield subject, entry.get("meets", {})
