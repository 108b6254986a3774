"""Every mail and what became of it, the newest first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, String, cast, func, literal, or_, select

from ..calendar.rules.date_text import long_date
from ..core.local_time import LocalTime
from ..operations.mail_action_rules import MAIL, mail_of_subject, subject_of
from ..storage.boards import BoardRow
from ..storage.message_states import MessageState
from ..storage.schema.column_types import AnyRow
from ..storage.schema.mail import answer_request, ledger, message, overview
from ..storage.schema.occurrences import change, occurrence
from ..wording.mails import STANDINGS, MailStanding, mail_words, moment_words
from .calendar.paging import PAGE_SIZE, Paging, paging

UNWRITTEN = "Not written yet"


# What a message carries besides what is due; each row says of which Board it is.
OF_A_BOARD = (overview, answer_request)


# The bytes of a mail are read only where one is shown.
COLUMNS = tuple(column for column in message.c if column.name != "content")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChoice:
    """Which mails to show; None chooses everything. `person` is an address."""

    person: str | None = None
    standing: MailStanding | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """One mail. `words` say what became of it, `items` how many things it is about.

    `boards` are the Boards that it speaks of: one mail a day holds all that a person is told.
    """

    id: int
    day: date
    when: str
    to: str
    subject: str
    standing: MailStanding
    words: str
    items: int
    boards: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsPage:
    """One page of the mails, the newest first; `people` and `counts` are of all mails."""

    mails: tuple[MailLine, ...]
    paging: Paging
    people: tuple[str, ...]
    counts: dict[MailStanding, int]


def mails_page(
    connection: Connection,
    row: BoardRow,
    *,
    local: LocalTime,
    choice: MailChoice | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> MailsPage:
    """The mails that speak of a Board, the newest first."""
    mine = speaks_of(row.id)
    where = [mine, *_wanted(choice or MailChoice())]
    total = connection.execute(select(func.count(message.c.id)).where(*where)).scalar() or 0
    part = paging(total, page, size)
    rows = connection.execute(
        select(*COLUMNS)
        .where(*where)
        .order_by(message.c.day.desc(), message.c.id.desc())
        .limit(part.size)
        .offset(part.offset)
    ).all()
    return MailsPage(
        mails=tuple(mail_lines(connection, rows, local)),
        paging=part,
        people=tuple(_people(connection, mine)),
        counts=_counts(connection, mine),
    )


def speaks_of(board: str) -> ColumnElement[bool]:
    """Whether anything in a message is about a Board, or was until a later one took it over."""
    due = (
        select(ledger.c.id)
        .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
        .where(ledger.c.message_id == message.c.id, occurrence.c.board == board)
    )
    other = (
        select(table.c.id).where(table.c.message_id == message.c.id, table.c.board == board)
        for table in OF_A_BOARD
    )
    decided = select(change.c.id).where(
        change.c.subject == literal(f"{MAIL}/") + cast(message.c.id, String),
        change.c.board == board,
    )
    return or_(due.exists(), *(each.exists() for each in other), decided.exists())


def _wanted(choice: MailChoice) -> Iterable[ColumnElement[bool]]:
    if choice.person is not None:
        yield func.lower(message.c.recipient) == choice.person.strip().lower()
    if choice.standing is not None:
        yield message.c.state.in_([state.value for state in choice.standing.states])
    if choice.day is not None:
        yield message.c.day == choice.day


def _people(connection: Connection, mine: ColumnElement[bool]) -> Iterable[str]:
    asked = select(message.c.recipient).where(mine).distinct().order_by(message.c.recipient)
    return connection.execute(asked).scalars()


def _counts(connection: Connection, mine: ColumnElement[bool]) -> dict[MailStanding, int]:
    rows = connection.execute(
        select(message.c.state, func.count(message.c.id)).where(mine).group_by(message.c.state)
    )
    counts = dict.fromkeys(MailStanding, 0)
    for state, number in rows:
        counts[STANDINGS[MessageState(state)]] += number
    return {standing: number for standing, number in counts.items() if number}


def mail_lines(
    connection: Connection, rows: Sequence[AnyRow], local: LocalTime
) -> Iterable[MailLine]:
    """Rows of the table `message` in words."""
    numbers = [row.id for row in rows]
    items, boards = _carried(connection, numbers)
    for row in rows:
        state = MessageState(row.state)
        yield MailLine(
            id=row.id,
            day=row.day,
            when=_when(row, local),
            to=row.recipient,
            subject=row.subject or UNWRITTEN,
            standing=STANDINGS[state],
            words=mail_words(state, finished_at=row.finished_at, reply=row.reply, local=local),
            items=items.get(row.id, 0),
            boards=tuple(sorted(boards.get(row.id, ()))),
        )


def _when(row: AnyRow, local: LocalTime) -> str:
    """When it ended, else the day that it is for."""
    return long_date(row.day) if row.finished_at is None else moment_words(row.finished_at, local)


def _carried(
    connection: Connection, numbers: Collection[int]
) -> tuple[dict[int, int], dict[int, set[str]]]:
    """How many things messages are about, and of which Boards."""
    items: dict[int, int] = {}
    boards: dict[int, set[str]] = {}
    due = (
        select(ledger.c.message_id, occurrence.c.board, func.count(ledger.c.id))
        .join(occurrence, ledger.c.occurrence_id == occurrence.c.id)
        .where(ledger.c.message_id.in_(numbers))
        .group_by(ledger.c.message_id, occurrence.c.board)
    )
    for number, board, count in connection.execute(due):
        items[number] = items.get(number, 0) + count
        boards.setdefault(number, set()).add(board)
    for table in OF_A_BOARD:
        asked = select(table.c.message_id, table.c.board).where(table.c.message_id.in_(numbers))
        for number, board in connection.execute(asked):
            boards.setdefault(number, set()).add(board)
    # What went into a later mail is in the text of this one all the same.
    decided = select(change.c.subject, change.c.board).where(
        change.c.subject.in_([subject_of(number) for number in numbers])
    )
    for subject, board in connection.execute(decided):
        number = mail_of_subject(subject)
        if number is not None:
            boards.setdefault(number, set()).add(board)
    return items, boards
