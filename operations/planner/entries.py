"""Entries of a planner changed, added and removed, checked like the file.

An edit says what was typed and on which state of the entry: where the entry has changed since,
nothing is overwritten. Edits of different entries do not disturb each other.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection

from ...calendar.planner.builder import planner_of
from ...calendar.planner.entries import SINGLE, Document, document_of
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.meetings_held import with_meetings_held
from ...core.validation.problems import FileProblems
from ...scheduler.installation import Installation
from ...storage.boards import hold_boards
from ...storage.change_kinds import ChangeKind
from ...storage.planners import content_of, held_before, stored_entry
from ...wording.planner_fields import changes_on_one_line, entry_title, field_changes
from .change import EditError, checked_content, plan_now, save

LONGEST_ID = 50  # of the 60 that an id may have: room for what makes it another
MOST_ALIKE = 1000  # entries of one name: no planner has as many entries in all

# A body and an event are called by their own id wherever something is noted about them.
BY_ID = ("body", "event")
LONGEST_SUBJECT = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryState:
    """An entry as it is stored: `token` changes whenever its content does."""

    kind: str
    id: str
    document: Document
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEdit:
    """A change of one entry, as it was typed.

    `patch` holds the fields that are to be other than they stand (None: taken out), `token` the
    state of the entry that it was typed upon ("" for a new one), `removes` to take it out.
    """

    kind: str
    id: str
    token: str = ""
    patch: Document = field(default_factory=dict)
    removes: bool = False


class EntryChangedError(EditError):
    """The entry was changed, added or removed meanwhile; `now` is what stands there."""

    def __init__(self, now: EntryState | None) -> None:
        super().__init__(
            "Somebody else changed this since you opened it, so nothing was saved."
            if now is not None
            else "Somebody else removed this since you opened it, so nothing was saved."
        )
        self.now = now


def entry_state(connection: Connection, board: str, kind: str, entry_id: str) -> EntryState | None:
    """An entry of a Board's planner as it is stored now, or None."""
    entry = stored_entry(connection, board, kind, entry_id)
    if entry is None:
        return None
    revision, document = entry
    return EntryState(kind=kind, id=entry_id, document=document, token=_token(revision, document))


def _token(revision: int, document: Document) -> str:
    """A revision alone would not tell an entry from one that was removed and added again."""
    text = json.dumps(document, sort_keys=True).encode()
    return f"{revision}-{hashlib.sha256(text).hexdigest()[:16]}"


def require_current(now: EntryState | None, edit: EntryEdit) -> None:
    """Raises EntryChangedError where `edit` was typed upon another state than `now`."""
    if ("" if now is None else now.token) != edit.token:
        raise EntryChangedError(now)


def save_edit(
    installation: Installation, board_id: str, edit: EntryEdit, *, who: str, why: str | None
) -> bool:
    """Saves an edit and plans by it; False where it changes nothing.

    Raises EntryChangedError where the entry is not as it was when it was opened, FileProblems
    where the planner would be wrong.
    """
    with installation.database.write() as connection:
        # Other edits wait here, so what is read now is what is written upon.
        hold_boards(connection)
        require_current(entry_state(connection, board_id, edit.kind, edit.id), edit)
        content = _content(connection, board_id)
        return _store(installation, connection, content, edit, who=who, why=why)


def _store(
    installation: Installation,
    connection: Connection,
    content: PlannerFile,
    edit: EntryEdit,
    *,
    who: str,
    why: str | None,
) -> bool:
    row = installation.board(connection, content.board.id)
    changed = with_edit(content, edit, since=held_before(row, installation.today))
    before = entry_document(content, edit.kind, edit.id)
    after = {} if edit.removes else entry_document(changed, edit.kind, edit.id)
    if before == after:
        return False
    save(
        connection,
        changed,
        subject=subject_of(edit.kind, edit.id, after or before),
        what=_kind(edit, before),
        after=_in_words(edit.kind, before, after, content, changed),
        moment=installation.local.moment(installation.clock()),
        who=who,
        why=why,
    )
    plan_now(installation, connection, content.board.id)
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
    planners = planner_of(content), planner_of(changed)
    return changes_on_one_line(field_changes(kind, before, after, planners))


def _content(connection: Connection, board_id: str) -> PlannerFile:
    content = content_of(connection, board_id)
    if content is None:
        raise EditError(f'There is no planner for the Board "{board_id}"; import one.')
    return content


