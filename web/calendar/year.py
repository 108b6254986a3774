"""/year: every report against twelve months, to be looked at and to be printed."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import MONTHS
from ...queries.calendar.year import FINANCIAL_YEAR_BEGINS, year_planner
from ...wording.statuses import BEFORE_START
from ..page.page import page
from ..request.context import link, reading_board, site_of
from ..request.query import chosen_id, page_asked

PATH = "/year"
STARTS = (1, FINANCIAL_YEAR_BEGINS)


def show(request: Request) -> Response:
    """The planner of a year, by the month that it begins with: "?from=2017-04"."""
    today = site_of(request).installation.today
    with reading_board(request) as (connection, view):
        firsts = _firsts(view.planner, today)
        names = {_name(first): first for first in firsts}
        name = chosen_id(request, "from", names)
        first = names[name] if name else today.replace(month=1, day=1)
        year = year_planner(connection, view, first=first, page=page_asked(request))

    def at(number: int = 1, begin: date = first) -> str:
        only = number if number > 1 else None
        return link(request, PATH, **{"from": _name(begin)}, page=only)

    return page(
        request,
        "calendar/year.html.j2",
        title=f"Year planner {year.heading}",
        year=year,
        at=at,
        years=[(_name(first), _words(first)) for first in firsts],
        chosen=_name(first),
        before=_other(first, -1, firsts),
        after=_other(first, 1, firsts),
        in_words=_words,
        board_body=view.planner.board,
        before_start=BEFORE_START,
    )


def _firsts(planner: Planner, today: date) -> list[date]:
    """The first days of the years to choose from: those of the plan, this one and the next.

    Calendar years come first, then financial ones.
    """
    earliest = min(planner.plan.starts, today).year
    latest = max(planner.plan.ends.year, today.year + 1)
    return [date(year, month, 1) for month in STARTS for year in range(earliest, latest + 1)]


def _other(first: date, step: int, known: list[date]) -> date | None:
    """The same year earlier or later, where it can be chosen."""
    other = first.replace(year=first.year + step)
    return other if other in known else None


def _name(first: date) -> str:
    return f"{first.year}-{first.month:02}"


def _words(first: date) -> str:
    """ "2018", or "April 2017 to March 2018"."""
    if first.month == 1:
        return str(first.year)
    begins, ends = MONTHS[first.month - 1], MONTHS[first.month - 2]
    return f"{begins} {first.year} to {ends} {first.year + 1}"
