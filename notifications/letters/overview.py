"""The weekly overview of one Board for its secretariat: coming, overdue and open questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, meeting_occurrences
from ...calendar.planner.model import Action, Obligation, Planner
from ...calendar.planner.roles import RoleName
from ...calendar.rules.timing import Undecided
from ...calendar.status import OPEN, Status, status_on
from ...core.local_time import LocalTime
from ...storage.mail.board_messages import undelivered
from ...storage.occurrences import StoredOccurrence, missed_since, unfinished
from ...storage.pauses import pauses_of
from ...wording.mails import IN_TROUBLE
from ...wording.names import reference, short_names
from ...wording.pauses import mails_meant, paused_words
from ..reminders.mailing_boards import LiveBoard
from .model import CalendarLine, Overview, Question, Trouble

AHEAD = timedelta(weeks=8)
LOOK_BACK = timedelta(weeks=1)


def overview_of(
    connection: Connection,
    board: LiveBoard,
    *,
    week: date,
    first: bool,
    today: date,
    local: LocalTime,
    notices: tuple[str, ...],
    pages: str = "",
) -> Overview:
    """A Board's overview as of `today`."""
    planner = board.planner
    rows = unfinished(connection, planner.board, today + AHEAD)
    shown = [(row, _status(row, board, today)) for row in rows]

    def lines(*statuses: Status) -> tuple[CalendarLine, ...]:
        return tuple(
            _line(row, status, board, today) for row, status in shown if status in statuses
        )

    return Overview(
        board=planner.name,
        week=week,
        go_live=board.go_live,
        first=first,
        coming=_coming(shown, board, today),
        late=lines(Status.OVERDUE),
        stale=lines(Status.STALE),
        missed=_missed(connection, board, today),
        unsettled=lines(Status.UNSETTLED),
        undelivered=_undelivered(connection, planner.board),
        undecided=_undecided(planner),
        vacant=vacant_roles(planner, today),
        notices=notices,
        paused=_paused(connection, planner, local),
        pages=pages,
    )


def _status(row: StoredOccurrence, board: LiveBoard, today: date) -> Status | None:
    """Its status, or None for a review that a newer one has replaced."""
    if row.kind is Kind.REVIEW and row.next_due is not None and row.next_due <= today:
        return None
    policy = board.policy(row)
    if policy is None:
        return None
    state = OPEN if row.state == Status.RETURNED else row.state
    return status_on(
        today, state=state, kind=row.kind, due=row.due, policy=policy, days=board.planner.days
    )


def _coming(
    shown: Iterable[tuple[StoredOccurrence, Status | None]], board: LiveBoard, today: date
) -> tuple[CalendarLine, ...]:
    due = [
        _line(row, status, board, today)
        for row, status in shown
        if status in (Status.PLANNED, Status.DUE)
    ]
    meetings = [
        CalendarLine(
            day=meeting.due,
            title=meeting.title,
            kind=Kind.MEETING,
            owner=meeting.owner,
            status=Status.VOID.value if meeting.void else "",
            key=meeting.key,
        )
        for meeting in meeting_occurrences(board.planner, today, today + AHEAD)
    ]
    return tuple(sorted([*due, *meetings], key=lambda line: (line.day, line.kind, line.key)))


def _line(
    row: StoredOccurrence, status: Status | None, board: LiveBoard, today: date
) -> CalendarLine:
    obligation = board.obligations.get(row.ref)
    return CalendarLine(
        day=row.due,
        title=row.title,
        kind=row.kind,
        owner=", ".join(short_names(board.planner, [row.owner])),
        audience=short_names(board.planner, row.audience),
        precision=row.precision,
        status="" if status is None else status.value,
        key=row.key,
        days_late=board.planner.days.between(row.due, today),
        reference="" if obligation is None else reference(obligation),
    )


def _missed(connection: Connection, board: LiveBoard, today: date) -> tuple[CalendarLine, ...]:
    """What became missed in the last week."""
    rows = missed_since(connection, board.planner.board, today - LOOK_BACK)
    return tuple(_line(row, Status.MISSED, board, today) for row in rows)


def _undelivered(connection: Connection, board_id: str) -> tuple[Trouble, ...]:
    # What was sent again goes with its rows: the secretariat knows, it has decided.
    rows = undelivered(connection, board_id, as_decided=False)
    return tuple(
        Trouble(
            recipient=row.recipient,
            day=row.day,
            subject=row.subject or "",
            what=IN_TROUBLE[row.state] + (f": {row.reply}" if row.reply else ""),
        )
        for row in sorted(rows, key=lambda row: (row.day, row.recipient))
    )


def _paused(connection: Connection, planner: Planner, local: LocalTime) -> tuple[str, ...]:
    """A sentence on everything that is paused: whose email, since when and until when."""
    return tuple(
        f"{mails_meant(planner, pause.kind, pause.id)} "
        f"{paused_words(pause, local.day_of(pause.since))}"
        for pause in pauses_of(connection, planner.board)
    )


def _undecided(planner: Planner) -> tuple[Question, ...]:
    return tuple(
        Question(about=_about(obligation), ask=obligation.timing.why)
        for obligation in planner.obligations()
        if isinstance(obligation.timing, Undecided)
    )


def _about(obligation: Obligation) -> str:
    if isinstance(obligation, Action):
        return f"{reference(obligation)}: {obligation.title}"
    return f"{obligation.title} ({reference(obligation)})"


def vacant_roles(planner: Planner, day: date) -> tuple[str, ...]:
    """Sentences on the bodies that owe something and have no leader on `day`."""
    owing: Sequence[str] = [
        owner for obligation in planner.obligations() for owner in obligation.owners
    ]
    return tuple(
        f"{body.name} has no {body.lead}"
        for body in planner.bodies
        if body.id in owing and body.holder_on(RoleName.CHAIR, day) is None
    )
