"""The replies that the link in a mail allows about an occurrence, and what was replied so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ...calendar.status import OPEN, Status
from ...notifications.reminders.recipients import may_answer
from ...scheduler.planning.board_view import BoardView
from ...storage.change_log import last_outcomes
from ...storage.occurrences import StoredOccurrence
from ...storage.pauses import PauseKind, pauses_of
from ...storage.replies.requests import AnswerRequest, Wish, requests_about
from ...storage.replies.snoozes import snoozed_until
from ..record import accepts_nothing

# Outcomes that a reader can record by a link, and take back.
BY_LINK = (Status.SUBMITTED.value, Status.NOTHING_TO_REPORT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyContext:
    """A reader of mails, and the occurrence that the link in their mail is about."""

    view: BoardView
    row: StoredOccurrence
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The outcome recorded last: which, on what day, by whom, and the remark.

    `by_link`: it was recorded by the link in a mail.
    """

    state: str
    day: date
    who: str
    by_link: bool
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyOptions:
    """What a reader may reply now, and what they replied so far.

    `latest_snooze` is the last day to which their reminders can be snoozed, None where they
    cannot; `snoozed_until` the first day of reminders again. `more_time` and `hand_over` are
    their open requests, `answered` the newest one that the secretariat dealt with.
    `may_take_back`: the reader recorded the present outcome by a link.
    """

    is_owed: bool
    accepts_nothing: bool
    latest_snooze: date | None
    snoozed_until: date | None
    more_time: AnswerRequest | None
    hand_over: AnswerRequest | None
    answered: AnswerRequest | None
    recorded: Recorded | None
    may_take_back: bool


def may_reply(connection: Connection, context: ReplyContext) -> bool:
    """Whether the reader may reply about it today: a former chair may not."""
    view = context.view
    away = {pause.id for pause in pauses_of(connection, view.id) if pause.kind == PauseKind.PERSON}
    return may_answer(view.planner, context.row.owner, context.reader, view.today, away)


def reply_options(connection: Connection, context: ReplyContext) -> ReplyOptions:
    """What the reader may reply, and what they replied so far."""
    row, view = context.row, context.view
    requests = requests_about(connection, row.id, context.reader)
    waiting = {request.wish: request for request in requests if request.is_open}
    recorded = _recorded(connection, context)
    return ReplyOptions(
        is_owed=row.is_owed,
        accepts_nothing=accepts_nothing(view, row),
        latest_snooze=latest_snooze(context),
        snoozed_until=snoozed_until(
            connection,
            occurrence=row.id,
            due=row.due,
            recipient=context.reader,
            today=view.today,
        ),
        more_time=waiting.get(Wish.MORE_TIME),
        hand_over=waiting.get(Wish.HAND_OVER),
        answered=next((request for request in requests if _was_answered(request, context)), None),
        recorded=recorded,
        may_take_back=(
            recorded is not None
            and recorded.by_link
            and recorded.who == context.reader
            and row.state in BY_LINK
        ),
    )


def _was_answered(request: AnswerRequest, context: ReplyContext) -> bool:
    """Whether the secretariat decided on it: its asker, or an outcome, may have closed it."""
    own = request.by_link and request.closed_by == context.reader
    return not request.is_open and not own and request.wish is Wish.MORE_TIME


def latest_snooze(context: ReplyContext) -> date | None:
    """The day of the last reminder before it is overdue: no snooze goes beyond."""
    row, view = context.row, context.view
    last = view.planner.days.on_or_before(row.due)
    return last if row.is_owed and last > view.today else None


def _recorded(connection: Connection, context: ReplyContext) -> Recorded | None:
    row = context.row
    outcome = last_outcomes(connection, row.board, [row.key]).get(row.key)
    if outcome is None or outcome.after != row.state or row.state == OPEN:
        return None
    day = outcome.on or context.view.local.day_of(outcome.at)
    return Recorded(
        state=row.state, day=day, who=outcome.who, by_link=outcome.by_link, note=outcome.why
    )
