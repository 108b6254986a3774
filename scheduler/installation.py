"""One installation: its settings, its database, its clock, and the Boards it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from ..calendar.planner.entries import digest_of
from ..calendar.planner.file_schema import PlannerFile
from ..calendar.planner.reader import read_planner
from ..core.errors import BoardcalError
from ..core.local_time import LocalTime
from ..settings.load import LoadedSettings, Settings
from ..storage.backup.copy import copy_of, empty_copy
from ..storage.backup.witness import Witness
from ..storage.boards import BoardRow, boards, hold_boards, start_all
from ..storage.database.engine import Database, open_database, sqlite_path
from ..storage.database.migrate import alone, migrate
from ..storage.database.schema_version import is_empty, require_current
from ..storage.holds import end_hold, hold_of
from ..storage.installation import begin, is_begun
from ..storage.planners import PlannerCache, last_import, store_planner, with_past_kept
from .clock import Clock
from .planning.board_view import BoardView, view_of
from .tick import Ticker


class UnknownBoardError(BoardcalError):
    """A Board that is not known here, or no Board named where there are several."""


@dataclass(slots=True, kw_only=True)
class Installation:
    """Settings, database and clock that commands and the daemon work on."""

    loaded: LoadedSettings
    database: Database
    clock: Clock
    planners: PlannerCache = field(default_factory=PlannerCache)
    stored: bool = True

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.loaded.settings

    @property
    def local(self) -> LocalTime:
        """The Boards' own clock."""
        return local_time(self.settings)

    @property
    def today(self) -> date:
        """The local day, now."""
        return self.local.day_of(self.clock())

    def ticker(self, database: Database | None = None) -> Ticker:
        """The stages of a tick on this installation's database, or on a copy of it."""
        return Ticker(
            database=database or self.database,
            local=self.local,
            horizon_months=self.settings.schedule.horizon_months,
            planners=self.planners if database is None else PlannerCache(),
        )

    def view(self, connection: Connection, row: BoardRow) -> BoardView:
        """A Board with its planner in force, now."""
        planner = self.planners.get(connection, row)
        return view_of(row, planner, self.local.moment(self.clock()))

    def board(self, connection: Connection, name: str | None) -> BoardRow:
        """The Board that is meant: the one named, or the only one."""
        known = boards(connection)
        meant = [row for row in known if name in (None, row.id)]
        names = ", ".join(row.id for row in known)
        if not meant:
            raise UnknownBoardError(
                f'There is no Board "{name}"; there is {names or "none yet"}.'
                if name
                else "There is no Board yet; import a planner file with `boardcal import FILE`."
            )
        if len(meant) > 1:
            raise UnknownBoardError(f"There are several Boards ({names}); name one with --board.")
        return meant[0]


def local_time(settings: Settings) -> LocalTime:
    """The Boards' own clock, from the settings."""
    return LocalTime(zone=settings.zone, send_at=settings.schedule.send_at)


@contextmanager
def opened(
    loaded: LoadedSettings, clock: Clock, *, with_planner: bool = True
) -> Iterator[Installation]:
    """The installation for writing: made at the first use, with the planner that it names."""
    database = open_database(loaded.settings.database.url)
    try:
        installation = Installation(loaded=loaded, database=database, clock=clock)
        set_up(installation, with_planner=with_planner)
        yield installation
    finally:
        database.close()


@contextmanager
def opened_for_reading(
    loaded: LoadedSettings,
    clock: Clock,
    *,
    go_live: date | None = None,
    with_planner: bool = True,
) -> Iterator[Installation]:
    """The installation for reading: its database, or the planner file where there is none yet.

    Nothing is made. Without a database everything is computed in memory, with `go_live`
    (default: the local day) as the day that mails begin.
    """
    database = _existing(loaded.settings)
    stored = database is not None
    if database is None:
        database = empty_copy()
    try:
        installation = Installation(loaded=loaded, database=database, clock=clock, stored=stored)
        if not stored and with_planner:
            fill(installation, go_live or installation.today)
        yield installation
    finally:
        database.close()


@contextmanager
def copied(installation: Installation, go_live: date | None = None) -> Iterator[Database]:
    """A copy of the installation's database in memory, to play on.

    Where nothing is stored yet, `go_live` is the day that mails begin in it. No hold is in force
    in it: it shows what would go out.
    """
    copy = copy_of(installation.database)
    try:
        with copy.write() as connection:
            end_hold(connection, now=installation.clock(), who="a simulation")
        if not installation.stored and go_live is not None:
            with copy.write() as connection:
                start_all(connection, go_live)
        yield copy
    finally:
        copy.close()


