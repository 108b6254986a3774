"""`boardcal backup` and `boardcal restore`: everything in one file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from ...calendar.rules.date_text import listed, long_date
from ...operations.restore import restore as bring_back
from ...scheduler.installation import Installation, local_time
from ...storage.backup.backup import BackupError, back_up
from ...storage.backup.contents import Contents
from ..framework.context import Invocation, asking
from ..framework.terminal import agreed, say

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
    with invocation.reading(with_planner=False) as here:
        if not here.stored:
            raise BackupError(f"There is nothing to back up yet: {_where(here)} does not exist.")
        back_up(here.database, file)
    size = max(1, round(file.stat().st_size / 1024))
    say(
        f"{file} holds everything in {here.database.name} as of now ({size} kB), read back and "
        f"found whole. What signs the links in mails is not in it: keep a copy of "
        f"{here.settings.web.secret_file} as well."
    )


@click.command()
@FILE
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--by", "who", metavar="WHO", help="Who decides; default: you.")
@click.pass_obj
def restore(invocation: Invocation, file: Path, yes: bool, who: str | None) -> None:
    """Bring back what `boardcal backup` wrote into FILE, in place of what is there now.

    Stop boardcal first. What is there now is kept beside it. No mail goes out afterwards until
    `boardcal resume` says so, which shows who would be mailed: what was sent after the backup
    was made is not known to it.
    """
    loaded = invocation.settings()
    local = local_time(loaded.settings)

    def is_agreed(contents: Contents, database: str) -> bool:
        names = listed(list(contents.boards)) if contents.boards else "no Board yet"
        latest = contents.latest
        last = "" if latest is None else f"; the last entry is of {long_date(local.day_of(latest))}"
        say(f"{file} holds {names}{last}.")
        return agreed(f"Put it in the place of {database}?", yes=yes)

    done = bring_back(
        loaded.settings,
        local,
        file,
        now=invocation.clock(loaded)(),
        who=who or asking(),
        is_agreed=is_agreed,
    )
    if done is None:
        return
    say(
        f"{done.database} is restored.",
        f"What was there is kept as {done.aside}." if done.aside else None,
        "Everybody has to sign in again.",
        "No mail goes out until `boardcal resume`, which shows who would be mailed.",
    )


def _where(here: Installation) -> str:
    file = here.settings.database.sqlite_file
    return "the database" if file is None else str(file)
