"""The whole history of one item, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ...calendar.rules.date_text import long_date
from ...calendar.rules.escalation import Level
from ...core.errors import BoardcalError
from ...core.local_time import LocalTime
from ...scheduler.planning.board_view import BoardView
from ...storage.mail.board_messages import attempts_of
from ...storage.mail.occurrence_mail import ledger_of, messages_about
from ...storage.message_states import CarriedState, MessageState
from ...storage.occurrences import StoredOccurrence, occurrence_by_key
from ...storage.schema.column_types import AnyRow
from ...wording.mails import CAPACITY, STATE_WORDS, step_words, taken_back
from ...wording.stand_ins import from_document
from ...wording.text import one_line
from ..changes import history

# In this order where several happened in the same moment.
PLANNED, CHANGED, DECIDED, TRIED, MAIL = "planned", "changed", "decided", "attempt", "mail"
ORDER = (PLANNED, CHANGED, DECIDED, TRIED, MAIL)


class NothingRecordedError(BoardcalError):
    """A key without any history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One line of the record. `at` is the Board's own time; None for what planning gave it.

    `kind` is planned, changed, decided, attempt or mail (what has become of one in the end).
    `to` is whom a mail is for, `step` its working days from the date `due` that it was for,
    `message_id` its Message-ID, `reply` what the server said, `who` changed something and `why`.
    """

    at: datetime | None
    kind: str
    words: str
    to: str | None = None
    step: int | None = None
    level: str | None = None
    outcome: str | None = None
    message_id: str | None = None
    reply: str | None = None
    who: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemHistory:
    """An item and its history, the oldest line first."""

    stored: StoredOccurrence
    lines: tuple[HistoryLine, ...]


def item_history(connection: Connection, view: BoardView, key: str) -> ItemHistory:
    """The history of a key. Raises NothingRecordedError where nothing is stored of it."""
    stored = occurrence_by_key(connection, key)
    if stored is None or stored.board != view.id:
        raise NothingRecordedError(
            f'Nothing is on record of "{key}"; the line under a title in `boardcal upcoming` is '
            "its key."
        )
    local = view.local
    lines = [
        *_planned(stored),
        *_changes(connection, view, key),
        *_decisions(connection, stored, local),
        *_mails(connection, stored, local),
    ]
    begin = datetime.min.replace(tzinfo=local.zone)
    lines.sort(key=lambda line: (line.at or begin, ORDER.index(line.kind)))
    return ItemHistory(stored=stored, lines=tuple(lines))


def _planned(stored: StoredOccurrence) -> Iterator[HistoryLine]:
    meeting = ""
    # The meeting that is known is that of today's date.
    if stored.meeting is not None and stored.due == stored.first_due:
        meeting = f", for the meeting on {long_date(stored.meeting)}"
    where = "" if stored.row is None else f', from the planner row "{one_line(stored.row)}"'
    words = f"planned for {long_date(stored.first_due)}{meeting}{where}"
    yield HistoryLine(at=None, kind=PLANNED, words=words)


def _changes(connection: Connection, view: BoardView, key: str) -> Iterator[HistoryLine]:
    for line in history(connection, view, [key]):
        yield HistoryLine(
            at=line.at, kind=CHANGED, words=line.sentence.rstrip("."), who=line.who, why=line.why
        )


def _decisions(
    connection: Connection, stored: StoredOccurrence, local: LocalTime
) -> Iterator[HistoryLine]:
    for row in ledger_of(connection, stored.id):
        capacity = CAPACITY[Level(row.level)]
        words = (
            f"decided to mail {row.recipient} ({capacity}) for {long_date(row.due)}: "
            f"{step_words(row.step, stored.kind)}"
        )
        if row.state is CarriedState.SUPERSEDED:
            words += f"; {taken_back(row.reason, row.reason_detail)}"
        yield HistoryLine(
            at=row.decided_at.astimezone(local.zone),
            kind=DECIDED,
            words=words,
            to=row.recipient,
            step=row.step,
            level=row.level,
            outcome=row.state,
            why=from_document(row.because),
        )


def _mails(
    connection: Connection, stored: StoredOccurrence, local: LocalTime
) -> Iterator[HistoryLine]:
    """Its emails: every attempt, and the end of those that no attempt tells of."""
    for mail in messages_about(connection, stored.id):
        attempts = attempts_of(connection, mail.id)
        for attempt in attempts:
            at = attempt.at.astimezone(local.zone)
            yield _line(mail, TRIED, attempt.outcome, at=at, reply=attempt.reply)
        told = {attempt.outcome for attempt in attempts} | {MessageState.SUPERSEDED}
        if mail.finished_at is not None and mail.state not in told:
            at = mail.finished_at.astimezone(local.zone)
            yield _line(mail, MAIL, mail.state, at=at, reply=mail.reply)


def _line(
    mail: AnyRow, kind: str, outcome: MessageState, *, at: datetime, reply: str | None
) -> HistoryLine:
    words = f"the mail to {mail.recipient} {STATE_WORDS[outcome]}"
    return HistoryLine(
        at=at,
        kind=kind,
        words=f"mailed {mail.recipient}" if outcome is MessageState.SENT else words,
        to=mail.recipient,
        outcome=outcome,
        message_id=mail.identifier,
        reply=None if reply is None else one_line(reply),
    )
