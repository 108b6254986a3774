"""Requests of chairs to the secretariat: more time, or another person to take over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Date, bindparam, insert, select, update

from ...calendar.status import OPEN
from ..change_kinds import ChangeKind
from ..change_log import changes_of_kind
from ..message_states import CarriedState
from ..occurrences import StoredOccurrence
from ..schema.column_types import AnyRow
from ..schema.mail import answer_request
from ..schema.occurrences import occurrence
from .ends import UNDONE_WITH_ITEM, RequestEnd


class Wish(StrEnum):
    """What can be asked for."""

    MORE_TIME = "more time"
    HAND_OVER = "hand over"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """One request; `due`, `key` and the rest of what it is about are as they are now.

    `until` is the date asked for, `successor` who should have it instead. `outcome` says what
    became of it, None while nobody has dealt with it, and `end` how it ended, None where a
    version before did not note that. `by_link`: `closed_by` is a reader, who closed it by the
    link in a mail.
    """

    id: int
    board: str
    occurrence: int
    due_revision: int
    wish: Wish
    asked_at: datetime
    asked_by: str
    until: date | None
    why: str | None
    successor: str | None
    closed_at: datetime | None
    closed_by: str | None
    by_link: bool
    outcome: str | None
    end: RequestEnd | None
    key: str
    ref: str
    owner: str
    title: str
    due: date
    state: str
    identity: str

    @property
    def is_open(self) -> bool:
        """Whether it waits for the secretariat."""
        return self.closed_at is None


MOST_DIGITS = 9  # more fit into no column of a number
WHOLE = select(
    answer_request,
    occurrence.c.key,
    occurrence.c.ref,
    occurrence.c.owner,
    occurrence.c.title,
    occurrence.c.due,
    occurrence.c.state.label("occurrence_state"),
).join(occurrence, answer_request.c.occurrence_id == occurrence.c.id)


# Built once: they run for every sweep or every mail.
REQUESTS_OF = WHOLE.where(
    answer_request.c.message_id.in_(bindparam("messages", expanding=True)),
    answer_request.c.state == bindparam("state"),
).order_by(answer_request.c.id)
UNMAILED = select(answer_request.c.id, answer_request.c.board, answer_request.c.recipient).where(
    answer_request.c.state == CarriedState.PENDING,
    answer_request.c.closed_at.is_(None),
    answer_request.c.message_id.is_(None),
)
OPEN_REQUESTS = WHOLE.where(
    answer_request.c.closed_at.is_(None),
    answer_request.c.board.in_(bindparam("boards", expanding=True)),
).order_by(answer_request.c.id)
WANTED_AGAIN = WHOLE.where(
    answer_request.c.board == bindparam("board"),
    answer_request.c.kind == Wish.MORE_TIME.value,
    answer_request.c.end.in_(UNDONE_WITH_ITEM),
    occurrence.c.state == OPEN,
    answer_request.c.until > occurrence.c.due,
    answer_request.c.until > bindparam("today", type_=Date),
).order_by(answer_request.c.id.desc())


def _values(rows: Iterable[Any]) -> list[AnswerRequest]:
    return [
        AnswerRequest(
            id=row.id,
            board=row.board,
            occurrence=row.occurrence_id,
            due_revision=row.due_revision,
            wish=Wish(row.kind),
            asked_at=row.asked_at,
            asked_by=row.asked_by,
            until=row.until,
            why=row.why,
            successor=row.successor,
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            by_link=row.by_link,
            outcome=row.outcome,
            end=row.end,
            key=row.key,
            ref=row.ref,
            owner=row.owner,
            title=row.title,
            due=row.due,
            state=row.occurrence_state,
            identity=row.identity,
        )
        for row in rows
    ]


def request_named(connection: Connection, board: str, identity: str) -> AnswerRequest | None:
    """One request of a Board by its identity, or None.

    Its number names it, too, unless the Board was on hold once: going back in time gives
    numbers again.
    """
    own = WHOLE.where(answer_request.c.board == board)
    for mine in _values(connection.execute(own.where(answer_request.c.identity == identity))):
        return mine
    is_number = identity.isdecimal() and len(identity) <= MOST_DIGITS
    if not is_number or changes_of_kind(connection, board, board, ChangeKind.PUT_ON_HOLD):
        return None
    numbered = own.where(answer_request.c.id == int(identity))
    return next(iter(_values(connection.execute(numbered))), None)


def open_requests(connection: Connection, *boards: str) -> list[AnswerRequest]:
    """What waits for the secretariats of Boards, the oldest first."""
    return _values(connection.execute(OPEN_REQUESTS, {"boards": boards}))


def requests_wanted_again(connection: Connection, board: str, today: date) -> list[AnswerRequest]:
    """Requests that ended with their item, which is owed again and due before what they ask for."""
    return _values(connection.execute(WANTED_AGAIN, {"board": board, "today": today}))


def hand_overs(connection: Connection, board: str) -> list[AnswerRequest]:
    """All requests of a Board that somebody else takes over, the newest first."""
    mine = WHOLE.where(
        answer_request.c.board == board, answer_request.c.kind == Wish.HAND_OVER.value
    )
    return _values(connection.execute(mine.order_by(answer_request.c.id.desc())))


def requests_about(
    connection: Connection, occurrence_id: int, asked_by: str | None = None
) -> list[AnswerRequest]:
    """What was asked about something due, by everybody or by one person, the newest first."""
    requests = WHOLE.where(answer_request.c.occurrence_id == occurrence_id)
    if asked_by is not None:
        requests = requests.where(answer_request.c.asked_by == asked_by)
    return _values(connection.execute(requests.order_by(answer_request.c.id.desc())))


def add_request(
    connection: Connection,
    *,
    about: StoredOccurrence,
    wish: Wish,
    asked_by: str,
    now: datetime,
    recipient: str | None,
    until: date | None = None,
    why: str | None = None,
    successor: str | None = None,
) -> int:
    """Notes a request; its number. `recipient` is mailed about it with the next mails."""
    added = connection.execute(
        insert(answer_request)
        .values(
            board=about.board,
            occurrence_id=about.id,
            due_revision=about.due_revision,
            kind=wish.value,
            asked_at=now,
            asked_by=asked_by,
            until=until,
            why=why,
            successor=successor,
            recipient=recipient,
            state=CarriedState.PENDING,
        )
        .returning(answer_request.c.id)
    )
    return int(added.scalar_one())


def close_request(
    connection: Connection,
    number: int,
    *,
    end: RequestEnd,
    outcome: str,
    who: str,
    by_link: bool = False,
    now: datetime,
    tell: str | None,
) -> bool:
    """Ends a request; False where it was ended already.

    `tell` is mailed the outcome; where it is None, no mail about it goes out any more.
    """
    closed = connection.execute(
        update(answer_request)
        .where(answer_request.c.id == number, answer_request.c.closed_at.is_(None))
        .values(
            closed_at=now,
            closed_by=who,
            by_link=by_link,
            end=end,
            outcome=outcome,
            recipient=tell,
            state=CarriedState.PENDING if tell else CarriedState.SUPERSEDED,
            message_id=None,
        )
    )
    return closed.rowcount == 1


def open_again(connection: Connection, request: AnswerRequest, recipient: str | None) -> None:
    """Lets a request wait for the secretariat again, unless the same was asked anew since.

    `recipient` is mailed about it with the next mails.
    """
    same = answer_request.alias()
    asked_anew = (
        select(same.c.id)
        .where(
            same.c.occurrence_id == request.occurrence,
            same.c.kind == request.wish.value,
            same.c.asked_by == request.asked_by,
            same.c.id > request.id,
        )
        .exists()
    )
    connection.execute(
        update(answer_request)
        .where(answer_request.c.id == request.id, ~asked_anew)
        .values(
            closed_at=None,
            closed_by=None,
            by_link=False,
            end=None,
            outcome=None,
            recipient=recipient,
            state=CarriedState.PENDING,
            message_id=None,
        )
    )


def requests_of(
    connection: Connection, messages: Sequence[int], *, state: CarriedState = CarriedState.PENDING
) -> Sequence[AnyRow]:
    """The requests that messages carry, each with what it is about as that is now."""
    parameters = {"messages": list(messages), "state": state}
    return connection.execute(REQUESTS_OF, parameters).all()


def unmailed_requests(connection: Connection) -> Sequence[AnyRow]:
    """The open requests in no mail yet: `id`, `board` and `recipient`, null where it has none."""
    return connection.execute(UNMAILED).all()


def address_request(connection: Connection, number: int, recipient: str | None) -> None:
    """Takes a request out of its message; the next mail to `recipient` tells of it."""
    connection.execute(
        update(answer_request)
        .where(answer_request.c.id == number)
        .values(message_id=None, recipient=recipient)
    )
