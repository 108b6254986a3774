"""What the reader of a mail answers by its link: recorded at once, or asked of the secretariat."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from ...calendar.rules.date_text import long_date
from ...calendar.status import Status
from ...core.errors import BoardcalError
from ...notifications.letters.requests import wish_in_words
from ...notifications.reminders.recipients import secretariat_on
from ...storage.change_kinds import ChangeKind
from ...storage.change_log import note_change
from ...storage.replies.requests import Wish, add_request, close_request, requests_about
from ...storage.replies.snoozes import end_snoozes, set_snooze
from ..record import record
from .options import Answering, may_rest_until, standing


class AnswerError(BoardcalError):
    """An answer that cannot be taken as it is; nothing was changed."""


def submit(connection: Connection, answering: Answering, *, note: str | None) -> None:
    """Records it as submitted today."""
    _record(connection, answering, Status.SUBMITTED, note)


def report_nothing(connection: Connection, answering: Answering) -> None:
    """Records that there is nothing to report. Raises RecordError where that is no answer."""
    _record(connection, answering, Status.NOTHING_TO_REPORT, None)


def take_back(connection: Connection, answering: Answering) -> None:
    """Opens again what the reader recorded by a link. Raises AnswerError for anything else."""
    if not standing(connection, answering).own:
        raise AnswerError("Only what you recorded yourself by a link can be taken back here.")
    _record(connection, answering, None, "taken back")


def _record(
    connection: Connection, answering: Answering, status: Status | None, note: str | None
) -> None:
    view = answering.view
    record(
        connection,
        view,
        answering.row.key,
        status,
        on=view.today,
        who=answering.who,
        note=note,
    )


def ask_for_time(connection: Connection, answering: Answering, *, until: date, why: str) -> None:
    """Asks the secretariat for a later date; the date stays until it says so."""
    row = answering.row
    if until <= answering.view.today:
        raise AnswerError("The new date must lie ahead.")
    if until <= row.due:
        raise AnswerError(f"It is due on {long_date(row.due)} already; give a later date.")
    _ask(connection, answering, Wish.MORE_TIME, until=until, why=why)


def ask_to_hand_over(
    connection: Connection, answering: Answering, *, successor: str, why: str
) -> None:
    """Asks the secretariat that somebody else takes over; the reader keeps it until then."""
    _ask(connection, answering, Wish.HAND_OVER, successor=successor, why=why or None)


def _ask(
    connection: Connection,
    answering: Answering,
    wish: Wish,
    *,
    until: date | None = None,
    successor: str | None = None,
    why: str | None,
) -> None:
    """Notes a request; an earlier one of the same kind gives way to it."""
    view, row = answering.view, answering.row
    _close_own(connection, answering, wish, "asked anew")
    add_request(
        connection,
        about=row,
        wish=wish,
        asked_by=answering.reader,
        now=view.now,
        recipient=secretariat_on(view.planner, view.today),
        until=until,
        successor=successor,
        why=why,
    )
    asked = wish_in_words(wish, until=until, successor=successor)
    _note(connection, answering, ChangeKind.ASKED, after=asked, why=why)


def withdraw_request(connection: Connection, answering: Answering, wish: Wish) -> None:
    """Takes back what the reader asked for."""
    if not _close_own(connection, answering, wish, "taken back"):
        raise AnswerError("There is no open request of yours to take back.")
    _note(connection, answering, ChangeKind.REQUEST_TAKEN_BACK, after=wish.value)


def _close_own(connection: Connection, answering: Answering, wish: Wish, outcome: str) -> bool:
    mine = requests_about(connection, answering.row.id, answering.reader)
    waiting = [each for each in mine if each.is_open and each.wish is wish]
    for each in waiting:
        close_request(
            connection,
            each.id,
            outcome=outcome,
            who=answering.who,
            now=answering.view.now,
            tell=None,
        )
    return bool(waiting)


def rest(connection: Connection, answering: Answering, *, until: date) -> None:
    """Lets the reader's reminders of it rest; `until` is the first day of them again."""
    view, row = answering.view, answering.row
    last = may_rest_until(answering)
    if last is None:
        raise AnswerError("It is due, so its reminders cannot rest any more.")
    if until <= view.today:
        raise AnswerError("Give a day that lies ahead.")
    if until > last:
        raise AnswerError(f"Give {long_date(last)} at the latest: it is due then.")
    set_snooze(
        connection,
        occurrence=row.id,
        due_revision=row.due_revision,
        recipient=answering.reader,
        until=until,
        now=view.now,
    )
    _note(connection, answering, ChangeKind.SNOOZED, after=until)


def end_rest(connection: Connection, answering: Answering) -> None:
    """Lets the reader be reminded again at once."""
    end_snoozes(connection, [answering.row.id], answering.reader)
    _note(connection, answering, ChangeKind.SNOOZE_ENDED)


def _note(
    connection: Connection,
    answering: Answering,
    what: ChangeKind,
    *,
    after: object = None,
    why: str | None = None,
) -> None:
    note_change(
        connection,
        board=answering.row.board,
        subject=answering.row.key,
        what=what,
        after=after,
        why=why,
        now=answering.view.now,
        who=answering.who,
    )