def witness_of(settings: Settings) -> Witness:
    """What is noted of the database outside of it, beside the secret."""
    return Witness(settings.web.secret_file.with_name("last-seen"))


def _existing(settings: Settings) -> Database | None:
    path, witness = sqlite_path(settings.database.url), witness_of(settings)
    if path is not None and not path.exists():
        witness.require_begun(str(path), is_begun=False)
        return None
    database = open_database(settings.database.url)
    if is_empty(database):
        database.close()
        witness.require_begun(database.name, is_begun=False)
        return None
    require_current(database)
    return database


def set_up(installation: Installation, *, with_planner: bool = True) -> None:
    """Brings the database up to date and imports the planner at the very first use.

    A planner that cannot be used is found before anything is made.
    """
    path = sqlite_path(installation.settings.database.url)
    witness, name = witness_of(installation.settings), installation.database.name
    if (path is not None and not path.exists()) or is_empty(installation.database):
        witness.require_begun(name, is_begun=False)
    content = None
    if with_planner and path is not None and not path.exists():
        content = planner_file(installation.settings.planner)
    migrate(installation.database)
    with installation.database.read() as connection:
        witness.require_begun(name, is_begun=is_begun(connection))
        if is_begun(connection) and (boards(connection) or not with_planner):
            return
    if with_planner and content is None:
        content = planner_file(installation.settings.planner)
    with alone(installation.database) as connection:
        # Looked at again: another command may have been faster.
        if not is_begun(connection):
            begin(connection)
        if content is not None and not boards(connection):
            store_planner(
                connection,
                content,
                source=str(installation.settings.planner),
                who="boardcal",
                now=installation.clock(),
            )


def fill(installation: Installation, go_live: date) -> None:
    """Puts the planner file into an empty database in memory, live from `go_live`."""
    content = planner_file(installation.settings.planner)
    with installation.database.write() as connection:
        store_planner(
            connection,
            content,
            source=str(installation.settings.planner),
            who="boardcal",
            now=installation.clock(),
        )
        start_all(connection, go_live)


def planner_file(
    path: Path, completed: Callable[[PlannerFile], PlannerFile] | None = None
) -> PlannerFile:
    """The planner file at `path`, `completed` by what is stored, wholly checked.

    Raises BoardcalError.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BoardcalError(
            f"The planner file {path} cannot be read ({error.strerror}); see that it exists and "
            "that boardcal may read it."
        ) from None
    return read_planner(content, path.name, completed)


def wanted_planner(path: Path, connection: Connection, today: date) -> PlannerFile:
    """The planner file at `path`, whose past meetings need only fit the rules that are stored.

    Raises BoardcalError.
    """
    wanted: list[PlannerFile] = []

    def completed(content: PlannerFile) -> PlannerFile:
        wanted.append(content)
        return with_past_kept(connection, content, today)

    planner_file(path, completed)
    return wanted[0]


def planner_notice(installation: Installation, connection: Connection) -> str | None:
    """A sentence where the planner file, or the one in force, has changed since its import."""
    path = installation.settings.planner
    try:
        content = wanted_planner(path, connection, installation.today)
    except BoardcalError:
        return f"The planner file {path} cannot be used as it is; `boardcal check` says why."
    imported = last_import(connection, content.board.id)
    if imported is None:
        return f"The planner file {path} has not been imported; `boardcal import {path}` does it."
    # Another file may have been brought in since: this one has not changed by that.
    own = last_import(connection, content.board.id, sources=[str(path), str(path.resolve())])
    digest, source = imported[0], Path(imported[1])
    if own is None and not source.is_file():
        own = imported  # this one, perhaps, before its folder was moved
    if own is not None and own[0] != digest_of(content):
        return _has_changed(path)
    if not (source.is_absolute() and source.is_file()):
        return None
    try:
        in_force = digest_of(wanted_planner(source, connection, installation.today)) == digest
    except BoardcalError:
        in_force = False
    return None if in_force else _has_changed(source)


def _has_changed(path: Path) -> str:
    return (
        f"The planner file {path} has changed since it was last imported and is not in force; "
        f"`boardcal import {path} --dry-run` shows the difference."
    )


def first_go_live(installation: Installation, now: datetime) -> bool:
    """Lets mails begin today where no Board has gone live yet; whether it did. On hold it waits."""
    with installation.database.write() as connection:
        hold_boards(connection)
        if hold_of(connection) is not None:
            return False
        rows = boards(connection)
        if any(row.go_live is not None for row in rows):
            return False
        start_all(connection, installation.local.day_of(now), installation.settings.mail.transport)
    return True
