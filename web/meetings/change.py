"""Moving, cancelling and adding a meeting: a form, what would follow, and the button that saves."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.builder import planner_of
from ...calendar.planner.model import Body, Planner
from ...calendar.rules.meeting_series import MeetingChangeKind
from ...core.validation.explain import FileProblems
from ...operations.planner.change import EditError, PlannerChangedError
from ...operations.planner.meetings import MeetingDecision
from ...queries.changes import history
from ...queries.meetings.meetings import MeetingLine
from ...storage.change_log import last_change
from ..page.page import page
from ..planner.save_preview import save_as_shown
from ..request.context import form_of, reading_board, redirect, site_of, user_of
from ..request.dates import read_date, typed_date
from ..request.errors import ConflictError, NotFoundError
from ..request.form import Form, Problems
from .meetings import day_of, meeting_body, meeting_of
from .preview import preview

# The field that a problem with the whole is shown beside.
FIELDS = {
    MeetingChangeKind.MOVED: "to",
    MeetingChangeKind.CANCELLED: "why",
    MeetingChangeKind.ADDED: "day",
}
LABELS = {"to": "The new day", "day": "The day"}
CHANGED = "The planner was changed meanwhile, so nothing was saved."


def ask_to_move(request: Request) -> Response:
    """The form for another day."""
    return _form(request, MeetingChangeKind.MOVED)


def ask_to_cancel(request: Request) -> Response:
    """The form for cancelling."""
    return _form(request, MeetingChangeKind.CANCELLED)


def ask_to_add(request: Request) -> Response:
    """The form for one more meeting."""
    return _form(request, MeetingChangeKind.ADDED)


def move(request: Request) -> Response:
    """What moving would do; or moves it."""
    return _answer(request, MeetingChangeKind.MOVED)


def cancel(request: Request) -> Response:
    """What cancelling would do; or cancels it."""
    return _answer(request, MeetingChangeKind.CANCELLED)


def add(request: Request) -> Response:
    """What one more meeting would do; or adds it."""
    return _answer(request, MeetingChangeKind.ADDED)


def _answer(request: Request, becomes: MeetingChangeKind) -> Response:
    form, problems = form_of(request), Problems()
    decision = _decision(request, becomes, problems)
    why = problems.read("why", "The reason", lambda: form.text("why"))
    if decision is None or why is None or form.has("edit"):
        return _form(request, becomes, problems)
    if form.has("save"):
        return _save(request, decision, why)
    return _previewed(request, decision, why)


def _decision(
    request: Request, becomes: MeetingChangeKind, problems: Problems
) -> MeetingDecision | None:
    """What the form says; None, with problems, where it cannot be read."""
    form, today = form_of(request), site_of(request).here.today
    with reading_board(request) as (_, view):
        body = meeting_body(view.planner, request.path_params["body"]).id
    if becomes is MeetingChangeKind.CANCELLED:
        return MeetingDecision(body=body, becomes=becomes, day=day_of(request))
    name = FIELDS[becomes]
    given = problems.read(name, LABELS[name], lambda: read_date(form, name, today=today))
    if given is None:
        return None
    if becomes is MeetingChangeKind.MOVED:
        return MeetingDecision(body=body, becomes=becomes, day=day_of(request), to=given)
    return MeetingDecision(
        body=body, becomes=becomes, day=given, extraordinary=form.has("extraordinary")
    )


def _form(
    request: Request,
    becomes: MeetingChangeKind,
    problems: Problems | None = None,
    status: int = 200,
) -> Response:
    form = form_of(request)
    body, meeting = _subject(request, becomes)
    return page(
        request,
        "meetings/change.html.j2",
        title=_title(becomes, body),
        problems=problems,
        status=status,
        becomes=becomes.value,
        body=body,
        meeting=meeting,
        typed=typed_date(form, FIELDS[becomes]),
        why=form.secret("why"),
        extraordinary=form.has("extraordinary"),
    )


def _subject(request: Request, becomes: MeetingChangeKind) -> tuple[Body, MeetingLine | None]:
    """The body, and the meeting that it is about. Raises NotFoundError."""
    with reading_board(request) as (connection, view):
        body = meeting_body(view.planner, request.path_params["body"])
        if becomes is MeetingChangeKind.ADDED:
            return body, None
        meeting = meeting_of(request, connection, view)
    if meeting.is_cancelled:
        raise NotFoundError(
            f"The {meeting.title} of {meeting.when} is cancelled. To let it take place after all, "
            "add a meeting on its day."
        )
    return body, meeting


def _title(becomes: MeetingChangeKind, body: Body) -> str:
    match becomes:
        case MeetingChangeKind.MOVED:
            return f"Move the {body.short} meeting"
        case MeetingChangeKind.CANCELLED:
            return f"Cancel the {body.short} meeting"
    return f"Add a meeting of {body.short}"


def _previewed(
    request: Request, decision: MeetingDecision, why: str, meanwhile: str | None = None
) -> Response:
    """What would follow, with a button; what cannot be done goes back to the form."""
    status = 200 if meanwhile is None else 409
    body, _ = _subject(request, decision.becomes)
    try:
        told = preview(request, decision)
    except (EditError, FileProblems) as error:
        problems = Problems()
        problems.add(FIELDS[decision.becomes], _sentence(error))
        return _form(request, decision.becomes, problems, status=status)
    return page(
        request,
        "meetings/preview.html.j2",
        title=_title(decision.becomes, body),
        status=status,
        preview=told,
        decision=decision,
        becomes=decision.becomes.value,
        meanwhile=meanwhile,
        typed=_typed(form_of(request)),
        why=why,
    )


def _sentence(error: EditError | FileProblems) -> str:
    if isinstance(error, FileProblems):
        return "; ".join(f"It {each.says}" for each in error.problems)
    return str(error)


def _typed(form: Form) -> list[tuple[str, str]]:
    """What was typed, to be sent again with the button."""
    kept = ("to", "day")
    return [
        (name, value)
        for name, values in form.fields.items()
        for value in values
        if name == "extraordinary" or name.partition("-")[0] in kept
    ]


def _save(request: Request, decision: MeetingDecision, why: str) -> Response:
    today = site_of(request).here.today
    try:
        after = save_as_shown(
            request,
            lambda content: decision.edit(content, decided=today),
            subject=decision.body,
            what=decision.what,
            after=decision.days,
            why=why,
        )
    except PlannerChangedError:
        return _overtaken(request, decision, why)
    except (EditError, FileProblems):
        return _previewed(request, decision, why)
    return _done(request, decision, planner_of(after))


def _overtaken(request: Request, decision: MeetingDecision, why: str) -> Response:
    """Somebody changed the planner since the preview: what would follow now; or done already."""
    with reading_board(request) as (connection, view):
        last = last_change(connection, view.id, decision.body)
        lines = history(connection, view, [decision.body])
    mine = (decision.what, decision.days, user_of(request).email, why or None)
    if last is not None and (last.what, last.after, last.who, last.why) == mine:
        # A button pressed twice.
        return _done(request, decision, view.planner)
    meanwhile = " ".join((CHANGED, *(each.text for each in lines[-1:])))
    try:
        return _previewed(request, decision, why, meanwhile)
    except NotFoundError:
        raise ConflictError(meanwhile) from None


def _done(request: Request, decision: MeetingDecision, planner: Planner) -> Response:
    year = (decision.to or decision.day).year
    said = f"{decision.headline(planner)} What falls due with it follows."
    return redirect(request, "/meetings", said, year=year)
