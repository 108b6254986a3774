"""Messages, one a reader and day: made, given up, looked up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from ..message_states import ARRIVED, CHANGEABLE, CarriedState, MessageState
from ..replies.snoozes import TODAY
from ..schema.column_types import AnyRow, Instant
from ..schema.mail import attempt, message
from .carried_rows import HAS_UNSENT, MESSAGES, READERS, mark_rows

# May have arrived, and goes out once more as it was: nothing is added to it, and its reader gets
# no other mail before.
SENT_AGAIN = message.c.state.in_(CHANGEABLE) & message.c.content.is_not(None)
NOT_TAKEN = "it could not be sent again on its day"


# Held, so that nobody begins to send one of them while it is added to.
OF_TODAY = (
    select(message.c.recipient, message.c.state, SENT_AGAIN.label("is_fixed"))
    .where(
        (message.c.day == TODAY) | SENT_AGAIN,
        message.c.recipient.in_(READERS),
        message.c.state != MessageState.SUPERSEDED,
    )
    .with_for_update()
)
GIVE_UP_EARLIER = (
    update(message)
    .where(
        message.c.recipient.in_(READERS),
        message.c.day < TODAY,
        message.c.state.in_(CHANGEABLE),
        message.c.content.is_(None),
    )
    .values(
        state=MessageState.SUPERSEDED,
        finished_at=bindparam("now", type_=Instant),
        reply="went into a later day's mail",
    )
)


# One that waited for another attempt while all that it said was settled, moved or taken back.
GIVE_UP_EMPTY = (
    update(message)
    .where(
        message.c.day < TODAY,
        message.c.state.in_(CHANGEABLE),
        message.c.content.is_(None),
        ~HAS_UNSENT,
    )
    .values(
        state=MessageState.SUPERSEDED,
        finished_at=bindparam("now", type_=Instant),
        reply="nothing left to say",
    )
)


# What waits to be written, and may yet be added to.
UNWRITTEN = (
    select(message.c.id, message.c.subject)
    .where(message.c.day == TODAY, message.c.state.in_(CHANGEABLE), message.c.content.is_(None))
    .order_by(message.c.id)
)
NOTE_SUBJECT = (
    update(message).where(message.c.id == bindparam("number")).values(subject=bindparam("says"))
)


# It was tried, on an earlier day, since it was let go once more.
TRIED_IN_VAIN = (
    select(message.c.id)
    .where(
        SENT_AGAIN,
        message.c.recipient.in_(READERS),
        message.c.day < TODAY,
        exists().where(attempt.c.message_id == message.c.id, attempt.c.at >= message.c.made_at),
    )
    .with_for_update()
)


# Built once: they run for every mail.
HEADS = (
    select(message.c.id, message.c.recipient)
    .where(message.c.id.in_(MESSAGES))
    .order_by(message.c.id)
)
REACHED = (
    select(message.c.recipient)
    .where(
        message.c.recipient.in_(READERS),
        message.c.id.not_in(MESSAGES),
        message.c.state.in_(ARRIVED),
    )
    .distinct()
)


def messages_of_today(
    connection: Connection, readers: Collection[str], today: date
) -> Sequence[AnyRow]:
    """The messages that readers have today or that go out once more.

    Nobody begins to send one of them until this transaction ends.
    """
    return connection.execute(OF_TODAY, {"readers": list(readers), "today": today}).all()


def add_messages(
    connection: Connection, readers: Collection[str], *, today: date, now: datetime
) -> None:
    """Makes each reader's message of today, empty as yet."""
    if not readers:
        return
    values = {
        "day": today,
        "state": MessageState.PENDING,
        "made_at": now,
        "next_attempt_at": now,
    }
    connection.execute(insert(message), [{"recipient": reader, **values} for reader in readers])


def give_up_earlier(
    connection: Connection, readers: Collection[str], *, today: date, now: datetime
) -> None:
    """Ends readers' unsent messages of earlier days, whose rows go into today's."""
    parameters = {"readers": list(readers), "today": today, "now": now}
    connection.execute(GIVE_UP_EARLIER, parameters)


def give_up_empty(connection: Connection, *, today: date, now: datetime) -> None:
    """Ends unsent messages of earlier days that have nothing left to say."""
    connection.execute(GIVE_UP_EMPTY, {"today": today, "now": now})


def give_up_resending(
    connection: Connection, readers: Sequence[str], *, today: date, now: datetime
) -> None:
    """Ends resends that failed all day, so that they do not hold up new mails.

    It is what it was before, one that may have arrived, and a person decides again.
    """
    parameters = {"readers": list(readers), "today": today}
    tried = connection.execute(TRIED_IN_VAIN, parameters).scalars().all()
    if not tried:
        return
    connection.execute(
        update(message)
        .where(message.c.id.in_(tried))
        .values(
            state=MessageState.UNCERTAIN,
            finished_at=now,
            next_attempt_at=None,
            reply=NOT_TAKEN,
        )
    )
    mark_rows(connection, tried, before=(CarriedState.SENDING,), to=CarriedState.UNCERTAIN)


def subjects_of_unwritten(connection: Connection, today: date) -> dict[int, str | None]:
    """Today's messages that are not fixed yet, each with the subject that was noted last."""
    return {row.id: row.subject for row in connection.execute(UNWRITTEN, {"today": today})}


def note_subjects(connection: Connection, subjects: Mapping[int, str]) -> None:
    """Notes what messages are about, by number."""
    if subjects:
        rows = [{"number": number, "says": subject} for number, subject in subjects.items()]
        connection.execute(NOTE_SUBJECT, rows)


def heads_of(connection: Connection, messages: Sequence[int]) -> Sequence[AnyRow]:
    """Messages by number: `id` and `recipient`."""
    return connection.execute(HEADS, {"messages": list(messages)}).all()


def readers_reached(
    connection: Connection, readers: Sequence[str], *, besides: Sequence[int]
) -> frozenset[str]:
    """Which of `readers` a mail has reached, `besides` some messages."""
    parameters = {"readers": list(readers), "messages": list(besides)}
    return frozenset(connection.execute(REACHED, parameters).scalars())


def message_numbered(connection: Connection, number: int) -> AnyRow:
    """One message, which must be there."""
    return connection.execute(select(message).where(message.c.id == number)).one()
