"""`boardcal record` and `boardcal extend`: what became of something that was due."""

from __future__ import annotations

from datetime import date

import click

from ..calendar.occurrences import Kind
from ..calendar.planner import Planner
from ..calendar.status import OWED, RECORDABLE, Status
from ..calendar.words import long_date, weekday_date
from ..notifications.references import short_names
from ..scheduler.changing import planning_for
from ..scheduler.installation import Installation
from ..scheduler.recording import extend as give_new_date
from ..scheduler.recording import record as record_status
from ..storage.occurrence_rows import Stored
from ..storage.planners import BoardRow
from .invocation import Invocation, asking
from .kinds import DAY, NOTE, OneOf
from .terminal import NO_MAILS_YET, say

OPEN_AGAIN = "open"
WORDS = {status.value.replace(" ", "-"): status for status in RECORDABLE}
CHOICES = (*WORDS, OPEN_AGAIN)


@click.command()
@click.argument("key")
@click.argument("status", type=OneOf(CHOICES), metavar="STATUS")
@click.option("--on", "day", metavar="DAY", type=DAY, help="When it happened; default: today.")
@click.option("--by", "who", metavar="WHO", type=NOTE, help="Who says so; default: you.")
@click.option("--note", metavar="TEXT", type=NOTE, help="A remark for the record.")
@click.pass_obj
def record(
    invocation: Invocation,
    key: str,
    status: str,
    day: date | None,
    who: str | None,
    note: str | None,
) -> None:
    """Record what became of something that was due.

    KEY is the line under its title in `boardcal upcoming`. STATUS is submitted, accepted,
    returned (it is owed again), nothing-to-report, waived, or open (it is owed after all).
    """
    key = key.strip()
    with invocation.writing() as here, here.database.write() as connection:
        row = invocation.board_of(here, connection, key)
        planning = planning_for(here, connection, row)
        stored = record_status(
            connection,
            planning,
            key,
            WORDS.get(status),
            on=day or here.today,
            who=who or asking(),
            note=note,
        )
        done = f"{_named(stored, planning.planner)}, due {long_date(stored.due)}, is "
        done += f"{_became(status, day or here.today)}."
        following = _what_next(here, row, stored)
    say(done, following)


@click.command()
@click.argument("key")
@click.option("--to", "day", metavar="DAY", type=DAY, required=True, help="The new date.")
@click.option("--note", metavar="TEXT", type=NOTE, required=True, help="Why; the mails say it.")
@click.option("--by", "who", metavar="WHO", type=NOTE, help="Who decided; default: you.")
@click.pass_obj
def extend(invocation: Invocation, key: str, day: date, note: str, who: str | None) -> None:
    """Give something that is due a new date. Its reminders begin afresh from it.

    KEY is the line under its title in `boardcal upcoming`.
    """
    key = key.strip()
    with invocation.writing() as here, here.database.write() as connection:
        row = invocation.board_of(here, connection, key)
        planning = planning_for(here, connection, row)
        stored = give_new_date(connection, planning, key, to=day, who=who or asking(), note=note)
        was = f" instead of {long_date(stored.first_due)}" if stored.first_due != day else ""
        said = (
            f"{_named(stored, planning.planner)} is now due on {weekday_date(day)}{was}.",
            _after_its_meeting(stored),
            _what_next(here, row, stored),
        )
    say(*said)


def _named(stored: Stored, planner: Planner) -> str:
    """The title in quotes, and who owes it."""
    owner = "".join(short_names(planner, [stored.owner])) or stored.owner
    return f'"{stored.title}" of {owner}'


def _became(status: str, day: date) -> str:
    if status == OPEN_AGAIN:
        return "open again"
    return f"recorded as {WORDS[status].value} on {long_date(day)}"


def _after_its_meeting(stored: Stored) -> str | None:
    if stored.meeting is None or stored.due <= stored.meeting:
        return None
    return f"That is after the meeting it is for, on {long_date(stored.meeting)}."


def _what_next(here: Installation, row: BoardRow, stored: Stored) -> str:
    """When the next mail goes out about it, or when the next of its kind is due."""
    if row.go_live is None:
        return NO_MAILS_YET
    if stored.state in OWED:
        if stored.next_step_at is None:
            return "No reminder is left to send about it."
        day = here.local.day_of(stored.next_step_at)
        if day <= here.today:
            return "The next mail about it goes out with the next sending."
        return f"The next mail about it goes out on {weekday_date(day)}."
    ended = "No more mails go out about it"
    if stored.next_due is None or stored.kind is Kind.ACTION or stored.state == Status.VOID:
        return f"{ended}."
    return f"{ended}; the next one is due on {long_date(stored.next_due)}."
