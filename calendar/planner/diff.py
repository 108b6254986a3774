"""The differences between two planners, entry by entry, as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .entries import SINGLE, entries_of
from .file_schema import PlannerFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One entry that was added, removed or changed; `fields` holds (name, before, after)."""

    kind: str
    id: str
    what: str
    fields: tuple[tuple[str, Any, Any], ...] = ()

    @property
    def lines(self) -> list[str]:
        """The difference as lines of text, details indented."""
        name = f"[{self.kind}]" if self.kind in SINGLE else f'{self.kind} "{self.id}"'
        head = f"{self.what} {name}"
        return [head, *(f"    {_field(*field)}" for field in self.fields)]


def differences(before: PlannerFile | None, after: PlannerFile) -> list[Difference]:
    """The differences from `before` to `after` in the order of the file, removals last."""
    old = {} if before is None else {(entry.kind, entry.id): entry for entry in entries_of(before)}
    new = {(entry.kind, entry.id): entry for entry in entries_of(after)}
    changes = []
    for (kind, entry_id), entry in new.items():
        stored = old.get((kind, entry_id))
        if stored is None:
            changes.append(Difference(kind=kind, id=entry_id, what="added"))
        elif stored.document != entry.document:
            fields = _fields(stored.document, entry.document)
            changes.append(Difference(kind=kind, id=entry_id, what="changed", fields=fields))
    removed = [key for key in old if key not in new]
    changes.extend(Difference(kind=kind, id=entry_id, what="removed") for kind, entry_id in removed)
    return changes


def _fields(before: dict[str, Any], after: dict[str, Any]) -> tuple[tuple[str, Any, Any], ...]:
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        (name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def _field(name: str, before: Any, after: Any) -> str:
    if before is None:
        return f"{name}: {_shown(after)} (new)"
    if after is None:
        return f"{name}: {_shown(before)} (taken out)"
    return f"{name}: {_shown(before)} -> {_shown(after)}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_shown(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
