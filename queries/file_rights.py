"""Which files of an installation its rights let other people on the machine read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from ..settings.load import LoadedSettings

OTHERS = 0o077
BACKUPS = "backups"  # the folder that docs/running.md has them written into


def open_to_others(loaded: LoadedSettings) -> Iterator[str]:
    """A sentence with the way to close it for each that others may read or change."""
    for place in sorted(_private(loaded)):
        try:
            mode = place.stat().st_mode
        except OSError:
            continue  # what is not there, or cannot be looked at, is told of elsewhere
        if mode & OTHERS:
            what, closed = ("folder", 700) if place.is_dir() else ("file", 600)
            yield (
                f"The rights of the {what} {place} let others on this machine in; close it with: "
                f"chmod {closed} {place}"
            )


def _private(loaded: LoadedSettings) -> set[Path]:
    """The config, what it names but for the planner, the database with what lies beside it."""
    places = {loaded.folder / BACKUPS, *_named_in(loaded.settings)}
    if loaded.file is not None:
        places.add(loaded.file)
    database = loaded.settings.database.sqlite_file
    if database is not None:
        # Its journals, its lock, and what was kept aside before a migration or a restore.
        places.update(database.parent.glob(f"{database.name}*"))
    return places


def _named_in(section: BaseModel) -> Iterator[Path]:
    for name, value in section:
        if isinstance(value, BaseModel):
            yield from _named_in(value)
        elif isinstance(value, Path) and name != "planner":
            yield value
