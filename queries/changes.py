"""What changed since a day: every change as a sentence, the newest day first.

What one act did to many things at once, such as moving a meeting, is one entry of many lines.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    Select,
    String,
    Subquery,
    Text,
    case,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from ..calendar.planner.model import Planner
from ..calendar.rules.date_text import weekday_date
from ..core.local_time import LocalTime
from ..storage.boards import BoardRow
from ..storage.schema.column_types import AnyRow, Instant
from ..storage.schema.occurrences import change, occurrence
from ..storage.schema.planner import planner_import
from ..wording.changes import IMPORTED, TOGETHER, ChangeLine, Telling
from ..wording.names import Names
from .calendar.lines import parts
from .calendar.paging import PAGE_SIZE, Paging, paging

# Of what one act did, more than anybody reads; each has its own page.
MOST_LISTED = 200
WORDS = ("subject", "what", "before", "after", "on", "who", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEntry:
    """One change, or with several `lines` what one act did; `more` of them are not listed."""

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
    row: BoardRow,
    planner: Planner,
    *,
    since: date,
    local: LocalTime,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> ChangesPage:
    """What was changed on `since` or later, planner files that were brought in too."""
    begin = datetime.combine(since, time(0), tzinfo=local.zone).astimezone(UTC)
    acts = _acts(union_all(_changes(row.id, begin), _imports(row.id, begin)).subquery())
    total = connection.execute(select(func.count()).where(acts.c.place == 1)).scalar() or 0
    part = paging(total, page, size)
    shown = (
        select(acts.c.what, acts.c.newest)
        .where(acts.c.place == 1)
        .order_by(acts.c.at.desc(), acts.c.newest.desc(), acts.c.what)
        .limit(part.size)
        .offset(part.offset)
        .subquery()
    )
    rows = connection.execute(
        select(acts, *_about())
        # Imports are numbered apart from changes, and are the only ones of their kind.
        .join(shown, (shown.c.newest == acts.c.newest) & (shown.c.what == acts.c.what))
        .outerjoin(occurrence, occurrence.c.key == acts.c.subject)
        .where(acts.c.place <= MOST_LISTED)
        .order_by(acts.c.at.desc(), acts.c.newest.desc(), acts.c.what, acts.c.number.desc())
    )
    telling = Telling(names=Names(planner), local=local)
    entries = [
        _entry(telling, list(same))
        for _, same in groupby(rows, lambda each: (each.newest, each.what))
    ]
    return ChangesPage(since=since, days=_days(entries), paging=part)


def _acts(everything: Subquery) -> Subquery:
    """Every change with the act that it is of: `newest` names that, `many` counts its changes."""
    told = everything.c
    alone = case((told.what.in_(TOGETHER), 0), else_=told.number)
    outcome = case((told.what == "recorded", told.after), else_="")
    of_one = [told.at, told.what, told.who, told.why, alone, outcome]
    return select(
        everything,
        func.max(told.number).over(partition_by=of_one).label("newest"),
        func.count().over(partition_by=of_one).label("many"),
        func.row_number().over(partition_by=of_one, order_by=told.number.desc()).label("place"),
    ).subquery()


def _entry(telling: Telling, rows: Sequence[AnyRow]) -> ChangeEntry:
    """What one act did, from its changes, the latest first."""
    lines, many = tuple(telling.line(each) for each in reversed(rows)), rows[0].many
    return ChangeEntry(
        day=lines[0].day,
        time=lines[0].time,
        sentence=lines[0].sentence if many == 1 else telling.together(rows[0], many),
        lines=lines,
        more=many - len(lines),
    )


def history(
    connection: Connection,
    planner: Planner,
    subjects: Collection[str],
    *,
    local: LocalTime,
) -> tuple[ChangeLine, ...]:
    """Everything recorded about some keys, the oldest first."""
    telling = Telling(names=Names(planner), local=local)
    rows = [
        each
        for some in parts(subjects)
        for each in connection.execute(
            select(change, *_about())
            .outerjoin(occurrence, occurrence.c.key == change.c.subject)
            .where(change.c.board == planner.board, change.c.subject.in_(some))
            .order_by(change.c.id)
        )
    ]
    return tuple(telling.line(each) for each in sorted(rows, key=lambda each: each.id))


def _about() -> tuple[Any, ...]:
    return occurrence.c.title, occurrence.c.owner, occurrence.c.due


def _changes(board: str, begin: datetime) -> Select[Any]:
    return select(
        change.c.id.label("number"), change.c.at, *(change.c[name] for name in WORDS)
    ).where(change.c.board == board, change.c.at >= begin)


def _imports(board: str, begin: datetime) -> Select[Any]:
    """The planner files that were brought in, as if each were a change."""
    told = {
        "subject": type_coerce(planner_import.c.board, String),
        "what": literal(IMPORTED, String),
        "before": type_coerce(null(), Text),
        "after": planner_import.c.source,
        "on": type_coerce(null(), Date),
        "who": planner_import.c.who,
        "why": type_coerce(null(), Text),
    }
    return select(
        planner_import.c.id.label("number"),
        type_coerce(planner_import.c.at, Instant).label("at"),
        *(told[name].label(name) for name in WORDS),
    ).where(planner_import.c.board == board, planner_import.c.at >= begin)


def _days(entries: list[ChangeEntry]) -> tuple[ChangeDay, ...]:
    return tuple(
        ChangeDay(day=day, heading=weekday_date(day), entries=tuple(same))
        for day, same in groupby(entries, lambda entry: entry.day)
    )
