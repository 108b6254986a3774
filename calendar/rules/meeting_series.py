"""Meeting series: the meetings a rule yields, and those moved, cancelled or added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import product

from .working_days import last_day

# A meeting may be moved by up to a year; a window is widened by this much on each side so that
# what was moved into it is found. Beyond it the meeting is cancelled and another one added.
FURTHEST_MOVE = timedelta(days=366)


class MeetingChangeKind(StrEnum):
    """The kinds of change to one meeting of a series."""

    MOVED = "moved"
    CANCELLED = "cancelled"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingChange:
    """One dated exception to a series.

    `day` is the scheduled day (for an added meeting the day it was added for), `to` where a
    moved one went, `decided` the day a cancellation was decided (None: always known).
    """

    kind: MeetingChangeKind
    day: date
    to: date | None = None
    extraordinary: bool = False
    decided: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekday:
    """The `n`th `weekday` (Monday is 0) of a month; `n` of -1 is the last."""

    n: int
    weekday: int

    def day_in(self, year: int, month: int) -> date:
        """The day of a month that this is."""
        if self.n < 0:
            last = last_day(year, month)
            return last - timedelta(days=(last.weekday() - self.weekday) % 7)
        ahead = (self.weekday - date(year, month, 1).weekday()) % 7
        return date(year, month, 1 + ahead + 7 * (self.n - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A rule for meetings: the nth weekday of some months, at a time of day."""

    days: tuple[Weekday, ...]
    months: tuple[int, ...]
    begins: time | None = None
    ends: time | None = None
    changes: tuple[MeetingChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One meeting: where it stood in the series, and where it stands now.

    `slot` names it for good ("2018-03"); `scheduled` is the day the rule gave.
    """

    slot: str
    scheduled: date
    day: date
    held: bool = True
    added: bool = False
    extraordinary: bool = False
    decided: date | None = None

    @property
    def moved(self) -> bool:
        """Whether it takes place on another day than scheduled."""
        return self.day != self.scheduled

    @property
    def counts(self) -> bool:
        """Whether reports may be due at it: held, and not extraordinary."""
        return self.held and not self.extraordinary


def scheduled_days(series: Series, start: date, end: date) -> Iterator[tuple[str, date]]:
    """The (slot, day) pairs that the rule yields from `start` to `end`, inclusive.

    The slot is the year and month; a second weekday pattern in one month adds "-2".
    """
    # Plain arithmetic: python-dateutil gives the same days (a test holds it) at a fifth of the
    # speed, and a large secretariat has hundreds of series.
    for year, month in product(range(start.year, end.year + 1), sorted(series.months)):
        for position, pattern in enumerate(series.days, start=1):
            day = pattern.day_in(year, month)
            if start <= day <= end:
                slot = f"{year:04}-{month:02}"
                yield slot if position == 1 else f"{slot}-{position}", day


def meetings(series: Series, start: date, end: date) -> tuple[Meeting, ...]:
    """All meetings of `series`, cancelled ones too, whose day lies in the window, by day."""
    margin = FURTHEST_MOVE if series.changes else timedelta(0)
    planned = [
        Meeting(slot=slot, scheduled=day, day=day)
        for slot, day in scheduled_days(series, start - margin, end + margin)
    ]
    changed = _with_changes(planned, series.changes)
    inside = (meeting for meeting in changed if start <= meeting.day <= end)
    return tuple(sorted(inside, key=lambda meeting: (meeting.day, meeting.slot)))


def _with_changes(
    planned: Sequence[Meeting], changes: Iterable[MeetingChange]
) -> Iterable[Meeting]:
    by_day: dict[date, Meeting] = {}
    for meeting in planned:
        # A fourth Thursday that is the last one too is one meeting.
        by_day.setdefault(meeting.scheduled, meeting)
    for change in changes:
        if change.kind is MeetingChangeKind.ADDED:
            by_day[change.day] = _added(change)
    for change in changes:
        changed = by_day.get(change.day)
        if changed is None:
            continue
        if change.kind is MeetingChangeKind.MOVED and change.to is not None:
            by_day[change.day] = replace(changed, day=change.to)
        elif change.kind is MeetingChangeKind.CANCELLED:
            by_day[change.day] = replace(changed, held=False, decided=change.decided)
    return by_day.values()


def _added(change: MeetingChange) -> Meeting:
    return Meeting(
        slot=f"added-{change.day}",
        scheduled=change.day,
        day=change.day,
        added=True,
        extraordinary=change.extraordinary,
    )
