"""The year planner: every report against the twelve months of a year, and its progress."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from ...calendar.planner.model import Report
from ...calendar.rules.date_text import MONTHS
from ...calendar.status import SETTLED, Status
from ...scheduler.planning.board_view import BoardView
from ...wording.names import Named, Names
from ...wording.statuses import BEFORE_START, STATUS_WORDS
from ...wording.text import stated
from ...wording.timings import sentence
from ..paging import PAGE_SIZE, Paging, paging
from .board_calendar import BoardCalendar, Line
from .entries import CalendarEntry, entries_of

MONTHS_OF_A_YEAR = 12
FINANCIAL_YEAR_BEGINS = 4


# Papers are due at most 60 working days before their meeting, and stand in its month.
PAPERS_MARGIN = timedelta(days=100)


# What one cell says of several owners: the first of these that any of them is.
PRESSING = (
    Status.OVERDUE,
    Status.RETURNED,
    Status.UNSETTLED,
    Status.STALE,
    Status.MISSED,
    Status.DUE,
    Status.PLANNED,
    Status.SUBMITTED,
    Status.NOTHING_TO_REPORT,
    Status.ACCEPTED,
    Status.WAIVED,
    Status.VOID,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearMonthHead:
    """A column: its first day, "March 2018" and "Mar"."""

    first: date
    name: str
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One due date of a report, of all its owners together.

    `status` is the most pressing of theirs; `submitted` of `owners` have sent it in, or need
    not. `key` leads to the first of them that is still owed, `keys` to all.
    """

    status: Status
    status_words: str
    due: date
    when: str
    meeting: date | None
    key: str
    keys: tuple[str, ...]
    owners: int
    submitted: int

    @property
    def progress(self) -> str:
        """ "3 of 12 in"; "" where one alone owes it."""
        return f"{self.submitted} of {self.owners} in" if self.owners > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report of the planner. `row` is its What cell, `timing` the sentence on when it is due.

    `cells` has a tuple for each of the twelve months.
    """

    ref: str
    row: str
    begins_row: bool
    title: str
    owners: tuple[Named, ...]
    owner_words: str
    audience: tuple[Named, ...]
    timing: str
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def has_dates(self) -> bool:
        """Whether any item of it is due in the year."""
        return any(self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPlanner:
    """A Board's year as it stands on the day `as_at`; `meetings` are the Board's, by month."""

    board: str
    heading: str
    as_at: date
    months: tuple[YearMonthHead, ...]
    meetings: tuple[tuple[CalendarEntry, ...], ...]
    rows: tuple[ReportRow, ...]
    paging: Paging


def year_planner(
    connection: Connection,
    view: BoardView,
    *,
    first: date,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> YearPlanner:
    """The twelve months from the month of `first`, the reports in the planner's order.

    A report stands in the month of the meeting that it is for, which is the month that the
    planner names; one without a meeting in the month that it is due.
    """
    planner, months = view.planner, _months(first)
    part = paging(len(planner.reports), page, size)
    reports = planner.reports[part.offset : part.offset + part.size]
    calendar = BoardCalendar(connection, view)
    start, end = months[0].first, months[-1].first + relativedelta(months=1, days=-1)
    margin = PAPERS_MARGIN
    lines = calendar.lines(start - margin, end + margin, [report.ref for report in reports])
    by_ref: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if start <= _column(line) <= end:
            by_ref[line.ref].append(line)
    return YearPlanner(
        board=planner.name,
        heading=_heading(months),
        as_at=view.today,
        months=months,
        meetings=_meetings(calendar, months, start, end),
        rows=tuple(_rows(reports, by_ref, view.names, months)),
        paging=part,
    )


def _months(first: date) -> tuple[YearMonthHead, ...]:
    begin = first.replace(day=1)
    days = [begin + relativedelta(months=number) for number in range(MONTHS_OF_A_YEAR)]
    return tuple(
        YearMonthHead(
            first=day,
            name=f"{MONTHS[day.month - 1]} {day.year}",
            short=MONTHS[day.month - 1][:3],
        )
        for day in days
    )


def _heading(months: Sequence[YearMonthHead]) -> str:
    """ "2018" for a calendar year, else "April 2017 to March 2018"."""
    if months[0].first.month == 1:
        return str(months[0].first.year)
    return f"{months[0].name} to {months[-1].name}"


def _column(line: Line) -> date:
    """The day whose month a line stands in."""
    return line.due if line.meeting is None else max(line.due, line.meeting)


def _meetings(
    calendar: BoardCalendar, months: Sequence[YearMonthHead], start: date, end: date
) -> tuple[tuple[CalendarEntry, ...], ...]:
    board = calendar.view.planner.board
    lines = [line for line in calendar.meetings(start, end) if line.owner == board]
    by_month: dict[date, list[CalendarEntry]] = defaultdict(list)
    for entry in entries_of(calendar, lines):
        by_month[entry.due.replace(day=1)].append(entry)
    return tuple(tuple(by_month[month.first]) for month in months)


def _rows(
    reports: Sequence[Report],
    lines: Mapping[str, Sequence[Line]],
    names: Names,
    months: Sequence[YearMonthHead],
) -> Iterable[ReportRow]:
    before = None
    for report in reports:
        cells = _cells(lines.get(report.ref, ()))
        yield ReportRow(
            ref=report.ref,
            row=report.row,
            begins_row=report.row != before,
            title=report.title,
            owners=names.several(report.owners),
            owner_words=names.owners(report),
            audience=names.several(report.audience),
            timing=sentence(report.timing, names.planner),
            cells=tuple(cells.get(month.first, ()) for month in months),
        )
        before = report.row


def _cells(lines: Sequence[Line]) -> dict[date, tuple[Cell, ...]]:
    """A report's lines, those of one due date and meeting together, by month."""
    by_month: dict[date, tuple[Cell, ...]] = {}

    def together(line: Line) -> tuple[date, bool, date]:
        return line.due, line.meeting is not None, line.meeting or line.due

    for _, same in groupby(sorted(lines, key=together), together):
        cell_lines = list(same)
        month = _column(cell_lines[0]).replace(day=1)
        by_month[month] = (*by_month.get(month, ()), _cell(cell_lines))
    return by_month


def _cell(lines: Sequence[Line]) -> Cell:
    counted = [line for line in lines if line.status is not Status.VOID] or list(lines)
    status = min((line.status for line in counted), key=PRESSING.index)
    pressing = next(line for line in counted if line.status is status)
    is_old = status is Status.UNSETTLED and all(line.is_before_start for line in counted)
    return Cell(
        status=status,
        status_words=BEFORE_START if is_old else STATUS_WORDS[status],
        due=pressing.due,
        when=stated(pressing.due, pressing.precision),
        meeting=pressing.meeting,
        key=pressing.key,
        keys=tuple(line.key for line in counted),
        owners=len(counted),
        submitted=sum(line.status in SETTLED for line in counted),
    )
