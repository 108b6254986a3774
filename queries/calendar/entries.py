"""The calendar of any window: computed from the planner, with what is stored laid over it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ...calendar.occurrences import Kind, Occurrence
from ...calendar.rules.timing import Precision
from ...calendar.status import Status
from ...scheduler.planning.board_view import BoardView
from ...storage.occurrences import StoredOccurrence, numbered
from ...wording.names import Named, Names
from ...wording.statuses import BEFORE_START, KIND_WORDS, distance, is_late, status_words
from ...wording.text import sentence, stated
from .board_calendar import BoardCalendar, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the calendar. `first_due` is the date before any move.

    `is_before_start` says that it fell due before mails began, and is not asked about.
    """

    key: str
    kind: Kind
    ref: str
    title: str
    row: str | None
    owner: str
    audience: tuple[str, ...]
    meeting: date | None
    due: date
    precision: Precision
    status: Status
    first_due: date
    note: str | None = None
    met_by: str | None = None
    is_before_start: bool = False


def upcoming(
    connection: Connection,
    view: BoardView,
    *,
    start: date,
    end: date,
    refs: Collection[str] | None = None,
) -> list[Entry]:
    """What falls due, or meets, from `start` to `end`, inclusive, by date.

    With `refs` only some reports and actions, and no meetings.
    """
    calendar = BoardCalendar(connection, view)
    lines = calendar.lines(start, end, refs)
    if refs is None:
        lines = sorted([*lines, *calendar.meetings(start, end)])
    return entries_of(connection, lines)


def entries_of(connection: Connection, lines: Iterable[Line]) -> list[Entry]:
    """The whole of each line, in the same order."""
    listed = list(lines)
    rows = numbered(connection, [line.stored for line in listed if line.stored is not None])
    found = []
    for line in listed:
        if line.stored is not None:
            found.append(_from_stored(rows[line.stored], line))
        elif line.computed is not None:
            found.append(
                from_planner(line.computed, line.status, is_before_start=line.is_before_start)
            )
    return found


def _from_stored(each: StoredOccurrence, line: Line) -> Entry:
    return Entry(
        key=each.key,
        kind=each.kind,
        ref=each.ref,
        title=each.title,
        row=each.row,
        owner=each.owner,
        audience=tuple(each.audience),
        meeting=each.meeting,
        due=each.due,
        precision=line.precision,
        status=line.status,
        first_due=each.first_due,
        note=each.note,
        met_by=each.met_by,
    )


def from_planner(each: Occurrence, status: Status, *, is_before_start: bool = False) -> Entry:
    """What the planner gives and nobody has stored, as it stands."""
    return Entry(
        key=each.key,
        kind=each.kind,
        ref=each.ref,
        title=each.title,
        row=each.row,
        owner=each.owner,
        audience=each.audience,
        meeting=each.meeting,
        due=each.due,
        precision=each.precision,
        status=status,
        first_due=each.due,
        note=each.note,
        met_by=each.met_by,
        is_before_start=is_before_start,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing that is due, or a meeting.

    `place` is "Action 8.4" or the planner's row; `when` says the date as exactly as the source
    does ("end of July 2018"); `distance` how far off or how late it is ("5 working days late",
    "in 3 working days", or ""); `moved_from` the date before any move; `note` a sentence on why
    it moved; `met_by` the key of what settles it too.
    """

    key: str
    kind: Kind
    kind_words: str
    ref: str
    title: str
    place: str
    owner: Named
    audience: tuple[Named, ...]
    due: date
    when: str
    meeting: date | None
    status: Status
    status_words: str
    distance: str
    is_late: bool
    moved_from: date | None = None
    note: str | None = None
    met_by: str | None = None
    is_before_start: bool = False


def shown(entry: Entry, names: Names, today: date) -> Shown:
    """An entry of the calendar in words, as of `today`."""
    late = is_late(entry.status, entry.due, today)
    return Shown(
        key=entry.key,
        kind=entry.kind,
        kind_words=KIND_WORDS[entry.kind],
        ref=entry.ref,
        title=entry.title,
        place="" if entry.kind is Kind.MEETING else names.place(entry.ref, entry.row),
        owner=names.body(entry.owner),
        audience=names.several(entry.audience),
        due=entry.due,
        when=stated(entry.due, entry.precision),
        meeting=entry.meeting,
        status=entry.status,
        status_words=BEFORE_START
        if entry.is_before_start
        else status_words(entry.status, entry.kind, entry.due, today),
        distance=distance(entry.status, entry.due, today, names.planner.days),
        is_late=late,
        moved_from=entry.first_due if entry.first_due != entry.due else None,
        note=sentence(entry.note) if entry.note else None,
        met_by=entry.met_by,
        is_before_start=entry.is_before_start,
    )