def subject_of(kind: str, entry_id: str, document: Document) -> str:
    """What the record of changes calls an entry: "report s11", "plan", a body by its id."""
    if entry_id == kind:
        return kind
    if kind == "promise":
        # Its number is another's once one before it is removed.
        return f"promise {document.get('text', '')}"[:LONGEST_SUBJECT]
    return entry_id if kind in BY_ID else f"{kind} {entry_id}"


def patched(document: Mapping[str, Any], patch: Mapping[str, Any]) -> Document:
    """`document` with the fields of `patch`; those that are None or empty are left out."""
    merged = {**document, **patch}
    return {key: value for key, value in merged.items() if value not in (None, "", [], {}, False)}


def with_edit(content: PlannerFile, edit: EntryEdit, *, since: date | None = None) -> PlannerFile:
    """`content` as `edit` wants it, wholly checked. Raises FileProblems, as a file would.

    With `since`, a new rule for meetings leaves those before that day as they were held.
    """
    document, completed = document_of(content), None
    if since is not None and edit.kind == "body" and "meets" in edit.patch:
        completed = partial(with_meetings_held, content, today=since)
    if edit.kind in SINGLE:
        document[edit.kind] = patched(document.get(edit.kind, {}), edit.patch)
        return checked_content(document)
    entries = list(document.get(edit.kind, []))
    at = place_of(content, edit.kind, edit.id)
    if at is None:
        own = {} if edit.kind == "promise" else {"id": edit.id}
        entries.append(patched(own, edit.patch))
    elif edit.removes:
        del entries[at]
    else:
        entries[at] = patched(entries[at], edit.patch)
    document[edit.kind] = entries
    return checked_content(document, completed)


def place_of(content: PlannerFile, kind: str, entry_id: str) -> int | None:
    """Where an entry stands among those of its kind, from 0; None where there is none."""
    entries = getattr(content, kind)
    if kind == "promise":
        numbers = [str(number) for number in range(1, len(entries) + 1)]
        return numbers.index(entry_id) if entry_id in numbers else None
    return next((at for at, entry in enumerate(entries) if entry.id == entry_id), None)


def entry_document(content: PlannerFile, kind: str, entry_id: str) -> Document:
    """An entry in the words of the file; empty where there is none."""
    document = document_of(content)
    if kind in SINGLE:
        return dict(document.get(kind, {}))
    at = place_of(content, kind, entry_id)
    return {} if at is None else dict(document[kind][at])


@dataclass(frozen=True, slots=True, kw_only=True)
class EditProblems:
    """The problems of an edit: `own` by field of the entry, `others` as whole sentences.

    Each of `own` is the field's path, the problem and the value that has it.
    """

    own: tuple[tuple[tuple[str | int, ...], str, object], ...]
    others: tuple[str, ...]


def edit_problems(problems: FileProblems, content: PlannerFile, edit: EntryEdit) -> EditProblems:
    """The problems of a planner with `edit` in it, those of the entry apart from all others."""
    begin: tuple[str | int, ...] = (edit.kind,)
    if edit.kind not in SINGLE:
        at = place_of(content, edit.kind, edit.id)
        # A new entry is added after all others.
        begin = (edit.kind, len(getattr(content, edit.kind)) if at is None else at)
    own, others = [], []
    for problem in problems.problems:
        if problem.path[: len(begin)] == begin and not edit.removes:
            own.append((problem.path[len(begin) :], problem.says, problem.value))
        else:
            others.append(problem.sentence)
    return EditProblems(own=tuple(own), others=tuple(others))


def new_id(content: PlannerFile, kind: str, name: str) -> str:
    """An id for a new entry, made of its name: "s11-annual-report", or "…-b" where that is taken.

    An id never changes: what is stored and what mails link to is named by it.
    """
    if kind == "promise":
        return str(len(content.promise) + 1)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9.]+", "-", plain.replace("'", "")).strip("-.")[:LONGEST_ID] or kind
    # "new" is the address of the form for a new one.
    taken = {"new", *(body.id for body in content.body), *(event.id for event in content.event)}
    taken |= {entry.id for entry in (*content.report, *content.action)}
    # The second of a name ends in "-b", as 13.2-b does; those after "-z" are numbered.
    endings = ("", *(f"-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz"))
    numbers = (f"-{number}" for number in range(27, MOST_ALIKE))
    return next(base + ending for ending in (*endings, *numbers) if base + ending not in taken)
