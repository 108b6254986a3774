"""`boardcal feed`: secret addresses from which calendar programs read dates."""

from __future__ import annotations

from collections.abc import Iterator

import click
from sqlalchemy import Connection

from ...calendar.rules.date_text import long_date
from ...operations.planner.change import body_named
from ...queries.feeds.subjects import feed_title, person_named
from ...scheduler.installation import Installation
from ...storage.boards import BoardRow, board_row, boards
from ...storage.feeds.feeds import (
    Feed,
    FeedKind,
    feed_meant,
    feeds_of,
    make_feed,
    revoke_feed,
    rotate_feed,
)
from ..framework.context import Invocation, asking
from ..framework.param_types import ADDRESS, NOTE
from ..framework.terminal import say, say_lines

THE_BOARD = ""
BY = click.option("--by", "who", metavar="WHO", type=NOTE, help="Who says so; default: you.")
MEANT = click.argument("meant", metavar="NUMBER_OR_ADDRESS")


@click.group()
def feed() -> None:
    """Give people the dates in Outlook and other calendars, through an address to subscribe to.

    Whoever has the address can read the dates and nothing else. It is shown once.
    """


@feed.command()
@click.option(
    "--board",
    "whole",
    metavar="[ID]",
    is_flag=False,
    flag_value=THE_BOARD,
    help="Everything of the Board, or which Board where there are several.",
)
@click.option("--body", metavar="ID", help="What a body owes and gets, and when it meets.")
@click.option(
    "--person",
    metavar="ADDRESS",
    type=ADDRESS,
    help="What the bodies owe in which somebody holds a role, and when they meet.",
)
@BY
@click.pass_obj
def create(
    invocation: Invocation,
    whole: str | None,
    body: str | None,
    person: str | None,
    who: str | None,
) -> None:
    """Make a feed, and print its address once."""
    if [whole, body, person] == [None, None, None]:
        raise click.UsageError("Give one of --board, --body ID and --person ADDRESS")
    if (body and person) or (whole == THE_BOARD and (body or person)):
        raise click.UsageError("--board, --body and --person cannot go together; give one of them")
    with invocation.writing() as here, here.database.write() as connection:
        row = here.board(connection, whole or invocation.board)
        kind, subject = _asked(here, connection, row, body, person)
        made, token = make_feed(
            connection, row.id, kind, subject, now=here.clock(), who=who or asking()
        )
        words = feed_title(made, here.shelf.get(connection, row))
    say(f"The dates of {words}. Whoever has this address can read them; it is shown only now:")
    _say_address(here, token)


@feed.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the feeds, without their addresses."""
    with invocation.reading(with_planner=False) as here, here.database.read() as connection:
        rows = [here.board(connection, invocation.board)] if invocation.board else []
        found = [
            (each, feed_title(each, here.shelf.get(connection, row)))
            for row in rows or boards(connection)
            for each in feeds_of(connection, row.id)
        ]
    if not found:
        say("There are no feeds yet; `boardcal feed create` makes one.")
    say_lines(_lines(found))


@feed.command()
@MEANT
@BY
@click.pass_obj
def revoke(invocation: Invocation, meant: str, who: str | None) -> None:
    """Stop a feed for good.

    It is named by its number from the list, or by its address.
    """
    with invocation.writing() as here, here.database.write() as connection:
        found = feed_meant(connection, meant)
        words = _words(here, connection, found)
        ended = revoke_feed(connection, found, now=here.clock(), who=who or asking())
    if ended:
        say(f"Feed {found.id} ({words}) is stopped: its address gives nothing any more.")
    else:
        say(f"Feed {found.id} ({words}) was stopped before.")


@feed.command()
@MEANT
@BY
@click.pass_obj
def rotate(invocation: Invocation, meant: str, who: str | None) -> None:
    """Give a feed a new address; the old one stops.

    It is named by its number from the list, or by its old address.
    """
    with invocation.writing() as here, here.database.write() as connection:
        found = feed_meant(connection, meant)
        made, token = rotate_feed(connection, found, now=here.clock(), who=who or asking())
        words = _words(here, connection, made)
    say(
        f"The dates of {words} have a new address, shown only now; the old one gives nothing "
        f"any more. The feed is number {made.id} in the list."
    )
    _say_address(here, token)


def _asked(
    here: Installation,
    connection: Connection,
    row: BoardRow,
    body: str | None,
    person: str | None,
) -> tuple[FeedKind, str]:
    if body is not None:
        return FeedKind.BODY, body_named(here.shelf.content(connection, row), body)
    if person is not None:
        return FeedKind.PERSON, person_named(here.shelf.get(connection, row), person)
    return FeedKind.BOARD, row.id


def _words(here: Installation, connection: Connection, found: Feed) -> str:
    row = board_row(connection, found.board)
    return found.subject if row is None else feed_title(found, here.shelf.get(connection, row))


def _say_address(here: Installation, token: str) -> None:
    # By itself on its line and never wrapped, so that it can be copied whole.
    say_lines([f"{here.settings.web.base_url}/feeds/{token}.ics"])


def _lines(found: list[tuple[Feed, str]]) -> Iterator[str]:
    numbers = max((len(str(each.id)) for each, _ in found), default=0)
    room = max((len(words) for _, words in found), default=0)
    for each, words in found:
        made = f"made {long_date(each.made_at.date())} by {each.made_by}"
        fetched = (
            "not fetched yet"
            if each.fetched_on is None
            else f"last fetched {long_date(each.fetched_on)}"
        )
        yield f"{each.id:{numbers}}  {words:{room}}  {made}, {fetched}"
