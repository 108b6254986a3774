"""Any entry of a planner changed, added or taken out, checked like the file.

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
from typing import Any

from sqlalchemy import Connection

from ...calendar.planner.entries import SINGLE, Document
from ...calendar.planner.file_schema import PlannerFile
from ...core.validation.explain import FileProblems
from ...storage.planners import stored_entry
from .roles import EditError, checked_content

LONGEST_ID = 50  # of the 60 that an id may have: room for what makes it another


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryState:
    """An entry as it is stored: `token` changes whenever its content does."""

    kind: str
    id: str
    document: Document
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEdit:
    """What somebody wants of an entry.

    `patch` holds the fields that are to be other than they stand (None: taken out), `token` the
    state of the entry that it was typed upon ("" for a new one), `removes` to take it out.
    """

    kind: str
    id: str
    token: str = ""
    patch: Document = field(default_factory=dict)
    removes: bool = False


class EntryChangedError(EditError):
    """Somebody else changed, added or removed the entry meanwhile; `now` is what stands there."""

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


def patched(document: Mapping[str, Any], patch: Mapping[str, Any]) -> Document:
    """`document` with the fields of `patch`; those that are None or empty are left out."""
    merged = {**document, **patch}
    return {key: value for key, value in merged.items() if value not in (None, "", [], {}, False)}


def with_edit(content: PlannerFile, edit: EntryEdit) -> PlannerFile:
    """`content` as `edit` wants it, wholly checked. Raises FileProblems, as a file would."""
    document = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
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
    return checked_content(document)


def place_of(content: PlannerFile, kind: str, entry_id: str) -> int | None:
    """Where an entry stands among those of its kind, from 0; None where there is none."""
    entries = getattr(content, kind)
    if kind == "promise":
        numbers = [str(number) for number in range(1, len(entries) + 1)]
        return numbers.index(entry_id) if entry_id in numbers else None
    return next((at for at, each in enumerate(entries) if each.id == entry_id), None)


def document_of(content: PlannerFile, kind: str, entry_id: str) -> Document:
    """An entry in the file's own words; empty where there is none."""
    document = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if kind in SINGLE:
        return dict(document.get(kind, {}))
    at = place_of(content, kind, entry_id)
    return {} if at is None else dict(document[kind][at])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What is wrong with an edit: by the entry's own field, and with other entries by it."""

    own: tuple[tuple[tuple[str | int, ...], str, object], ...]
    others: tuple[str, ...]


def sorted_problems(problems: FileProblems, content: PlannerFile, edit: EntryEdit) -> Sorted:
    """The problems of a planner with `edit` in it: place, what is wrong and the value, or whole."""
    single = edit.kind in SINGLE
    found = None if single else place_of(content, edit.kind, edit.id)
    at = len(getattr(content, edit.kind)) if found is None and not single else found
    begin: tuple[str | int, ...] = (edit.kind,) if single else (edit.kind, at or 0)
    own, others = [], []
    for each in problems.problems:
        if each.path[: len(begin)] == begin and not edit.removes:
            own.append((each.path[len(begin) :], each.says, each.value))
        else:
            others.append(each.sentence)
    return Sorted(own=tuple(own), others=tuple(others))


def new_id(content: PlannerFile, kind: str, wanted: str) -> str:
    """An id for a new entry, made of its name: "s11-annual-report", or "…-b" where that is taken.

    An id never changes: what is stored and what mails link to is named by it.
    """
    if kind == "promise":
        return str(len(content.promise) + 1)
    plain = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9.]+", "-", plain.replace("'", "")).strip("-.")[:LONGEST_ID] or kind
    # "new" is the address of the form for a new one.
    taken = {"new", *(each.id for each in content.body), *(each.id for each in content.event)}
    taken |= {each.id for each in (*content.report, *content.action)}
    if base not in taken:
        return base
    letters = "bcdefghijklmnopqrstuvwxyz"
    names = [f"{base}-{each}" for each in (*letters, *(str(n) for n in range(27, 1000)))]
    return next(name for name in names if name not in taken)
