"""What changed since a day: every change as a sentence, the newest day first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    Select,
    String,
    Text,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from ..calendar.localtime import LocalTime
from ..calendar.planner import Planner
from ..calendar.words import weekday_date
from ..storage.columns import Instant
from ..storage.planners import BoardRow
from ..storage.tables import change, occurrence, planner_import
from .calendar_lines import parts
from .change_words import IMPORTED, ChangeLine, Telling
from .naming import Names
from .paging import PAGE_SIZE, Paging, paging

WORDS = ("subject", "what", "before", "after", "on", "who", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDay:
    """One day's changes on this page, the latest first. `heading` is "Thursday 8 March 2018"."""

    day: date
    heading: str
    lines: tuple[ChangeLine, ...]


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
    everything = union_all(_changes(row.id, begin), _imports(row.id, begin)).subquery()
    total = connection.execute(select(func.count()).select_from(everything)).scalar() or 0
    part = paging(total, page, size)
    rows = connection.execute(
        select(everything, *_about())
        .outerjoin(occurrence, occurrence.c.key == everything.c.subject)
        .order_by(everything.c.at.desc(), everything.c.number.desc())
        .limit(part.size)
        .offset(part.offset)
    )
    telling = Telling(names=Names(planner), local=local)
    lines = [telling.line(each) for each in rows]
    return ChangesPage(since=since, days=_days(lines), paging=part)


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


def _days(lines: list[ChangeLine]) -> tuple[ChangeDay, ...]:
    return tuple(
        ChangeDay(day=day, heading=weekday_date(day), lines=tuple(same))
        for day, same in groupby(lines, lambda line: line.day)
    )
