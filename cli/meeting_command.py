"""`boardcal meeting`: a meeting moved, cancelled or added, with what that does to due dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import click

from ..calendar.planner import Planner
from ..calendar.planner_entries import planner_of
from ..calendar.words import WEEKDAYS, long_date, weekday_date
from ..notifications.references import short_names
from ..scheduler.changing import Edit, change_planner
from ..scheduler.consequences import consequences
from ..scheduler.editing import body_named
from ..scheduler.installation import Installation
from ..scheduler.meeting_editing import add_meeting, cancel_meeting, move_meeting
from ..storage.planners import BoardRow
from .consequences import consequences_in_words
from .invocation import Invocation, asking
from .kinds import DAY, NOTE
from .terminal import agreed, say, say_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to become of a meeting: the command's word, and the days it is about.

    `edit` makes the change for a body, given its id and the day that it is made on.
    """

    what: str
    day: date
    to: date | None
    edit: Callable[[str, date], Edit]

    def headline(self, planner: Planner, body_id: str) -> str:
        """ "The LSCB meeting on Thursday 8 March 2018 moves to Thursday 15 March 2018."."""
        name = "".join(short_names(planner, [body_id]))
        day = weekday_date(self.day)
        if self.what == "added":
            return f"{name} also meets on {day}."
        if self.to is None:
            return f"The {name} meeting on {day} is cancelled."
        return f"The {name} meeting on {day} moves to {weekday_date(self.to)}."

    def remark(self, planner: Planner) -> str | None:
        """A word where the new day is one on which nobody works."""
        new = self.day if self.what == "added" else self.to
        if new is None or planner.days.is_working(new):
            return None
        if new.weekday() < WEEKDAYS.index("Saturday"):
            return f"Note that {long_date(new)} is a day off."
        return f"Note that {long_date(new)} is a {WEEKDAYS[new.weekday()]}."


BODY = click.argument("body")
DAY_OF_MEETING = click.argument("day", metavar="DATE", type=DAY)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would change.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")
BY = click.option("--by", "who", metavar="WHO", type=NOTE, help="Who decided; default: you.")
WHY = click.option("--note", metavar="TEXT", type=NOTE, help="Why, for the record.")


@click.group()
def meeting() -> None:
    """Move, cancel or add a meeting.

    What falls due with it moves too; that is shown first, and asked about on a terminal.
    """


@meeting.command()
@BODY
@DAY_OF_MEETING
@click.option("--to", metavar="DATE", type=DAY, required=True, help="The new day.")
@DRY_RUN
@YES
@BY
@WHY
@click.pass_obj
def move(
    invocation: Invocation,
    body: str,
    day: date,
    to: date,
    dry_run: bool,
    yes: bool,
    who: str | None,
    note: str | None,
) -> None:
    """Move the meeting of BODY on DATE to another day."""
    wanted = Wanted(
        what="moved",
        day=day,
        to=to,
        edit=lambda body_id, _: lambda content: move_meeting(content, body_id, day, to),
    )
    _change(invocation, body, wanted, dry_run=dry_run, yes=yes, who=who, note=note)


@meeting.command()
@BODY
@DAY_OF_MEETING
@DRY_RUN
@YES
@BY
@WHY
@click.pass_obj
def cancel(
    invocation: Invocation,
    body: str,
    day: date,
    dry_run: bool,
    yes: bool,
    who: str | None,
    note: str | None,
) -> None:
    """Cancel the meeting of BODY on DATE."""
    wanted = Wanted(
        what="cancelled",
        day=day,
        to=None,
        edit=lambda body_id, decided: (
            lambda content: cancel_meeting(content, body_id, day, decided)
        ),
    )
    _change(invocation, body, wanted, dry_run=dry_run, yes=yes, who=who, note=note)


@meeting.command()
@BODY
@DAY_OF_MEETING
@click.option("--extraordinary", is_flag=True, help="No reports are due at it.")
@DRY_RUN
@YES
@BY
@WHY
@click.pass_obj
def add(
    invocation: Invocation,
    body: str,
    day: date,
    extraordinary: bool,
    dry_run: bool,
    yes: bool,
    who: str | None,
    note: str | None,
) -> None:
    """Add a meeting of BODY on DATE, or bring a cancelled one back."""
    wanted = Wanted(
        what="added",
        day=day,
        to=None,
        edit=lambda body_id, _: (
            lambda content: add_meeting(content, body_id, day, extraordinary=extraordinary)
        ),
    )
    _change(invocation, body, wanted, dry_run=dry_run, yes=yes, who=who, note=note)


def _change(
    invocation: Invocation,
    body: str,
    wanted: Wanted,
    *,
    dry_run: bool,
    yes: bool,
    who: str | None,
    note: str | None,
) -> None:
    """Shows what the change does, asks, and makes it."""
    with invocation.reading() if dry_run else invocation.writing() as here:
        with here.database.read() as connection:
            row = here.board(connection, invocation.board)
            content = here.shelf.content(connection, row)
        body_id = body_named(content, body)
        edit = wanted.edit(body_id, here.today)
        _show(here, row.id, wanted, body_id, planner_of(edit(content)))
        if dry_run:
            say("Nothing was changed.")
        elif agreed("Make this change?", yes=yes):
            _make(here, row, body_id, edit, wanted, who=who, note=note)


def _make(
    here: Installation,
    row: BoardRow,
    body_id: str,
    edit: Edit,
    wanted: Wanted,
    *,
    who: str | None,
    note: str | None,
) -> None:
    change_planner(
        here,
        row,
        edit,
        subject=body_id,
        what=f"meeting {wanted.what}",
        after=" to ".join(str(each) for each in (wanted.day, wanted.to) if each),
        who=who or asking(),
        why=note,
    )
    say("Done. `boardcal upcoming` shows the new dates.")


def _show(here: Installation, board_id: str, wanted: Wanted, body_id: str, after: Planner) -> None:
    with here.database.read() as connection:
        row = here.board(connection, board_id)
        found = consequences(here, connection, row, after)
    say(wanted.headline(after, body_id), wanted.remark(after))
    say_lines(consequences_in_words(found, after))
