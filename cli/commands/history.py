"""`boardcal history`: everything on record about something that is due, or about access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import click

from ...calendar.rules.date_text import long_date
from ...queries.access import access_since
from ...queries.calendar.item_history import HistoryLine, ItemHistory, item_history
from ...storage.accounts.accounts import account_named
from ...storage.boards import boards
from ...wording.access import AccessLine
from ..framework.context import Invocation
from ..framework.param_types import OneOf
from ..framework.terminal import hung, say, say_json, say_lines

USUAL_DAYS = 30
MOST_DAYS = 3660


@click.command()
@click.argument("key", required=False)
@click.option(
    "--access",
    is_flag=True,
    help="Tell who signed in, who was refused, and what was done to accounts instead.",
)
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=USUAL_DAYS,
    show_default=True,
    help="Of how many days, with --access.",
)
@click.option(
    "--format",
    "form",
    type=OneOf(["table", "json"]),
    default="table",
    help="For people or for programs.",
)
@click.pass_obj
def history(invocation: Invocation, key: str | None, form: str, days: int, *, access: bool) -> None:
    """Tell everything about something that is due, in the order in which it happened.

    KEY is the line under its title in `boardcal upcoming`. It tells when it was planned, who was
    to be mailed and why, every mail with its Message-ID and what the server said, and who
    changed what. With --access, KEY is the address of an account, or left out for all.
    """
    if access:
        _tell_access(invocation, key, days, form)
        return
    if key is None:
        raise click.UsageError("Give the KEY of something due, or --access")
    with invocation.reading() as installation, installation.database.read() as connection:
        row = invocation.board_of(installation, connection, key)
        view = installation.view(connection, row)
        record = item_history(connection, view, key)
        owner = view.names.short(record.stored.owner)
    if form == "json":
        say_json(_fields(record))
    else:
        say_lines(_told(record, owner))


def _tell_access(invocation: Invocation, account: str | None, days: int, form: str) -> None:
    with (
        invocation.reading(with_planner=False) as installation,
        installation.database.read() as connection,
    ):
        email = None if account is None else account_named(connection, account).email
        lines = access_since(
            connection,
            {row.id: row.name for row in boards(connection)},
            installation.local,
            since=installation.clock() - timedelta(days=days),
            account=email,
        )
    if form == "json":
        say_json({"access": [_access_fields(line) for line in lines]})
        return
    if not lines:
        say("Nothing is on record for these days.")
    for line in lines:
        first, *others = hung(line.sentence, 18)
        place = hung(line.place, 18) if line.place else ()
        say_lines([f"{f'{line.at:%Y-%m-%d %H:%M}':<18}{first.strip()}", *others, *place])


def _access_fields(line: AccessLine) -> dict[str, Any]:
    return {
        "at": line.at.isoformat(timespec="seconds"),
        "kind": line.kind,
        "account": line.account or None,
        "who": line.who,
        "browser": line.browser,
        "address": line.address,
        "times": line.times or None,
        "sentence": line.sentence,
    }


def _fields(record: ItemHistory) -> dict[str, Any]:
    stored = record.stored
    return {
        "key": stored.key,
        "title": stored.title,
        "owner": stored.owner,
        "due": stored.due.isoformat(),
        "first_due": stored.first_due.isoformat(),
        "state": stored.state,
        "record": [
            asdict(line)
            | {"at": None if line.at is None else line.at.isoformat(timespec="seconds")}
            for line in record.lines
        ],
    }


def _told(record: ItemHistory, owner: str) -> Iterator[str]:
    stored = record.stored
    yield stored.key
    yield from hung(f'"{stored.title}" of {owner}, due {long_date(stored.due)}: {stored.state}')
    yield ""
    for line in record.lines:
        when = "" if line.at is None else f"{line.at:%Y-%m-%d %H:%M}"
        first, *others = hung(line.words, 18)
        yield f"{when:<18}{first.strip()}"
        yield from others
        yield from _details(line)


def _details(line: HistoryLine) -> Iterator[str]:
    """What may be looked for as it is, each on a line of its own."""
    if line.message_id is not None:
        yield f"{'':18}Message-ID {line.message_id}"
    if line.reply is not None:
        yield from hung(f"reply: {line.reply}", 18)
    if line.to is not None and line.why is not None:
        yield from hung(line.why, 18)
