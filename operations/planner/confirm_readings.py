"""Readings of the plan confirmed: the note that something was assumed is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...calendar.planner.entries import PLAN, Document
from ...calendar.planner.file_schema import PlannerFile
from ...scheduler.installation import Installation
from ...storage.boards import board_row, hold_boards
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import note_change
from ...storage.planners import save_content
from .change import plan_now
from .roles import checked_content
from .save_entry import subject_of


def confirm_readings(
    here: Installation,
    board_id: str,
    readings: Iterable[tuple[str, str]],
    *,
    who: str,
    why: str | None = None,
) -> int:
    """Lets readings stand as the plan's own, all in one go; how many.

    Each is what it is of (a report, an action, a body, or "plan") and the note as it was shown.
    One that does not stand there any more, because somebody else confirmed or changed it, is
    passed over.
    """
    with here.database.write() as connection:
        hold_boards(connection)
        row = board_row(connection, board_id)
        if row is None:
            return 0
        document = _document(here.shelf.content(connection, row))
        done = [
            (subject, reading)
            for ref, reading in readings
            if (subject := _drop(document, ref, reading)) is not None
        ]
        now = here.clock()
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
                )
            plan_now(here, connection, board_id)
    return len(done)


def _document(content: PlannerFile) -> Document:
    return content.model_dump(mode="json", by_alias=True, exclude_defaults=True)


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
