"""What a mail shows in which order: groups of items, weeks of the calendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from ...calendar.occurrences import Kind
from ...calendar.rules.date_text import MONTHS, WEEKDAYS, listed
from ...calendar.status import Status
from ...wording.text import audience, count, is_stated_exactly, one_line, stated, working_days
from .. import links

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .model import CalendarLine, Item, Letter, Overview, Trouble

WEEK = timedelta(days=7)
ACTION = "Action "  # what an action's reference begins with


# What an overview leaves unsaid: that something is simply ahead.
PLAIN_STATES = frozenset({"", Status.PLANNED, Status.DUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Items under one heading; `name` is the group's for the style sheet."""

    name: str
    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of each list a mail shows: `cards` in full, `lines` in short, the rest as a number.

    A mail has the first of ROOMS in which it stays small enough.
    """

    cards: int
    lines: int


ROOMS = tuple(
    Room(cards=min(24, max(1, lines // 4)), lines=lines)
    for lines in (400, 120, 80, 60, 45, 30, 20, 10, 4, 1, 0)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What one body owes and the reader is told of for one reason."""

    items: tuple[Item, ...]

    @property
    def first(self) -> Item:
        """One that stands for all where it is about the body or the reason."""
        return self.items[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What falls on one day of the overview's calendar, the same of several owners in one.

    `route` says who reports to whom, `state` whatever is not simply ahead.
    """

    day: date
    title: str
    route: str
    state: str
    is_meeting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The entries of the week that begins on `monday`."""

    monday: date
    entries: tuple[Entry, ...]


def groups(letter: Letter) -> list[Group]:
    """What the reader owes: overdue, due within a week, later, and what to look at again."""
    own = [item for item in letter.items if not item.is_copy]
    soon = letter.day + WEEK
    dated = [item for item in own if item.kind is not Kind.REVIEW]
    parts = [
        ("overdue", "Overdue", [item for item in dated if item.is_overdue]),
        (
            "soon",
            "Due within a week",
            [item for item in dated if not item.is_overdue and item.due <= soon],
        ),
        ("later", "Later", [item for item in dated if item.due > soon]),
        ("review", "Ongoing: to look at again", [i for i in own if i.kind is Kind.REVIEW]),
    ]
    return [
        Group(name=name, heading=heading, items=tuple(items))
        for name, heading, items in parts
        if items
    ]


def in_full(groups: Iterable[Group], cards: int) -> list[Group]:
    """The first items of groups, `cards` in all."""
    shown = []
    for group in groups:
        if cards > 0:
            shown.append(replace(group, items=group.items[:cards]))
        cards -= len(group.items)
    return shown


def copies(letter: Letter) -> tuple[Item, ...]:
    """What others owe and the reader is told of, without what an overview below lists as late."""
    listed_below = {line.key for overview in letter.overviews for line in overview.late}
    return tuple(item for item in letter.items if item.is_copy and item.key not in listed_below)


def by_owner(items: Iterable[Item]) -> list[Copies]:
    """Copies of one owner, for one reason, together."""
    alike: dict[tuple[object, ...], list[Item]] = {}
    for item in items:
        likeness = (item.board, item.owner, item.level, item.because, item.is_overdue)
        alike.setdefault(likeness, []).append(item)
    return [Copies(items=tuple(same)) for same in alike.values()]


def overviews(letter: Letter) -> list[Overview]:
    """A letter's overviews without what stands elsewhere in it.

    What the reader owes stands above them, and so does what could not be delivered; what is said
    of the installation is said once.
    """
    own = {item.key for item in letter.items if not item.is_copy}
    noted: set[str] = set()
    shown = []
    for overview in letter.overviews:
        notices = tuple(notice for notice in overview.notices if notice not in noted)
        noted.update(notices)
        shown.append(
            replace(
                overview,
                notices=notices,
                coming=_besides(own, overview.coming),
                late=_besides(own, overview.late),
                stale=_besides(own, overview.stale),
                missed=_besides(own, overview.missed),
                unsettled=_besides(own, overview.unsettled),
            )
        )
    return shown


def _besides(keys: Collection[str], lines: tuple[CalendarLine, ...]) -> tuple[CalendarLine, ...]:
    return tuple(line for line in lines if line.key not in keys)


def undelivered(letter: Letter) -> list[Trouble]:
    """What did not arrive, of all Boards; a mail about two of them once."""
    return list(dict.fromkeys(chain(*(overview.undelivered for overview in letter.overviews))))


def weeks(lines: Iterable[CalendarLine]) -> list[Week]:
    """The calendar by weeks, Monday first, what several owe alike on one day in one entry."""
    by_monday: dict[date, list[Entry]] = {}
    for entry in _entries(lines):
        monday = entry.day - timedelta(days=entry.day.weekday())
        by_monday.setdefault(monday, []).append(entry)
    return [Week(monday=monday, entries=tuple(entries)) for monday, entries in by_monday.items()]


def _entries(lines: Iterable[CalendarLine]) -> list[Entry]:
    alike: dict[tuple[object, ...], list[CalendarLine]] = {}
    for line in lines:
        alike.setdefault(_likeness(line), []).append(line)
    # Meetings lead their day; the sort is stable, so the rest keeps the order it came in.
    ordered = sorted(alike.values(), key=lambda same: (same[0].day, not _meets(same[0])))
    return [_entry(same) for same in ordered]


def _likeness(line: CalendarLine) -> tuple[object, ...]:
    """What lines have in common that make one entry; all reviews of a day make one."""
    if line.kind is Kind.REVIEW:
        return line.day, line.kind, line.status
    return line.day, line.kind, line.status, line.title, line.reference, line.audience


def _entry(same: list[CalendarLine]) -> Entry:
    first = same[0]
    title, route = first.title, line_route(first)
    if _meets(first):
        route = ""
    elif len(same) > 1 and first.kind is Kind.REVIEW:
        title = f"{len(same)} reviews of ongoing actions"
        route = f"Actions {listed([number(line) for line in same])}"
    elif len(same) > 1:
        route = _route(first, [line.owner for line in same])
    return Entry(
        day=first.day,
        title=one_line(title),
        route=one_line(route),
        state=_state(first),
        is_meeting=_meets(first),
    )


def _meets(line: CalendarLine) -> bool:
    return line.kind is Kind.MEETING


def _state(line: CalendarLine) -> str:
    if line.status in PLAIN_STATES:
        return ""
    if line.status == Status.VOID:
        return "cancelled" if line.kind is Kind.MEETING else "no longer due"
    return line.status


def day_of_week(day: date) -> str:
    """ "Thu 22 Feb", in a list under its week."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"


def overview_counts(overview: Overview) -> str:
    """The overview's first line: "1 late, 2 emails not delivered, 14 due in eight weeks"."""
    ahead = [line.kind for line in overview.coming if line.status != Status.VOID]
    meetings = ahead.count(Kind.MEETING)
    due = len(ahead) - meetings
    parts = [
        (overview.late, f"{len(overview.late)} late"),
        (overview.undelivered, f"{count(len(overview.undelivered), 'email')} not delivered"),
        (overview.undecided, f"{len(overview.undecided)} to decide"),
        (overview.vacant, count(len(overview.vacant), "vacant role")),
        (overview.stale, f"{count(len(overview.stale), 'review')} without an answer"),
        (overview.unsettled, f"{len(overview.unsettled)} from before emails began"),
    ]
    filled = [text for lines, text in parts if lines]
    coming = f"in the next eight weeks {due} due and {count(meetings, 'meeting')}"
    return f"{', '.join(filled) or 'Nothing late'}; {coming}."


def reminded(letter: Letter) -> frozenset[str]:
    """The keys of what the reader is told of today because its owner was reminded."""
    return frozenset(item.key for item in letter.items if item.is_copy)


def line_due(line: CalendarLine) -> str:
    """ "due 22 February 2018, 5 working days late"; only what is overdue is late."""
    exact = is_stated_exactly(line.day, line.precision)
    due = f"due {'' if exact else 'by the '}{stated(line.day, line.precision)}"
    is_late = line.status == Status.OVERDUE and line.days_late > 0
    return f"{due}, {working_days(line.days_late)} late" if is_late else due


def stated_day(line: CalendarLine) -> str:
    """ "22 February 2018", "November 2017" or "autumn 2019", under the heading "Due"."""
    return stated(line.day, line.precision).removeprefix("end of ")


def due_page(overview: Overview, line: CalendarLine) -> str:
    """The page of a line of the overview."""
    return links.due_page(overview.pages, line.key)


def line_route(line: CalendarLine) -> str:
    """ "Action 8.4, CSE/MFH Subgroup" or "PMQAG to LSCB"."""
    return _route(line, [line.owner])


def number(line: CalendarLine) -> str:
    """ "8.4" of "Action 8.4", to head a row with; "" for a report."""
    return "" if line.kind is Kind.REPORT else line.reference.removeprefix(ACTION)


def _route(line: CalendarLine, owners: list[str]) -> str:
    who = listed([owner for owner in owners if owner])
    to = "" if line.audience == (line.owner,) else audience(line.audience)
    # A report's title says what it is; an action is known by its number.
    reference = "" if line.kind is Kind.REPORT else line.reference
    return ", ".join(part for part in (reference, " to ".join(filter(None, (who, to)))) if part)
