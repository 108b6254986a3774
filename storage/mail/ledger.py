"""The ledger: the steps decided, their recipients, and the state of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from ...calendar.rules.escalation import TAKEN_BACK
from ..database.batches import batches
from ..database.upsert import insert_for
from ..message_states import CarriedState
from ..replies.snoozes import RESTS
from ..schema.column_types import AnyRow
from ..schema.mail import ledger
from ..schema.occurrences import occurrence
from ..unsent_reasons import UnsentReason
from .carried_rows import MESSAGES, hand_on

# Built once: they run for every mail.
ROWS_OF = (
    select(
        ledger.c.id.label("ledger_id"),
        ledger.c.step,
        ledger.c.level,
        ledger.c.due.label("told_due"),
        ledger.c.because,
        ledger.c.decided_at,
        ledger.c.recipient,
        ledger.c.message_id,
        ledger.c.due_revision.label("decided_revision"),
        *occurrence.c,
    )
    .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
    .where(ledger.c.message_id.in_(MESSAGES), ledger.c.state == bindparam("state"))
    .order_by(ledger.c.id)
)
TAKE_OUT_RESTING = (
    update(ledger)
    .where(ledger.c.message_id.in_(MESSAGES), ledger.c.state == CarriedState.PENDING, RESTS)
    .values(message_id=None)
)
SUPERSEDE_UNSENT = (
    update(ledger)
    .where(
        ledger.c.occurrence_id.in_(bindparam("occurrences", expanding=True)),
        ledger.c.state == CarriedState.PENDING,
    )
    .values(
        state=CarriedState.SUPERSEDED,
        reason=bindparam("why"),
        reason_detail=bindparam("detail"),
    )
)


# That something is off is news whatever becomes of it, until it is settled; whether it still is,
# is seen when its mail is written.
SUPERSEDE_REMINDERS = SUPERSEDE_UNSENT.where(ledger.c.step < TAKEN_BACK)


# Built once: each sweep asks, and mostly nothing rests.
RESTING = (
    select(
        ledger.c.occurrence_id,
        ledger.c.recipient,
        ledger.c.step,
        occurrence.c.board,
        occurrence.c.ref,
        occurrence.c.owner,
    )
    .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
    .where(ledger.c.state == CarriedState.PENDING, RESTS)
    .order_by(ledger.c.id)
)


def add_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Adds rows of the ledger; one that stands already is left as it is.

    The UNIQUE key of the table, and nothing else, keeps a step from being mailed twice.
    """
    if rows:
        connection.execute(insert_for(connection, ledger).on_conflict_do_nothing(), list(rows))


def rows_of(
    connection: Connection, messages: Sequence[int], *, state: CarriedState = CarriedState.PENDING
) -> Sequence[AnyRow]:
    """The rows that messages carry in a state, each with its occurrence as it is now."""
    parameters = {"messages": list(messages), "state": state}
    return connection.execute(ROWS_OF, parameters).all()


def hand_rows_on(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Adds rows for those who hold a role now; one that was taken back unsent holds again."""
    hand_on(connection, ledger, rows)


def take_back(
    connection: Connection, rows: Iterable[int], reason: UnsentReason, detail: str | None = None
) -> None:
    """Ends rows, given by number, that are not to be sent any more."""
    for batch in batches(rows):
        connection.execute(
            update(ledger)
            .where(ledger.c.id.in_(batch))
            .values(state=CarriedState.SUPERSEDED, reason=reason, reason_detail=detail)
        )


def supersede_unsent(
    connection: Connection,
    occurrences: Sequence[int],
    reason: UnsentReason,
    detail: str | None = None,
) -> None:
    """Takes back the mails decided for occurrences that have not gone out.

    What says that it is off is taken back only by an outcome.
    """
    is_settled = reason is UnsentReason.RECORDED
    statement = SUPERSEDE_UNSENT if is_settled else SUPERSEDE_REMINDERS
    for batch in batches(occurrences):
        parameters = {"occurrences": batch, "why": reason, "detail": detail}
        connection.execute(statement, parameters)


def resting_rows(connection: Connection, today: date) -> Sequence[AnyRow]:
    """The rows that are put off because their readers want no reminder yet."""
    return connection.execute(RESTING, {"today": today}).all()


def take_out_resting(connection: Connection, messages: Sequence[int], today: date) -> None:
    """Takes out of messages what their readers do not want to be reminded of yet."""
    connection.execute(TAKE_OUT_RESTING, {"messages": list(messages), "today": today})
