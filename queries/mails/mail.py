"""One mail as it was sent: its headers, its text, what it is about, and each attempt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from sqlalchemy import Connection

from ...calendar.occurrences import Kind
from ...calendar.rules.escalation import Level
from ...core.local_time import LocalTime
from ...notifications.links import without_links
from ...scheduler.planning.board_view import BoardView
from ...storage.mail.board_messages import (
    attempts_of,
    board_message,
    has_overview,
    ledger_rows_in,
    requests_in,
)
from ...storage.message_states import DONE, CarriedState, MessageState
from ...storage.schema.column_types import AnyRow
from ...wording.mails import (
    CAPACITY,
    OUTCOME_OF_STATE,
    mail_words,
    moment_words,
    step_words,
    taken_back,
)
from .mails import MailLine, mail_lines

HEADERS = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID")


# The last parts of a link where one is too long to be anything but a signature.
SECRET = re.compile(r"(https?://[^\s<>]*?/)[\w.~:=-]{32,}[^\s<>]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedItem:
    """An item in an email: at which step, and in which capacity its reader gets it."""

    key: str
    title: str
    owner: str
    due: date
    step: str
    capacity: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedRequest:
    """A request that an email tells of, or its answer; `board` is its Board."""

    identity: str
    board: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLine:
    """One attempt to send an email: its outcome, and the reply of the mail server."""

    when: str
    words: str
    reply: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDetails:
    """One mail as it was sent. `headers` and `text` are empty until sending begins.

    `content` are its bytes, with links that open nothing; `has_overview` says that the week's
    overview is in it. `is_thinned`: it was sent, and its bytes were removed because of their age;
    what is known else stays.
    """

    line: MailLine
    state: MessageState
    headers: tuple[tuple[str, str], ...]
    text: str | None
    items: tuple[MailedItem, ...]
    requests: tuple[MailedRequest, ...]
    has_overview: bool
    attempts: tuple[AttemptLine, ...]
    content: bytes | None
    is_thinned: bool = False


def mail_details(connection: Connection, view: BoardView, message_id: int) -> MailDetails | None:
    """One mail that speaks of a Board, or None where there is no such mail."""
    message = board_message(connection, view.id, message_id)
    if message is None:
        return None
    line = next(iter(mail_lines(connection, [message], view.local)))
    headers, text = _read(message.content)
    is_thinned = message.content is None and message.state in DONE
    if is_thinned:
        kept = {
            "To": message.recipient,
            "Subject": message.subject,
            "Message-ID": message.identifier,
        }
        headers = tuple((name, value) for name, value in kept.items() if value is not None)
    return MailDetails(
        line=line,
        state=message.state,
        headers=headers,
        text=text,
        items=_items(connection, message, view),
        requests=_requests(connection, message_id),
        has_overview=has_overview(connection, message_id),
        attempts=_attempts(connection, message_id, view.local),
        content=None if message.content is None else without_links(message.content),
        is_thinned=is_thinned,
    )


def _read(content: bytes | None) -> tuple[tuple[tuple[str, str], ...], str | None]:
    """The headers that people know, and the plain text, from a mail's bytes."""
    if content is None:
        return (), None
    parsed: EmailMessage = message_from_bytes(content, policy=default)
    headers = tuple((name, str(parsed[name])) for name in HEADERS if parsed[name] is not None)
    part = parsed.get_body(("plain",))
    text: Any = None if part is None else part.get_content()
    return headers, None if text is None else without_secrets(str(text))


def without_secrets(text: str) -> str:
    """`text` without the signed part of its links, which only the reader of the mail may use."""
    return SECRET.sub(r"\1…", text)


def _items(connection: Connection, message: AnyRow, view: BoardView) -> tuple[MailedItem, ...]:
    state = message.state
    whole = mail_words(state, finished_at=message.finished_at, reply=None, local=view.local)
    return tuple(
        MailedItem(
            key=row.key,
            title=row.title,
            owner=view.names.short(row.owner),
            due=row.due,
            step=step_words(row.step, Kind(row.kind)),
            capacity=CAPACITY[Level(row.level)],
            words=taken_back(row.reason, row.reason_detail)
            if row.state is CarriedState.SUPERSEDED
            else whole,
        )
        for row in ledger_rows_in(connection, message.id)
    )


def _requests(connection: Connection, message_id: int) -> tuple[MailedRequest, ...]:
    return tuple(
        MailedRequest(identity=row.identity, board=row.board, title=row.title)
        for row in requests_in(connection, message_id)
    )


def _attempts(connection: Connection, message_id: int, local: LocalTime) -> tuple[AttemptLine, ...]:
    return tuple(
        AttemptLine(
            when=moment_words(row.at, local),
            words=OUTCOME_OF_STATE[row.outcome].value,
            reply=row.reply,
        )
        for row in attempts_of(connection, message_id)
    )
