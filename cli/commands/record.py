"""`boardcal record`: what became of something that was due."""

from __future__ import annotations

from datetime import date

import click

from ...calendar.status import RECORDABLE
from ...operations.record import record as record_status
from ...queries.calendar.item import what_follows
from ...wording.recorded import became
from ..framework.context import Invocation, asking
from ..framework.param_types import DAY, REMARK, SAYS_SO, OneOf
from ..framework.terminal import NO_MAILS_YET, say

OPEN_AGAIN = "open"
WORDS = {status.value.replace(" ", "-"): status for status in RECORDABLE}
CHOICES = (*WORDS, OPEN_AGAIN)


@click.command()
@click.argument("key")
@click.argument("status", type=OneOf(CHOICES), metavar="STATUS")
@click.option("--on", "day", metavar="DAY", type=DAY, help="When it happened; default: today.")
@SAYS_SO
@REMARK
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
    with invocation.writing() as installation, installation.database.write() as connection:
        row = invocation.board_of(installation, connection, key)
        view = installation.view(connection, row)
        stored = record_status(
            connection,
            view,
            key,
            WORDS.get(status),
            on=day or installation.today,
            who=who or asking(),
            note=note,
        )
        done = became(stored, view.planner, WORDS.get(status), on=day or installation.today)
        following = what_follows(connection, view, stored) or NO_MAILS_YET
    say(done, following)
