"""`boardcal mail`: every mail and what became of it, and what a person decides about one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import Connection

from ...calendar.rules.date_text import weekday_date
from ...core.errors import BoardcalError
from ...operations.mails import count_as_arrived, count_as_lost, hold_back, send_again
from ...queries.mails.mail import MailDetails, mail_details
from ...queries.mails.mails import MailFilter, MailLine, mails_page
from ...scheduler.planning.board_view import BoardView
from ...wording.mails import NO_LONGER_KEPT, MailOutcome
from ..framework.context import Invocation, asking
from ..framework.param_types import NUMBERED, WHY_REQUIRED, OneOf, by
from ..framework.terminal import hung, say, say_json, say_lines

STATES = {outcome.value.replace(" ", "-"): outcome for outcome in MailOutcome}
AS_MANY_AS_THERE_ARE = 1_000_000
MAIL = click.argument("number", metavar="ID", type=NUMBERED)
BY = by("decides")
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Default: text."
)
Change = Callable[..., Any]


class NoSuchMailError(BoardcalError):
    """No mail of a Board has the number that was asked for."""


@click.group()
def mail() -> None:
    """List mails, show one, and decide about one that may not have arrived.

    Where nobody can tell whether a mail arrived, ask its reader; then `settle` it, or `resend` it.
    """


@mail.command("list")
@click.option(
    "--state",
    "states",
    type=OneOf(tuple(STATES)),
    metavar="STATE",
    multiple=True,
    help="Only mails of which this became: " + ", ".join(STATES) + ".",
)
@FORMAT
@click.pass_obj
def list_(invocation: Invocation, states: tuple[str, ...], form: str) -> None:
    """List the mails, the newest first, with the number that each is shown by."""
    choices = [MailFilter(outcome=STATES[state]) for state in states] or [MailFilter()]
    with (
        invocation.reading(with_planner=False) as installation,
        installation.database.read() as connection,
    ):
        if not installation.stored:
            lines: list[MailLine] = []
        else:
            # The row alone: a large planner takes seconds to read.
            board = installation.board(connection, invocation.board).id
            lines = [
                line
                for choice in choices
                for line in mails_page(
                    connection, board, installation.local, choice=choice, size=AS_MANY_AS_THERE_ARE
                ).mails
            ]
    lines.sort(key=lambda line: (line.day, line.id), reverse=True)
    if form == "json":
        say_json([_as_json(line) for line in lines])
    elif lines:
        for line in lines:
            say_lines(_in_lines(line))
    else:
        say("There is no such mail." if states else "There is no mail yet.")


@mail.command()
@MAIL
@FORMAT
@click.pass_obj
def show(invocation: Invocation, number: int, form: str) -> None:
    """Show one mail: what became of it, each attempt, and its text."""
    with (
        invocation.reading(with_planner=False) as installation,
        installation.database.read() as connection,
    ):
        view = installation.view(connection, installation.board(connection, invocation.board))
        whole = _whole(connection, view, number)
    if form == "json":
        say_json(
            _as_json(whole.line)
            | {
                "items": [
                    {"key": item.key, "title": item.title, "step": item.step, "words": item.words}
                    for item in whole.items
                ],
                "attempts": [
                    {"when": attempt.when, "words": attempt.words, "reply": attempt.reply}
                    for attempt in whole.attempts
                ],
                "headers": dict(whole.headers),
                "text": whole.text,
            }
        )
        return
    say_lines(_in_full(whole))


@mail.command()
@MAIL
@WHY_REQUIRED
@BY
@click.pass_obj
def resend(invocation: Invocation, number: int, note: str, who: str | None) -> None:
    """Let a mail go out once more that was refused, or that may not have arrived.

    One that may have arrived goes out as it was, byte for byte. Nobody gets two mails a day.
    """
    with _deciding(invocation, number) as (connection, view, line):
        day = send_again(connection, view, number, who=who or asking(), why=note)
    say(f"The mail to {line.to} goes out again, from {weekday_date(day)} on.")


@mail.command()
@MAIL
@click.argument("outcome", type=OneOf(("arrived", "lost")), metavar="arrived|lost")
@WHY_REQUIRED
@BY
@click.pass_obj
def settle(invocation: Invocation, number: int, outcome: str, note: str, who: str | None) -> None:
    """Record whether a mail that may have arrived did: `arrived`, or `lost`."""
    change = count_as_arrived if outcome == "arrived" else count_as_lost
    with _deciding(invocation, number) as (connection, view, line):
        change(connection, view, number, who=who or asking(), why=note)
    if outcome == "arrived":
        say(f"It is on record that the mail to {line.to} arrived.")
        return
    say(
        f"It is on record that the mail to {line.to} did not arrive. The next reminder comes as "
        f"ever; `boardcal mail resend {number}` lets this one go out now."
    )


@mail.command()
@MAIL
@WHY_REQUIRED
@BY
@click.pass_obj
def suppress(invocation: Invocation, number: int, note: str, who: str | None) -> None:
    """Keep a mail from going out that waits, or was refused; later reminders come as ever."""
    with _deciding(invocation, number) as (connection, view, line):
        hold_back(connection, view, number, who=who or asking(), why=note)
    say(f"The mail to {line.to} does not go out; later reminders come as ever.")


@contextmanager
def _deciding(
    invocation: Invocation, number: int
) -> Iterator[tuple[Connection, BoardView, MailLine]]:
    """A change of one mail of the Board that is meant."""
    with invocation.writing() as installation, installation.database.write() as connection:
        view = installation.view(connection, installation.board(connection, invocation.board))
        yield connection, view, _whole(connection, view, number).line


def _whole(connection: Connection, view: BoardView, number: int) -> MailDetails:
    mail = mail_details(connection, view, number)
    if mail is None:
        raise NoSuchMailError(
            f"There is no mail {number} of {view.row.name}; `boardcal mail list` shows which "
            "there are."
        )
    return mail


def _in_lines(line: MailLine) -> Iterator[str]:
    yield f"{line.id}  {line.to}"
    yield from hung(f"{line.day.isoformat()}  {line.subject}", 4)
    yield from hung(line.words, 4)


def _in_full(mail: MailDetails) -> Iterator[str]:
    yield from _in_lines(mail.line)
    for item in mail.items:
        yield from hung(f"{item.title}: {item.step}, {item.capacity}; {item.words}", 4)
        yield f"    {item.key}"
    for attempt in mail.attempts:
        reply = f": {attempt.reply}" if attempt.reply else ""
        yield from hung(f"Attempt of {attempt.when}: {attempt.words}{reply}", 4)
    if mail.is_thinned:
        yield ""
        yield from (f"{name}: {value}" for name, value in mail.headers)
        yield ""
        yield NO_LONGER_KEPT
    if mail.text is not None:
        yield ""
        yield from (f"{name}: {value}" for name, value in mail.headers)
        yield ""
        yield mail.text.rstrip()


def _as_json(line: MailLine) -> dict[str, object]:
    return {
        "id": line.id,
        "day": line.day.isoformat(),
        "to": line.to,
        "subject": line.subject,
        "state": line.outcome.value.replace(" ", "-"),
        "words": line.words,
        "items": line.items,
    }
