"""Entries of the calendar: lines in full, stored or computed, with their words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, Occurrence
from ...calendar.rules.date_text import long_date
from ...calendar.rules.timing import Precision
from ...calendar.status import Status, is_late
from ...scheduler.planning.board_view import BoardView
from ...storage.occurrences import StoredOccurrence, numbered
from ...wording.names import Named
from ...wording.statuses import BEFORE_START, KIND_WORDS, distance, status_words
from ...wording.text import sentence, stated
from .board_calendar import BoardCalendar, Line

OWED_NOW = (Status.OVERDUE, Status.RETURNED, Status.UNSETTLED, Status.STALE, Status.DUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One item or meeting of the calendar, as of the day of `view`.

    `first_due` is the date before any move, `reason` why it moved, `met_by` the key of what
    settles it too. `is_before_start`: it fell due before emails began, and is not asked about.
    `planned_due` is the date it should have had, where that had passed before it was given.
    """

    view: BoardView = field(repr=False, compare=False)
    key: str
    kind: Kind
    ref: str
    title: str
    row: str | None
    owner: Named
    audience: tuple[Named, ...]
    meeting: date | None
    slot: str | None
    due: date
    precision: Precision
    status: Status
    first_due: date
    reason: str | None
    met_by: str | None
    is_before_start: bool
    planned_due: date | None = None

    @property
    def kind_words(self) -> str:
        """ "report", "action", "review" or "meeting"."""
        return KIND_WORDS[self.kind]

    @property
    def place(self) -> str:
        """Where it stands in the Board's papers: "Action 8.4", or the planner's row."""
        return "" if self.kind is Kind.MEETING else self.view.names.place(self.ref, self.row)

    @property
    def when(self) -> str:
        """The date as exactly as the source states it, such as "end of July 2018"."""
        return stated(self.due, self.precision)

    @property
    def is_late(self) -> bool:
        """Whether its date has passed and it is still owed."""
        return is_late(self.status, self.due, self.view.today)

    @property
    def status_words(self) -> str:
        """The status in a word or a few."""
        if self.is_before_start:
            return BEFORE_START
        return status_words(self.status, self.kind, self.due, self.view.today)

    @property
    def distance(self) -> str:
        """How far off or how late it is: "5 working days late", "in 3 working days", or ""."""
        return distance(self.status, self.due, self.view.today, self.view.planner.days)

    @property
    def moved_from(self) -> date | None:
        """The date before any move, where it is another one."""
        return self.first_due if self.first_due != self.due else None

    @property
    def note(self) -> str | None:
        """Why it moved, as a sentence."""
        return sentence(self.reason) if self.reason else None

    @property
    def needs_outcome(self) -> bool:
        """Whether it waits for something to be recorded now."""
        return self.status in OWED_NOW and not self.is_before_start


def upcoming(
    connection: Connection,
    view: BoardView,
    *,
    start: date,
    end: date,
    refs: Collection[str] | None = None,
) -> list[CalendarEntry]:
    """Items due and meetings from `start` to `end`, inclusive, by date.

    With `refs` only some reports and actions, and no meetings.
    """
    calendar = BoardCalendar(connection, view)
    lines = calendar.lines(start, end, refs)
    if refs is None:
        lines = sorted([*lines, *calendar.meetings(start, end)])
    return entries_of(calendar, lines)


def standing(lines: Iterable[Line], today: date) -> list[Line]:
    """Those of one report or action that say how it stands today.

    They are what is owed now, the most pressing first; else what comes next; else what came last.
    """
    kept = sorted(
        line for line in lines if line.status is not Status.VOID and not line.is_before_start
    )
    owed = [line for line in kept if line.status in OWED_NOW]
    if owed:
        return sorted(owed, key=lambda line: OWED_NOW.index(line.status))
    days = [line.due for line in kept]
    shown = next((day for day in days if day >= today), days[-1] if days else None)
    return [line for line in kept if line.due == shown]


def entries_of(calendar: BoardCalendar, lines: Iterable[Line]) -> list[CalendarEntry]:
    """The entry of each line, in the same order."""
    listed = list(lines)
    numbers = [line.stored for line in listed if line.stored is not None]
    rows = numbered(calendar.connection, numbers)
    entries = []
    for line in listed:
        source = line.computed if line.stored is None else rows[line.stored]
        if source is not None:
            entries.append(
                entry_of(
                    source,
                    calendar.view,
                    line.status,
                    precision=line.precision,
                    is_before_start=line.is_before_start,
                )
            )
    return entries


def entry_of(
    source: Occurrence | StoredOccurrence,
    view: BoardView,
    status: Status,
    *,
    precision: Precision,
    is_before_start: bool = False,
) -> CalendarEntry:
    """The entry of a stored occurrence, or of one that only the planner gives."""
    return CalendarEntry(
        view=view,
        key=source.key,
        kind=source.kind,
        ref=source.ref,
        title=source.title,
        row=source.row,
        owner=view.names.body(source.owner),
        audience=view.names.several(source.audience),
        meeting=source.meeting,
        slot=source.slot,
        due=source.due,
        precision=precision,
        status=status,
        first_due=source.first_due if isinstance(source, StoredOccurrence) else source.due,
        reason=source.note if status is Status.VOID else _reason(source),
        planned_due=source.planned_due if isinstance(source, StoredOccurrence) else None,
        met_by=source.met_by,
        is_before_start=is_before_start,
    )


def _reason(source: Occurrence | StoredOccurrence) -> str | None:
    """Why it is due on its day: what moved it, and that its date had passed by then."""
    planned = source.planned_due if isinstance(source, StoredOccurrence) else None
    if planned is None:
        return source.note
    soonest = f"due as soon as possible, because {long_date(planned)} had passed"
    return f"{source.note}; {soonest}" if source.note else soonest
