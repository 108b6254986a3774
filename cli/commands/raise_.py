"""`boardcal raise`: something that is due only as required is required now."""

from __future__ import annotations

from datetime import date

import click

from ...calendar.planner.model import Planner
from ...calendar.rules.date_text import listed
from ...operations.raisable import body_meeting_on, raisable
from ...operations.raise_item import ItemToRaise, raise_item
from ...operations.record import RecordError
from ...queries.calendar.raise_item import first_mail_in_words, raise_preview
from ...storage.boards import hold_boards
from ...wording.names import Names
from ..framework.context import Invocation, asking
from ..framework.param_types import DAY, SLOT, WHY_REQUIRED, by
from ..framework.terminal import say


@click.command(name="raise")
@click.argument("ref")
@click.option("--owner", metavar="BODY", help="Who owes it, where several may.")
@click.option("--meeting", metavar="DATE", type=DAY, help="The meeting that it is for.")
@click.option("--body", metavar="BODY", help="Whose meeting, where several meet on that day.")
@SLOT
@click.option("--to", "to", metavar="DATE", type=DAY, help="The day it is due, for no meeting.")
@WHY_REQUIRED
@by("raises it")
@click.option("--dry-run", is_flag=True, help="Only show what would follow.")
@click.pass_obj
def raise_(
    invocation: Invocation,
    ref: str,
    owner: str | None,
    meeting: date | None,
    body: str | None,
    slot: str | None,
    to: date | None,
    note: str,
    who: str | None,
    dry_run: bool,
) -> None:
    """Raise something that the plan wants only as required, for a meeting or by a day.

    REF is its id in the planner file, such as audits-exceptions. It is due with the papers of
    the meeting, and is reminded of from today on. To take it back, record it as waived.
    """
    day = meeting or to
    if day is None or (meeting and to):
        raise click.UsageError("Give either --meeting DATE or --to DATE.")
    if (body or slot) and meeting is None:
        raise click.UsageError(f"{'--body' if body else '--slot'} needs --meeting DATE.")
    with (
        invocation.reading() if dry_run else invocation.writing() as installation,
        installation.database.read() if dry_run else installation.database.write() as connection,
    ):
        if not dry_run:
            # Dates are worked out from the planner, which nobody is to change meanwhile.
            hold_boards(connection)
        row = installation.board(connection, invocation.board)
        view = installation.view(connection, row)
        obligation = raisable(view.planner, ref, installation.today)
        item = ItemToRaise(
            ref=ref,
            owner=owner or _only(view.planner, obligation.owners),
            day=day,
            why=note,
            body=None if to else body or body_meeting_on(view.planner, obligation, day),
            slot=slot,
        )
        preview = raise_preview(connection, view, item)
        stored = None if dry_run else raise_item(connection, view, item, who=who or asking())
    say(preview.headline, preview.due, first_mail_in_words(preview.mails))
    say("Nothing was changed." if stored is None else f"Its key is {stored.key}")


def _only(planner: Planner, owners: tuple[str, ...]) -> str:
    if len(owners) == 1:
        return owners[0]
    names = Names(planner)
    listed_owners = listed([f"{owner} ({names.short(owner)})" for owner in owners], last="or")
    raise RecordError(f"Several owe it; say which with --owner: {listed_owners}.")
