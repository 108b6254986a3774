"""`boardcal import`: a planner file brought into the database, its difference shown first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from sqlalchemy import Connection

from ...calendar.planner.builder import planner_of
from ...calendar.planner.diff import Difference, differences
from ...calendar.planner.entries import digest_of
from ...calendar.planner.file_schema import PlannerFile
from ...calendar.planner.meetings_held import kept_in_words
from ...core.errors import BoardcalError
from ...core.validation.problems import FileProblems
from ...notifications.reminders.request_ends import follow_roles
from ...operations.planner.change import plan_now
from ...queries.planner.change_preview import change_effects
from ...scheduler.installation import Installation, planner_file, wanted_planner
from ...storage.boards import board_row, hold_boards
from ...storage.planners import content_of, last_import, store_planner, with_past_kept
from ...wording.text import count, needless_days
from ..framework.consequences import consequences_in_words
from ..framework.context import Invocation, asking
from ..framework.param_types import YES, by
from ..framework.terminal import NO_MAILS_YET, agreed, say, say_lines


class OtherBoardError(BoardcalError):
    """A planner file of another Board than the one named."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show the difference.")
@YES
@by("changes it")
@click.pass_obj
def import_(invocation: Invocation, file: Path, dry_run: bool, yes: bool, who: str | None) -> None:
    """Bring the planner file FILE in, in place of the planner that is stored.

    The difference is shown first, and asked about unless --yes is given. Where anything in the
    file is wrong, nothing of it is brought in. What was recorded stays.
    """
    wanted = _read(invocation, file)
    board_id = wanted.board.id
    if invocation.board not in (None, board_id):
        raise OtherBoardError(
            f'{file} is the planner of the Board "{board_id}", not of "{invocation.board}".'
        )
    opened = invocation.reading if dry_run else invocation.writing
    with opened(with_planner=False) as installation:
        with installation.database.read() as connection:
            before = content_of(connection, board_id) if installation.stored else None
            content = with_past_kept(connection, wanted, installation.today)
            changes = differences(before, content)
            say_lines(_in_words(content, before, changes))
            say_lines(kept_in_words(wanted, content))
            say_lines(needless_days(planner_of(content).days) if changes else ())
            say_lines(_effects(installation, connection, content, changes))
            if changes and _edited_since(connection, before):
                say(
                    "What is stored was changed by commands since its last import; `boardcal "
                    "export FILE` writes it out, so that nothing of it is lost."
                )
        if dry_run:
            say("Nothing was changed.")
        elif not changes or agreed("Bring it in?", yes=yes):
            _store(installation, wanted, source=str(file.resolve()), who=who or asking())
            if changes:
                _say_done(installation, board_id)


def _read(invocation: Invocation, file: Path) -> PlannerFile:
    """The planner file. What it says of past meetings need only fit the rules that are stored."""
    try:
        return planner_file(file)
    except FileProblems:
        with (
            invocation.reading(with_planner=False) as installation,
            installation.database.read() as connection,
        ):
            return wanted_planner(file, connection, installation.today)


def _effects(
    installation: Installation,
    connection: Connection,
    content: PlannerFile,
    changes: Sequence[Difference],
) -> Iterator[str]:
    """What becomes of the due dates of a Board whose emails have begun."""
    row = board_row(connection, content.board.id) if installation.stored and changes else None
    if row is None or row.go_live is None:
        return
    after = planner_of(content)
    outcome = change_effects(connection, installation.view(connection, row), after)
    if outcome.flowing:
        yield from consequences_in_words(outcome, after)


def _in_words(
    content: PlannerFile, before: PlannerFile | None, changes: Sequence[Difference]
) -> Iterator[str]:
    if before is None:
        yield (
            f"New: {content.board.name}, with {count(len(content.body), 'body', 'bodies')}, "
            f"{count(len(content.report), 'report')} and {count(len(content.action), 'action')}."
        )
    elif not changes:
        yield f"No difference: the planner of {content.board.name} is stored just so."
    else:
        for change in changes:
            yield from change.lines


def _edited_since(connection: Connection, before: PlannerFile | None) -> bool:
    """Whether what is stored is not what was imported last."""
    if before is None:
        return False
    imported = last_import(connection, before.board.id)
    return imported is not None and imported[0] != digest_of(before)


def _store(installation: Installation, wanted: PlannerFile, *, source: str, who: str) -> None:
    """Makes `wanted` the planner, unless it was what was imported last and still stands."""
    board_id, digest = wanted.board.id, digest_of(wanted)
    with installation.database.write() as connection:
        hold_boards(connection)
        imported = last_import(connection, board_id)
        stored = content_of(connection, board_id)
        content = with_past_kept(connection, wanted, installation.today)
        if stored == content and imported is not None and imported[0] == digest:
            return
        moment = installation.local.moment(installation.clock())
        store_planner(connection, content, source=source, who=who, now=moment.now, digest=digest)
        if stored is not None:
            follow_roles(connection, stored, content, moment=moment, who=who)
        plan_now(installation, connection, board_id)


def _say_done(installation: Installation, board_id: str) -> None:
    with installation.database.read() as connection:
        row = board_row(connection, board_id)
    waiting = row is None or row.go_live is None
    say(
        "Brought in. `boardcal upcoming` shows the calendar.",
        NO_MAILS_YET if waiting else None,
    )
