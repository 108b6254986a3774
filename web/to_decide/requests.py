"""/requests/NUMBER: what a chair asked for, granted or declined."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from ...calendar.status import OWED
from ...core.addresses import parse_address
from ...core.errors import BoardcalError
from ...operations.replies import requests
from ...scheduler.planning.board_view import BoardView
from ...storage.replies.requests import AnswerRequest, Wish, request_numbered
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, user_of
from ..request.dates import read_date, shown_date, typed_date
from ..request.errors import ConflictError, FormRefusedError, NotFoundError
from ..request.form import Form, Problems


def show(request: Request) -> Response:
    """The request, and what can be done about it."""
    with reading_board(request) as (connection, view):
        return _page(request, view, _wanted(request, connection, view))


def decide(request: Request) -> Response:
    """Does what a button says; whoever asked is told with their next mail."""
    problems = Problems()
    try:
        with changing_board(request) as (connection, view):
            said = _decided(request, connection, view, problems)
    except RefusedError:
        with reading_board(request) as (connection, view):
            wanted = _wanted(request, connection, view)
            return _page(request, view, wanted, problems=problems)
    return redirect(request, f"/requests/{request.path_params['id']}", said)


class RefusedError(Exception):
    """Something is wrong with the form: whatever was changed for it is undone."""


def _decided(request: Request, connection: Connection, view: BoardView, problems: Problems) -> str:
    """What was done, as a sentence. Raises RefusedError, with the problems noted."""
    wanted = _wanted(request, connection, view)
    if not wanted.is_open:
        raise ConflictError(
            f"{wanted.closed_by} has dealt with this request: {wanted.outcome}. Nothing was "
            "changed now."
        )
    said = _act(request, connection, view, wanted, form_of(request), problems)
    if problems or said is None:
        raise RefusedError
    return said


def _act(
    request: Request,
    connection: Connection,
    view: BoardView,
    wanted: AnswerRequest,
    form: Form,
    problems: Problems,
) -> str | None:
    """Does what was chosen; what to say of it, None where something is wrong with the form."""
    who = user_of(request).email
    match form.secret("do"), wanted.wish:
        case "grant", Wish.MORE_TIME:
            return _grant(connection, view, wanted, form, problems, who)
        case "appoint", Wish.HAND_OVER:
            return _appoint(connection, view, wanted, form, problems, who)
        case "decline", _:
            why = problems.read("why", "The reason", lambda: form.required("why"))
            if why is None:
                return None
            requests.decline(connection, view, wanted, who=who, why=why.rstrip("."))
            return f"Nothing has changed; {wanted.asked_by} is told why with their next mail."
        case "close", _:
            requests.close(connection, view, wanted, who=who)
            return "The request is closed; nobody is mailed about it."
    raise FormRefusedError("What was sent is not a form of this page.")


def _grant(
    connection: Connection,
    view: BoardView,
    wanted: AnswerRequest,
    form: Form,
    problems: Problems,
    who: str,
) -> str | None:
    to = problems.read("to", "The new date", lambda: read_date(form, "to", today=view.today))
    note = problems.read("note", "The remark", lambda: form.text("note"))
    if to is None or note is None:
        return None
    try:
        requests.grant_time(connection, view, wanted, to=to, who=who, note=note.rstrip("."))
    except BoardcalError as error:
        problems.add("to", str(error))
        return None
    return f"It has its new date; {wanted.asked_by} is told with their next mail."


def _appoint(
    connection: Connection,
    view: BoardView,
    wanted: AnswerRequest,
    form: Form,
    problems: Problems,
    who: str,
) -> str | None:
    address = problems.read(
        "address", "The address", lambda: parse_address(form.required("address")).address
    )
    starts = problems.read("starts", "The day", lambda: read_date(form, "starts", today=view.today))
    if address is None or starts is None:
        return None
    try:
        requests.appoint_successor(
            connection, view, wanted, address=address, starts=starts, who=who
        )
    except BoardcalError as error:
        problems.add("address", str(error))
        return None
    return f"{address} is appointed; {wanted.asked_by} is told with their next mail."


def _wanted(request: Request, connection: Connection, view: BoardView) -> AnswerRequest:
    found = request_numbered(connection, view.id, request.path_params["id"])
    if found is None:
        raise NotFoundError("There is no such request on this Board.")
    return found


def _page(
    request: Request,
    view: BoardView,
    wanted: AnswerRequest,
    *,
    problems: Problems | None = None,
) -> Response:
    form, names = form_of(request), view.names
    role = requests.role_to_hand_over(view.planner, wanted, view.today)
    typed_to, typed_starts = typed_date(form, "to"), typed_date(form, "starts")
    return page(
        request,
        "to_decide/request.html.j2",
        title="More time?" if wanted.wish is Wish.MORE_TIME else "Somebody else?",
        problems=problems,
        request_=wanted,
        row=view.row,
        is_time=wanted.wish is Wish.MORE_TIME,
        sentence=requests.request_sentence(wanted),
        asked_on=view.local.day_of(wanted.asked_at),
        place=names.place(wanted.ref),
        owner=names.body(wanted.owner),
        role=None if role is None else role.value,
        is_owed=wanted.state in OWED,
        form=form,
        wanted=form.secret("do"),
        to=shown_date(wanted.until) if typed_to.is_empty else typed_to,
        starts=shown_date(view.today) if typed_starts.is_empty else typed_starts,
        address=form.secret("address") or _address_in(wanted.successor),
    )


def _address_in(successor: str | None) -> str:
    """The address that somebody wrote along with a name, to begin the field with."""
    words = (word.strip("<>(),;") for word in (successor or "").split())
    return next((word for word in words if "@" in word), "")
