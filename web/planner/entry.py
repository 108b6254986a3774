"""/planner/KIND/ID: an entry of the planner, and its forms: typed, looked at, saved."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...calendar.planner.entries import SINGLE
from ...core.validation.explain import FileProblems
from ...operations.planner.edit_entry import EntryChangedError, patched
from ...operations.planner.removal_rules import why_kept
from ...operations.planner.save_entry import save_edit, subject_of
from ...queries.changes import history
from ...wording.planner_fields import in_words, label
from ..page.page import page
from ..request.context import form_of, link, reading_board, redirect, site_of, user_of
from ..request.form import Form, Problems
from .draft import Desk, Draft, desk_of, draft_of, first_draft, opened_at, packed
from .fields import Section, as_date, shown_values, typed_values
from .form_input import checked_draft, named, typed_draft, with_patch
from .preview import preview
from .removal import ask_to_remove, conflict, remove, title_of
from .sections import SECTIONS
from .timing import WITHOUT_FIELDS

PREVIEW, SAVE, REMOVE = "preview", "save", "remove"


def show(request: Request) -> Response:
    """An entry as it stands, section by section, each with its form."""
    desk = desk_of(request)
    if desk.is_new:
        return RedirectResponse(link(request, f"{desk.address}/{desk.steps[0]}"), status_code=302)
    planner = desk.setting.planner
    sections = [
        (
            each,
            [
                (label(desk.kind, key), in_words(key, desk.document.get(key), planner))
                for key in each.covers
            ],
        )
        for each in SECTIONS[desk.kind]
        if each.key != "timing" and (each.key != "exceptions" or desk.document.get("meeting"))
    ]
    with reading_board(request) as (connection, row, _):
        kept = why_kept(connection, row.id, desk.content, desk.kind, desk.id)
        lines = history(
            connection,
            planner,
            [subject_of(desk.kind, desk.id, desk.document)],
            local=site_of(request).here.local,
        )
    return page(
        request,
        "planner/entry.html.j2",
        title=title_of(desk),
        desk=desk,
        sections=sections,
        kept=kept,
        history=list(reversed(lines)),
        single=desk.kind in SINGLE,
    )


def ask(request: Request) -> Response:
    """The form of a section."""
    desk, key = desk_of(request), request.path_params["section"]
    if key == REMOVE:
        return ask_to_remove(request, desk, Problems())
    if key in (PREVIEW, SAVE):
        return RedirectResponse(link(request, desk.address), status_code=302)
    if key == "timing":
        return RedirectResponse(link(request, f"{desk.address}/when"), status_code=302)
    section = desk.section(key)
    return _form(request, desk, first_draft(desk, section), section)


def answer(request: Request) -> Response:
    """What a form sent: on to the next one, to what it would change, or saved."""
    desk, key = desk_of(request), request.path_params["section"]
    draft = draft_of(request)
    if key == REMOVE:
        return remove(request, desk, draft)
    if key == SAVE:
        return _save(request, desk, draft)
    if key == PREVIEW:
        return _looked_at(request, desk, draft, desk.section(_last(desk)))
    section = desk.section(key)
    form = form_of(request)
    if form.has("back"):
        return _form(request, desk, opened_at(desk, draft, section), section)
    problems = Problems()
    draft = typed_draft(desk, draft, section, form, problems)
    if draft.token != desk.token:
        return conflict(request, desk, draft)
    if problems:
        return _form(request, desk, draft, section, problems, form)
    if section.key == "when":
        following = desk.section("timing")
        if draft.timing not in WITHOUT_FIELDS:
            return _form(request, desk, opened_at(desk, draft, following), following)
        draft = with_patch(desk, draft, {"when": WITHOUT_FIELDS[draft.timing]})
        section = following
    return _on(request, desk, draft, section, form)


def _on(request: Request, desk: Desk, draft: Draft, section: Section, form: Form) -> Response:
    """The next form of a new entry, or what would be changed."""
    steps = desk.steps
    last = not steps or section.key == steps[-1]
    if not last:
        problems = Problems()
        checked_draft(desk, draft, section, problems, whole=False)
        if problems:
            return _form(request, desk, draft, section, problems, form)
        following = desk.section(steps[steps.index(section.key) + 1])
        return _form(request, desk, opened_at(desk, draft, following), following)
    return _looked_at(request, desk, draft, section, form)


def _looked_at(
    request: Request, desk: Desk, draft: Draft, section: Section, form: Form | None = None
) -> Response:
    """What saving would change, with the button that saves."""
    if draft.token != desk.token:
        return conflict(request, desk, draft)
    problems = Problems()
    draft = named(desk, draft)
    changed = checked_draft(desk, draft, section, problems, whole=True)
    if changed is None:
        return _form(request, desk, draft, section, problems, form)
    told = preview(request, desk, desk.edit(draft), changed)
    if not told.changes and not desk.is_new:
        return redirect(request, desk.address, "Nothing was different, so nothing was saved.")
    return _preview(request, desk, draft, section, told, Problems())


def _preview(
    request: Request, desk: Desk, draft: Draft, section: Section, told: object, problems: Problems
) -> Response:
    return page(
        request,
        "planner/preview.html.j2",
        title="What this will change",
        problems=problems,
        desk=desk,
        what=title_of(desk, draft),
        told=told,
        back=[(key, desk.section(key).title) for key in desk.steps if key != "timing"],
        section="when" if section.key == "timing" else section.key,
        draft=packed(site_of(request), draft),
        why=form_of(request).secret("why"),
    )


def _save(request: Request, desk: Desk, draft: Draft) -> Response:
    problems = Problems()
    form = form_of(request)
    why = problems.read("why", "“Why”", lambda: form.lines("why"))
    section = desk.section(_last(desk))
    if problems:
        changed = checked_draft(desk, draft, section, Problems(), whole=True)
        if changed is not None:
            told = preview(request, desk, desk.edit(draft), changed)
            return _preview(request, desk, draft, section, told, problems)
    edit = desk.edit(draft)
    here, who = site_of(request).here, user_of(request).email
    try:
        saved = save_edit(here, desk.board, edit, who=who, why=why or None)
    except EntryChangedError as error:
        if desk.is_new and error.now is not None:
            return _taken(request, desk, draft, error)
        return conflict(request, desk_of(request), draft)
    except FileProblems:
        checked_draft(desk, draft, section, problems, whole=True)
        return _form(request, desk, draft, section, problems)
    address = desk.address if not desk.is_new else f"/planner/{desk.name}/{draft.id}"
    return redirect(request, address, "Saved." if saved else "Nothing was different.")


def _taken(request: Request, desk: Desk, draft: Draft, error: EntryChangedError) -> Response:
    """A form for a new entry that was sent twice is saved once; another gets an id of its own."""
    own = {} if desk.kind == "promise" else {"id": draft.id}
    if error.now is not None and error.now.document == patched(own, draft.patch):
        return redirect(request, f"/planner/{desk.name}/{draft.id}", "Saved.")
    again = replace(draft, id="")
    return _looked_at(request, desk_of(request), again, desk.section(_last(desk)))


def _form(
    request: Request,
    desk: Desk,
    draft: Draft,
    section: Section,
    problems: Problems | None = None,
    form: Form | None = None,
) -> Response:
    fields = section.fields(desk.opened(draft))
    # Once there are problems, the fields show what was typed, right or wrong.
    typed = form is not None and bool(problems)
    values = typed_values(fields, form) if form and typed else shown_values(fields, draft.was)
    steps = [each for each in desk.steps if each != "timing"]
    at = "when" if section.key == "timing" else section.key
    return page(
        request,
        "planner/section.html.j2",
        title=section.title,
        problems=problems,
        desk=desk,
        section=section,
        fields=fields,
        values=values,
        bodies=[(each.id, each.short) for each in desk.setting.planner.bodies],
        as_date=as_date,
        what=title_of(desk, draft),
        step=(steps.index(at) + 1, len(steps)) if at in steps else None,
        draft=packed(site_of(request), draft),
    )


def _last(desk: Desk) -> str:
    return desk.steps[-1] if desk.steps else SECTIONS[desk.kind][0].key
