"""`boardcal pause` and `boardcal resume`: no mails for a while, and mails again."""

from __future__ import annotations

from datetime import date

import click
from sqlalchemy import Connection

from ...core.errors import BoardcalError
from ...operations.pause import end_pause, set_pause
from ...operations.planner.change import body_named
from ...scheduler.installation import Installation
from ...storage.boards import BoardRow, hold_boards
from ...wording.names import short_names
from ..framework.context import Invocation, asking
from ..framework.param_types import ADDRESS, DAY, NOTE
from ..framework.terminal import say
from .end_hold import end_hold_if_any


class UnknownPersonError(BoardcalError):
    """An address that holds no role."""


BODY = click.option("--body", metavar="BODY", help="Only what this body owes.")
PERSON = click.option(
    "--person", metavar="ADDRESS", type=ADDRESS, help="Only the mails to this person."
)
BY = click.option("--by", "who", metavar="WHO", type=NOTE, help="Who says so; default: you.")


@click.command()
@BODY
@PERSON
@click.option("--why", metavar="TEXT", type=NOTE, help="Why, for the record.")
@BY
@click.pass_obj
def pause(
    invocation: Invocation,
    body: str | None,
    person: str | None,
    why: str | None,
    who: str | None,
) -> None:
    """Stop mails until `boardcal resume`: all of the Board's, a body's, or a person's.

    What is about somebody who is paused goes to whoever stands in for them.
    """
    with invocation.writing() as here, here.database.write() as connection:
        hold_boards(connection)
        row = here.board(connection, invocation.board)
        kind, name, words = _meant(here, connection, row, body, person)
        begun = set_pause(
            connection, row, kind, name, now=here.clock(), who=who or asking(), why=why
        )
    if not begun:
        say(f"Mails {words} were paused already.")
        return
    option = {"board": "", "body": f" --body {name}", "person": f" --person {name}"}[kind]
    say(f"Mails {words} are paused. `boardcal resume{option}` lets them go on.")


@click.command()
@BODY
@PERSON
@BY
@click.option(
    "--sent-until",
    metavar="DATE",
    type=DAY,
    help="After a restore: the last day on which mails went out. Their reminders count as sent; "
    "the secretariat's overview goes once more.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def resume(
    invocation: Invocation,
    body: str | None,
    person: str | None,
    who: str | None,
    sent_until: date | None,
    yes: bool,
) -> None:
    """Let mails go on that `boardcal pause` stopped, or that boardcal put on hold itself.

    A hold is ended first: it shows why it is there and who would be mailed, and asks on a
    terminal.
    """
    who = who or asking()
    if sent_until is not None and (body or person):
        raise click.UsageError("--sent-until is for all mails; leave out --body and --person")
    with invocation.writing() as here:
        is_for_all = body is None and person is None
        if is_for_all and end_hold_if_any(here, who, sent_until=sent_until, yes=yes):
            return
        with here.database.write() as connection:
            hold_boards(connection)
            row = here.board(connection, invocation.board)
            kind, name, words = _meant(here, connection, row, body, person)
            ended = end_pause(connection, row, kind, name, now=here.clock(), who=who)
    if ended:
        say(f"Mails {words} go on. What came due meanwhile is caught up with, once.")
    else:
        say(f"Mails {words} were not paused.")


def _meant(
    here: Installation,
    connection: Connection,
    row: BoardRow,
    body: str | None,
    person: str | None,
) -> tuple[str, str, str]:
    """What is to be paused: its kind, its id, and how a sentence names it."""
    planner = here.shelf.get(connection, row)
    if body is not None and person is not None:
        raise click.UsageError("--body and --person cannot go together; give one of them")
    if body is not None:
        body_id = body_named(here.shelf.content(connection, row), body)
        return "body", body_id, f"about what {''.join(short_names(planner, [body_id]))} owes"
    if person is None:
        return "board", row.id, f"of {row.name}"
    address = planner.address_named(person)
    if address is None:
        raise UnknownPersonError(f"{person} holds no role; `boardcal people list` shows who does.")
    return "person", address, f"to {address}"
