"""/upcoming: overdue items, items due and meetings, month by month and day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from dateutil.relativedelta import relativedelta
from starlette.requests import Request
from starlette.responses import Response

from ...calendar.occurrences import Kind
from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import long_date
from ...calendar.status import Status
from ...queries.calendar.entries import CalendarEntry
from ...queries.calendar.upcoming import UpcomingFilter, upcoming_page
from ...wording.statuses import KIND_WORDS, STATUS_WORDS
from ..page.page import page
from ..page.templating import capital
from ..request.context import link, reading_board, site_of
from ..request.query import chosen_id, chosen_of, chosen_text, page_asked

PATH = "/upcoming"
A_YEAR = relativedelta(months=12)


class Period(StrEnum):
    """Which part of the calendar is listed. What is overdue is listed in each."""

    AHEAD = "ahead"
    BEHIND = "behind"

    @property
    def words(self) -> str:
        """As the choice is called."""
        return "Coming year" if self is Period.AHEAD else "Past year"

    def bounds(self, today: date) -> tuple[date, date]:
        """Its first and last day: whole months, this one among them."""
        this = today.replace(day=1)
        first = this if self is Period.AHEAD else this - A_YEAR
        return first, first + A_YEAR + relativedelta(months=1, days=-1)


@dataclass(frozen=True, slots=True)
class UpcomingRow:
    """One line of a day: the same thing, of all who owe it and of whom the same can be said."""

    entries: tuple[CalendarEntry, ...]

    @property
    def first(self) -> CalendarEntry:
        """The item that stands for all of them."""
        return self.entries[0]

    @property
    def is_meeting(self) -> bool:
        """Whether it is a meeting, which has no owner."""
        return self.first.kind is Kind.MEETING

    @property
    def when(self) -> str:
        """The date as its source states it, where that is no day: "end of March 2018"."""
        stated = self.first.when
        return "" if stated == long_date(self.first.due) else stated

    @property
    def to(self) -> list[str]:
        """The short names of its audience, without its owner."""
        return [body.short for body in self.first.audience if body != self.first.owner]

    @property
    def note(self) -> str:
        """Why its date is another than it was; not that a cancelled meeting is cancelled."""
        note = self.first.note or ""
        return "" if note == capital(f"{self.first.status_words}.") else note


@dataclass(frozen=True, slots=True)
class UpcomingDay:
    """A day of a month's list."""

    day: date
    rows: tuple[UpcomingRow, ...]

    @property
    def distance(self) -> str:
        """The distance in words of what is owed on it, which is the same for all of it."""
        return next((row.first.distance for row in self.rows if row.first.distance), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingQuery:
    """The choice in the address, and addresses of almost the same choice."""

    choice: UpcomingFilter
    period: Period

    @property
    def in_address(self) -> dict[str, object]:
        """As it stands in the address."""
        choice = self.choice
        return {
            "text": choice.text,
            "body": choice.body,
            "status": choice.status,
            "kind": choice.kind,
            "period": None if self.period is Period.AHEAD else self.period,
        }

    @property
    def is_everything(self) -> bool:
        """Whether it is the page as everybody first sees it."""
        return self.choice.is_everything and self.period is Period.AHEAD


def show(request: Request) -> Response:
    """The list."""
    today = site_of(request).installation.today
    with reading_board(request) as (connection, view):
        query = _query(request, view.planner)
        first, last = query.period.bounds(today)
        listing = upcoming_page(
            connection,
            view,
            start=first,
            end=last,
            choice=query.choice,
            page=page_asked(request),
        )

    counts = listing.counts

    def at(number: int = 1, **other: object) -> str:
        only = number if number > 1 else None
        return link(request, PATH, **(query.in_address | other), page=only)

    return page(
        request,
        "calendar/upcoming.html.j2",
        title="Upcoming",
        listing=listing,
        groups=[(group, tuple(days_of(group.entries))) for group in listing.groups],
        query=query,
        at=at,
        counts=[(status, counts[status]) for status in Status if status in counts],
        status_words=STATUS_WORDS,
        behind=Period.BEHIND,
        bodies=_bodies(view.planner),
        statuses=[(status.value, capital(STATUS_WORDS[status])) for status in Status],
        kinds=[(kind.value, capital(f"{KIND_WORDS[kind]}s")) for kind in Kind],
        periods=[(period.value, period.words) for period in Period],
        is_empty=not (view.planner.reports or view.planner.actions),
    )


def _query(request: Request, planner: Planner) -> UpcomingQuery:
    choice = UpcomingFilter(
        body=chosen_id(request, "body", {body.id for body in planner.bodies}),
        status=chosen_of(request, "status", Status),
        kind=chosen_of(request, "kind", Kind),
        text=chosen_text(request, "text"),
    )
    return UpcomingQuery(choice=choice, period=chosen_of(request, "period", Period) or Period.AHEAD)


def _bodies(planner: Planner) -> list[tuple[str, str]]:
    """The bodies to choose from, by name."""
    named = ((body.id, body.short) for body in planner.bodies)
    return sorted(named, key=lambda choice: choice[1].casefold())


def days_of(entries: Iterable[CalendarEntry]) -> Iterator[UpcomingDay]:
    """The days of a month's entries, each with its rows, in the order of the entries."""
    for day, same in groupby(entries, lambda entry: entry.due):
        yield UpcomingDay(day, tuple(_rows(same)))


def _rows(entries: Iterable[CalendarEntry]) -> Iterator[UpcomingRow]:
    """Those of one report that are alike in all but their owner as one row.

    A meeting stands by itself, and what was moved says so in a row of its own.
    """
    rows: dict[tuple[object, ...], list[CalendarEntry]] = {}
    for entry in entries:
        alike = (entry.kind, entry.ref, entry.title, entry.meeting, entry.status, entry.moved_from)
        own = entry.key if entry.kind is Kind.MEETING or entry.note else None
        rows.setdefault((*alike, own), []).append(entry)
    yield from (UpcomingRow(tuple(same)) for same in rows.values())
