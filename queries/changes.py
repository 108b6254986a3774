"""What changed since a day: every change as a sentence, the newest day first.

What one act changed at once, such as moving a meeting, is one entry of many lines.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby

from sqlalchemy import Connection

from ..calendar.rules.date_text import weekday_date
from ..scheduler.planning.board_view import BoardView
from ..storage.change_log import ChangeSets, changes_about
from ..storage.schema.column_types import AnyRow
from ..wording.changes import TOGETHER, ChangeLine, Telling
from .paging import PAGE_SIZE, Paging, paging


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEntry:
    """One change, or a change set of several `lines`, of which `more` are not listed."""

    day: date
    time: str
    sentence: str
    lines: tuple[ChangeLine, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDay:
    """One day's changes on this page, the latest first. `heading` is "Thursday 8 March 2018"."""

    day: date
    heading: str
    entries: tuple[ChangeEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPage:
    """What changed since `since`, the newest day first."""

    since: date
    days: tuple[ChangeDay, ...]
    paging: Paging


def changes_page(
    connection: Connection,
    view: BoardView,
    *,
    since: date,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> ChangesPage:
    """What was changed on `since` or later, planner files that were brought in too."""
    begin = datetime.combine(since, time(0), tzinfo=view.local.zone).astimezone(UTC)
    sets = ChangeSets(connection, view.id, begin, TOGETHER)
    part = paging(sets.count(), page, size)
    rows = sets.changes(limit=part.size, offset=part.offset)
    telling = Telling(names=view.names, local=view.local)
    entries = [
        _entry(telling, list(changes))
        for _, changes in groupby(rows, lambda row: (row.newest, row.what))
    ]
    return ChangesPage(since=since, days=_days(entries), paging=part)


def _entry(telling: Telling, rows: Sequence[AnyRow]) -> ChangeEntry:
    """The entry of one change set, given the latest change first."""
    lines, many = tuple(telling.line(row) for row in reversed(rows)), rows[0].many
    return ChangeEntry(
        day=lines[0].day,
        time=lines[0].time,
        sentence=lines[0].sentence if many == 1 else telling.together(rows[0], many),
        lines=lines,
        more=many - len(lines),
    )


def history(
    connection: Connection, view: BoardView, subjects: Collection[str]
) -> tuple[ChangeLine, ...]:
    """The changes of some subjects, the oldest first."""
    telling = Telling(names=view.names, local=view.local)
    rows = changes_about(connection, view.id, subjects)
    return tuple(telling.line(row) for row in rows)


def _days(entries: list[ChangeEntry]) -> tuple[ChangeDay, ...]:
    return tuple(
        ChangeDay(day=day, heading=weekday_date(day), entries=tuple(same))
        for day, same in groupby(entries, lambda entry: entry.day)
    )
