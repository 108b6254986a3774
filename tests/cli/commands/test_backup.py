from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.scheduler.single_instance import only_daemon
from boardcal.tests.cli.desk import flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk


def test_a_backup_and_its_restore_say_what_they_did(live: Desk) -> None:
    done = live("backup", "kept.db")
    assert (done.exit_code, done.stderr) == (0, "")
    result = flat(done.stdout)
    assert result.startswith(f"kept.db holds everything in {live.database} as of now (")
    assert result.endswith(f"keep a copy of {live.folder / 'var/secret'} as well.")
    back = live("restore", "kept.db", "--by", "M. Clerk")
    assert (back.exit_code, back.stderr) == (0, "")
    result = flat(back.stdout)
    assert result.startswith("kept.db holds Cumbria LSCB; the last entry is of 1 November 2017.")
    assert (
        f"{live.database} is restored. What was there is kept as {live.database}.before-" in result
    )
    assert result.endswith(
        "No mail goes out until `boardcal resume`, which shows who would be mailed."
    )
    assert "On hold, no mail goes out: The database was restored" in flat(live("check").stdout)


def test_restore_and_resume_name_what_had_been_ended_since(live: Desk) -> None:
    for name in ("it", "gone"):
        assert live("user", "add", f"{name}@example.org", "--role", "viewer").exit_code == 0
    live("backup", "kept.db")
    live("user", "disable", "gone@example.org")
    words = "gone@example.org had been disabled, and still is; `boardcal user add` lets them in"
    assert words in flat(live("restore", "kept.db").stdout)
    assert words in flat(live("resume", "--yes").stdout)
    listed = live("user", "list").stdout.splitlines()
    assert [line.endswith("disabled") for line in listed] == [True, False]


def test_a_restore_without_a_list_says_that_what_was_ended_is_not_known(live: Desk) -> None:
    live("backup", "kept.db")
    live.database.unlink()
    done, ended = flat(live("restore", "kept.db").stdout), flat(live("resume", "--yes").stdout)
    for words in (
        "Which accounts and feeds were ended after the backup was made is not known here",
        "Who lost a role since the backup is not known; look through `boardcal people list`.",
    ):
        assert words in done
        assert words in ended


def test_a_backup_is_not_written_over_unless_asked_for(live: Desk) -> None:
    live("backup", "kept.db")
    again = live("backup", "kept.db")
    assert (again.exit_code, again.stderr) == (
        1,
        "kept.db exists already; give another name, or --replace.\n",
    )
    assert live("backup", "kept.db", "--replace").exit_code == 0


def test_where_there_is_nothing_yet_nothing_is_made(desk: Desk) -> None:
    result = desk("backup", "kept.db")
    assert result.exit_code == 1
    assert result.stderr == (f"There is nothing to back up yet: {desk.database} does not exist.\n")
    assert desk.made == []


def test_a_place_that_cannot_be_written_is_a_sentence(live: Desk) -> None:
    result = live("backup", "none/kept.db")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("none/kept.db cannot be written (no such file or directory);")


def test_a_restore_asks_at_a_terminal_and_a_no_changes_nothing(live: Desk) -> None:
    live("backup", "kept.db")
    before = live.database.read_bytes()
    code, shown = live.at_terminal("restore", "kept.db", answer="n")
    assert code == 0
    assert "Nothing was changed." in shown
    assert live.database.read_bytes() == before


@pytest.mark.parametrize("who", [" ", "M.\nClerk", "x" * 501])
def test_a_restore_takes_a_name_of_one_line_only(live: Desk, who: str) -> None:
    live("backup", "kept.db")
    result = live("restore", "kept.db", "--by", who)
    assert result.exit_code == 2
    assert "--by" in result.stderr


def test_a_restore_waits_for_nobody_who_runs(live: Desk) -> None:
    live("backup", "kept.db")
    with only_daemon(live.database):
        result = live("restore", "kept.db")
    assert result.exit_code == 1
    assert "stop it first" in result.stderr
