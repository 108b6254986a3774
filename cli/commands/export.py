"""`boardcal export`: the planner as a file."""

from __future__ import annotations

from pathlib import Path

import click

from ...calendar.planner.export import toml_of
from ...core.errors import BoardcalError
from ..framework.context import Invocation
from ..framework.terminal import aside


class ExistsError(BoardcalError):
    """A file that stands where one was to be written."""


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
@click.pass_obj
def export(invocation: Invocation, file: Path | None, force: bool) -> None:
    """Write the planner as it is now, with all moves and appointments, to FILE or the terminal.

    Importing what was written gives the same planner. Remarks of the file that was imported
    first are not kept.
    """
    with invocation.reading() as installation, installation.database.read() as connection:
        row = installation.board(connection, invocation.board)
        text = toml_of(installation.planners.content(connection, row))
    if file is None or str(file) == "-":
        click.echo(text, nl=False)
        return
    from ..framework.output_files import write_whole

    if file.exists() and not force:
        raise ExistsError(f"{file} exists already; name another file, or add --force.")
    write_whole(file, text.encode())
    aside(f"The planner of {row.name} is written to {file}.")
