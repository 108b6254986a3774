"""`boardcal golive`: the day from which a Board's mails go out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import click

from ...calendar.rules.date_text import long_date, weekday_date
from ...notifications.letters.subject import subject
from ...notifications.transports.registry import transport_class
from ...operations.go_live import set_go_live
from ...operations.planner.change import plan_now
from ...queries.mails.first_mails import LOOK_ON, first_of
from ...queries.unsettled import unsettled_items
from ...scheduler.installation import Installation
from ...storage.boards import BoardRow, hold_boards
from ...storage.database.engine import Database
from ...wording.text import count
from ..framework.context import Invocation, asking
from ..framework.param_types import DAY, YES, by
from ..framework.simulated_mails import played, silent
from ..framework.terminal import agreed, hung, say_lines


@click.command()
@click.argument("day", metavar="DATE", type=DAY)
@YES
@by("decides")
@click.pass_obj
def golive(invocation: Invocation, day: date, yes: bool, who: str | None) -> None:
    """Set the day from which mails go out.

    What fell due before it is left unsettled: nobody is chased for it. Where mails are really
    sent, who would be mailed first is shown. It is asked about unless --yes is given.
    """
    who = who or asking()
    with invocation.writing() as installation:
        with installation.database.read() as connection:
            row = installation.board(connection, invocation.board)
        if transport_class(installation.settings).reaches_people:
            say_lines(_who_is_mailed(invocation, installation, row, day, who))
        if not agreed(f"Let the mails of {row.name} begin on {long_date(day)}?", yes=yes):
            return
        _apply(installation, installation.database, row, day, who)
        say_lines(_done(installation, row, day))


def _apply(
    installation: Installation, database: Database, row: BoardRow, day: date, who: str
) -> None:
    with database.write() as connection:
        hold_boards(connection)
        set_go_live(
            connection,
            installation.view(connection, row),
            day,
            transport=installation.settings.mail.transport,
            who=who,
        )
        plan_now(installation, connection, row.id)


def _who_is_mailed(
    invocation: Invocation, installation: Installation, row: BoardRow, day: date, who: str
) -> Iterator[str]:
    """Whom the first sending would reach, tried out on a copy."""
    start = max(day, installation.today)
    with invocation.playing(installation, day) as copy:
        _apply(installation, copy, row, day, who)
        with copy.read() as connection:
            working = installation.planners.get(connection, row).days.on_or_after(start)
        coming = played(installation, copy, start, start + LOOK_ON, progress=silent)
        mails = list(first_of(coming, working))
    if not mails:
        yield from hung(f"No mail would go out before {long_date(start + LOOK_ON)}.")
        return
    settings = installation.settings
    redirect = settings.mail.redirect_to
    until = mails[-1].at.date()
    when = "today" if until == installation.today else f"by {weekday_date(until)}"
    yield from hung(
        f"{transport_class(settings).way_out(settings)} {count(len(mails), 'mail')} would go out "
        f"{when}:"
    )
    for mail in mails:
        yield f"  {mail.letter.recipient}"
        yield from hung(subject(mail.letter), 6)
    if redirect is not None:
        yield from hung(f"All of them would go to {redirect.address} instead, for a trial.")


def _done(installation: Installation, row: BoardRow, day: date) -> Iterator[str]:
    with installation.database.read() as connection:
        view = installation.view(connection, installation.board(connection, row.id))
        asked = len(unsettled_items(connection, view))
    began = "begin" if day >= installation.today else "count as begun"
    yield from hung(f"The mails of {row.name} {began} on {weekday_date(day)}.")
    if asked:
        yield from hung(
            f"What was due before then is unsettled ({count(asked, 'entry', 'entries')}): "
            "nobody is chased for it. Say what became of each on the page To decide, where many "
            "can be settled at once, or with `boardcal record`; `boardcal extend` gives it a new "
            "date."
        )
    transport = transport_class(installation.settings)
    if not transport.reaches_people:
        yield from hung(transport.way_out(installation.settings))
    yield from hung("`boardcal run` sends them; nothing goes out while it is not running.")
