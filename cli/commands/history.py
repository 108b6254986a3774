"""`boardcal history`: everything on record about something that is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from ...calendar.rules.date_text import long_date
from ...queries.calendar.item_history import HistoryLine, ItemHistory, item_history
from ..framework.context import Invocation
from ..framework.param_types import OneOf
from ..framework.terminal import hung, say_json, say_lines


@click.command()
@click.argument("key")
@click.option(
    "--format",
    "form",
    type=OneOf(["table", "json"]),
    default="table",
    help="For people or for programs.",
)
@click.pass_obj
def history(invocation: Invocation, key: str, form: str) -> None:
    """Tell everything about something that is due, in the order in which it happened.

    KEY is the line under its title in `boardcal upcoming`. It tells when it was planned, who was
    to be mailed and why, every mail with its Message-ID and what the server said, and who
    changed what.
    """
    with invocation.reading() as installation, installation.database.read() as connection:
        row = invocation.board_of(installation, connection, key)
        view = installation.view(connection, row)
        record = item_history(connection, view, key)
        owner = view.names.short(record.stored.owner)
    if form == "json":
        say_json(_fields(record))
    else:
        say_lines(_told(record, owner))


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
