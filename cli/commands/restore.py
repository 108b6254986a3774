"""`boardcal restore`: what `boardcal backup` wrote, brought back."""

from __future__ import annotations

from pathlib import Path

import click

from ...calendar.rules.date_text import listed, long_date
from ...operations.restore import restore as bring_back
from ...scheduler.installation import local_time
from ...storage.backup.contents import Contents
from ...wording.access import revived_in_words
from ..framework.context import Invocation, asking, note_done
from ..framework.param_types import YES, by
from ..framework.terminal import agreed, say
from .backup import FILE


@click.command()
@FILE
@YES
@by("decides")
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
    note_done()
    say(
        f"{done.database} is restored.",
        f"What was there is kept as {done.aside}." if done.aside else None,
        "Everybody has to sign in again.",
        *revived_in_words(done.revived),
        "No mail goes out until `boardcal resume`, which shows who would be mailed.",
    )
