"""Recording an outcome: submitted, returned, waived and the rest, with who, when and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection

from ..calendar.occurrences import Kind, Occurrence, dated, meeting_occurrences, occurrences
from ..calendar.rules.date_text import long_date
from ..calendar.status import OPEN, OWED, Status
from ..core.errors import BoardcalError
from ..notifications.reminders.request_ends import follow_requests
from ..scheduler.planning.board_view import BoardView
from ..scheduler.planning.next_steps import relink
from ..scheduler.planning.plan import follow_again, insert_occurrences
from ..storage.boards import hold_boards
from ..storage.change_kinds import ChangeKind
from ..storage.change_log import BOARDCAL, last_outcomes, note_change
from ..storage.mail.decisions import resume_recorded_rows
from ..storage.mail.ledger import supersede_unsent
from ..storage.occurrences import (
    StoredOccurrence,
    occurrence_by_key,
    update_occurrences,
)
from ..storage.recorded_events import happened
from ..storage.replies.snoozes import end_snoozes
from ..storage.unsent_reasons import UnsentReason

# How far from today a key may lie that is not stored yet.
LOOK_AROUND_YEARS = 10

# A business plan spans three years; a date beyond that has a mistyped year.
FURTHEST_AHEAD_YEARS = 3


class RecordError(BoardcalError):
    """Something cannot be recorded as asked; nothing was changed."""


def record(
    connection: Connection,
    view: BoardView,
    key: str,
    status: Status | None,
    *,
    on: date,
    who: str,
    by_link: bool = False,
    note: str | None,
) -> StoredOccurrence:
    """Records the outcome of an occurrence; a `status` of None opens it again.

    `by_link`: `who` recorded it by the signed link in a mail.
    Raises RecordError where the outcome does not apply.
    """
    row = ensure_stored(connection, view, key)
    _require_applicable(view, row, status, on)
    state = OPEN if status is None else status.value
    changed: dict[str, Any] = {"id": row.id, "state": state}
    if state in OWED:
        changed |= _asked_again(connection, view, row, status)
    if status is Status.RETURNED:
        end_snoozes(connection, [row.id])
    update_occurrences(connection, [changed])
    if state not in OWED:
        supersede_unsent(connection, [row.id], UnsentReason.RECORDED, state)
    elif status is None:
        resume_recorded_rows(connection, row.id)
    if "due" in changed and status is None:
        note_change(
            connection,
            board=row.board,
            subject=row.key,
            what=ChangeKind.MOVED,
            before=row.due,
            after=changed["due"],
            why="it was opened again",
            now=view.now,
            who=BOARDCAL,
        )
    note_change(
        connection,
        board=row.board,
        subject=row.key,
        what=ChangeKind.RETURNED if status is Status.RETURNED else ChangeKind.RECORDED,
        before=row.due.isoformat() if status is Status.RETURNED else row.state,
        after=state,
        why=note,
        on=on,
        now=view.now,
        who=who,
        by_link=by_link,
    )
    if state in OWED and not row.is_owed:
        follow_again(connection, view, [row.ref])
    relink(connection, view, [row.ref])
    follow_requests(connection, {view.id: view.planner}, view.moment)
    return stored_again(connection, key)


def _asked_again(
    connection: Connection, view: BoardView, row: StoredOccurrence, status: Status | None
) -> dict[str, Any]:
    """The columns by which it is asked for again: not as late, for its owner thought it done.

    What is opened again on the day on which it was recorded was recorded by mistake.
    """
    soonest = view.soonest
    was_done = not row.is_owed and row.kind is not Kind.REVIEW and row.due < soonest
    is_mistake = status is None and _recorded_on(connection, view, row) == view.today
    if not was_done or is_mistake:
        return row.steps_again if status is Status.RETURNED else {}
    return dated(soonest, ruled=row.ruled_due) | row.steps_again


def _recorded_on(connection: Connection, view: BoardView, row: StoredOccurrence) -> date | None:
    """The local day on which the outcome of an occurrence was recorded last."""
    outcome = last_outcomes(connection, view.id, [row.key]).get(row.key)
    return None if outcome is None else view.local.day_of(outcome.at)


def _require_applicable(
    view: BoardView, row: StoredOccurrence, status: Status | None, on: date
) -> None:
    require_past(on, view.today)
    if row.state == Status.VOID and status in (None, Status.RETURNED):
        raise RecordError(
            f'"{row.title}" is no longer due, so it cannot be asked for again; change the planner '
            "or its meeting for that."
        )
    if status is not None and is_far(row.due, view.today):
        raise RecordError(
            f'"{row.title}" is due on {long_date(row.due)}, over {FURTHEST_AHEAD_YEARS} years from '
            "now, so nothing was recorded; see that the year in it is the one you mean."
        )
    if status is Status.NOTHING_TO_REPORT and not accepts_nothing(view, row):
        raise RecordError(
            f'"{row.title}" does not accept "nothing to report"; record it as waived if it is '
            "not needed this time."
        )


def accepts_nothing(view: BoardView, row: StoredOccurrence) -> bool:
    """Whether "nothing to report" may be recorded; not where the planner lost the report."""
    obligation = view.obligations.get(row.ref)
    return obligation is not None and obligation.accepts_nothing


def require_past(day: date, today: date) -> None:
    """Raises RecordError for the day of something that cannot have happened yet."""
    if day > today:
        raise RecordError(f"{long_date(day)} is still to come; record it when it has happened.")


def require_ahead(day: date, today: date) -> None:
    """Raises RecordError for a day that has passed, or whose year must be mistyped."""
    if day < today:
        raise RecordError(f"{long_date(day)} has passed; give a day from today on.")
    if is_far(day, today):
        raise RecordError(
            f"{long_date(day)} is more than {FURTHEST_AHEAD_YEARS} years from now; see that the "
            "year is the one you mean."
        )


def is_far(day: date, today: date) -> bool:
    """Whether a day lies further ahead than any plan does."""
    return day.year - today.year > FURTHEST_AHEAD_YEARS


def ensure_stored(connection: Connection, view: BoardView, key: str) -> StoredOccurrence:
    """The occurrence with this key; one beyond the planned horizon is stored first.

    Raises RecordError with the nearest keys where there is none.
    """
    hold_boards(connection)
    row = occurrence_by_key(connection, key)
    if row is not None and row.board == view.id:
        return row
    start = view.today.replace(year=view.today.year - LOOK_AROUND_YEARS, day=1)
    end = view.today.replace(year=view.today.year + LOOK_AROUND_YEARS, day=1)
    known = list(occurrences(view.planner, start, end, happened(connection, view.id)))
    named = [occurrence for occurrence in known if occurrence.key == key]
    if not named:
        raise RecordError(_no_such(view, key, known, start, end))
    insert_occurrences(connection, view, named)
    return stored_again(connection, key, lost="could not be stored")


def stored_again(connection: Connection, key: str, *, lost: str = "is gone") -> StoredOccurrence:
    """An occurrence as it is after a change. Raises RecordError where it is not stored."""
    row = occurrence_by_key(connection, key)
    if row is None:
        raise RecordError(f'"{key}" {lost}; try again.')
    return row


def _no_such(view: BoardView, key: str, known: Iterable[Occurrence], start: date, end: date) -> str:
    meetings = meeting_occurrences(view.planner, start, end)
    if any(meeting.key == key for meeting in meetings):
        return f'"{key}" is a meeting; use `boardcal meeting move`, `cancel` or `add` for it.'
    report = key.rpartition("/")[0]
    alike = sorted(
        (occurrence for occurrence in known if occurrence.key.startswith(f"{report}/")),
        key=lambda occurrence: abs(occurrence.due - view.today),
    )
    if alike:
        nearest = ", ".join(occurrence.key for occurrence in alike[:3])
        return f'There is no "{key}"; the nearest of that report are {nearest}.'
    return f'There is no "{key}"; `boardcal upcoming` lists what there is.'
