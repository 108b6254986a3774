"""The buttons of a chair's page, each by the name that its form sends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection

from ...operations.replies import reply as answers
from ...operations.replies.options import ReplyContext
from ...storage.replies.requests import Wish
from ..request.dates import read_date
from ..request.form import Form, Problems

MISSING = "must be given; a few words are enough"
Act = Callable[[Connection, ReplyContext, Form, Problems], None]


def _submit(connection: Connection, context: ReplyContext, form: Form, problems: Problems) -> None:
    _require_owed(context)
    note = problems.read("note", "What you wrote", lambda: form.text("note"))
    if not problems:
        answers.submit(connection, context, note=note or None)


def _nothing(connection: Connection, context: ReplyContext, _: Form, __: Problems) -> None:
    _require_owed(context)
    answers.report_nothing(connection, context)


def _more_time(
    connection: Connection, context: ReplyContext, form: Form, problems: Problems
) -> None:
    _require_owed(context)
    until = _day(form, problems, context, "until", "The new date")
    why = problems.read("why", "The reason", lambda: form.required("why", MISSING))
    if until is not None and why is not None:
        problems.read(
            "until",
            "The new date",
            lambda: answers.ask_for_time(connection, context, until=until, why=why),
        )


def _hand_over(
    connection: Connection, context: ReplyContext, form: Form, problems: Problems
) -> None:
    _require_owed(context)
    successor = problems.read(
        "successor", "Who has it instead", lambda: form.required("successor", MISSING)
    )
    why = problems.read("remark", "The remark", lambda: form.text("remark"))
    if successor is not None and why is not None:
        answers.ask_to_hand_over(connection, context, successor=successor, why=why)


def _rest(connection: Connection, context: ReplyContext, form: Form, problems: Problems) -> None:
    _require_owed(context)
    until = _day(form, problems, context, "rest", "The day")
    if until is not None:
        problems.read("rest", "The day", lambda: answers.snooze(connection, context, until=until))


def _back(connection: Connection, context: ReplyContext, _: Form, __: Problems) -> None:
    answers.take_back(connection, context)


def _no_time(connection: Connection, context: ReplyContext, _: Form, __: Problems) -> None:
    answers.withdraw_request(connection, context, Wish.MORE_TIME)


def _keep(connection: Connection, context: ReplyContext, _: Form, __: Problems) -> None:
    answers.withdraw_request(connection, context, Wish.HAND_OVER)


def _wake(connection: Connection, context: ReplyContext, _: Form, __: Problems) -> None:
    answers.end_snooze(connection, context)


ACTIONS: dict[str, Act] = {
    "submitted": _submit,
    "nothing": _nothing,
    "more-time": _more_time,
    "hand-over": _hand_over,
    "rest": _rest,
    "back": _back,
    "no-time": _no_time,
    "keep": _keep,
    "wake": _wake,
}


def _require_owed(context: ReplyContext) -> None:
    if not context.row.is_owed:
        raise answers.ReplyError("Nothing is owed here any more, so nothing was recorded.")


def _day(
    form: Form, problems: Problems, context: ReplyContext, name: str, label: str
) -> date | None:
    today = context.view.today
    return problems.read(name, label, lambda: read_date(form, name, today=today))
