"""`boardcal pause`: no mails for a while, of the Board, a body or a person."""

from __future__ import annotations

from datetime import date

import click
from sqlalchemy import Connection

from ...calendar.rules.date_text import weekday_date
from ...core.errors import BoardcalError
from ...operations.pause import set_pause
from ...operations.planner.change import body_named
from ...scheduler.installation import Installation
from ...storage.boards import BoardRow, hold_boards
from ...storage.pauses import PauseKind
from ...wording.names import short_names
from ..framework.context import Invocation, asking
from ..framework.param_types import ADDRESS, DAY, NOTE, SAYS_SO
from ..framework.terminal import say


class UnknownPersonError(BoardcalError):
    """An address that holds no role."""


BODY = click.option("--body", metavar="BODY", help="Only what this body owes.")
PERSON = click.option(
    "--person", metavar="ADDRESS", type=ADDRESS, help="Only the mails to this person."
)


@click.command()
@BODY
@PERSON
@click.option(
    "--until", metavar="DAY", type=DAY, help="From when on mails go on; default: until resumed."
)
@click.option("--why", metavar="TEXT", type=NOTE, help="Why, for the record.")
@SAYS_SO
@click.pass_obj
def pause(
    invocation: Invocation,
    /,
    body: str | None,
    person: str | None,
    until: date | None,
    why: str | None,
    who: str | None,
) -> None:
    """Stop mails until DAY or `boardcal resume`: all of the Board's, a body's, or a person's.

    What is about somebody who is paused goes to whoever stands in for them.
    """
    with invocation.writing() as installation, installation.database.write() as connection:
        hold_boards(connection)
        row = installation.board(connection, invocation.board)
        kind, name, words = meant(installation, connection, row, body, person)
        begun = set_pause(
            connection,
            row,
            kind,
            name,
            moment=installation.local.moment(installation.clock()),
            who=who or asking(),
            why=why,
            until=until,
        )
    if not begun:
        say(f"Mails {words} were paused already.")
        return
    option = {
        PauseKind.BOARD: "",
        PauseKind.BODY: f" --body {name}",
        PauseKind.PERSON: f" --person {name}",
    }[kind]
    if until is not None:
        then = f"They go on from {weekday_date(until)}; `boardcal resume{option}` ends it before."
        say(f"Mails {words} are paused. {then}")
        return
    say(f"Mails {words} are paused. `boardcal resume{option}` lets them go on.")


def meant(
    installation: Installation,
    connection: Connection,
    row: BoardRow,
    body: str | None,
    person: str | None,
) -> tuple[PauseKind, str, str]:
    """What is to be paused: its kind, its id, and how a sentence names it."""
    planner = installation.planners.get(connection, row)
    if body is not None and person is not None:
        raise click.UsageError("--body and --person cannot go together; give one of them")
    if body is not None:
        body_id = body_named(installation.planners.content(connection, row), body)
        return (
            PauseKind.BODY,
            body_id,
            f"about what {''.join(short_names(planner, [body_id]))} owes",
        )
    if person is None:
        return PauseKind.BOARD, row.id, f"of {row.name}"
    address = planner.address_named(person)
    if address is None:
        raise UnknownPersonError(f"{person} holds no role; `boardcal people list` shows who does.")
    return PauseKind.PERSON, address, f"to {address}"
