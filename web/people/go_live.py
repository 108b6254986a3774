"""/go-live: the day from which the mails of a Board go out, for administrators."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.rules.date_text import weekday_date
from ...notifications.transports.registry import transport_class
from ...operations.go_live import set_go_live
from ...operations.planner.change import plan_now
from ...queries.mails.first_mails import FirstMail, mails_after_going_live
from ...storage.boards import BoardRow
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, site_of, user_of
from ..request.dates import read_date, shown_date, typed_date
from ..request.form import Problems

CHANGED = (
    "Somebody else set the first day since you looked, so nothing was saved. Look again at what "
    "would follow now."
)


def show(request: Request) -> Response:
    """Since when mails go out, and the form for another day."""
    return _form(request)


def set_day(request: Request) -> Response:
    """Shows who would be mailed first, or lets the mails begin."""
    here = site_of(request).here
    form, problems = form_of(request), Problems()
    day = problems.read("day", "The first day", lambda: read_date(form, "day", today=here.today))
    if day is None or form.has("edit"):
        return _form(request, problems)
    if not form.has("save"):
        return _preview(request, day)
    with changing_board(request) as (connection, view):
        is_as_shown = form.secret("before") == _text(view.row)
        if is_as_shown:
            set_go_live(
                connection,
                view,
                day,
                transport=here.settings.mail.transport,
                who=user_of(request).email,
            )
            plan_now(here, connection, view.id)
    if not is_as_shown:
        problems.add("save", CHANGED)
        return _preview(request, day, problems, status=409)
    begin = "begin" if day >= here.today else "count as begun"
    notice = f"The mails of {view.row.name} {begin} on {weekday_date(day)}."
    return redirect(request, "/to-decide", notice)


def _form(request: Request, problems: Problems | None = None) -> Response:
    row = _current(request)
    sent = request.method == "POST"
    typed = typed_date(form_of(request), "day") if sent else shown_date(_usual(request, row))
    return page(
        request,
        "people/go_live.html.j2",
        title="First day of mails",
        problems=problems,
        row=row,
        typed=typed,
    )


def _current(request: Request) -> BoardRow:
    with reading_board(request) as (_, view):
        return view.row


def _usual(request: Request, row: BoardRow) -> date:
    found: date = row.go_live or site_of(request).here.today
    return found


def _preview(
    request: Request, day: date, problems: Problems | None = None, *, status: int = 200
) -> Response:
    here = site_of(request).here
    row = _current(request)
    mails: tuple[FirstMail, ...] = mails_after_going_live(here, row, day)
    return page(
        request,
        "people/go_live_preview.html.j2",
        title=f"Let mails begin on {weekday_date(day)}?",
        problems=problems,
        status=status,
        row=row,
        day=day,
        typed=typed_date(form_of(request), "day"),
        before=_text(row),
        mails=mails,
        reaches_people=transport_class(here.settings).reaches_people,
        redirect_to=here.settings.mail.redirect_to,
    )


def _text(row: BoardRow) -> str:
    """The first day as a form carries it."""
    return "" if row.go_live is None else row.go_live.isoformat()
