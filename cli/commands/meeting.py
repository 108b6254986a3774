"""`boardcal meeting`: a meeting moved, cancelled or added, with what that does to due dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import click

from ...calendar.planner.builder import planner_of
from ...calendar.planner.model import Planner
from ...calendar.rules.meeting_series import MeetingChangeKind
from ...operations.planner.change import body_named, change_planner
from ...operations.planner.meetings import MeetingDecision
from ...queries.planner.change_preview import change_effects
from ...queries.planner.change_text import passed_in_words
from ...scheduler.installation import Installation
from ...storage.boards import BoardRow
from ..framework.consequences import consequences_in_words
from ..framework.context import Invocation, asking
from ..framework.param_types import DAY, SLOT, WHY, YES, by
from ..framework.terminal import agreed, hung, painted, say, say_lines

BODY = click.argument("body")
DAY_OF_MEETING = click.argument("day", metavar="DATE", type=DAY)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would change.")
BY = by("decided")


@click.group()
def meeting() -> None:
    """Move, cancel or add a meeting.

    What falls due with it moves too; that is shown first, and asked about unless --yes is given.
    """


@meeting.command()
@BODY
@DAY_OF_MEETING
@click.option("--to", metavar="DATE", type=DAY, required=True, help="The new day.")
@SLOT
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
    slot: str | None,
    dry_run: bool,
    yes: bool,
    who: str | None,
    note: str | None,
) -> None:
    """Move the meeting of BODY on DATE to another day."""
    decision = MeetingDecision(
        body=body, becomes=MeetingChangeKind.MOVED, day=day, to=to, slot=slot
    )
    _change(invocation, decision, dry_run=dry_run, yes=yes, who=who, note=note)


@meeting.command()
@BODY
@DAY_OF_MEETING
@SLOT
@DRY_RUN
@YES
@BY
@WHY
@click.pass_obj
def cancel(
    invocation: Invocation,
    body: str,
    day: date,
    slot: str | None,
    dry_run: bool,
    yes: bool,
    who: str | None,
    note: str | None,
) -> None:
    """Cancel the meeting of BODY on DATE."""
    decision = MeetingDecision(body=body, becomes=MeetingChangeKind.CANCELLED, day=day, slot=slot)
    _change(invocation, decision, dry_run=dry_run, yes=yes, who=who, note=note)


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
    decision = MeetingDecision(
        body=body, becomes=MeetingChangeKind.ADDED, day=day, extraordinary=extraordinary
    )
    _change(invocation, decision, dry_run=dry_run, yes=yes, who=who, note=note)


def _change(
    invocation: Invocation,
    decision: MeetingDecision,
    *,
    dry_run: bool,
    yes: bool,
    who: str | None,
    note: str | None,
) -> None:
    """Shows what the change does, asks, and makes it."""
    with invocation.reading() if dry_run else invocation.writing() as installation:
        with installation.database.read() as connection:
            row = installation.board(connection, invocation.board)
            content = installation.planners.content(connection, row)
        named = replace(decision, body=body_named(content, decision.body))
        planner = planner_of(content)
        named.require_one(planner)
        decision = named.of(planner)
        after = planner_of(decision.edit(content, decided=installation.today))
        warning = _show(installation, row.id, decision, after)
        if dry_run:
            say("Nothing was changed.")
        elif agreed("Make this change?", yes=yes) and (
            warning is None or agreed("Are you sure of the day?", yes=yes)
        ):
            _make(installation, row, decision, who=who, note=note)


def _make(
    installation: Installation,
    row: BoardRow,
    decision: MeetingDecision,
    *,
    who: str | None,
    note: str | None,
) -> None:
    change_planner(
        installation,
        row,
        lambda content: decision.edit(content, decided=installation.today),
        subject=decision.body,
        what=decision.what,
        after=decision.days,
        who=who or asking(),
        why=note,
    )
    say("Done. `boardcal upcoming` shows the new dates.")


def _show(
    installation: Installation, board_id: str, decision: MeetingDecision, after: Planner
) -> str | None:
    """Shows what the change does; the warning where it puts dates into the past."""
    with installation.database.read() as connection:
        view = installation.view(connection, installation.board(connection, board_id))
        outcome = change_effects(connection, view, after)
    say(decision.headline(after), decision.remark(after))
    say_lines(consequences_in_words(outcome, after))
    warning = passed_in_words(outcome)
    if warning is not None:
        say_lines(painted(line, fg="red") for line in hung(warning))
    return warning
