"""/requests/IDENTITY: what a chair asked for, granted or declined."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from ...calendar.status import OWED
from ...core.addresses import parse_address
from ...core.errors import BoardcalError
from ...operations.replies import requests
from ...scheduler.planning.board_view import BoardView
from ...storage.replies.requests import AnswerRequest, Wish, request_named
from ...wording.changes import who_in_words
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, user_of
from ..request.dates import read_date, shown_date, typed_date
from ..request.errors import ConflictError, FormRefusedError, NotFoundError, RefusedError
from ..request.form import Form, Problems


def show(request: Request) -> Response:
    """The request, and what can be done about it."""
    with reading_board(request) as (connection, view):
        return _page(request, view, _asked(request, connection, view))


def decide(request: Request) -> Response:
    """Do what a button says; another who asked is told with their next mail."""
    problems = Problems()
    try:
        with changing_board(request) as (connection, view):
            notice = _decided(request, connection, view, problems)
    except RefusedError:
        with reading_board(request) as (connection, view):
            asked = _asked(request, connection, view)
            return _page(request, view, asked, problems=problems)
    return redirect(request, f"/requests/{request.path_params['id']}", notice)


def _decided(request: Request, connection: Connection, view: BoardView, problems: Problems) -> str:
    """Decide, and word what was done. Raises RefusedError, with the problems noted."""
    asked = _asked(request, connection, view)
    if not asked.is_open:
        raise ConflictError(
            f"{_closer(asked)} has dealt with this request: {asked.outcome}. Nothing was "
            "changed now."
        )
    notice = _act(request, connection, view, asked, form_of(request), problems)
    if problems or notice is None:
        raise RefusedError
    return notice


def _act(
    request: Request,
    connection: Connection,
    view: BoardView,
    asked: AnswerRequest,
    form: Form,
    problems: Problems,
) -> str | None:
    """Do what was chosen, and word it; None where something is wrong with the form."""
    who = user_of(request).email
    match form.secret("do"), asked.wish:
        case "grant", Wish.MORE_TIME:
            return _grant(connection, view, asked, form, problems, who)
        case "appoint", Wish.HAND_OVER:
            return _appoint(connection, view, asked, form, problems, who)
        case "decline", _:
            why = problems.read("why", "The reason", lambda: form.required("why"))
            if why is None:
                return None
            requests.decline(connection, view, asked, who=who, why=why.rstrip("."))
            return f"Nothing has changed{_told(asked, who, 'told why')}"
        case "close", _:
            requests.close(connection, view, asked, who=who)
            return f"The request is closed{_told(asked, who)}"
    raise FormRefusedError("What was sent is not a form of this page.")


def _grant(
    connection: Connection,
    view: BoardView,
    asked: AnswerRequest,
    form: Form,
    problems: Problems,
    who: str,
) -> str | None:
    to = problems.read("to", "The new date", lambda: read_date(form, "to", today=view.today))
    note = problems.read("note", "The remark", lambda: form.text("note"))
    if to is None or note is None:
        return None
    try:
        requests.grant_time(connection, view, asked, to=to, who=who, note=note.rstrip("."))
    except BoardcalError as error:
        problems.add("to", str(error))
        return None
    return f"It has its new date{_told(asked, who)}"


def _appoint(
    connection: Connection,
    view: BoardView,
    asked: AnswerRequest,
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
        requests.appoint_successor(connection, view, asked, address=address, starts=starts, who=who)
    except BoardcalError as error:
        problems.add("address", str(error))
        return None
    return f"{address} is appointed{_told(asked, who)}"


def _told(asked: AnswerRequest, who: str, told: str = "told") -> str:
    """The end of a sentence; who asked themselves is mailed nothing."""
    return "." if asked.asked_by == who else f"; {asked.asked_by} is {told} with their next mail."


def _asked(request: Request, connection: Connection, view: BoardView) -> AnswerRequest:
    asked = request_named(connection, view.id, request.path_params["id"])
    if asked is None:
        raise NotFoundError("There is no such request on this Board.")
    return asked


def _page(
    request: Request,
    view: BoardView,
    asked: AnswerRequest,
    *,
    problems: Problems | None = None,
) -> Response:
    form, names = form_of(request), view.names
    role = requests.role_to_hand_over(view.planner, asked, view.today)
    typed_to, typed_starts = typed_date(form, "to"), typed_date(form, "starts")
    return page(
        request,
        "to_decide/request.html.j2",
        title="More time?" if asked.wish is Wish.MORE_TIME else "Somebody else?",
        problems=problems,
        asked=asked,
        is_time=asked.wish is Wish.MORE_TIME,
        sentence=requests.request_sentence(asked),
        closer=_closer(asked),
        asked_on=view.local.day_of(asked.asked_at),
        place=names.place(asked.ref),
        owner=names.body(asked.owner),
        role=None if role is None else role.value,
        is_told=asked.asked_by != user_of(request).email,
        is_owed=asked.state in OWED,
        form=form,
        to=shown_date(asked.until) if typed_to.is_empty else typed_to,
        starts=shown_date(view.today) if typed_starts.is_empty else typed_starts,
        address=form.secret("address") or _address_in(asked.successor),
    )


def _closer(asked: AnswerRequest) -> str:
    """Who closed the request, in words; "" while it is open."""
    return who_in_words(asked.closed_by or "", by_link=asked.by_link)


def _address_in(successor: str | None) -> str:
    """The address written along with a name, to begin the field with."""
    words = (word.strip("<>(),;") for word in (successor or "").split())
    return next((word for word in words if "@" in word), "")
