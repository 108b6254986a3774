"""`boardcal backup`: everything in one file."""

from __future__ import annotations

from pathlib import Path

import click

from ...scheduler.installation import Installation
from ...storage.backup.backup import BackupError, back_up
from ..framework.context import Invocation, note_done
from ..framework.terminal import say

FILE = click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@FILE
@click.option("--replace", is_flag=True, help="Write over FILE where it exists.")
@click.pass_obj
def backup(invocation: Invocation, file: Path, replace: bool) -> None:
    """Write everything that boardcal knows into FILE. It may run meanwhile.

    FILE is the same whichever database is used, and can be restored into either kind. It holds
    names, addresses and the hashes of passwords: keep it where only you can read it.
    """
    if file.exists() and not replace:
        raise BackupError(f"{file} exists already; give another name, or --replace.")
    with invocation.reading(with_planner=False) as installation:
        if not installation.stored:
            raise BackupError(
                f"There is nothing to back up yet: {_where(installation)} does not exist."
            )
        back_up(installation.database, file)
    note_done()
    size = max(1, round(file.stat().st_size / 1024))
    say(
        f"{file} holds everything in {installation.database.name} as of now ({size} kB), read back "
        f"and found whole. What signs the links in mails is not in it: keep a copy of "
        f"{installation.settings.web.secret_file} as well."
    )


def _where(installation: Installation) -> str:
    file = installation.settings.database.sqlite_file
    return "the database" if file is None else str(file)
