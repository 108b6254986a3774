"""/answer/TOKEN: the page of a chair's link. Looking changes nothing; its buttons do."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...calendar.occurrences import Kind
from ...calendar.status import OWED, Status
from ...operations.replies.options import ReplyContext, ReplyOptions, reply_options
from ...operations.replies.reply import too_often
from ...wording.changes import who_in_words
from ...wording.names import Names, reference
from ...wording.statuses import STATUS_WORDS
from ...wording.text import working_days
from ..page.page import page
from ..request.context import form_of, link
from ..request.dates import TypedDate, shown_date, typed_date
from ..request.errors import FormRefusedError, RefusedError
from ..request.form import Form, Problems
from .actions import ACTIONS
from .link import ClosedLink, OpenedLink, closed_page, open_link

TOO_MANY = 429
MEANWHILE = (
    "This changed after you opened the page, so nothing was recorded. Look at how it stands now, "
    "and answer again if it is still needed."
)
DONE = {
    "submitted": "Thank you. It is recorded, and its reminders stop.",
    "nothing": "Thank you. It is recorded that there is nothing to report.",
    "more-time": "Your request goes to the secretariat with its next mail.",
    "hand-over": "Your request goes to the secretariat with its next mail.",
    "rest": "Your reminders of this rest.",
    "back": "Taken back. It is owed as before.",
    "no-time": "Your request is taken back.",
    "keep": "Your request is taken back.",
    "wake": "You are reminded again.",
}


def show(request: Request) -> Response:
    """Show what is owed, and the replies that its reader can give."""
    return _shown(request)


def _shown(
    request: Request, problems: Problems | None = None, *, refusal: tuple[int, str] | None = None
) -> Response:
    """The page as it stands: never within a change, for the page itself may note something."""
    try:
        with open_link(request, writing=False) as (connection, opened_link):
            return _page(request, connection, opened_link, problems=problems, refusal=refusal)
    except ClosedLink as error:
        return closed_page(request, error)


def answer(request: Request) -> Response:
    """Do what a button of the page says, once."""
    form, problems = form_of(request), Problems()
    refusal: tuple[int, str] | None = None
    action = form.secret("do")
    act = ACTIONS.get(action)
    try:
        with open_link(request, writing=True) as (connection, opened_link):
            if act is None:
                raise FormRefusedError("What was sent is not a form of this page.")
            refusal = _refusal(connection, opened_link, form)
            if refusal is None:
                act(connection, opened_link.context, form, problems)
            if refusal or problems:
                raise RefusedError
    except RefusedError:
        return _shown(request, problems, refusal=refusal)
    except ClosedLink as error:
        return closed_page(request, error)
    address = link(request, f"/answer/{request.path_params['token']}")
    return RedirectResponse(f"{address}?done={action}", status_code=303)


def _refusal(connection: Connection, opened_link: OpenedLink, form: Form) -> tuple[int, str] | None:
    """The status and the sentence of a page on which nothing is done at present."""
    if form.secret("seen") != _seen(opened_link):
        return 409, MEANWHILE
    sentence = too_often(connection, opened_link.context)
    return None if sentence is None else (TOO_MANY, sentence)


def _seen(opened_link: OpenedLink) -> str:
    """What a form was made from: a page that has been overtaken is told by it."""
    return f"{opened_link.context.row.due_revision}-{opened_link.context.row.state}"


def _page(
    request: Request,
    connection: Connection,
    opened_link: OpenedLink,
    *,
    problems: Problems | None = None,
    refusal: tuple[int, str] | None = None,
) -> Response:
    context, form = opened_link.context, form_of(request)
    row, planner = context.row, context.view.planner
    names, options = Names(planner), reply_options(connection, context)
    obligation = context.view.obligations.get(row.ref)
    return page(
        request,
        "replies/reply.html.j2",
        title=row.title,
        problems=problems,
        status=refusal[0] if refusal else 200,
        row=row,
        place="" if obligation is None else reference(obligation),
        owner=names.body(row.owner).name,
        audience=names.all_of(row.audience),
        is_review=row.kind is Kind.REVIEW,
        is_report=row.kind is Kind.REPORT,
        status_words=_status(row.state),
        late=_late(context),
        moved=opened_link.link.due_revision != row.due_revision,
        options=options,
        recorded_by=_recorded_by(options),
        reader=context.reader,
        contact=opened_link.contact,
        seen=_seen(opened_link),
        action=form.secret("do"),
        form=form,
        until=typed_date(form, "until"),
        rest=_begun(typed_date(form, "rest"), options),
        meanwhile=refusal[1] if refusal else None,
        done=_done(request, options, row.state),
    )


def _status(state: str) -> str:
    return "owed" if state in OWED else STATUS_WORDS.get(Status(state), state)


def _recorded_by(options: ReplyOptions) -> str:
    """Who recorded the outcome, in words; "" where none is recorded."""
    recorded = options.recorded
    return "" if recorded is None else who_in_words(recorded.who, by_link=recorded.by_link)


def _late(context: ReplyContext) -> str:
    """ "Overdue, 5 working days late"; "" for what is not late, as a review never is."""
    row, today = context.row, context.view.today
    if row.kind is Kind.REVIEW or row.due >= today:
        return ""
    days = context.view.planner.days.between(row.due, today)
    return f"Overdue, {working_days(days)} late" if days else "Overdue"


def _begun(typed: TypedDate, options: ReplyOptions) -> TypedDate:
    """The fields of a rest begin with the day that was given before."""
    return shown_date(options.snoozed_until) if typed.is_empty and options.snoozed_until else typed


def _done(request: Request, options: ReplyOptions, state: str) -> str | None:
    """What the button did, where it still stands: anybody can write an address."""
    action = request.query_params.get("done", "")
    holds = {
        "submitted": state == Status.SUBMITTED,
        "nothing": state == Status.NOTHING_TO_REPORT,
        "more-time": options.more_time is not None,
        "hand-over": options.hand_over is not None,
        "rest": options.snoozed_until is not None,
        "back": options.is_owed,
        "no-time": options.more_time is None,
        "keep": options.hand_over is None,
        "wake": options.snoozed_until is None,
    }
    return DONE[action] if holds.get(action) else None
