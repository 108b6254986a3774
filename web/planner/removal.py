"""The page that removes an entry of the planner; and the page of two changes at once."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from ...core.validation.problems import FileProblems
from ...operations.planner.entries import EntryChangedError, EntryEdit, save_edit
from ...operations.planner.removal import why_kept
from ...wording.planner_fields import KINDS, entry_title
from ..page.page import page
from ..request.context import form_of, reading_board, redirect, site_of, user_of
from ..request.form import Problems
from .draft import Draft, PlannerEntry, packed_draft, requested_entry
from .preview import beside


def ask_to_remove(request: Request, entry: PlannerEntry, problems: Problems) -> Response:
    """Show what removing means, and the button; or why it is not possible."""
    with reading_board(request) as (connection, view):
        kept = why_kept(connection, view.id, entry.content, entry.kind, entry.id)
    return page(
        request,
        "planner/removal.html.j2",
        title=f"Remove {title_of(entry)}",
        problems=problems,
        entry=entry,
        kept=kept,
        draft=packed_draft(site_of(request), Draft(token=entry.token)),
        why=form_of(request).secret("why"),
    )


def remove(request: Request, entry: PlannerEntry, draft: Draft) -> Response:
    """Remove an entry from the planner."""
    problems = Problems()
    why = problems.read("why", "“Why”", lambda: form_of(request).lines("why"))
    with reading_board(request) as (connection, view):
        kept = why_kept(connection, view.id, entry.content, entry.kind, entry.id)
    if kept or problems:
        if kept:
            problems.add("removed", kept)
        return ask_to_remove(request, entry, problems)
    edit = EntryEdit(kind=entry.kind, id=entry.id, token=draft.token, removes=True)
    installation, who = site_of(request).installation, user_of(request).email
    try:
        save_edit(installation, entry.board, edit, who=who, why=why or None)
    except EntryChangedError:
        return conflict(request, requested_entry(request), draft)
    except FileProblems as error:
        for number, problem in enumerate(error.problems):
            problems.add(f"removed-{number}", problem.sentence)
        return ask_to_remove(request, entry, problems)
    return redirect(request, "/planner", f"Removed: {title_of(entry)}.")


def conflict(request: Request, entry: PlannerEntry, draft: Draft) -> Response:
    """Show the entry as it stands now beside the input; nothing was saved."""
    return page(
        request,
        "planner/conflict.html.j2",
        title="Somebody else changed this meanwhile",
        status=409,
        entry=entry,
        what=title_of(entry),
        rows=beside(entry, draft),
        draft=packed_draft(site_of(request), replace(draft, token=entry.token)),
    )


def title_of(entry: PlannerEntry, draft: Draft | None = None) -> str:
    """ "the report “S.11 annual report”", "a new report"."""
    if entry.is_new:
        document = {} if draft is None else draft.patch
        own = entry_title(entry.kind, document)
        return own if own != f"the {KINDS[entry.kind]}" else f"a new {KINDS[entry.kind]}"
    return entry_title(entry.kind, entry.document)
