"""Requests of chairs in mails: to the secretariat, and their outcomes to the asker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from ...calendar.rules.date_text import long_date
from ...core.local_time import Moment
from ...storage.replies.requests import (
    Wish,
    address_request,
    requests_of,
    unmailed_requests,
)
from ...storage.schema.column_types import AnyRow
from ...wording.names import named, reference
from ..reminders.mailing_boards import LiveBoard
from ..reminders.recheck import LetterSources
from ..reminders.recipients import secretariat_on
from ..reminders.stage import Stage
from .model import Asked


def requests_that_hold(
    connection: Connection, message_ids: Sequence[int], sources: LetterSources
) -> dict[int, list[AnyRow]]:
    """The requests in messages that still hold; others go to the secretariat of today.

    What a paused Board or person is to hear waits without a mail until they are resumed; so does
    a request where there is no secretariat.
    """
    kept: dict[int, list[AnyRow]] = defaultdict(list)
    for row in requests_of(connection, message_ids):
        board = sources.boards.get(row.board)
        reader = None if board is None else _reader(row, board, sources.today)
        if board is not None and reader == row.recipient and not _is_paused(reader, board):
            kept[row.message_id].append(row)
            continue
        address_request(connection, row.id, row.recipient if board is None else reader)
    return kept


def _is_paused(reader: str | None, board: LiveBoard) -> bool:
    return board.paused or reader in board.away


def requests_for_others(
    connection: Connection, boards: Mapping[str, LiveBoard], moment: Moment
) -> Iterator[tuple[int, str]]:
    """Requests in no mail yet whose reader is no longer the secretariat, each with who is.

    A request has no reader where the Board had no secretariat when it was made.
    """
    for row in unmailed_requests(connection):
        board = boards.get(row.board)
        reader = None if board is None else secretariat_on(board.planner, moment.today)
        if reader not in (None, row.recipient):
            yield row.id, reader


def hand_requests_on(
    connection: Connection, boards: Mapping[str, LiveBoard], moment: Moment
) -> None:
    """Addresses such requests to the secretariat of today."""
    for number, reader in list(requests_for_others(connection, boards, moment)):
        address_request(connection, number, reader)


HAND_REQUESTS_ON = Stage(
    has_work=lambda connection, boards, moment: any(
        requests_for_others(connection, boards, moment)
    ),
    run=hand_requests_on,
)


def _reader(row: AnyRow, board: LiveBoard, today: date) -> str | None:
    if row.closed_at is not None:
        reader: str = row.recipient
        return reader
    return secretariat_on(board.planner, today)


def asked_of(row: AnyRow, sources: LetterSources) -> Asked:
    """A request for the secretariat, or its outcome for the asker."""
    board = sources.boards[row.board]
    body, obligation = board.planner.body(row.owner), board.obligations.get(row.ref)
    is_open = row.closed_at is None
    return Asked(
        title=row.title,
        reference="" if obligation is None else reference(obligation),
        owner=row.owner if body is None else named(body),
        due=row.due,
        asker=row.asked_by,
        wish=wish_in_words(Wish(row.kind), until=row.until, successor=row.successor),
        why=row.why or "",
        outcome=None if is_open else row.outcome,
        page=sources.links.request(row.board, row.identity) if is_open else "",
    )


def wish_in_words(wish: Wish, *, until: date | None, successor: str | None) -> str:
    """ "more time, until 1 June 2018" or "Jo Smith to take over": what follows "asks for"."""
    if wish is Wish.MORE_TIME and until is not None:
        return f"more time, until {long_date(until)}"
    return f"{successor or 'somebody else'} to take over"
