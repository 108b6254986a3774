"""`boardcal event`: what happened that some dates wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import click

from ...calendar.planner.model import AwaitedEvent, Planner
from ...calendar.rules.date_text import listed, long_date
from ...calendar.rules.due_dates import Event
from ...operations.planner.change import plan_now
from ...operations.planner.events import record_event
from ...queries.planner.events import waiting_for
from ...storage.boards import hold_boards
from ...storage.recorded_events import recorded_events
from ...wording.text import working_days
from ..framework.context import Invocation, asking
from ..framework.param_types import DAY, SAYS_SO
from ..framework.terminal import hung, painted, say, say_lines


@click.group()
def event() -> None:
    """Record what some dates wait for, such as a review that is published."""


@event.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the events that the planner waits for, and when each has happened."""
    with invocation.reading() as installation, installation.database.read() as connection:
        row = installation.board(connection, invocation.board)
        planner = installation.planners.get(connection, row)
        happened = recorded_events(connection, row.id)
    if not planner.events:
        say(f"The planner of {planner.name} waits for no event.")
    for awaited in planner.events:
        say_lines(_lines(awaited, planner, happened))


@event.command("record")
@click.argument("name")
@click.option("--on", "day", metavar="DAY", type=DAY, help="When it happened; default: today.")
@SAYS_SO
@click.pass_obj
def record(invocation: Invocation, name: str, day: date | None, who: str | None) -> None:
    """Record that the event NAME happened. `boardcal event list` gives the names."""
    with invocation.writing() as installation, installation.database.write() as connection:
        hold_boards(connection)
        row = installation.board(connection, invocation.board)
        view = installation.view(connection, row)
        on = day or installation.today
        record_event(connection, view, name, on=on, who=who or asking())
        plan_now(installation, connection, row.id)
        planner = view.planner
    title = next(awaited.title for awaited in planner.events if awaited.id == name)
    say(f'"{title}" is recorded on {long_date(on)}.')
    for item in waiting_for(name, planner):
        due = long_date(planner.days.following(on, item.days))
        say_lines(hung(f"Due on {due}: {item.title} ({item.reference}), from {item.owners}.", 2))


def _lines(awaited: AwaitedEvent, planner: Planner, happened: Iterable[Event]) -> Iterator[str]:
    yield painted(awaited.id, bold=True)
    yield from hung(awaited.title, 2)
    days = [long_date(event.on) for event in happened if event.name == awaited.id]
    yield from hung(f"Recorded on {listed(days)}." if days else "Not recorded yet.", 2)
    for item in waiting_for(awaited.id, planner):
        after = f"{working_days(item.days)} after it"
        due = f"Due {after if item.days else 'on its day, or the next working day'}"
        yield from hung(f"{due}: {item.title} ({item.reference}), from {item.owners}.", 2)
