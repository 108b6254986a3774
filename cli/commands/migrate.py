"""`boardcal migrate`: the database's tables brought up to date."""

from __future__ import annotations

import click

from ...storage.database.engine import open_database
from ...storage.database.migrate import kept_before
from ...storage.database.migrate import migrate as bring_up_to_date
from ...storage.database.schema_version import SCHEMA, is_empty
from ..framework.context import Invocation
from ..framework.terminal import say


@click.command()
@click.pass_obj
def migrate(invocation: Invocation) -> None:
    """Bring the database up to date with this boardcal.

    `boardcal run` does it by itself; this does it without starting anything.
    """
    database = open_database(invocation.settings().settings.database.url)
    try:
        was_empty = is_empty(database)
        changed = bring_up_to_date(database)
    finally:
        database.close()
    if not changed:
        say(f"The database {database.name} is up to date (tables {SCHEMA}).")
    elif was_empty:
        say(f"The database {database.name} was made (tables {SCHEMA}).")
    else:
        kept = kept_before(database)
        before = None if kept is None else f"As it was before, it is kept as {kept}."
        say(f"The database {database.name} was brought up to date (tables {SCHEMA}).", before)
