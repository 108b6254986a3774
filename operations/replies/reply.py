"""Replies by the link in a mail: recorded at once, or asked of the secretariat."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection

from ...calendar.rules.date_text import long_date
from ...calendar.status import Status
from ...core.errors import BoardcalError
from ...notifications.letters.requests import wish_in_words
from ...notifications.reminders.recipients import secretariat_on
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import note_change
from ...storage.replies.ends import RequestEnd
from ...storage.replies.links import answers_since
from ...storage.replies.requests import (
    AnswerRequest,
    Wish,
    add_request,
    close_request,
    requests_about,
)
from ...storage.replies.snoozes import end_snoozes, set_snooze
from ..record import record
from .options import ReplyContext, latest_snooze, reply_options

# Far more than anybody needs who changes their mind, and too few to fill a record that is kept for
# good.
MOST_ANSWERS = {
    timedelta(minutes=1): (10, "a minute", "Wait a minute"),
    timedelta(days=1): (40, "a day", "Write to the secretariat, or wait until tomorrow"),
}


class ReplyError(BoardcalError):
    """A reply that cannot be taken as it is; nothing was changed."""


def too_often(connection: Connection, context: ReplyContext) -> str | None:
    """Why no more is recorded by this link for now, as sentences for its reader; or None."""
    now = context.view.now
    for span, (most, words, instead) in MOST_ANSWERS.items():
        if answers_since(connection, context.row.key, context.reader, now - span) >= most:
            return (
                f"This link has changed something {most} times within {words}, so nothing was "
                f"recorded now. What you typed is still here. {instead}, and try again."
            )
    return None


def submit(connection: Connection, context: ReplyContext, *, note: str | None) -> None:
    """Records the occurrence as submitted today."""
    _record(connection, context, Status.SUBMITTED, note)


def report_nothing(connection: Connection, context: ReplyContext) -> None:
    """Records that there is nothing to report. Raises RecordError where that is not accepted."""
    _record(connection, context, Status.NOTHING_TO_REPORT, None)


def take_back(connection: Connection, context: ReplyContext) -> None:
    """Opens again what the reader recorded by a link. Raises ReplyError for any other outcome."""
    if not reply_options(connection, context).may_take_back:
        raise ReplyError("Only what you recorded yourself by a link can be taken back here.")
    _record(connection, context, None, "taken back")


def _record(
    connection: Connection, context: ReplyContext, status: Status | None, note: str | None
) -> None:
    view = context.view
    record(
        connection,
        view,
        context.row.key,
        status,
        on=view.today,
        who=context.reader,
        by_link=True,
        note=note,
    )


def ask_for_time(connection: Connection, context: ReplyContext, *, until: date, why: str) -> None:
    """Asks the secretariat for a later date; until it agrees the date stays."""
    row = context.row
    if until <= context.view.today:
        raise ReplyError("The new date must lie ahead.")
    if until <= row.due:
        raise ReplyError(f"It is due on {long_date(row.due)} already; give a later date.")
    _ask(connection, context, Wish.MORE_TIME, until=until, why=why)


def ask_to_hand_over(
    connection: Connection, context: ReplyContext, *, successor: str, why: str
) -> None:
    """Asks the secretariat to hand over to `successor`; until then the reader keeps it."""
    _ask(connection, context, Wish.HAND_OVER, successor=successor, why=why or None)


def _ask(
    connection: Connection,
    context: ReplyContext,
    wish: Wish,
    *,
    until: date | None = None,
    successor: str | None = None,
    why: str | None,
) -> None:
    """Stores a request; it replaces an earlier one of the same kind, unless it says the same."""
    view, row = context.view, context.row
    same = [
        request
        for request in _waiting(connection, context, wish)
        if (request.until, request.successor, request.why) == (until, successor, why)
    ]
    if same:
        return
    _close_own(connection, context, wish, RequestEnd.ASKED_ANEW)
    add_request(
        connection,
        about=row,
        wish=wish,
        asked_by=context.reader,
        now=view.now,
        recipient=secretariat_on(view.planner, view.today),
        until=until,
        successor=successor,
        why=why,
    )
    asked = wish_in_words(wish, until=until, successor=successor)
    _note(connection, context, ChangeKind.ASKED, after=asked, why=why)


def withdraw_request(connection: Connection, context: ReplyContext, wish: Wish) -> None:
    """Closes the reader's own request. Raises ReplyError where none is open."""
    if not _close_own(connection, context, wish, RequestEnd.TAKEN_BACK):
        raise ReplyError("There is no open request of yours to take back.")
    _note(connection, context, ChangeKind.REQUEST_TAKEN_BACK, after=wish.value)


def _close_own(connection: Connection, context: ReplyContext, wish: Wish, end: RequestEnd) -> bool:
    waiting = _waiting(connection, context, wish)
    for request in waiting:
        close_request(
            connection,
            request.id,
            end=end,
            outcome=end.value,
            who=context.reader,
            by_link=True,
            now=context.view.now,
            tell=None,
        )
    return bool(waiting)


def _waiting(connection: Connection, context: ReplyContext, wish: Wish) -> list[AnswerRequest]:
    requests = requests_about(connection, context.row.id, context.reader)
    return [request for request in requests if request.is_open and request.wish is wish]


def snooze(connection: Connection, context: ReplyContext, *, until: date) -> None:
    """Puts the reader's reminders off; `until` is the first day of them again.

    Raises ReplyError for a day after the last reminder before it is overdue.
    """
    view, row = context.view, context.row
    last = latest_snooze(context)
    if last is None:
        raise ReplyError("It is due, so its reminders cannot rest any more.")
    if until <= view.today:
        raise ReplyError("Give a day that lies ahead.")
    if until > last:
        raise ReplyError(f"Give {long_date(last)} at the latest: it is due then.")
    set_snooze(
        connection,
        occurrence=row.id,
        due=row.due,
        recipient=context.reader,
        until=until,
        now=view.now,
    )
    _note(connection, context, ChangeKind.SNOOZED, after=until)


def end_snooze(connection: Connection, context: ReplyContext) -> None:
    """Ends a snooze: the reader is reminded again at once."""
    end_snoozes(connection, [context.row.id], context.reader)
    _note(connection, context, ChangeKind.SNOOZE_ENDED)


def _note(
    connection: Connection,
    context: ReplyContext,
    what: ChangeKind,
    *,
    after: object = None,
    why: str | None = None,
) -> None:
    note_change(
        connection,
        board=context.row.board,
        subject=context.row.key,
        what=what,
        after=after,
        why=why,
        now=context.view.now,
        who=context.reader,
        by_link=True,
    )
