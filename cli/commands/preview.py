"""`boardcal preview`: the mails of one day as they would be, sent to no one."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import click

from ...calendar.rules.date_text import listed, long_date, weekday_date
from ...notifications.letters.render import Rendered, Templates
from ...scheduler.factory import sender_for
from ...scheduler.installation import Installation
from ...scheduler.simulation import SimulatedMail
from ...storage.boards import boards
from ..framework.context import Invocation
from ..framework.output_files import write_mails
from ..framework.param_types import ADDRESS, DAY, OneOf
from ..framework.simulated_mails import PeriodError, fields, played, watched
from ..framework.terminal import NO_MAILS_YET, aside, say, say_json

LOOK_ON = timedelta(days=31)
RULE = "-" * 72


@click.command()
@click.option("--on", "day", metavar="DAY", type=DAY, required=True, help="The day to show.")
@click.option("--to", "person", metavar="ADDRESS", type=ADDRESS, help="Only this person's mail.")
@click.option(
    "--format",
    "form",
    type=OneOf(["text", "html", "json"]),
    default="text",
    help="What to show of each mail.",
)
@click.option(
    "--write",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Write each mail as an .eml file into this folder; with --format html an .html file too.",
)
@click.pass_obj
def preview(
    invocation: Invocation, day: date, person: str | None, form: str, folder: Path | None
) -> None:
    """Show the mails of a day as they would go out. None is sent and nothing is stored.

    The days from today on are played through, and nobody answers meanwhile.
    """
    with invocation.reading() as installation:
        if day < installation.today:
            raise PeriodError(f"{long_date(day)} has passed; give --on a day from today on.")
        mails, following = _mails(invocation, installation, day)
        if not mails:
            _say_none(installation, day, following, form)
            return
        mails = _for(person, mails, day)
        templates = Templates()
        letters = [(mail, templates.render(mail.letter)) for mail in mails]
        if folder is not None:
            sender = sender_for(installation.settings)
            for path in write_mails(folder, letters, sender=sender, with_html=form == "html"):
                click.echo(path)
        else:
            _show(letters, form)


def _mails(
    invocation: Invocation, installation: Installation, day: date
) -> tuple[list[SimulatedMail], date | None]:
    """The mails of `day`, and where there are none the next day that has some."""
    with (
        invocation.playing(installation, installation.today) as copy,
        watched(installation.today, day) as progress,
    ):
        before = played(
            installation, copy, installation.today, day - timedelta(days=1), progress=progress
        )
        from_day_on = played(
            installation, copy, day, day + LOOK_ON, progress=progress, in_full=True
        )
        mails: list[SimulatedMail] = []
        for mail in chain(before, from_day_on):
            when = mail.at.date()
            if when == day:
                mails.append(mail)
            elif when > day:
                return mails, when
    return mails, None


def _for(person: str | None, mails: list[SimulatedMail], day: date) -> list[SimulatedMail]:
    if person is None:
        return mails
    theirs = [mail for mail in mails if mail.letter.recipient.casefold() == person.casefold()]
    if theirs:
        return theirs
    others = listed([mail.letter.recipient for mail in mails])
    raise PeriodError(f"{person} gets no mail on {long_date(day)}; {others} would get one.")


def _say_none(installation: Installation, day: date, following: date | None, form: str) -> None:
    """Why there is nothing to show; for programs an empty answer beside it."""
    if form == "json":
        say_json([])
    tell = aside if form == "json" else say
    with installation.database.read() as connection:
        waiting = all(row.go_live is None for row in boards(connection))
    if waiting:
        tell(NO_MAILS_YET)
        return
    none = "No more mails" if day == installation.today and installation.stored else "No mails"
    if following is None:
        on, until = weekday_date(day), long_date(day + LOOK_ON)
        tell(f"{none} would go out on {on}, nor until {until}.")
    else:
        on, then = weekday_date(day), weekday_date(following)
        tell(f"{none} would go out on {on}; the next ones would on {then}.")


def _show(letters: list[tuple[SimulatedMail, Rendered]], form: str) -> None:
    if form == "json":
        say_json(
            [
                {**fields(mail), "text": rendered.text, "html": rendered.html}
                for mail, rendered in letters
            ]
        )
        return
    for number, (mail, rendered) in enumerate(letters):
        if form == "html":
            click.echo(f"<!-- To: {mail.letter.recipient} -->\n{rendered.html}")
            continue
        if number:
            click.echo(f"\n{RULE}\n")
        click.echo(f"To: {mail.letter.recipient}\nSubject: {rendered.subject}\n")
        click.echo(rendered.text.rstrip())
