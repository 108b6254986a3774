"""The entries of a planner document, as imported, compared and stored one by one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .file_schema import PlannerFile

SINGLE = ("board", "plan", "working_days")
PLAN = "plan"
MANY = ("body", "event", "report", "action", "promise")

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """One entry of a planner: its table in the file, its id there, and its content."""

    kind: str
    id: str
    document: Document


def document_of(content: PlannerFile) -> Document:
    """A planner as its file has it, without the values that are defaults."""
    return content.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def entries_of(content: PlannerFile) -> Iterator[StoredEntry]:
    """A planner file's content, entry by entry."""
    document = document_of(content)
    for kind in SINGLE:
        yield StoredEntry(kind=kind, id=kind, document=document.get(kind, {}))
    for kind in MANY:
        for number, entry in enumerate(document.get(kind, []), start=1):
            yield StoredEntry(kind=kind, id=entry.get("id", str(number)), document=entry)


def digest_of(content: PlannerFile) -> str:
    """A digest of the content; the same for files that differ only in layout."""
    entries = [[entry.kind, entry.id, entry.document] for entry in entries_of(content)]
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()
