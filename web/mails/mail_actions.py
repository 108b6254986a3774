"""/mails/{id}/again, /hold-back and /arrived: what a person decides about one mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.rules.date_text import long_date, weekday_date
from ...operations.mails import MailAction, MailActionError, count_as_arrived, hold_back, send_again
from ...storage.message_states import MessageState
from ..page.confirm_flow import ConfirmFlow, OvertakenError
from ..page.page import page
from ..request.context import changing_board, form_of, redirect, user_of
from ..request.errors import ConflictError, ForbiddenError, NotFoundError
from ..request.form import Problems
from .mails import ReadMail, read_mail


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPage:
    """An action on a mail: the function that does it, and its words."""

    action: MailAction
    does: Callable[..., Any]
    heading: str
    button: str
    follows: Callable[[ReadMail], str]
    done: Callable[[ReadMail, Any], str]


def _again_follows(shown: ReadMail) -> str:
    if shown.mail.state is MessageState.UNCERTAIN:
        return (
            "The same mail goes out once more, word for word. If the first one did arrive, most "
            "mail programs show only one of them. If its reader has had another mail today, it "
            "goes on the next working day."
        )
    return (
        "What is still owed of it is written afresh and sent to whoever holds the role now. If "
        "its reader has had another mail today, it goes with the next one."
    )


def _rests(shown: ReadMail) -> str:
    if shown.mail.content is not None and shown.mail.state is MessageState.DEFERRED:
        return "It does not go out once more, and again may or may not have arrived."
    return "It does not go out. Later reminders about the same things come as planned."


def _again_done(shown: ReadMail, day: date) -> str:
    return f"The mail to {shown.mail.line.to} goes out on {weekday_date(day)}."


ACTIONS = {
    "again": ActionPage(
        action=MailAction.SEND_AGAIN,
        does=send_again,
        heading="Send this mail again?",
        button="Send it again",
        follows=_again_follows,
        done=_again_done,
    ),
    "hold-back": ActionPage(
        action=MailAction.HOLD_BACK,
        does=hold_back,
        heading="Hold this mail back?",
        button="Hold it back",
        follows=_rests,
        done=lambda shown, _: f"The mail to {shown.mail.line.to} does not go out.",
    ),
    "arrived": ActionPage(
        action=MailAction.ARRIVED,
        does=count_as_arrived,
        heading="Did this mail arrive?",
        button="Yes, it arrived",
        follows=lambda _: "It counts as sent, and is not sent again.",
        done=lambda shown, _: f"The mail to {shown.mail.line.to} counts as sent.",
    ),
}


def ask(request: Request) -> Response:
    """Show what an action would do, where the mail's state allows it."""
    action, shown = _action(request), read_mail(request)
    line = shown.mail.line
    if action.action not in shown.actions:
        raise ConflictError(
            f"The mail to {line.to} of {long_date(line.day)} {line.words}: there is nothing to do "
            "about it here."
        )
    return _flow(action, shown).ask(request)


def answer(request: Request) -> Response:
    """Do it, or show why it is not possible."""
    action, shown = _action(request), read_mail(request)
    if not shown.may_act:
        raise ForbiddenError("This mail is about another Board, too, that is not yours to change.")
    return _flow(action, shown).answer(request)


def _flow(action: ActionPage, shown: ReadMail) -> ConfirmFlow[str]:
    """The flow of an action; a mail that leaves meanwhile is still shown as it was asked about."""
    return ConfirmFlow(
        read=lambda request, problems: problems.read(
            "why", "The remark", lambda: form_of(request).lines("why")
        ),
        form=partial(_form, action, shown),
        save=partial(_save, action, shown),
    )


def _form(action: ActionPage, shown: ReadMail, request: Request, problems: Problems) -> Response:
    return page(
        request,
        "mails/mail_action.html.j2",
        title=action.heading,
        problems=problems,
        action=action,
        shown=shown,
        path=f"/mails/{shown.mail.line.id}/{request.path_params['action']}",
        why=form_of(request).secret("why"),
    )


def _save(action: ActionPage, shown: ReadMail, request: Request, why: str) -> Response:
    number, who = shown.mail.line.id, user_of(request).email
    try:
        with changing_board(request) as (connection, view):
            done = action.does(connection, view, number, who=who, why=why or None)
    except MailActionError as error:
        raise OvertakenError(str(error)) from None
    return redirect(request, f"/mails/{number}", action.done(shown, done))


def _action(request: Request) -> ActionPage:
    action = ACTIONS.get(request.path_params["action"])
    if action is None:
        raise NotFoundError
    return action
