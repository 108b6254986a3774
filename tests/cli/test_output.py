"""What a command says where it cannot be written, and what it takes that cannot be seen."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from boardcal.storage.database.engine import open_database
from boardcal.storage.schema.accounts import account, feed
from boardcal.storage.schema.occurrences import change
from boardcal.tests.cli.desk import NOW, S11, flat

if TYPE_CHECKING:
    from sqlalchemy import Table

    from boardcal.tests.cli.desk import Desk

IS_LINUX = sys.platform.startswith("linux")
pytestmark = pytest.mark.skipif(not IS_LINUX, reason="only Linux has /dev/full")
FULL = "> /dev/full"
DONE = (
    "It is done, but what boardcal has to say about it could not be written (No space left on "
    "device).\n"
)


def rows(desk: Desk, table: Table) -> int:
    database = open_database(f"sqlite:///{desk.database}")
    with database.read() as connection:
        number = len(connection.execute(table.select()).all())
    database.close()
    return number


CHANGES = [
    ("record", S11, "submitted"),
    ("extend", S11, "--to", "2018-03-01", "--note", "Half term"),
    ("pause",),
    ("meeting", "move", "lscb", "2018-03-08", "--to", "2018-03-15", "--yes"),
    ("golive", "2018-02-05", "--yes"),
]


@pytest.mark.parametrize("arguments", CHANGES[:3])
def test_what_is_done_is_said_to_be_done_where_telling_fails(
    live: Desk, arguments: tuple[str, ...]
) -> None:
    before = rows(live, change)
    done = live.alone("--as-of", NOW, *arguments, pipeline=FULL)
    assert (done.returncode, done.stderr) == (1, DONE)
    assert rows(live, change) > before


@pytest.mark.parametrize("arguments", CHANGES[3:])
def test_what_shows_its_effects_first_is_not_done_where_they_cannot_be_shown(
    live: Desk, arguments: tuple[str, ...]
) -> None:
    live.write("config.toml", '[mail]\ntransport = "smtp"\nfrom = "a@example.org"\n')
    before = rows(live, change)
    done = live.alone("--as-of", NOW, *arguments, pipeline=FULL)
    assert done.returncode == 1
    assert done.stderr != DONE
    assert rows(live, change) == before


SECRETS = [
    (("feed", "create", "--board"), feed),
    (("user", "add", "new@example.org", "--role", "viewer"), account),
]


@pytest.mark.parametrize("pipeline", [FULL, ">&-"])
@pytest.mark.parametrize(("arguments", "table"), SECRETS)
def test_an_address_that_nobody_can_be_told_is_not_made(
    live: Desk, arguments: tuple[str, ...], table: Table, pipeline: str
) -> None:
    done = live.alone("--as-of", NOW, *arguments, pipeline=pipeline)
    assert done.returncode == 1
    assert done.stderr.startswith("The system refused (")
    assert rows(live, table) == 0


NAMED = [
    ("record", "{}", "submitted"),
    ("extend", "{}", "--to", "2018-03-01", "--note", "x"),
    ("history", "{}"),
    ("raise", "{}", "--to", "2018-03-01", "--note", "x"),
    ("event", "record", "{}"),
    ("meeting", "cancel", "{}", "2018-03-08", "--yes"),
    ("people", "list", "{}"),
    ("pause", "--body", "{}"),
    ("feed", "revoke", "{}"),
    ("upcoming", "--board", "{}"),
    ("--board", "{}", "upcoming"),
]
UNSEEN = [b"lscb/s11/\xe9", b"lscb/\x1b[31ms11", b"lscb\n/s11", b"\xe2\x80\xaelscb"]


@pytest.mark.parametrize("typed", UNSEEN)
@pytest.mark.parametrize("arguments", NAMED)
def test_a_name_with_what_cannot_be_seen_is_refused_and_not_echoed(
    live: Desk, arguments: tuple[str, ...], typed: bytes
) -> None:
    named = [argument.format(os.fsdecode(typed)) for argument in arguments]
    done = live(*named)
    assert done.exit_code == 2, done.stderr
    assert "holds a character that cannot be seen; copy it once more" in flat(done.stderr)
    assert typed.decode(errors="replace") not in done.stderr


@pytest.mark.parametrize("typed", [b"rec\x1b[31mord", b"--o\x07n", b"caf\xe9"])
def test_what_is_called_wrongly_is_shown_without_what_a_terminal_obeys(
    live: Desk, typed: bytes
) -> None:
    command = [sys.executable, "-m", "boardcal", os.fsdecode(typed)]
    done = subprocess.run(command, cwd=live.folder, capture_output=True, check=False, timeout=60)
    assert done.returncode == 2
    assert all(byte >= 32 for byte in done.stderr if byte != 10)
