from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

READING = [
    ["upcoming"],
    ["upcoming", "--format", "json", "--body", "pmqag"],
    ["preview", "--on", "2018-02-22"],
    ["simulate", "--from", "2018-02-01", "--to", "2018-02-28"],
    ["check"],
    ["check", "--format", "json"],
    ["export"],
    ["people", "list"],
    ["event", "list"],
    ["meeting", "move", "lscb", "2018-03-08", "--to", "2018-03-15", "--dry-run"],
]


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_command_that_only_reads_makes_no_folder_and_no_file(
    desk: Desk, arguments: list[str]
) -> None:
    done = desk(*arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout
    assert desk.made == []


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_command_that_only_reads_changes_nothing_that_is_stored(
    live: Desk, arguments: list[str]
) -> None:
    before = live.database.read_bytes(), live.made
    done = live(*arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    assert (live.database.read_bytes(), live.made) == before
