"""What can be answered about one thing due by the link in a mail, and what stands already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ...calendar.status import OPEN, Status
from ...notifications.reminders.recipients import may_answer
from ...scheduler.planning.board_view import BoardView
from ...storage.change_log import last_outcomes
from ...storage.occurrences import StoredOccurrence
from ...storage.pauses import pauses_of
from ...storage.replies.requests import AnswerRequest, Wish, requests_about
from ...storage.replies.snoozes import snoozed_until
from ..record import accepts_nothing

# What somebody may take back that they recorded by a link.
BY_LINK = (Status.SUBMITTED.value, Status.NOTHING_TO_REPORT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """One reader answering about one thing due."""

    view: BoardView
    row: StoredOccurrence
    reader: str

    @property
    def who(self) -> str:
        """Who is noted for what they do."""
        return by_link(self.reader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was recorded last: as what, when, by whom, and the remark given."""

    state: str
    day: date
    who: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerStanding:
    """What can be answered now, and what stands.

    `may_rest_until` is the last day to which reminders can rest, None where they cannot;
    `resting` the first day of reminders again. `more_time` and `hand_over` are what the reader
    asked for and still waits for, `answered` the newest request that the secretariat dealt with.
    `own` says that the reader recorded what stands by a link, and may take it back.
    """

    is_owed: bool
    accepts_nothing: bool
    may_rest_until: date | None
    resting: date | None
    more_time: AnswerRequest | None
    hand_over: AnswerRequest | None
    answered: AnswerRequest | None
    recorded: Recorded | None
    own: bool


def by_link(reader: str) -> str:
    """How somebody without an account is noted."""
    return f"{reader} by the link in their mail"


def is_theirs(connection: Connection, answering: Answering) -> bool:
    """Whether the reader may answer for it today: a former chair may not."""
    view = answering.view
    away = {each.id for each in pauses_of(connection, view.row.id) if each.kind == "person"}
    return may_answer(view.planner, answering.row.owner, answering.reader, view.today, away)


def standing(connection: Connection, answering: Answering) -> AnswerStanding:
    """What the reader can answer, and what stands already."""
    row, view = answering.row, answering.view
    mine = requests_about(connection, row.id, answering.reader)
    waiting = {each.wish: each for each in mine if each.is_open}
    recorded = _recorded(connection, answering)
    return AnswerStanding(
        is_owed=row.is_owed,
        accepts_nothing=accepts_nothing(view, row),
        may_rest_until=may_rest_until(answering),
        resting=snoozed_until(
            connection,
            occurrence=row.id,
            due_revision=row.due_revision,
            recipient=answering.reader,
            today=view.today,
        ),
        more_time=waiting.get(Wish.MORE_TIME),
        hand_over=waiting.get(Wish.HAND_OVER),
        answered=next((each for each in mine if _was_answered(each, answering)), None),
        recorded=recorded,
        own=recorded is not None and recorded.who == answering.who and row.state in BY_LINK,
    )


def _was_answered(request: AnswerRequest, answering: Answering) -> bool:
    """Whether the secretariat has dealt with it, rather than the asker or the course of things."""
    return request.closed_by not in (None, answering.who) and request.wish is Wish.MORE_TIME


def may_rest_until(answering: Answering) -> date | None:
    """The day of the last reminder before it is late: no rest goes beyond."""
    row, view = answering.row, answering.view
    last = view.planner.days.on_or_before(row.due)
    return last if row.is_owed and last > view.today else None


def _recorded(connection: Connection, answering: Answering) -> Recorded | None:
    row = answering.row
    outcome = last_outcomes(connection, row.board, [row.key]).get(row.key)
    if outcome is None or outcome.after != row.state or row.state == OPEN:
        return None
    day = outcome.on or answering.view.local.day_of(outcome.at)
    return Recorded(state=row.state, day=day, who=outcome.who, note=outcome.why)
