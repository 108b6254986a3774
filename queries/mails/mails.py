"""Every mail and what became of it, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ...calendar.rules.date_text import long_date
from ...core.local_time import LocalTime
from ...storage.mail.board_messages import (
    MessageFilter,
    carried_by,
    count_by_state,
    count_messages,
    list_messages,
    recipients_of,
)
from ...storage.schema.column_types import AnyRow
from ...wording.mails import OUTCOME_OF_STATE, MailOutcome, mail_words, moment_words
from ..paging import PAGE_SIZE, Paging, paging

UNWRITTEN = "Not written yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFilter:
    """Filters of the emails; None chooses everything. `person` is an address."""

    person: str | None = None
    outcome: MailOutcome | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """One email. `words` say its outcome, `items` counts the items in it.

    `boards` are the Boards that it speaks of: one mail a day holds all that a person is told.
    """

    id: int
    day: date
    when: str
    to: str
    subject: str
    outcome: MailOutcome
    words: str
    items: int
    boards: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsPage:
    """One page of the mails, the newest first; `people` and `counts` are of all mails."""

    mails: tuple[MailLine, ...]
    paging: Paging
    people: tuple[str, ...]
    counts: dict[MailOutcome, int]


def mails_page(
    connection: Connection,
    board: str,
    local: LocalTime,
    *,
    choice: MailFilter | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> MailsPage:
    """The mails that speak of a Board, the newest first."""
    chosen = _filter(choice or MailFilter())
    part = paging(count_messages(connection, board, chosen), page, size)
    rows = list_messages(connection, board, chosen, limit=part.size, offset=part.offset)
    return MailsPage(
        mails=tuple(mail_lines(connection, rows, local)),
        paging=part,
        people=tuple(recipients_of(connection, board)),
        counts=_counts(connection, board),
    )


def _filter(choice: MailFilter) -> MessageFilter:
    states = None if choice.outcome is None else choice.outcome.states
    return MessageFilter(recipient=choice.person, states=states, day=choice.day)


def _counts(connection: Connection, board: str) -> dict[MailOutcome, int]:
    counts = dict.fromkeys(MailOutcome, 0)
    for state, number in count_by_state(connection, board).items():
        counts[OUTCOME_OF_STATE[state]] += number
    return {outcome: number for outcome, number in counts.items() if number}


def mail_lines(
    connection: Connection, rows: Sequence[AnyRow], local: LocalTime
) -> Iterable[MailLine]:
    """Rows of the table `message` in words."""
    carried = carried_by(connection, [row.id for row in rows])
    for row in rows:
        state = row.state
        yield MailLine(
            id=row.id,
            day=row.day,
            when=_when(row, local),
            to=row.recipient,
            subject=row.subject or UNWRITTEN,
            outcome=OUTCOME_OF_STATE[state],
            words=mail_words(state, finished_at=row.finished_at, reply=row.reply, local=local),
            items=carried.items.get(row.id, 0),
            boards=tuple(sorted(carried.boards.get(row.id, ()))),
        )


def _when(row: AnyRow, local: LocalTime) -> str:
    """When it ended, else the day that it is for."""
    return long_date(row.day) if row.finished_at is None else moment_words(row.finished_at, local)
