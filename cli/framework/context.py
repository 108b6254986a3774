"""What every command is given: which settings, which clock, which Board, who is asking."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from ...scheduler.clock import Clock
    from ...scheduler.installation import Installation
    from ...settings.load import LoadedSettings
    from ...storage.boards import BoardRow
    from ...storage.database.engine import Database
    from .param_types import Moment


DONE = "boardcal.done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of the command: the options that all commands share."""

    config: Path | None = None
    as_of: Moment | None = None
    board: str | None = None
    debug: bool = False

    def settings(self) -> LoadedSettings:
        """The settings in force. Raises ConfigError."""
        from ...settings.load import load_settings

        return load_settings(self.config, os.environ, Path.cwd())

    def clock(self, loaded: LoadedSettings) -> Clock:
        """The clock to go by: the machine's, or one that starts at `--as-of`."""
        from ...scheduler.clock import clock_from, system_clock
        from ...scheduler.installation import local_time

        if self.as_of is None:
            return system_clock
        return clock_from(self.as_of.instant(local_time(loaded.settings)))

    @contextmanager
    def reading(self, *, with_planner: bool = True) -> Iterator[Installation]:
        """The installation to read from; nothing is made, not even a folder."""
        from ...scheduler.installation import opened_for_reading

        loaded = self.settings()
        clock = self.clock(loaded)
        with opened_for_reading(loaded, clock, with_planner=with_planner) as installation:
            yield installation

    @contextmanager
    def writing(self, *, with_planner: bool = True) -> Iterator[Installation]:
        """The installation to change, made at its first use."""
        from ...scheduler.installation import opened

        loaded = self.settings()
        with opened(loaded, self.clock(loaded), with_planner=with_planner) as installation:
            before = installation.database.commits
            try:
                yield installation
            finally:
                if installation.database.commits != before:
                    note_done()

    @contextmanager
    def playing(self, installation: Installation, go_live: date) -> Iterator[Database]:
        """A copy to play on, in which only the Board that is meant mails anybody.

        Where nothing is stored, mails begin on `go_live` in it.
        """
        from ...scheduler.installation import copied
        from ...storage.boards import mute_others

        with copied(installation, go_live=go_live) as copy:
            if self.board is not None:
                with copy.write() as connection:
                    mute_others(connection, installation.board(connection, self.board).id)
            yield copy

    def board_of(self, installation: Installation, connection: Connection, key: str) -> BoardRow:
        """The Board of an occurrence: the one named, else the one its key begins with."""
        from ...storage.boards import board_row

        named = board_row(connection, key.partition("/")[0])
        return installation.board(connection, self.board or (named.id if named else None))


def note_done() -> None:
    """Notes that what was asked for is done, whether or not it can be told."""
    click.get_current_context().meta[DONE] = True


def asking() -> str:
    """Whose doing it is where `--by` does not say: the operating system's user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have no name.
        return f"user {os.getuid()}"
