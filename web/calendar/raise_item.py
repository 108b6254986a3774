"""/reports/REF/raise: ask for a report that is due as required, once its effects were seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from ...operations.raise_item import ItemToRaise, RaisedMeanwhileError, raise_item, raised_already
from ...operations.record import RecordError
from ...queries.calendar.raise_item import (
    ChosenMeeting,
    RaiseChoices,
    first_mail_in_words,
    raise_choices,
    raise_preview,
)
from ..page.confirm_flow import ConfirmFlow, OvertakenError
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, site_of, user_of
from ..request.dates import TypedDate, read_date, typed_date
from ..request.errors import NotFoundError
from ..request.form import Form, Problems

BY_DAY = "day"
NOT_LISTED = "must be chosen from the list; perhaps a meeting was moved"
LONGEST_VALUE = 100
TAKEN_BACK = "If it is not needed after all, record it as waived."


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The fields of the form."""

    owner: str
    meeting: str
    day: TypedDate
    why: str


def _read(request: Request, problems: Problems) -> ItemToRaise | None:
    form, today = form_of(request), site_of(request).installation.today
    choices = _choices(request, form.secret("meeting"))
    owner = problems.read("owner", "Who owes it", lambda: _owner(form, choices))
    chosen = problems.read("meeting", "What it is for", lambda: _chosen(form, choices))
    body: str | None = None
    day: date | None = None
    slot: str | None = None
    if chosen == BY_DAY:
        day = problems.read("day", "The day it is due", lambda: read_date(form, "day", today=today))
    elif chosen is not None:
        body, day, slot = _meeting_of(chosen) or (None, None, None)
        if not typed_date(form, "day").is_empty:
            problems.add("day", "Take the date out, or choose “By a date” above")
    why = problems.read(
        "why", "The reason", lambda: form.required("why", "must be given, for the record")
    )
    if problems or owner is None or day is None or why is None:
        return None
    return ItemToRaise(ref=choices.ref, owner=owner, why=why, body=body, day=day, slot=slot)


def _form(request: Request, problems: Problems) -> Response:
    form = form_of(request)
    first = request.query_params.get("for", "") if request.method != "POST" else ""
    meeting = form.secret("meeting") or first
    return page(
        request,
        "calendar/raise.html.j2",
        title="Raise it",
        problems=problems,
        choices=_choices(request, meeting),
        typed=Typed(
            owner=form.secret("owner"),
            meeting=meeting,
            day=typed_date(form, "day"),
            why=form.secret("why"),
        ),
    )


def _preview(request: Request, item: ItemToRaise, overtaken: str | None) -> Response:
    with reading_board(request) as (connection, view):
        # Before the effects: what is raised after them is then told when this is saved.
        times = raise_choices(connection, view, item.ref).times
        effects = raise_preview(connection, view, item)
    return page(
        request,
        "calendar/raise_preview.html.j2",
        title="Raise it",
        times=times,
        effects=effects,
        first=first_mail_in_words(effects.mails),
        why=item.why,
        typed=form_of(request).carried("owner", "meeting", "day", "why"),
        meanwhile=overtaken,
        taken_back=TAKEN_BACK,
    )


def _save(request: Request, item: ItemToRaise) -> Response:
    who = user_of(request).email
    times = form_of(request).number("times")
    try:
        with changing_board(request) as (connection, view):
            stored = raised_already(connection, view, item, who=who, since=times)
            notice = "It is raised."
            if stored is None:
                effects = raise_preview(connection, view, item)
                stored = raise_item(connection, view, item, who=who)
                first = first_mail_in_words(effects.mails)
                notice = f"{effects.headline} {first} {TAKEN_BACK}"
    except RaisedMeanwhileError as error:
        raise OvertakenError(str(error)) from None
    return redirect(request, f"/due/{stored.key}", notice)


def _choices(request: Request, meeting: str) -> RaiseChoices:
    """The owners and meetings to choose from. Raises NotFoundError where there are none."""
    ref = request.path_params["ref"]
    try:
        with reading_board(request) as (connection, view):
            also = _meeting_of(meeting)
            return raise_choices(connection, view, ref, also=also)
    except RecordError as error:
        raise NotFoundError(str(error)) from None


def _meeting_of(value: str) -> ChosenMeeting | None:
    """The meeting of "lscb/2018-03-08" or "lscb/2018-03-08/2018-03"; None for anything else."""
    body, _, rest = value[:LONGEST_VALUE].partition("/")
    day, _, slot = rest.partition("/")
    try:
        return ChosenMeeting(body, date.fromisoformat(day), slot or None)
    except ValueError:
        return None


def _owner(form: Form, choices: RaiseChoices) -> str:
    known = [owner.id for owner in choices.owners]
    return known[0] if len(known) == 1 else form.choice("owner", known, unknown=NOT_LISTED)


def _chosen(form: Form, choices: RaiseChoices) -> str:
    known = [meeting.value for meeting in choices.meetings]
    if not known and not form.secret("meeting"):
        return BY_DAY
    return form.choice("meeting", [*known, BY_DAY], unknown=NOT_LISTED)


RAISE = ConfirmFlow(
    read=_read,
    form=_form,
    preview=_preview,
    save=_save,
    field=lambda item: "day" if item.body is None else "meeting",
)
