"""The command `boardcal`: its options, its commands, and how it ends."""

from __future__ import annotations

from pathlib import Path

import click

from .. import __version__
from .framework.context import Invocation
from .framework.lazy_group import Commands
from .framework.param_types import MOMENT, NAME, Moment

# Each command is the function of its name in the module of its name under commands/; one line here
# makes it known, with the summary that the list shows.
COMMANDS = {
    "run": "Start boardcal: it reminds and chases until it is stopped.",
    "check": "Find what is wrong, undecided or assumed.",
    "upcoming": "Show the calendar: what is due, and who meets.",
    "preview": "Show the mails of a day, sending none.",
    "simulate": "List every mail of a period, sending none.",
    "record": "Record that something was submitted, accepted, …",
    "extend": "Give something that is due a new date.",
    "history": "Tell all that happened about something due.",
    "meeting": "Move, cancel or add a meeting.",
    "people": "List who holds which role; appoint, or end a role.",
    "event": "Record what some dates wait for, such as a review.",
    "raise": "Raise what is due only as required, for a meeting.",
    "golive": "Set the day from which mails go out.",
    "pause": "Stop mails: all, or for one body or person.",
    "resume": "Let paused mails go on.",
    "mail": "List mails, and decide about one that may not have arrived.",
    "import": "Bring in a planner file, showing the difference first.",
    "export": "Write the planner out as a file.",
    "user": "Let people sign in to the pages, or stop them.",
    "backup": "Write everything into one file, while boardcal runs.",
    "restore": "Bring a backup back; no mail goes out until resume.",
    "feed": "Give people the dates in Outlook and other calendars.",
    "migrate": "Bring the database up to date.",
}


@click.group(
    cls=Commands,
    table=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="boardcal", message="%(prog)s %(version)s")
@click.option(
    "--config",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The config file. Without it: $BOARDCAL_CONFIG, else config.toml in this folder, else "
    "the defaults.",
)
@click.option(
    "--as-of",
    metavar="DATETIME",
    type=MOMENT,
    help="Act as if it were then, such as 2018-02-22 or 2018-02-22T08:00.",
)
@click.option("--board", metavar="ID", type=NAME, help="Which Board, where there are several.")
@click.option("--debug", is_flag=True, help="Show the technical details of an unexpected error.")
@click.pass_context
def boardcal(
    context: click.Context,
    config: Path | None,
    as_of: Moment | None,
    board: str | None,
    debug: bool,
) -> None:
    """Know what must be reported to whom and when; remind, chase, and show the calendar."""
    context.obj = Invocation(config=config, as_of=as_of, board=board, debug=debug)
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> None:
    """Runs the command; ends the process with its exit code."""
    boardcal(prog_name="boardcal")
