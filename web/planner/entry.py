"""/planner/KIND/ID: an entry of the planner, and its forms: typed, looked at, saved."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...calendar.planner.entries import SINGLE
from ...core.validation.problems import FileProblems
from ...operations.planner.entries import EntryChangedError, patched, save_edit, subject_of
from ...operations.planner.removal import why_kept
from ...queries.changes import history
from ...wording.planner_fields import in_words, label
from ..page.page import page
from ..request.context import form_of, link, reading_board, redirect, site_of, user_of
from ..request.form import Form, Problems, unsure
from .draft import (
    Draft,
    PlannerEntry,
    draft_of,
    first_draft,
    opened_at,
    packed_draft,
    requested_entry,
)
from .fields import FormSection, as_date, shown_values, typed_values
from .form_input import checked_draft, typed_draft, with_id, with_patch
from .preview import entry_preview
from .removal import ask_to_remove, conflict, remove, title_of
from .sections import SECTIONS
from .timing import WITHOUT_FIELDS

PREVIEW, SAVE, REMOVE = "preview", "save", "remove"


def show(request: Request) -> Response:
    """An entry as it stands, section by section, each with its form."""
    entry = requested_entry(request)
    if entry.is_new:
        return RedirectResponse(link(request, f"{entry.address}/{entry.steps[0]}"), status_code=302)
    planner = entry.setting.planner
    sections = [
        (
            section,
            [
                (label(entry.kind, key), in_words(key, entry.document.get(key), planner))
                for key in section.covers
            ],
        )
        for section in SECTIONS[entry.kind]
        if section.key != "timing"
        and (section.key != "exceptions" or entry.document.get("meeting"))
    ]
    with reading_board(request) as (connection, view):
        kept = why_kept(connection, view.id, entry.content, entry.kind, entry.id)
        lines = history(connection, view, [subject_of(entry.kind, entry.id, entry.document)])
    return page(
        request,
        "planner/entry.html.j2",
        title=title_of(entry),
        entry=entry,
        sections=sections,
        kept=kept,
        history=list(reversed(lines)),
        single=entry.kind in SINGLE,
    )


def ask(request: Request) -> Response:
    """The form of a section."""
    entry, key = requested_entry(request), request.path_params["section"]
    if key == REMOVE:
        return ask_to_remove(request, entry, Problems())
    if request.query_params.get("draft"):
        # How a form stood that was sent after its session had ended.
        draft = draft_of(request)
        if key == PREVIEW:
            return _preview(request, entry, draft, entry.section(_last(entry)))
        return _form(request, entry, draft, entry.section(key))
    if key in (PREVIEW, SAVE):
        return RedirectResponse(link(request, entry.address), status_code=302)
    if key == "timing":
        return RedirectResponse(link(request, f"{entry.address}/when"), status_code=302)
    section = entry.section(key)
    return _form(request, entry, first_draft(entry, section), section)


def answer(request: Request) -> Response:
    """Answer a form: with the next one, with a preview of the change, or by saving it."""
    entry, key = requested_entry(request), request.path_params["section"]
    draft = draft_of(request)
    if key == REMOVE:
        return remove(request, entry, draft)
    if key == SAVE:
        return _save(request, entry, draft)
    if key == PREVIEW:
        return _preview(request, entry, draft, entry.section(_last(entry)))
    section = entry.section(key)
    form = form_of(request)
    if form.has("back"):
        return _form(request, entry, opened_at(entry, draft, section), section)
    problems = Problems()
    draft = typed_draft(entry, draft, section, form, problems)
    if draft.token != entry.token:
        return conflict(request, entry, draft)
    if problems:
        return _form(request, entry, draft, section, problems, form)
    if section.key == "when":
        following = entry.section("timing")
        if draft.timing not in WITHOUT_FIELDS:
            return _form(request, entry, opened_at(entry, draft, following), following)
        draft = with_patch(entry, draft, {"when": WITHOUT_FIELDS[draft.timing]})
        section = following
    return _next(request, entry, draft, section, form)


def _next(
    request: Request, entry: PlannerEntry, draft: Draft, section: FormSection, form: Form
) -> Response:
    """The next form of a new entry, or what would be changed."""
    steps = entry.steps
    if not steps or section.key == steps[-1]:
        return _preview(request, entry, draft, section, form)
    problems = Problems()
    checked_draft(entry, draft, section, problems, whole=False)
    if problems:
        return _form(request, entry, draft, section, problems, form)
    following = entry.section(steps[steps.index(section.key) + 1])
    return _form(request, entry, opened_at(entry, draft, following), following)


def _preview(
    request: Request,
    entry: PlannerEntry,
    draft: Draft,
    section: FormSection,
    form: Form | None = None,
    problems: Problems | None = None,
) -> Response:
    """Show what saving would change, and its button; `problems` are about the remark."""
    if draft.token != entry.token:
        return conflict(request, entry, draft)
    draft, wrong = with_id(entry, draft), Problems()
    changed = checked_draft(entry, draft, section, wrong, whole=True)
    if changed is None:
        return _form(request, entry, draft, section, wrong, form)
    effects = entry_preview(request, entry, entry.edit(draft), changed)
    if not effects.changes and not entry.is_new:
        return redirect(request, entry.address, "Nothing was different, so nothing was saved.")
    return page(
        request,
        "planner/preview.html.j2",
        title="What this will change",
        problems=problems,
        entry=entry,
        what=title_of(entry, draft),
        preview=effects,
        back=[(key, entry.section(key).title) for key in entry.steps if key != "timing"],
        section="when" if section.key == "timing" else section.key,
        draft=packed_draft(site_of(request), draft),
        why=form_of(request).secret("why"),
    )


def _save(request: Request, entry: PlannerEntry, draft: Draft) -> Response:
    problems, section = unsure(form_of(request)), entry.section(_last(entry))
    why = problems.read("why", "“Why”", lambda: form_of(request).lines("why"))
    if problems:
        return _preview(request, entry, draft, section, problems=problems)
    installation, who = site_of(request).installation, user_of(request).email
    try:
        saved = save_edit(installation, entry.board, entry.edit(draft), who=who, why=why or None)
    except EntryChangedError as error:
        if entry.is_new and error.now is not None:
            return _taken(request, entry, draft, error)
        return conflict(request, requested_entry(request), draft)
    except FileProblems:
        checked_draft(entry, draft, section, problems, whole=True)
        return _form(request, entry, draft, section, problems)
    address = entry.address if not entry.is_new else f"/planner/{entry.name}/{draft.id}"
    return redirect(request, address, "Saved." if saved else "Nothing was different.")


def _taken(
    request: Request, entry: PlannerEntry, draft: Draft, error: EntryChangedError
) -> Response:
    """A form for a new entry that was sent twice is saved once; another gets an id of its own."""
    own = {} if entry.kind == "promise" else {"id": draft.id}
    if error.now is not None and error.now.document == patched(own, draft.patch):
        return redirect(request, f"/planner/{entry.name}/{draft.id}", "Saved.")
    again = replace(draft, id="")
    return _preview(request, requested_entry(request), again, entry.section(_last(entry)))


def _form(
    request: Request,
    entry: PlannerEntry,
    draft: Draft,
    section: FormSection,
    problems: Problems | None = None,
    form: Form | None = None,
) -> Response:
    fields = section.fields(entry.opened(draft))
    # Once there are problems, the fields show what was typed, right or wrong.
    typed = form is not None and bool(problems)
    values = typed_values(fields, form) if form and typed else shown_values(fields, draft.was)
    steps = [key for key in entry.steps if key != "timing"]
    at = "when" if section.key == "timing" else section.key
    return page(
        request,
        "planner/section.html.j2",
        title=section.title,
        problems=problems,
        entry=entry,
        section=section,
        fields=fields,
        values=values,
        bodies=[(body.id, body.short) for body in entry.setting.planner.bodies],
        as_date=as_date,
        what=title_of(entry, draft),
        step=(steps.index(at) + 1, len(steps)) if at in steps else None,
        draft=packed_draft(site_of(request), draft),
    )


def _last(entry: PlannerEntry) -> str:
    return entry.steps[-1] if entry.steps else SECTIONS[entry.kind][0].key
