"""`boardcal event`: what happened that some dates wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import click

from ...calendar.planner.model import AwaitedEvent, Planner
from ...calendar.rules.date_text import listed, long_date
from ...calendar.rules.due_dates import Event
from ...calendar.rules.timing import After
from ...operations.planner.change import plan_now
from ...operations.planner.events import record_event
from ...storage.boards import hold_boards
from ...storage.recorded_events import recorded_events
from ...wording.names import reference, short_names
from ...wording.text import working_days
from ..framework.context import Invocation, asking
from ..framework.param_types import DAY, NOTE
from ..framework.terminal import hung, painted, say, say_lines


@click.group()
def event() -> None:
    """Record what some dates wait for, such as a review that is published."""


@event.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the events that the planner waits for, and when each has happened."""
    with invocation.reading() as here, here.database.read() as connection:
        row = here.board(connection, invocation.board)
        planner = here.shelf.get(connection, row)
        happened = recorded_events(connection, row.id)
    if not planner.events:
        say(f"The planner of {planner.name} waits for no event.")
    for awaited in planner.events:
        say_lines(_lines(awaited, planner, happened))


@event.command("record")
@click.argument("name")
@click.option("--on", "day", metavar="DAY", type=DAY, help="When it happened; default: today.")
@click.option("--by", "who", metavar="WHO", type=NOTE, help="Who says so; default: you.")
@click.pass_obj
def record(invocation: Invocation, name: str, day: date | None, who: str | None) -> None:
    """Record that the event NAME happened. `boardcal event list` gives the names."""
    with invocation.writing() as here, here.database.write() as connection:
        hold_boards(connection)
        row = here.board(connection, invocation.board)
        view = here.view(connection, row)
        on = day or here.today
        record_event(connection, view, name, on=on, who=who or asking())
        plan_now(here, connection, row.id)
        planner = view.planner
    title = next(each.title for each in planner.events if each.id == name)
    say(f'"{title}" is recorded on {long_date(on)}.')
    for timing, what in _waiting(name, planner):
        due = planner.days.shift(on, timing.days)
        say_lines(hung(f"Due on {long_date(due)}: {what}.", 2))


def _lines(awaited: AwaitedEvent, planner: Planner, happened: Iterable[Event]) -> Iterator[str]:
    yield painted(awaited.id, bold=True)
    yield from hung(awaited.title, 2)
    days = [long_date(each.on) for each in happened if each.name == awaited.id]
    yield from hung(f"Recorded on {listed(days)}." if days else "Not recorded yet.", 2)
    for timing, what in _waiting(awaited.id, planner):
        yield from hung(f"Due {working_days(timing.days)} after it: {what}.", 2)


def _waiting(name: str, planner: Planner) -> Iterator[tuple[After, str]]:
    """What falls due after an event, and from whom."""
    for each in planner.obligations():
        if isinstance(each.timing, After) and each.timing.event == name:
            owners = listed(list(short_names(planner, each.owners)))
            yield each.timing, f"{each.title} ({reference(each)}), from {owners}"
