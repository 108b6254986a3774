"""/go-live: the day from which the mails of a Board go out, for administrators."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.rules.date_text import weekday_date
from ...notifications.transports.registry import transport_class
from ...operations.go_live import set_go_live
from ...operations.planner.change import plan_now
from ...queries.mails.first_mails import mails_after_going_live
from ...storage.boards import BoardRow
from ..page.confirm_flow import ConfirmFlow, OvertakenError
from ..page.page import page
from ..request.context import changing_board, form_of, reading_board, redirect, site_of, user_of
from ..request.dates import read_date, shown_date, typed_date
from ..request.form import WHOLE, Problems

CHANGED = (
    "Somebody else set the first day since you looked, so nothing was saved. Look again at what "
    "would follow now."
)


def _read(request: Request, problems: Problems) -> date | None:
    form, today = form_of(request), site_of(request).installation.today
    return problems.read("day", "The first day", lambda: read_date(form, "day", today=today))


def _form(request: Request, problems: Problems) -> Response:
    row, form = _current(request), form_of(request)
    day = row.go_live or site_of(request).installation.today
    return page(
        request,
        "people/go_live.html.j2",
        title="First day of mails",
        problems=problems,
        row=row,
        typed=typed_date(form, "day") if request.method == "POST" else shown_date(day),
    )


def _preview(request: Request, day: date, overtaken: str | None) -> Response:
    installation, row = site_of(request).installation, _current(request)
    return page(
        request,
        "people/go_live_preview.html.j2",
        title=f"Let mails begin on {weekday_date(day)}?",
        problems=Problems({WHOLE: overtaken} if overtaken else {}),
        day=day,
        typed=form_of(request).carried("day"),
        before=_text(row),
        mails=mails_after_going_live(installation, row, day),
        reaches_people=transport_class(installation.settings).reaches_people,
        redirect_to=installation.settings.mail.redirect_to,
    )


def _save(request: Request, day: date) -> Response:
    installation = site_of(request).installation
    with changing_board(request) as (connection, view):
        if form_of(request).secret("before") != _text(view.row):
            raise OvertakenError(CHANGED)
        set_go_live(
            connection,
            view,
            day,
            transport=installation.settings.mail.transport,
            who=user_of(request).email,
        )
        plan_now(installation, connection, view.id)
    begin = "begin" if day >= installation.today else "count as begun"
    notice = f"The mails of {view.row.name} {begin} on {weekday_date(day)}."
    return redirect(request, "/to-decide", notice)


def _current(request: Request) -> BoardRow:
    with reading_board(request) as (_, view):
        return view.row


def _text(row: BoardRow) -> str:
    """The first day as a form carries it."""
    return "" if row.go_live is None else row.go_live.isoformat()


GO_LIVE = ConfirmFlow(read=_read, form=_form, preview=_preview, save=_save)
