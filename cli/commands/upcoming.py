"""`boardcal upcoming`: the calendar of any window."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import click
from dateutil.relativedelta import relativedelta

from ...calendar.rules.date_text import long_date
from ...core.errors import BoardcalError
from ...operations.planner.change import body_named
from ...queries.calendar.entries import CalendarEntry
from ...queries.calendar.entries import upcoming as entries_between
from ...wording.names import Named
from ..framework.calendar_table import CalendarTable
from ..framework.context import Invocation
from ..framework.param_types import DAY, OneOf
from ..framework.terminal import say_json, say_lines

MONTHS_AHEAD = 3
SPREADSHEET = "utf-8-sig"  # Excel takes a file for UTF-8 where it begins with a byte order mark
FIELDS = (
    "key",
    "kind",
    "ref",
    "title",
    "row",
    "owner",
    "audience",
    "meeting",
    "due",
    "precision",
    "status",
)


# What a spreadsheet would run as a formula if a cell began with it, in some countries full-width.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


class WindowError(BoardcalError):
    """A window that ends before it begins."""


@click.command()
@click.option("--from", "start", metavar="DAY", type=DAY, help="The first day; default: today.")
@click.option(
    "--to", "end", metavar="DAY", type=DAY, help="The last day; default: three months on."
)
@click.option("--body", metavar="BODY", help="Only what this body owes, gets or meets for.")
@click.option(
    "--format",
    "form",
    type=OneOf(["table", "json", "csv"]),
    default="table",
    help="For people, for programs, or for a spreadsheet.",
)
@click.pass_obj
def upcoming(
    invocation: Invocation, start: date | None, end: date | None, body: str | None, form: str
) -> None:
    """Show what falls due, and who meets, from one day to another.

    Both days are included. Days are written 2018-03-08 or "8 March 2018".
    """
    with invocation.reading() as installation, installation.database.read() as connection:
        first, last = window(start, end, installation.today)
        row = installation.board(connection, invocation.board)
        view = installation.view(connection, row)
        content = installation.planners.content(connection, row)
        body_id = None if body is None else body_named(content, body)
        entries = [
            entry
            for entry in entries_between(connection, view, start=first, end=last)
            if body_id in (None, *(body.id for body in (entry.owner, *entry.audience)))
        ]
        table = CalendarTable(
            planner=view.planner, first=first, last=last, body=body_id, today=view.today
        )
        planner_file = None if installation.stored else installation.settings.planner
    if form == "json":
        say_json([_fields(entry) for entry in entries])
    elif form == "csv":
        click.echo(_csv(entries).encode(SPREADSHEET), nl=False)
    else:
        say_lines(table.lines(entries, go_live=row.go_live, planner_file=planner_file))


def window(start: date | None, end: date | None, today: date) -> tuple[date, date]:
    """The days that are meant. Raises WindowError."""
    first = start or today
    last = end or first + relativedelta(months=MONTHS_AHEAD)
    if last < first:
        raise WindowError(
            f"The last day, {long_date(last)}, comes before the first, {long_date(first)}; "
            "give --to a day that is not before --from."
        )
    return first, last


def _fields(entry: CalendarEntry) -> dict[str, Any]:
    return {name: _plain(getattr(entry, name)) for name in FIELDS}


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(body) for body in value]
    return value.id if isinstance(value, Named) else value


def _csv(entries: list[CalendarEntry]) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(FIELDS)
    rows.writerows([_cell(getattr(entry, name)) for name in FIELDS] for entry in entries)
    return text.getvalue()


def _cell(value: object) -> str:
    plain = _plain(value)
    if isinstance(plain, list):
        return " ".join(plain)
    text = "" if plain is None else str(plain)
    return f"'{text}" if text.startswith(FORMULA) else text
