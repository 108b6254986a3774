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
from ..framework.param_types import ADDRESS, SAYS_SO
from ..framework.terminal import say, say_lines, say_secret

THE_BOARD = ""
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
@SAYS_SO
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
    with invocation.writing() as installation, installation.database.write() as connection:
        row = installation.board(connection, whole or invocation.board)
        kind, subject = _asked(installation, connection, row, body, person)
        made, token = make_feed(
            connection, row.id, kind, subject, now=installation.clock(), who=who or asking()
        )
        words = feed_title(made, installation.planners.get(connection, row))
        say(f"The dates of {words}. Whoever has this address can read them; it is shown only now:")
        _say_address(installation, token)


@feed.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the feeds, without their addresses."""
    with (
        invocation.reading(with_planner=False) as installation,
        installation.database.read() as connection,
    ):
        rows = [installation.board(connection, invocation.board)] if invocation.board else []
        feeds = [
            (feed, feed_title(feed, installation.planners.get(connection, row)))
            for row in rows or boards(connection)
            for feed in feeds_of(connection, row.id)
        ]
    if not feeds:
        say("There are no feeds yet; `boardcal feed create` makes one.")
    say_lines(_lines(feeds))


@feed.command()
@MEANT
@SAYS_SO
@click.pass_obj
def revoke(invocation: Invocation, meant: str, who: str | None) -> None:
    """Stop a feed for good.

    It is named by its number from the list, or by its address.
    """
    with invocation.writing() as installation, installation.database.write() as connection:
        feed = feed_meant(connection, meant)
        words = _words(installation, connection, feed)
        ended = revoke_feed(connection, feed, now=installation.clock(), who=who or asking())
    if ended:
        say(f"Feed {feed.id} ({words}) is stopped: its address gives nothing any more.")
    else:
        say(f"Feed {feed.id} ({words}) was stopped before.")


@feed.command()
@MEANT
@SAYS_SO
@click.pass_obj
def rotate(invocation: Invocation, meant: str, who: str | None) -> None:
    """Give a feed a new address; the old one stops.

    It is named by its number from the list, or by its old address.
    """
    with invocation.writing() as installation, installation.database.write() as connection:
        feed = feed_meant(connection, meant)
        made, token = rotate_feed(connection, feed, now=installation.clock(), who=who or asking())
        words = _words(installation, connection, made)
        say(
            f"The dates of {words} have a new address, shown only now; the old one gives nothing "
            f"any more. The feed is number {made.id} in the list."
        )
        _say_address(installation, token)


def _asked(
    installation: Installation,
    connection: Connection,
    row: BoardRow,
    body: str | None,
    person: str | None,
) -> tuple[FeedKind, str]:
    if body is not None:
        return FeedKind.BODY, body_named(installation.planners.content(connection, row), body)
    if person is not None:
        return FeedKind.PERSON, person_named(installation.planners.get(connection, row), person)
    return FeedKind.BOARD, row.id


def _words(installation: Installation, connection: Connection, feed: Feed) -> str:
    row = board_row(connection, feed.board)
    return (
        feed.subject
        if row is None
        else feed_title(feed, installation.planners.get(connection, row))
    )


def _say_address(installation: Installation, token: str) -> None:
    say_secret(f"{installation.settings.web.base_url}/feeds/{token}.ics")


def _lines(feeds: list[tuple[Feed, str]]) -> Iterator[str]:
    numbers = max((len(str(feed.id)) for feed, _ in feeds), default=0)
    room = max((len(words) for _, words in feeds), default=0)
    for feed, words in feeds:
        made = f"made {long_date(feed.made_at.date())} by {feed.made_by}"
        fetched = (
            "not fetched yet"
            if feed.fetched_on is None
            else f"last fetched {long_date(feed.fetched_on)}"
        )
        yield f"{feed.id:{numbers}}  {words:{room}}  {made}, {fetched}"
