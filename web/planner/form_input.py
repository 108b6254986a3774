"""Turn the input of a section into a patch of the entry, or problems by field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...calendar.planner.entries import Document
from ...calendar.planner.file_schema import PlannerFile
from ...core.validation.problems import FileProblems, is_predicate, shown
from ...operations.planner.entries import EntryEdit, edit_problems, new_id, with_edit
from ...wording.planner_fields import label
from ..request.form import FieldError, Form, Problems
from .draft import Draft, PlannerEntry
from .fields import Flat, FormSection

EMPTY: tuple[Any, ...] = (None, "", [], {}, False)


# So that what is typed is checked before the form for a new entry has asked for everything.
FILLERS: dict[str, Document] = {
    "report": {"title": "–", "row": "–", "quote": "–", "when": {"as_required": True}},
    "action": {
        "title": "–",
        "number": "–",
        "section": "–",
        "action": "–",
        "quote": "–",
        "when": {"as_required": True},
    },
    "body": {"name": "–", "kind": "partner"},
}


def typed_draft(
    entry: PlannerEntry, draft: Draft, section: FormSection, form: Form, problems: Problems
) -> Draft:
    """`draft` with what the fields of a section hold now."""
    opened = entry.opened(draft)
    flat: Flat = {}
    typed: set[str] = set()
    for field in section.fields(opened):
        before = draft.was.get(field.key)
        same = field.is_same(field.typed(form), field.shown(before))
        if same and not (field.needed and before in EMPTY):
            flat[field.key] = before
            continue
        typed.add(field.key)
        flat[field.key] = problems.read(
            field.key,
            f"“{field.label}”",
            lambda field=field, before=before: field.read(  # type: ignore[misc]
                form, entry.setting, before
            ),
        )
    if section.key == "when":
        return replace(draft, timing=str(flat.get("kind") or ""))
    if problems or not typed:
        return draft
    try:
        values = section.closes(flat, opened)
    except FieldError as error:
        first = section.fields(opened)[0]
        problems.add(first.key, f"“{first.label}” {error}")
        return draft
    # What was not touched stays as it stands, whatever somebody else makes of it meanwhile.
    touched = [key for key in section.covers if key in typed or key not in flat]
    return with_patch(entry, draft, {key: values.get(key) for key in touched})


def with_patch(entry: PlannerEntry, draft: Draft, values: Document) -> Draft:
    """`draft` with more fields; one that is as it stands already is none."""
    patch = dict(draft.patch)
    for key, value in values.items():
        patch[key] = None if value in EMPTY else value
        if patch[key] == (entry.document.get(key) or None):
            del patch[key]
    return replace(draft, patch=patch)


def checked_draft(
    entry: PlannerEntry, draft: Draft, section: FormSection, problems: Problems, *, whole: bool
) -> PlannerFile | None:
    """The planner with what was typed in it; None, with every problem noted, where it is wrong.

    Not `whole`: the form for a new entry has more to ask, and only this section is looked at.
    """
    edit = entry.edit(draft)
    if not whole:
        first = entry.content.body[0].id
        filler = FILLERS.get(entry.kind, {})
        own = {"owner": [first]} if entry.kind in ("report", "action") else {}
        edit = replace(edit, id=edit.id or NOT_YET, patch={**filler, **own, **draft.patch})
    try:
        return with_edit(entry.content, edit, since=entry.held_before)
    except FileProblems as error:
        _note(entry, draft, section, problems, error, edit, whole=whole)
        return None


NOT_YET = "not-yet-named"


def _note(
    entry: PlannerEntry,
    draft: Draft,
    section: FormSection,
    problems: Problems,
    error: FileProblems,
    edit: EntryEdit,
    *,
    whole: bool,
) -> None:
    """Every problem by its field where the section has it, else on top with its place."""
    sorted_by_entry = edit_problems(error, entry.content, edit)
    fields = {field.key: field.label for field in section.fields(entry.opened(draft))}
    for number, (path, says, value) in enumerate(sorted_by_entry.own):
        key = section.place(path, draft.timing)
        top = str(path[0]) if path else ""
        if top in section.covers:
            key = key if key in fields else next(iter(fields))
            problems.add(key, worded(fields[key], says, value))
        else:
            problems.add(f"other-{number}", worded(label(entry.kind, top), says, value))
    if whole:
        for number, sentence in enumerate(sorted_by_entry.others):
            problems.add(f"elsewhere-{number}", sentence)


def worded(name: str, says: str, value: Any) -> str:
    """A sentence of the planner file's check that begins with a field's name."""
    if not is_predicate(says):
        return f"“{name}”: {says}"
    is_nothing = value is None or value in ([], "")
    return f"“{name}” {says}" if is_nothing else f"“{name}”: {shown(value)} {says}"


def with_id(entry: PlannerEntry, draft: Draft) -> Draft:
    """`draft` of a new entry with the id that it will have."""
    if not entry.is_new or draft.id:
        return draft
    patch = draft.patch
    name = patch.get("number") or patch.get("short") or patch.get("title") or patch.get("name")
    return replace(draft, id=new_id(entry.content, entry.kind, str(name or "")))
