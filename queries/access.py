"""The record of access as sentences, the newest day first, in parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Connection

from ..calendar.rules.date_text import weekday_date
from ..core.local_time import LocalTime
from ..storage.accounts.access_record import access_lines, count_access_lines
from ..wording.access import AccessLine, access_line
from .paging import PAGE_SIZE, Paging, paging


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDay:
    """One day's lines on this page, the latest first. `heading` is "Thursday 8 March 2018"."""

    day: date
    heading: str
    lines: tuple[AccessLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPage:
    """A part of the record, by days."""

    days: tuple[AccessDay, ...]
    paging: Paging


def access_page(
    connection: Connection,
    names: Mapping[str, str],
    local: LocalTime,
    *,
    account: str | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> AccessPage:
    """The record of one account or of all; `names` are those of the Boards by their ids."""
    part = paging(count_access_lines(connection, account=account), page, size)
    rows = access_lines(connection, account=account, limit=part.size, offset=part.offset)
    lines = [access_line(row, names, local) for row in rows]
    days = tuple(
        AccessDay(day=day, heading=weekday_date(day), lines=tuple(same))
        for day, same in groupby(lines, lambda line: line.at.date())
    )
    return AccessPage(days=days, paging=part)


def access_since(
    connection: Connection,
    names: Mapping[str, str],
    local: LocalTime,
    *,
    since: datetime,
    account: str | None = None,
) -> tuple[AccessLine, ...]:
    """Every line of one account or of all since a moment, the oldest first."""
    rows = access_lines(connection, account=account, since=since)
    return tuple(access_line(row, names, local) for row in reversed(rows))
