"""`boardcal extend`: a new date for something that is due."""

from __future__ import annotations

from datetime import date

import click

from ...operations.extend import extend as give_new_date
from ...queries.calendar.item import what_follows
from ...wording.recorded import new_date
from ..framework.context import Invocation, asking
from ..framework.param_types import DAY, by, note
from ..framework.terminal import NO_MAILS_YET, say


@click.command()
@click.argument("key")
@click.option("--to", "day", metavar="DAY", type=DAY, required=True, help="The new date.")
@note("Why; the mails say it.", required=True)
@by("decided")
@click.pass_obj
def extend(invocation: Invocation, key: str, day: date, note: str, who: str | None) -> None:
    """Give something that is due a new date. Its reminders begin afresh from it.

    KEY is the line under its title in `boardcal upcoming`.
    """
    key = key.strip()
    with invocation.writing() as installation, installation.database.write() as connection:
        row = invocation.board_of(installation, connection, key)
        view = installation.view(connection, row)
        stored = give_new_date(connection, view, key, to=day, who=who or asking(), note=note)
        sentences = (new_date(stored, view.planner), what_follows(view, stored) or NO_MAILS_YET)
    say(*sentences)
