"""/reports/REF/raise: what is due only as required is raised, after a look at what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from ...operations.raise_item import ItemToRaise, RaisedMeanwhileError, raise_item, raised_already
from ...operations.record import RecordError
from ...queries.calendar.raise_item import RaiseChoices, first_mail_in_words, outlook, raise_choices
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, site_of, user_of
from ..request.dates import TypedDate, read_date, typed_date
from ..request.errors import NotFoundError
from ..request.form import FieldError, Form, Problems

BY_DAY = "day"
LONGEST_VALUE = 100
TAKEN_BACK = "If it is not needed after all, record it as waived."


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form."""

    owner: str
    meeting: str
    day: TypedDate
    why: str


def ask(request: Request) -> Response:
    """The form; `?for=lscb/2018-03-08` has that meeting chosen already."""
    return _form(request, request.query_params.get("for", ""))


def answer(request: Request) -> Response:
    """What would follow; or raises it."""
    form, problems = form_of(request), Problems()
    choices = _choices(request, form.secret("meeting"))
    wanted = _wanted(request, choices, problems)
    if wanted is None or form.has("edit"):
        return _form(request, form.secret("meeting"), problems)
    if form.has("save"):
        return _save(request, wanted)
    return _previewed(request, choices, wanted)


def _choices(request: Request, meeting: str) -> RaiseChoices:
    """What can be chosen. Raises NotFoundError where it cannot be raised."""
    ref = request.path_params["ref"]
    try:
        with reading_board(request) as (connection, view):
            also = _meeting_of(meeting)
            return raise_choices(connection, view, ref, also=also)
    except RecordError as error:
        raise NotFoundError(str(error)) from None


def _meeting_of(value: str) -> tuple[str, date] | None:
    """The body and the day of "lscb/2018-03-08"; None for anything else."""
    body, _, day = value[:LONGEST_VALUE].partition("/")
    try:
        return body, date.fromisoformat(day)
    except ValueError:
        return None


def _wanted(request: Request, choices: RaiseChoices, problems: Problems) -> ItemToRaise | None:
    """What the form says; None, with problems, where it cannot be read."""
    form, today = form_of(request), site_of(request).here.today
    owner = problems.read("owner", "Who owes it", lambda: _owner(form, choices))
    chosen = problems.read("meeting", "What it is for", lambda: _chosen(form, choices))
    day: date | None = None
    if chosen == BY_DAY:
        day = problems.read("day", "The day it is due", lambda: read_date(form, "day", today=today))
    elif chosen is not None and not typed_date(form, "day").is_empty:
        problems.add("day", "Take the date out, or choose “By a date” above")
    why = problems.read("why", "The reason", lambda: _reason(form))
    meeting = None if chosen in (None, BY_DAY) else _meeting_of(chosen or "")
    if problems or owner is None or why is None:
        return None
    if meeting is not None:
        return ItemToRaise(ref=choices.ref, owner=owner, why=why, body=meeting[0], day=meeting[1])
    return None if day is None else ItemToRaise(ref=choices.ref, owner=owner, why=why, day=day)


def _owner(form: Form, choices: RaiseChoices) -> str:
    known = [each.id for each in choices.owners]
    return known[0] if len(known) == 1 else _one_of(form.secret("owner"), known)


def _chosen(form: Form, choices: RaiseChoices) -> str:
    known = [f"{each.body.id}/{each.day}" for each in choices.meetings]
    sent = form.secret("meeting") or ("" if known else BY_DAY)
    return _one_of(sent, [*known, BY_DAY])


def _one_of(sent: str, known: list[str]) -> str:
    if not sent:
        raise FieldError("must be chosen")
    if sent not in known:
        raise FieldError("must be chosen from the list; perhaps a meeting was moved")
    return sent


def _reason(form: Form) -> str:
    why = form.text("why")
    if not why:
        raise FieldError("must be given, for the record")
    return why


def _form(
    request: Request,
    meeting: str,
    problems: Problems | None = None,
    status: int = 200,
    meanwhile: str | None = None,
) -> Response:
    form, choices = form_of(request), _choices(request, meeting)
    typed = Typed(
        owner=form.secret("owner"),
        meeting=meeting,
        day=typed_date(form, "day"),
        why=form.secret("why"),
    )
    return page(
        request,
        "calendar/raise.html.j2",
        title="Raise it",
        problems=problems,
        status=status,
        choices=choices,
        typed=typed,
        meanwhile=meanwhile,
    )


def _previewed(
    request: Request, choices: RaiseChoices, wanted: ItemToRaise, meanwhile: str | None = None
) -> Response:
    """What would follow, with a button; what cannot be done goes back to the form."""
    form = form_of(request)
    status = 200 if meanwhile is None else 409
    try:
        with reading_board(request) as (connection, view):
            found = outlook(connection, view, wanted)
    except RecordError as error:
        return _refused(request, wanted, error, status, meanwhile)
    return page(
        request,
        "calendar/raise_preview.html.j2",
        title="Raise it",
        status=status,
        choices=choices,
        found=found,
        first=first_mail_in_words(found.mails),
        why=wanted.why,
        typed=[
            (name, form.secret(name))
            for name in ("owner", "meeting", "day-day", "day-month", "day-year", "why")
        ],
        meanwhile=meanwhile,
        taken_back=TAKEN_BACK,
    )


def _refused(
    request: Request,
    wanted: ItemToRaise,
    error: RecordError,
    status: int = 200,
    meanwhile: str | None = None,
) -> Response:
    problems = Problems()
    problems.add("day" if wanted.body is None else "meeting", str(error))
    return _form(request, form_of(request).secret("meeting"), problems, status, meanwhile)


def _save(request: Request, wanted: ItemToRaise) -> Response:
    """Raises it, once however often the button is pressed."""
    who = user_of(request).email
    since = form_of(request).number("times")
    try:
        with changing_board(request) as (connection, view):
            stored = raised_already(connection, view, wanted, who=who, since=since)
            if stored is None:
                found = outlook(connection, view, wanted)
                stored = raise_item(connection, view, wanted, who=who)
                said = f"{found.headline} {first_mail_in_words(found.mails)} {TAKEN_BACK}"
            else:
                said = "It is raised."
    except RaisedMeanwhileError as error:
        return _previewed(request, _choices(request, ""), wanted, str(error))
    except RecordError as error:
        return _refused(request, wanted, error)
    return redirect(request, f"/due/{stored.key}", said)
