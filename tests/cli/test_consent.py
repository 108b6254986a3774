"""What asks before it changes anything, called where nobody can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from boardcal.cli.main import COMMANDS, boardcal
from boardcal.storage.database.engine import open_database
from boardcal.storage.holds import put_on_hold
from boardcal.storage.schema.metadata import metadata
from boardcal.tests.cli.desk import flat
from boardcal.tests.factories import at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from boardcal.tests.cli.desk import Desk

MARCH = ("lscb", "2018-03-08")
CALLS = {
    "golive": ("golive", "2018-02-05"),
    "import": ("import", "edited.toml"),
    "meeting add": ("meeting", "add", "lscb", "2018-04-12"),
    "meeting cancel": ("meeting", "cancel", *MARCH),
    "meeting move": ("meeting", "move", *MARCH, "--to", "2018-03-15"),
    "restore": ("restore", "kept.db"),
    "resume": ("resume",),
}


@pytest.fixture
def held(live: Desk) -> Desk:
    """A desk with a backup and an edited planner, whose emails are on hold."""
    assert live("export", "edited.toml").exit_code == 0
    text = (live.folder / "edited.toml").read_text("utf-8")
    live.write("edited.toml", text.replace('title = "', 'title = "New: ', 1))
    assert live("backup", "kept.db").exit_code == 0
    database = open_database(f"sqlite:///{live.database}")
    with database.write() as connection:
        put_on_hold(connection, why="The clock.", now=at("2018-02-01"), who="boardcal")
    database.close()
    return live


def stored(desk: Desk) -> dict[str, list[Any]]:
    database = open_database(f"sqlite:///{desk.database}")
    with database.read() as connection:
        rows = {
            name: [tuple(row) for row in connection.execute(table.select())]
            for name, table in metadata.tables.items()
        }
    database.close()
    return rows


def asking(command: click.Command, context: click.Context, path: str) -> Iterator[str]:
    """The commands that have --yes, by their names as they are typed."""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from asking(below, context, f"{path} {name}")
    elif any("--yes" in param.opts for param in command.params):
        yield path.strip()


def test_every_command_that_asks_is_tried_here() -> None:
    assert len(COMMANDS) > 20
    assert sorted(asking(boardcal, click.Context(boardcal), "")) == sorted(CALLS)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_what_would_ask_refuses_where_nobody_is_at_a_terminal(held: Desk, name: str) -> None:
    before = stored(held)
    done = held(*CALLS[name], yes=False)
    assert done.exit_code == 2
    said = flat(done.stderr)
    assert "so nothing was changed; add --yes to go ahead." in said
    assert f"`boardcal {name} --help` says what is possible." in said
    assert stored(held) == before


@pytest.mark.parametrize("name", sorted(CALLS))
def test_with_yes_it_goes_ahead_unasked(held: Desk, name: str) -> None:
    before = stored(held)
    assert held(*CALLS[name]).exit_code == 0
    assert stored(held) != before


@pytest.mark.parametrize("pipeline", ["</dev/null", "| cat", "< /dev/null >said.txt 2>&1"])
def test_a_pipe_or_a_file_is_no_terminal(held: Desk, pipeline: str) -> None:
    before = stored(held)
    held.alone("--as-of", "2018-02-01T09:00", *CALLS["meeting move"], pipeline=pipeline)
    assert stored(held) == before


def test_an_import_without_a_difference_asks_nothing(live: Desk) -> None:
    live("export", "same.toml")
    assert live("import", "same.toml", yes=False).exit_code == 0
