"""An edit of the planner saved: nothing of somebody else's overwritten, and noted who and why."""

from __future__ import annotations

from sqlalchemy import Connection

from ...calendar.planner.builder import planner_of
from ...calendar.planner.entries import SINGLE, Document
from ...calendar.planner.file_schema import PlannerFile
from ...scheduler.installation import Installation
from ...storage.boards import hold_boards
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import note_change
from ...storage.planners import content_of, save_content
from ...wording.planner_fields import entry_title, field_changes, told
from .change import plan_now
from .edit_entry import EntryEdit, document_of, entry_state, require_current, with_edit
from .roles import EditError

# A body and an event are called by their own id wherever something is noted about them.
BY_ID = ("body", "event")
LONGEST_SUBJECT = 320


def subject_of(kind: str, entry_id: str, document: Document) -> str:
    """What the record of changes calls an entry: "report s11", "plan", a body by its id."""
    if entry_id == kind:
        return kind
    if kind == "promise":
        # Its number is another's once one before it is removed.
        return f"promise {document.get('text', '')}"[:LONGEST_SUBJECT]
    return entry_id if kind in BY_ID else f"{kind} {entry_id}"


def save_edit(
    here: Installation, board_id: str, edit: EntryEdit, *, who: str, why: str | None
) -> bool:
    """Saves an edit and plans by it; whether it changed anything.

    Raises EntryChangedError where the entry is not as it was when it was opened, FileProblems
    where the planner would be wrong.
    """
    with here.database.write() as connection:
        # Whoever else saves waits here, so what is read now is what is written upon.
        hold_boards(connection)
        require_current(entry_state(connection, board_id, edit.kind, edit.id), edit)
        content = _content(connection, board_id)
        return _store(here, connection, content, edit, who=who, why=why)


def _store(
    here: Installation,
    connection: Connection,
    content: PlannerFile,
    edit: EntryEdit,
    *,
    who: str,
    why: str | None,
) -> bool:
    changed = with_edit(content, edit)
    before = document_of(content, edit.kind, edit.id)
    after = {} if edit.removes else document_of(changed, edit.kind, edit.id)
    if before == after:
        return False
    save_content(connection, changed)
    note_change(
        connection,
        board=content.board.id,
        subject=subject_of(edit.kind, edit.id, after or before),
        what=_kind(edit, before),
        after=_in_words(edit.kind, before, after, content, changed),
        now=here.clock(),
        who=who,
        why=why,
    )
    plan_now(here, connection, content.board.id)
    return True


def _kind(edit: EntryEdit, before: Document) -> ChangeKind:
    if edit.removes:
        return ChangeKind.ENTRY_REMOVED
    is_there = edit.kind in SINGLE or bool(before)
    return ChangeKind.ENTRY_CHANGED if is_there else ChangeKind.ENTRY_ADDED


def _in_words(
    kind: str, before: Document, after: Document, content: PlannerFile, changed: PlannerFile
) -> str:
    if kind not in SINGLE and not (before and after):
        return entry_title(kind, before or after)
    return told(field_changes(kind, before, after, (planner_of(content), planner_of(changed))))


def _content(connection: Connection, board_id: str) -> PlannerFile:
    content = content_of(connection, board_id)
    if content is None:
        raise EditError(f'There is no planner for the Board "{board_id}"; import one.')
    return content
