"""`boardcal simulate`: every mail of a period, on a virtual clock and a copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import click

from ...calendar.rules.date_text import long_date
from ...notifications.letters.subject import subject
from ...scheduler.simulation import SimulatedMail
from ...wording.text import count
from ..framework.context import Invocation
from ..framework.param_types import DAY, OneOf
from ..framework.simulated_mails import PeriodError, fields, played, watched
from ..framework.terminal import hung, is_terminal, say_json, say_lines, width

INDENT = 18


@click.command()
@click.option("--from", "start", metavar="DAY", type=DAY, required=True, help="The first day.")
@click.option("--to", "end", metavar="DAY", type=DAY, required=True, help="The last day.")
@click.option(
    "--format",
    "form",
    type=OneOf(["table", "json"]),
    default="table",
    help="For people or for programs.",
)
@click.pass_obj
def simulate(invocation: Invocation, start: date, end: date, form: str) -> None:
    """List every mail that a period would bring. None is sent and nothing is stored.

    What is recorded already counts; from the first day on nobody answers, so the chasers show.
    Where there is no database yet, mails begin on the first day.
    """
    if end < start:
        raise PeriodError(
            f"The last day, {long_date(end)}, comes before the first, {long_date(start)}; "
            "give --to a day that is not before --from."
        )
    with (
        invocation.reading() as installation,
        invocation.playing(installation, start) as copy,
        watched(start, end) as progress,
    ):
        mails = list(played(installation, copy, start, end, progress=progress))
    if form == "json":
        say_json([fields(mail) for mail in mails])
    else:
        say_lines(_table(mails, start, end))


def _table(mails: list[SimulatedMail], start: date, end: date) -> Iterator[str]:
    for mail in mails:
        yield from _lines(mail)
    span = f"from {long_date(start)} to {long_date(end)}"
    if not mails:
        yield from hung(f"No mail would go out {span}.")
        return
    yield ""
    yield from hung(f"{_totals(mails)}, {span}. None was sent.")


def _lines(mail: SimulatedMail) -> Iterator[str]:
    """One line, or on a terminal that is too narrow the subject below."""
    head = f"{mail.at:%Y-%m-%d %H:%M}  {mail.letter.recipient}"
    about = subject(mail.letter)
    if not is_terminal() or len(head) + len(about) + 2 <= width():
        yield f"{head}  {about}"
        return
    yield head
    yield from hung(about, INDENT)


def _totals(mails: list[SimulatedMail]) -> str:
    """ "212 mails to 23 people on 150 days, at most one a day each"."""
    a_day = Counter((mail.letter.recipient, mail.at.date()) for mail in mails)
    people = {reader for reader, _ in a_day}
    days = {day for _, day in a_day}
    most = max(a_day.values())
    return (
        f"{count(len(mails), 'mail')} to {count(len(people), 'person', 'people')} on "
        f"{count(len(days), 'day')}, at most {'one' if most == 1 else most} a day each"
    )
