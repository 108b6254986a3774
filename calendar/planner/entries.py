"""The entries of a planner document, as imported, compared and stored one by one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .file_schema import PlannerFile

SINGLE = ("board", "plan", "working_days")
MANY = ("body", "event", "report", "action", "promise")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """One entry of a planner: its table in the file, its id there, and its content."""

    kind: str
    id: str
    document: dict[str, Any]


def entries_of(content: PlannerFile) -> Iterator[StoredEntry]:
    """A planner file's content, entry by entry."""
    document = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for kind in SINGLE:
        yield StoredEntry(kind=kind, id=kind, document=document.get(kind, {}))
    for kind in MANY:
        for number, entry in enumerate(document.get(kind, []), start=1):
            yield StoredEntry(kind=kind, id=entry.get("id", str(number)), document=entry)


def digest_of(content: PlannerFile) -> str:
    """What tells one content from another; the same for a file that only looks different."""
    entries = [[each.kind, each.id, each.document] for each in entries_of(content)]
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest()


PLAN = "plan"

Document = dict[str, Any]
