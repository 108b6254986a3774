"""`boardcal extend`: a new date for something that is due."""

from __future__ import annotations

from datetime import date

import click

from ...operations.extend import extend as give_new_date
from ...operations.extend import put_off
from ...queries.calendar.item import what_follows
from ...wording.recorded import new_date, now_for
from ..framework.context import Invocation, asking
from ..framework.param_types import DAY, SLOT, by, note
from ..framework.terminal import NO_MAILS_YET, say


@click.command()
@click.argument("key")
@click.option("--to", "day", metavar="DAY", type=DAY, help="The new date.")
@click.option(
    "--meeting", metavar="DAY", type=DAY, help="The meeting that it is put off to, by its day."
)
@SLOT
@note("Why; the mails say it.", required=True)
@by("decided")
@click.pass_obj
def extend(
    invocation: Invocation,
    key: str,
    day: date | None,
    meeting: date | None,
    slot: str | None,
    note: str,
    who: str | None,
) -> None:
    """Give something that is due a new date, or put it off to a later meeting.

    Its reminders begin afresh from the new date. What is put off to a meeting is due with the
    papers of that meeting, and follows it. KEY is the line under its title in `boardcal upcoming`.
    """
    if (day is None) == (meeting is None):
        raise click.UsageError("Give either --to with a new date or --meeting with its day.")
    if slot is not None and meeting is None:
        raise click.UsageError("--slot needs --meeting DAY.")
    with invocation.writing() as installation, installation.database.write() as connection:
        row = invocation.board_of(installation, connection, key)
        view = installation.view(connection, row)
        who = who or asking()
        if day is not None:
            stored = give_new_date(connection, view, key, to=day, who=who, note=note)
        elif meeting is not None:
            stored = put_off(connection, view, key, to=slot or meeting, who=who, note=note)
        says = new_date if meeting is None else now_for
        sentences = (
            says(stored, view.planner),
            what_follows(connection, view, stored) or NO_MAILS_YET,
        )
    say(*sentences)
