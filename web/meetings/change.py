"""The pages on which a meeting is moved, cancelled or added."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.builder import planner_of
from ...calendar.planner.model import Body, Planner
from ...calendar.rules.meeting_series import MeetingChangeKind
from ...operations.planner.change import PlannerChangedError
from ...operations.planner.meetings import MeetingDecision
from ...queries.changes import history
from ...queries.meetings.meetings import MeetingLine
from ...storage.change_log import last_change
from ..page.confirm_flow import ConfirmFlow, OvertakenError, save_as_shown
from ..page.page import page
from ..request.context import form_of, reading_board, redirect, site_of, user_of
from ..request.dates import read_date, typed_date
from ..request.errors import ConflictError, NotFoundError
from ..request.form import Problems, unsure
from .meetings import body_that_meets, day_of, meeting_of, slot_of
from .preview import edited, meeting_preview

# The field that a problem with the whole is shown beside.
FIELDS = {
    MeetingChangeKind.MOVED: "to",
    MeetingChangeKind.CANCELLED: "why",
    MeetingChangeKind.ADDED: "day",
}
LABELS = {"to": "The new day", "day": "The day"}
TITLES = {
    MeetingChangeKind.MOVED: "Move the {} meeting",
    MeetingChangeKind.CANCELLED: "Cancel the {} meeting",
    MeetingChangeKind.ADDED: "Add a meeting of {}",
}
CHANGED = "The planner was changed meanwhile, so nothing was saved."


def _read(
    becomes: MeetingChangeKind, request: Request, problems: Problems
) -> MeetingDecision | None:
    decision = _decision(becomes, request, problems)
    problems.read("why", "The reason", lambda: _reason(request))
    return None if problems else decision


def _decision(
    becomes: MeetingChangeKind, request: Request, problems: Problems
) -> MeetingDecision | None:
    form, today = form_of(request), site_of(request).installation.today
    with reading_board(request) as (_, view):
        body = body_that_meets(view.planner, request.path_params["body"]).id
    if becomes is MeetingChangeKind.CANCELLED:
        return MeetingDecision(
            body=body, becomes=becomes, day=day_of(request), slot=slot_of(request)
        )
    name = FIELDS[becomes]
    day = problems.read(name, LABELS[name], lambda: read_date(form, name, today=today))
    if day is None:
        return None
    if becomes is MeetingChangeKind.MOVED:
        return MeetingDecision(
            body=body, becomes=becomes, day=day_of(request), to=day, slot=slot_of(request)
        )
    return MeetingDecision(
        body=body, becomes=becomes, day=day, extraordinary=form.has("extraordinary")
    )


def _form(becomes: MeetingChangeKind, request: Request, problems: Problems) -> Response:
    form = form_of(request)
    body, meeting = _subject(request, becomes)
    return page(
        request,
        "meetings/change.html.j2",
        title=TITLES[becomes].format(body.short),
        problems=problems,
        becomes=becomes.value,
        meeting=meeting,
        typed=typed_date(form, FIELDS[becomes]),
        why=form.secret("why"),
        extraordinary=form.has("extraordinary"),
    )


def _subject(request: Request, becomes: MeetingChangeKind) -> tuple[Body, MeetingLine | None]:
    """The body, and the meeting that it is about. Raises NotFoundError."""
    with reading_board(request) as (connection, view):
        body = body_that_meets(view.planner, request.path_params["body"])
        if becomes is MeetingChangeKind.ADDED:
            return body, None
        meeting = meeting_of(request, connection, view)
    if meeting.is_cancelled:
        raise NotFoundError(
            f"The {meeting.title} of {meeting.when} is cancelled. To let it take place after "
            "all, add a meeting on its day."
        )
    return body, meeting


def _preview(request: Request, decision: MeetingDecision, overtaken: str | None) -> Response:
    try:
        body, _ = _subject(request, decision.becomes)
    except NotFoundError:
        if overtaken is None:
            raise
        raise ConflictError(overtaken) from None
    return page(
        request,
        "meetings/preview.html.j2",
        title=TITLES[decision.becomes].format(body.short),
        problems=unsure(form_of(request)),
        preview=meeting_preview(request, decision),
        becomes=decision.becomes.value,
        meanwhile=overtaken,
        typed=form_of(request).carried("to", "day", "extraordinary", "why"),
        why=_reason(request),
    )


def _save(request: Request, decision: MeetingDecision) -> Response:
    if unsure(form_of(request)):
        return _preview(request, decision, None)
    today = site_of(request).installation.today
    try:
        after = save_as_shown(
            request,
            lambda content: edited(content, decision, today),
            subject=decision.body,
            what=decision.what,
            after=decision.days,
            why=_reason(request),
        )
    except PlannerChangedError:
        planner = _as_saved_before(request, decision)
    else:
        planner = planner_of(after)
    year = (decision.to or decision.day).year
    notice = f"{decision.headline(planner)} What falls due with it follows."
    return redirect(request, "/meetings", notice, year=year)


def _reason(request: Request) -> str:
    return form_of(request).text("why")


def _as_saved_before(request: Request, decision: MeetingDecision) -> Planner:
    """The planner as a button pressed twice left it at the first time. Raises OvertakenError."""
    with reading_board(request) as (connection, view):
        last = last_change(connection, view.id, decision.body)
        lines = history(connection, view, [decision.body])
    mine = (decision.what, decision.days, user_of(request).email, _reason(request) or None)
    if last is None or (last.what, last.after, last.who, last.why) != mine:
        raise OvertakenError(" ".join((CHANGED, *(line.text for line in lines[-1:]))))
    return view.planner


MOVE, CANCEL, ADD = (
    ConfirmFlow(
        read=partial(_read, becomes),
        form=partial(_form, becomes),
        preview=_preview,
        save=_save,
        field=lambda decision: FIELDS[decision.becomes],
    )
    for becomes in (MeetingChangeKind.MOVED, MeetingChangeKind.CANCELLED, MeetingChangeKind.ADDED)
)
