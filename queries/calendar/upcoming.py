"""The page Upcoming: filtered by body, status, kind and text, overdue items first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Connection

from ...calendar.occurrences import Kind
from ...calendar.rules.date_text import MONTHS
from ...calendar.status import Status, is_late
from ...scheduler.planning.board_view import BoardView
from ...wording.names import Names
from ..meetings.meetings import raised_for
from ..paging import Paging, paging
from .board_calendar import BoardCalendar, Line
from .entries import CalendarEntry, entries_of

OVERDUE = "Overdue"
NOTHING_RAISED: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingFilter:
    """Filters of the page; None and "" choose everything.

    `body` owes it, gets it or meets; every word of `text` is in its title, its place or its
    owner's name.
    """

    body: str | None = None
    status: Status | None = None
    kind: Kind | None = None
    text: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether no filter is set."""
        return self == UpcomingFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is overdue, or one month's part of it on this page.

    `month` is its first day (None: overdue), `total` counts it on all pages, and `continues`
    says that it began on the page before.
    """

    heading: str
    month: date | None
    total: int
    continues: bool
    entries: tuple[CalendarEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLink:
    """A group, how much is in it, and the page that it begins on."""

    heading: str
    month: date | None
    total: int
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingPage:
    """One page of the list. `links` leads to every group, `counts` are by status, of all pages."""

    groups: tuple[Group, ...]
    links: tuple[MonthLink, ...]
    paging: Paging
    counts: Mapping[Status, int]
    overdue: int


def upcoming_page(
    connection: Connection,
    view: BoardView,
    *,
    start: date,
    end: date,
    choice: UpcomingFilter | None = None,
    page: int = 1,
) -> UpcomingPage:
    """Items due and meetings from `start` to `end`, and everything overdue, however old."""
    calendar = BoardCalendar(connection, view)
    lines = [*calendar.late_before(start), *calendar.lines(start, end)]
    begins = min(view.planner.plan.starts, view.today.replace(day=1))
    # Before the plan began nothing was owed by it; what is stored was owed by one before.
    lines = [line for line in lines if line.stored is not None or line.due >= begins]
    lines = sorted(lines + calendar.meetings(max(start, begins), end))
    choice = choice or UpcomingFilter()
    raised = {} if choice.body is None else raised_for(calendar)
    return _page(calendar, chosen(lines, choice, view.names, view.today, raised), page)


def chosen(
    lines: Iterable[Line],
    choice: UpcomingFilter,
    names: Names,
    today: date,
    raised: Mapping[str, str] = NOTHING_RAISED,
) -> list[Line]:
    """The `lines` that pass the filters, in the same order.

    `raised` is the one body that something goes to that was raised for its meeting, by key.
    """
    kept = list(lines)
    for test in _tests(choice, names, today, raised):
        kept = [line for line in kept if test(line)]
    return kept


def _tests(
    choice: UpcomingFilter, names: Names, today: date, raised: Mapping[str, str]
) -> Iterable[Callable[[Line], bool]]:
    """What a line has to pass, the cheapest questions first."""
    if choice.status is not None:
        status = choice.status
        yield lambda line: line.status is status and not line.is_before_start
        # A meeting stays planned for good, but a past one is not what "planned" looks for.
        yield lambda line: line.kind is not Kind.MEETING or line.due >= today
    if choice.kind is not None:
        kind = choice.kind
        yield lambda line: line.kind is kind
    if choice.body is not None:
        body = choice.body
        gets = {ref for ref, obligation in names.obligations.items() if body in obligation.audience}
        yield (
            lambda line: (
                line.owner == body
                or (raised[line.key] == body if line.key in raised else line.ref in gets)
            )
        )
    words = choice.text.casefold().split()
    if words:
        searched = _Searched(names)
        yield lambda line: all(word in searched.text(line) for word in words)


class _Searched:
    """What a search looks into, put together once for each report, action and body."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[str, str] = {}

    def text(self, line: Line) -> str:
        known = self._known.get(line.ref)
        if known is None:
            known = self._known[line.ref] = self._put_together(line)
        return known

    def _put_together(self, line: Line) -> str:
        if line.kind is Kind.MEETING:
            body = self._names.body(line.owner)
            return f"{body.short} {body.name} meeting".casefold()
        return self._names.searched(line.ref)


def overdue_first(lines: Iterable[Line], today: date) -> tuple[list[Line], list[Line]]:
    """Overdue lines and the others, each in the same order."""
    late: list[Line] = []
    rest: list[Line] = []
    for line in lines:
        (late if line.is_late(today) else rest).append(line)
    return late, rest


def _page(calendar: BoardCalendar, lines: Sequence[Line], page: int) -> UpcomingPage:
    today = calendar.view.today
    late, rest = overdue_first(lines, today)
    part = paging(len(lines), page)
    totals = _totals(late, rest)
    listed = [*late, *rest]
    on_page = listed[part.offset : part.offset + part.size]
    before = _group(listed[part.offset - 1], today) if part.offset else ...
    groups = tuple(
        Group(
            heading=_heading(group),
            month=group,
            total=totals[group],
            continues=group == before,
            entries=tuple(entries),
        )
        for group, entries in groupby(
            entries_of(calendar, on_page), lambda entry: _group(entry, today)
        )
    )
    return UpcomingPage(
        groups=groups,
        links=_links(totals, part.size),
        paging=part,
        counts=Counter(
            line.status
            for line in listed
            if line.kind is not Kind.MEETING and not line.is_before_start
        ),
        overdue=len(late),
    )


def _totals(late: Sequence[Line], rest: Sequence[Line]) -> dict[date | None, int]:
    """How much is overdue, and how much is in each month, in their order."""
    totals: dict[date | None, int] = {None: len(late)} if late else {}
    # Counted by day first: there are few days, and many lines.
    for day, number in Counter(line.due for line in rest).items():
        month = day.replace(day=1)
        totals[month] = totals.get(month, 0) + number
    return totals


def _group(line: Line | CalendarEntry, today: date) -> date | None:
    late = is_late(line.status, line.due, today)
    return None if late else line.due.replace(day=1)


def _heading(group: date | None) -> str:
    return OVERDUE if group is None else f"{MONTHS[group.month - 1]} {group.year}"


def _links(totals: Mapping[date | None, int], size: int) -> tuple[MonthLink, ...]:
    links, before = [], 0
    for group, total in totals.items():
        page = before // size + 1
        links.append(MonthLink(heading=_heading(group), month=group, total=total, page=page))
        before += total
    return tuple(links)
