"""Meeting series: the meetings a rule yields, and those moved, cancelled or added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise, product

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
    moved one went, `decided` the day a cancellation was decided (None: always known). An added
    one carries what became of it itself: `to`, and whether it was `cancelled`.
    """

    kind: MeetingChangeKind
    day: date
    to: date | None = None
    extraordinary: bool = False
    cancelled: bool = False
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
    """A rule for meetings: the nth weekday of some months, at a time of day.

    It holds from `starts` on; `before` is the rule that held until then, itself without changes.
    """

    days: tuple[Weekday, ...]
    months: tuple[int, ...]
    begins: time | None = None
    ends: time | None = None
    changes: tuple[MeetingChange, ...] = ()
    starts: date | None = None
    before: Series | None = None

    @property
    def eras(self) -> tuple[Series, ...]:
        """The rules that held one after the other, this one last."""
        return (self,) if self.before is None else (*self.before.eras, self)

    def rule_on(self, day: date) -> Series:
        """The rule that holds on a day."""
        if self.before is None or self.starts is None or day >= self.starts:
            return self
        return self.before.rule_on(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One meeting: where it stood in the series, and where it stands now.

    `slot` names it for good ("2018-03"); `scheduled` is the day the rule gave. It lasts from
    `begins` to `ends`, where that is known.
    """

    slot: str
    scheduled: date
    day: date
    held: bool = True
    added: bool = False
    extraordinary: bool = False
    decided: date | None = None
    begins: time | None = None
    ends: time | None = None

    @property
    def moved(self) -> bool:
        """Whether it takes place on another day than scheduled."""
        return self.day != self.scheduled

    @property
    def failed(self) -> bool:
        """Whether it was noted after its day that it had not been held."""
        return not self.held and self.decided is not None and self.decided > self.day

    @property
    def counts(self) -> bool:
        """Whether reports may be due at it: held, and not extraordinary."""
        return self.held and not self.extraordinary


def scheduled_days(series: Series, start: date, end: date) -> Iterator[tuple[str, date]]:
    """The (slot, day) pairs that the rule yields from `start` to `end`, inclusive.

    The slot is the year and month; a second weekday pattern in one month adds "-2".
    """
    for slot, day, _ in _scheduled(series, start, end):
        yield slot, day


def _scheduled(series: Series, start: date, end: date) -> Iterator[tuple[str, date, Series]]:
    """The slots and days from `start` to `end`, each with the rule that it follows."""
    # Plain arithmetic: python-dateutil gives the same days (a test holds it) at a fifth of the
    # speed, and a large secretariat has hundreds of series.
    eras = series.eras
    spans = [
        (era, era.starts or date.min, following.starts or date.max)
        for era, following in pairwise((*eras, Series(days=(), months=())))
    ]
    months = sorted({month for era in eras for month in era.months})
    for year, month in product(range(start.year, end.year + 1), months):
        slots = set()
        for era, first, until in spans:
            if month not in era.months:
                continue
            for position, pattern in enumerate(era.days, start=1):
                day = pattern.day_in(year, month)
                slot = f"{year:04}-{month:02}" + (f"-{position}" if position > 1 else "")
                # In the month in which a new rule begins, a meeting of the old one was held.
                if not first <= day < until or slot in slots:
                    continue
                slots.add(slot)
                if start <= day <= end:
                    yield slot, day, era


def meetings(series: Series, start: date, end: date) -> tuple[Meeting, ...]:
    """All meetings of `series`, cancelled ones too, whose day lies in the window, by day."""
    margin = FURTHEST_MOVE if series.changes else timedelta(0)
    planned = [
        Meeting(slot=slot, scheduled=day, day=day, begins=rule.begins, ends=rule.ends)
        for slot, day, rule in _scheduled(series, start - margin, end + margin)
    ]
    changed = _with_changes(planned, series)
    inside = (meeting for meeting in changed if start <= meeting.day <= end)
    return tuple(sorted(inside, key=lambda meeting: (meeting.day, meeting.slot)))


def _with_changes(planned: Sequence[Meeting], series: Series) -> Iterable[Meeting]:
    by_slot: dict[str, Meeting] = {}
    scheduled_on: dict[date, str] = {}
    for meeting in planned:
        # A fourth Thursday that is the last one too is one meeting.
        if scheduled_on.setdefault(meeting.scheduled, meeting.slot) == meeting.slot:
            by_slot[meeting.slot] = meeting
    for meeting in added_meetings(series):
        by_slot[meeting.slot] = meeting
        # A change names a meeting of the series by its day, and only else one that was added.
        scheduled_on.setdefault(meeting.scheduled, meeting.slot)
    for change in series.changes:
        slot = scheduled_on.get(change.day)
        if slot is None:
            continue
        if change.kind is MeetingChangeKind.MOVED and change.to is not None:
            by_slot[slot] = replace(by_slot[slot], day=change.to)
        elif change.kind is MeetingChangeKind.CANCELLED:
            by_slot[slot] = replace(by_slot[slot], held=False, decided=change.decided)
    return by_slot.values()


def added_meetings(series: Series) -> Iterator[Meeting]:
    """The meetings that were added to a series, in the order of its changes.

    The slot is "added-" and the day; a second one that was added for a day adds "-2".
    """
    counted: Counter[date] = Counter()
    for change in series.changes:
        if change.kind is not MeetingChangeKind.ADDED:
            continue
        counted[change.day] += 1
        nth = "" if counted[change.day] == 1 else f"-{counted[change.day]}"
        rule = series.rule_on(change.day)
        yield Meeting(
            slot=f"added-{change.day}{nth}",
            scheduled=change.day,
            day=change.to or change.day,
            held=not change.cancelled,
            added=True,
            extraordinary=change.extraordinary,
            decided=change.decided,
            begins=rule.begins,
            ends=rule.ends,
        )


def by_custom(meeting: Meeting) -> tuple[bool, bool, bool, bool, str]:
    """Sorts the meetings of one day: first the one that people mean by the day.

    That is one that is held, an ordinary one, one that was scheduled for the day.
    """
    return not meeting.held, meeting.extraordinary, meeting.moved, meeting.added, meeting.slot
