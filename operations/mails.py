"""Decisions on one mail: send it again, hold it back, or record whether it arrived."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Connection

from ..calendar.rules.date_text import long_date
from ..core.errors import BoardcalError
from ..notifications.reminders.recipients import roles_of
from ..scheduler.planning.board_view import BoardView
from ..storage.boards import hold_boards
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import note_change
from ..storage.mail.board_messages import subject_of, was_downloaded
from ..storage.mail.carried_rows import mark_rows
from ..storage.mail.decisions import (
    boards_of,
    change_message,
    find_message,
    has_other_message,
    hold_rows_back,
    owed_rows,
    reopen_rows,
)
from ..storage.message_states import CHANGEABLE, CarriedState, MessageState
from ..storage.schema.column_types import AnyRow


class MailAction(Enum):
    """A decision on one mail; the value is its name in the record of changes."""

    SEND_AGAIN = ChangeKind.MAIL_SENT_AGAIN
    HOLD_BACK = ChangeKind.MAIL_HELD_BACK
    ARRIVED = ChangeKind.MAIL_ARRIVED
    LOST = ChangeKind.MAIL_LOST


# A mail that was sent, or that a daemon is sending this moment, cannot be changed any more.
POSSIBLE = {
    MessageState.PENDING: (MailAction.HOLD_BACK,),
    MessageState.DEFERRED: (MailAction.HOLD_BACK,),
    MessageState.FAILED: (MailAction.SEND_AGAIN, MailAction.HOLD_BACK),
    MessageState.UNCERTAIN: (MailAction.ARRIVED, MailAction.SEND_AGAIN),
}
WHY_NOT = {
    MessageState.CLAIMED: "is being sent this moment; look again in a minute",
    MessageState.DATA_STARTED: "is being sent this moment; look again in a minute",
    MessageState.SENT: "was sent, and nobody is told twice",
    MessageState.WRITTEN: "was written to a file, and is not written twice",
    MessageState.SUPERSEDED: "was not sent: what it was about was settled, or is in another mail",
    MessageState.PENDING: "waits to be sent already",
    MessageState.DEFERRED: "waits to be sent already",
    MessageState.FAILED: "was refused: it did not arrive",
    MessageState.UNCERTAIN: "may have arrived, so it cannot be held back",
}


def possible(state: MessageState) -> tuple[MailAction, ...]:
    """The decisions that the state of a mail allows."""
    return POSSIBLE.get(state, ())


class MailActionError(BoardcalError):
    """A mail cannot be changed as asked; nothing was."""


def send_again(
    connection: Connection, view: BoardView, message_id: int, *, who: str, why: str | None
) -> date:
    """Sends a mail once more; the day from which it goes out.

    One that was refused is composed anew, from what is still owed. One that may have arrived
    goes out byte for byte as it was, with its Message-ID, so that a mail program can tell that
    the two are one. Where its reader has another mail of today, it goes on the next working day.

    Raises MailActionError where its state does not allow it, or nothing in it is owed any more.
    """
    mail = _mail_to_change(connection, message_id, MailAction.SEND_AGAIN)
    _require_reader(view, mail)
    about = {view.row.id, *boards_of(connection, message_id)}
    if mail.state == MessageState.UNCERTAIN:
        day = _send_unchanged(connection, view, mail)
    else:
        day = _compose_anew(connection, view, mail)
    # Noted for each Board now: rows that go into a later mail no longer tell of this one.
    for board in sorted(about):
        _note(
            connection,
            view,
            mail,
            MailAction.SEND_AGAIN,
            board=board,
            after=day,
            who=who,
            why=why,
        )
    return day


def note_download(connection: Connection, view: BoardView, message_id: int, *, who: str) -> None:
    """Records, for each Board that a mail is about, that somebody took its file."""
    mail = find_message(connection, message_id)
    if mail is None:
        raise MailActionError(f"There is no mail {message_id}.")
    # A double click is one download.
    since = view.now - timedelta(minutes=1)
    for board in sorted({view.row.id, *boards_of(connection, message_id)}):
        if was_downloaded(connection, message_id, board, who, since=since):
            continue
        note_change(
            connection,
            board=board,
            subject=subject_of(message_id),
            what=ChangeKind.MAIL_DOWNLOADED,
            before=f"the mail to {mail.recipient} of {mail.day}",
            now=view.now,
            who=who,
        )


def hold_back(
    connection: Connection, view: BoardView, message_id: int, *, who: str, why: str | None
) -> None:
    """Keeps a mail that waits, or was refused, from going out; later reminders still come.

    One that may have arrived and was to be sent again is uncertain again.
    """
    mail = _mail_to_change(connection, message_id, MailAction.HOLD_BACK)
    if mail.state in CHANGEABLE and mail.content is not None:
        # Its bytes are fixed: it went out once already, and was to go once more.
        after, before, reply = MessageState.UNCERTAIN, [CarriedState.SENDING], mail.reply
    else:
        after, before = MessageState.SUPERSEDED, [CarriedState.PENDING, CarriedState.FAILED]
        reply = f"held back by {who}"
    _change(connection, mail, state=after, finished_at=view.now, reply=reply)
    hold_rows_back(connection, mail.id, before=before, to=CarriedState(after), who=who)
    _note(connection, view, mail, MailAction.HOLD_BACK, who=who, why=why)


def count_as_arrived(
    connection: Connection, view: BoardView, message_id: int, *, who: str, why: str | None
) -> None:
    """Records that a mail which may have arrived did."""
    mail = _mail_to_change(connection, message_id, MailAction.ARRIVED)
    _end_uncertainty(connection, mail, MessageState.SENT)
    _note(connection, view, mail, MailAction.ARRIVED, who=who, why=why)


def count_as_lost(
    connection: Connection, view: BoardView, message_id: int, *, who: str, why: str | None
) -> None:
    """Records that a mail which may have arrived did not: it counts as refused.

    That sends nothing; `send_again` then composes it anew, from what is still owed.
    """
    mail = _mail_to_change(connection, message_id, MailAction.ARRIVED)
    _end_uncertainty(connection, mail, MessageState.FAILED, reply=f"it did not arrive, {who} says")
    _note(connection, view, mail, MailAction.LOST, who=who, why=why)


def _end_uncertainty(
    connection: Connection, mail: AnyRow, state: MessageState, **values: Any
) -> None:
    _change(connection, mail, state=state, **values)
    mark_rows(connection, [mail.id], before=[CarriedState.UNCERTAIN], to=CarriedState(state))


def _mail_to_change(connection: Connection, message_id: int, action: MailAction) -> AnyRow:
    """The message, while no tick runs. Raises MailActionError where its state forbids `action`."""
    hold_boards(connection)
    mail = find_message(connection, message_id)
    if mail is None:
        raise MailActionError(f"There is no mail {message_id}.")
    if action not in possible(mail.state):
        raise MailActionError(f"The mail to {mail.recipient} {WHY_NOT[mail.state]}.")
    return mail


def _change(connection: Connection, mail: AnyRow, **values: Any) -> None:
    """Changes the message. Raises MailActionError where a daemon has claimed it meanwhile."""
    if not change_message(connection, mail, **values):
        raise MailActionError(f"The mail to {mail.recipient} {WHY_NOT[MessageState.CLAIMED]}.")


def _require_reader(view: BoardView, mail: AnyRow) -> None:
    """Raises MailActionError where a mail would go unchanged to a reader without a role."""
    uncertain = mail.state == MessageState.UNCERTAIN
    if uncertain and not roles_of(view.planner, mail.recipient, view.today):
        raise MailActionError(
            f"{mail.recipient} holds no role any more, so the mail is not sent again. What is "
            "still owed goes to whoever holds the role now."
        )


def _send_unchanged(connection: Connection, view: BoardView, mail: AnyRow) -> date:
    if not owed_rows(connection, mail.id, CarriedState.UNCERTAIN):
        raise MailActionError(_nothing_left(mail))
    day, starts = _next_chance(connection, view, mail)
    _change(
        connection,
        mail,
        state=MessageState.DEFERRED,
        day=day if starts is None else mail.day,
        # It waits from then on only, or the watch over mails that wait long would report it.
        made_at=starts or view.now,
        next_attempt_at=starts,
        finished_at=None,
    )
    # Not pending: what is in fixed bytes must not go into another mail as well.
    mark_rows(connection, [mail.id], before=[CarriedState.UNCERTAIN], to=CarriedState.SENDING)
    return day


def _compose_anew(connection: Connection, view: BoardView, mail: AnyRow) -> date:
    """Reopens what is still owed of a refused mail: in it, or in one of a later day."""
    owed = owed_rows(connection, mail.id, CarriedState.FAILED)
    if not owed:
        raise MailActionError(_nothing_left(mail))
    is_todays = mail.day == view.today
    reopen_rows(connection, owed, in_message=is_todays)
    if not is_todays:
        return _next_chance(connection, view, mail)[0]
    _change(
        connection,
        mail,
        state=MessageState.PENDING,
        made_at=view.now,
        content=None,
        # It is another mail, and the first may have arrived after all.
        identifier=None,
        data_started_at=None,
        finished_at=None,
        next_attempt_at=None,
        reply=None,
    )
    return view.today


def _nothing_left(mail: AnyRow) -> str:
    return (
        f"Nothing in the mail to {mail.recipient} of {long_date(mail.day)} is to be said any "
        "more: it was settled, or a later mail says it. So it is not sent again."
    )


def _next_chance(
    connection: Connection, view: BoardView, mail: AnyRow
) -> tuple[date, datetime | None]:
    """The day that a mail can go out, and from when; None for at once.

    That is today where its reader has had no other mail today and mails go out now.
    """
    days, today = view.planner.days, view.today
    if days.is_working(today) and not has_other_message(connection, mail, today):
        starts = None if view.local.is_open(view.now) else view.local.sending_instant(today)
        return today, starts
    later = days.on_or_after(today + timedelta(days=1))
    return later, view.local.sending_instant(later)


def _note(
    connection: Connection,
    view: BoardView,
    mail: AnyRow,
    action: MailAction,
    *,
    who: str,
    why: str | None,
    after: date | None = None,
    board: str | None = None,
) -> None:
    note_change(
        connection,
        board=board or view.row.id,
        subject=subject_of(mail.id),
        what=action.value,
        before=f"the mail to {mail.recipient} of {mail.day}",
        after=after,
        now=view.now,
        who=who,
        why=why,
    )
