"""What a person decides about one mail: send it again, hold it back, or say that it arrived."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from ..calendar.rules.date_text import long_date
from ..core.errors import BoardcalError
from ..notifications.reminders.recipients import roles_of
from ..scheduler.planning.board_view import BoardView
from ..storage.boards import hold_boards
from ..storage.change_log import note_change
from ..storage.mail.board_messages import subject_of
from ..storage.mail.carried_rows import CARRIED
from ..storage.message_states import CHANGEABLE, CarriedState, MessageState
from ..storage.schema.column_types import AnyRow
from ..storage.schema.mail import ledger, message
from ..storage.unsent_reasons import UnsentReason
from .mail_action_rules import WHY_NOT, MailAction, boards_of, owed_of, possible


class MailActionError(BoardcalError):
    """A mail cannot be dealt with as asked; nothing was changed."""


def send_again(
    connection: Connection, view: BoardView, message_id: int, *, who: str, why: str | None
) -> date:
    """Lets a mail go out once more; the day from which it does.

    One that was refused is written afresh, from what is still owed. One that may have arrived
    goes out as it was, byte for byte with its Message-ID, so that a reader's mail program can
    tell the second from the first. Nobody gets two mails a day: where its reader has one of
    today, it goes on the next working day.

    Raises MailActionError where its state does not allow it, or nothing in it is owed any more.
    """
    found = _held(connection, message_id, MailAction.SEND_AGAIN)
    _require_reader(view, found)
    about = {view.row.id, *boards_of(connection, message_id)}
    if found.state == MessageState.UNCERTAIN:
        day = _send_unchanged(connection, view, found)
    else:
        day = _write_afresh(connection, view, found)
    # In the record of each Board: what goes into a later mail is found in this one no more.
    for board in sorted(about):
        _note(
            connection,
            view,
            found,
            MailAction.SEND_AGAIN,
            board=board,
            after=day,
            who=who,
            why=why,
        )
    return day


def hold_back(
    connection: Connection, view: BoardView, message_id: int, *, who: str, why: str | None
) -> None:
    """Keeps a mail that waits, or was refused, from going out; later reminders come as ever.

    One that may have arrived and was to be sent again is uncertain again.
    """
    found = _held(connection, message_id, MailAction.HOLD_BACK)
    if found.state in CHANGEABLE and found.content is not None:
        after, before = MessageState.UNCERTAIN, [CarriedState.SENDING]
        told: dict[str, Any] = {"reply": found.reply}
    else:
        after, before = MessageState.SUPERSEDED, [CarriedState.PENDING, CarriedState.FAILED]
        told = {"reply": f"held back by {who}"}
    _move(connection, found, state=after, finished_at=view.now, **told)
    for table in CARRIED:
        reason = {"reason": UnsentReason.HELD_BACK, "reason_detail": who} if table is ledger else {}
        connection.execute(
            update(table)
            .where(table.c.message_id == message_id, table.c.state.in_(before))
            .values(state=CarriedState(after), **reason)
        )
    _note(connection, view, found, MailAction.HOLD_BACK, who=who, why=why)


def count_as_arrived(
    connection: Connection, view: BoardView, message_id: int, *, who: str, why: str | None
) -> None:
    """Records that a mail which may have arrived did."""
    found = _held(connection, message_id, MailAction.ARRIVED)
    _settle(connection, found, MessageState.SENT)
    _note(connection, view, found, MailAction.ARRIVED, who=who, why=why)


def count_as_lost(
    connection: Connection, view: BoardView, message_id: int, *, who: str, why: str | None
) -> None:
    """Records that a mail which may have arrived did not, as though it had been refused.

    It is not sent by that: `send_again` then writes it afresh, from what is still owed.
    """
    found = _held(connection, message_id, MailAction.ARRIVED)
    _settle(connection, found, MessageState.FAILED, reply=f"it did not arrive, {who} says")
    _note(connection, view, found, MailAction.LOST, who=who, why=why)


def _settle(connection: Connection, found: AnyRow, state: MessageState, **values: Any) -> None:
    _move(connection, found, state=state, **values)
    for table in CARRIED:
        connection.execute(
            update(table)
            .where(table.c.message_id == found.id, table.c.state == CarriedState.UNCERTAIN)
            .values(state=CarriedState(state))
        )


def _held(connection: Connection, message_id: int, action: MailAction) -> AnyRow:
    """The message, while no tick runs. Raises MailActionError where it is in no such state."""
    hold_boards(connection)
    found = connection.execute(select(message).where(message.c.id == message_id)).first()
    if found is None:
        raise MailActionError(f"There is no mail {message_id}.")
    state = found.state
    if action not in possible(state):
        raise MailActionError(f"The mail to {found.recipient} {WHY_NOT[state]}.")
    return found


def _move(connection: Connection, found: AnyRow, **values: Any) -> None:
    """Changes the message where nobody has since; else raises MailActionError."""
    moved = connection.execute(
        update(message)
        .where(message.c.id == found.id, message.c.state == found.state)
        .values(claimed_by=None, lease_until=None, **values)
    )
    if moved.rowcount != 1:
        raise MailActionError(f"The mail to {found.recipient} {WHY_NOT[MessageState.CLAIMED]}.")


def _require_reader(view: BoardView, found: AnyRow) -> None:
    """Raises MailActionError where a mail would go out as it was to somebody without a role."""
    uncertain = found.state == MessageState.UNCERTAIN
    if uncertain and not roles_of(view.planner, found.recipient, view.today):
        raise MailActionError(
            f"{found.recipient} holds no role any more, so the mail is not sent again. What is "
            "still owed goes to whoever holds the role now."
        )


def _send_unchanged(connection: Connection, view: BoardView, found: AnyRow) -> date:
    if not owed_of(connection, found.id, CarriedState.UNCERTAIN):
        raise MailActionError(_nothing_left(found))
    day, starts = _next_chance(connection, view, found)
    _move(
        connection,
        found,
        state=MessageState.DEFERRED,
        day=day if starts is None else found.day,
        # It waits from then on: what watches over how long mails wait is not to be alarmed.
        made_at=starts or view.now,
        next_attempt_at=starts,
        finished_at=None,
    )
    # Not pending: what is in fixed bytes is not to be put into another mail.
    for table in CARRIED:
        connection.execute(
            update(table)
            .where(table.c.message_id == found.id, table.c.state == CarriedState.UNCERTAIN)
            .values(state=CarriedState.SENDING)
        )
    return day


def _write_afresh(connection: Connection, view: BoardView, found: AnyRow) -> date:
    """Lets what is still owed of a refused mail go out: in it, or in one of a later day."""
    owed = owed_of(connection, found.id, CarriedState.FAILED)
    if not owed:
        raise MailActionError(_nothing_left(found))
    is_todays = found.day == view.today
    for table, numbers in owed:
        connection.execute(
            update(table)
            .where(table.c.id.in_(numbers))
            .values(state=CarriedState.PENDING, **({} if is_todays else {"message_id": None}))
        )
    if not is_todays:
        return _next_chance(connection, view, found)[0]
    _move(
        connection,
        found,
        state=MessageState.PENDING,
        made_at=view.now,
        content=None,
        data_started_at=None,
        finished_at=None,
        next_attempt_at=None,
        reply=None,
    )
    return view.today


def _nothing_left(found: AnyRow) -> str:
    return (
        f"Nothing in the mail to {found.recipient} of {long_date(found.day)} is to be said any "
        "more: it was settled, or a later mail says it. So it is not sent again."
    )


def _next_chance(
    connection: Connection, view: BoardView, found: AnyRow
) -> tuple[date, datetime | None]:
    """The day that a mail can go out, and from when; None for at once.

    That is today where its reader has had no other mail today and mails go out now.
    """
    days, today = view.planner.days, view.today
    other = connection.execute(
        select(message.c.id).where(
            message.c.recipient == found.recipient,
            message.c.day == today,
            message.c.id != found.id,
            message.c.state.not_in((MessageState.SUPERSEDED,)),
        )
    ).first()
    if other is None and days.is_working(today):
        starts = None if view.local.is_open(view.now) else _opening(view, today)
        return today, starts
    later = days.on_or_after(today + timedelta(days=1))
    return later, _opening(view, later)


def _opening(view: BoardView, day: date) -> datetime:
    return view.local.sending_instant(day)


def _note(
    connection: Connection,
    view: BoardView,
    found: AnyRow,
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
        subject=subject_of(found.id),
        what=action.value,
        before=f"the mail to {found.recipient} of {found.day}",
        after=after,
        now=view.now,
        who=who,
        why=why,
    )
