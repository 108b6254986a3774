from __future__ import annotations

import json
import sqlite3
import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.cli.desk import S11, flat

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

OLD = 'title = "S.11 compliance and themes: annual report"'
NEW = 'title = "S.11 report"'


def _edited(desk: Desk, old: str = OLD, new: str = NEW) -> str:
    """The planner in force with a change, as a file; its name."""
    text = desk("export").stdout
    assert old in text
    desk.write("new.toml", text.replace(old, new))
    return "new.toml"


def _imports(desk: Desk) -> int:
    with sqlite3.connect(desk.database) as connection:
        number: int = connection.execute("SELECT count(*) FROM planner_import").fetchone()[0]
    return number


def test_what_is_exported_imports_without_a_difference(live: Desk) -> None:
    written = live("export", "planner.toml")
    assert (written.exit_code, written.stdout) == (0, "")
    assert flat(written.stderr) == "The planner of Cumbria LSCB is written to planner.toml."
    before = live.database.read_bytes()
    done = live("import", "planner.toml")
    assert (done.exit_code, flat(done.stdout)) == (
        0,
        "No difference: the planner of Cumbria LSCB is stored just so.",
    )
    assert live.database.read_bytes() == before


def test_export_holds_what_was_changed_here(live: Desk) -> None:
    live("meeting", "move", "lscb", "2018-03-08", "--to", "2018-03-15")
    text = live("export").stdout
    board = next(each for each in tomllib.loads(text)["body"] if each["id"] == "lscb")
    assert board["meeting"] == [{"moved": date(2018, 3, 8), "to": date(2018, 3, 15)}]
    assert live("export", "-").stdout == text


def test_export_replaces_a_file_only_when_told_to(live: Desk) -> None:
    live.write("planner.toml", "precious")
    result = live("export", "planner.toml")
    assert (result.exit_code, result.stderr) == (
        1,
        "planner.toml exists already; name another file, or add --force.\n",
    )
    assert (live.folder / "planner.toml").read_text() == "precious"
    assert live("export", "planner.toml", "--force").exit_code == 0
    assert (live.folder / "planner.toml").read_text() == live("export").stdout
    assert [name for name in live.made if name.endswith(".unfinished")] == []


def test_a_place_that_cannot_be_written_is_a_sentence(live: Desk) -> None:
    result = live("export", "nowhere/planner.toml")
    assert (result.exit_code, result.stderr) == (
        1,
        (
            "nowhere/planner.toml cannot be written (no such file or directory); name another "
            "place, or make room and the right to write there.\n"
        ),
    )


def test_the_difference_is_shown_and_brought_in_at_once(live: Desk) -> None:
    done = live("import", _edited(live))
    assert done.exit_code == 0
    assert done.stdout == (
        'changed report "s11-march"\n'
        '    title: "S.11 compliance and themes: annual report" -> "S.11 report"\n'
        "Brought in. `boardcal upcoming` shows the calendar.\n"
    )
    entries = json.loads(live("upcoming", "--format", "json").stdout)
    assert [entry["title"] for entry in entries if entry["key"] == S11] == ["S.11 report"]


def test_a_dry_run_changes_nothing(live: Desk) -> None:
    file = _edited(live)
    before = live.database.read_bytes()
    shown = live("import", file, "--dry-run")
    assert shown.stdout.endswith('-> "S.11 report"\nNothing was changed.\n')
    assert live.database.read_bytes() == before


@pytest.mark.parametrize(("answer", "count"), [("n", 1), ("y", 2)])
def test_somebody_at_a_terminal_is_asked(live: Desk, answer: str, count: int) -> None:
    file = _edited(live)
    code, shown = live.at_terminal("import", file, answer=answer)
    assert code == 0
    assert "Bring it in? [y/N]: " in shown
    assert _imports(live) == count


def test_changes_made_here_that_a_file_lacks_are_pointed_out(live: Desk) -> None:
    file = _edited(live)
    live("meeting", "move", "lscb", "2018-03-08", "--to", "2018-03-15")
    shown = flat(live("import", file, "--dry-run").stdout)
    assert 'meeting: [{ moved = "2018-03-08", to = "2018-03-15" }] (taken out)' in shown
    assert "What is stored was changed by commands since its last import; `boardcal export" in shown


def test_what_was_recorded_stays(live: Desk) -> None:
    live("record", S11, "submitted")
    live("import", _edited(live))
    entries = json.loads(live("upcoming", "--format", "json").stdout)
    assert [entry["status"] for entry in entries if entry["key"] == S11] == ["submitted"]


def test_a_first_import_needs_no_other_planner(desk: Desk) -> None:
    desk.write("planner.toml", desk("export").stdout.replace("Cumbria LSCB", "Northern LSCB"))
    desk.write("broken.toml", "board = 1")
    desk.write("config.toml", 'planner = "broken.toml"\n')
    dry = desk("import", "planner.toml", "--dry-run")
    assert dry.exit_code == 0, dry.stderr
    assert not desk.database.exists()
    done = flat(desk("import", "planner.toml").stdout)
    assert done == (
        "New: Northern LSCB, with 26 bodies, 31 reports and 71 actions. Brought in. `boardcal "
        "upcoming` shows the calendar. No mails go out yet; `boardcal golive DAY` sets from when."
    )
    assert desk("upcoming").stdout.startswith("Northern LSCB, ")


def test_a_broken_planner_is_told_all_its_mistakes_and_nothing_of_it_is_imported(
    live: Desk,
) -> None:
    text = live("export").stdout.replace('"pmqag"', '"pmqagg"').replace(OLD, "tittle = 'x'")
    live.write("new.toml", text)
    before = live.database.read_bytes()
    result = live("import", "new.toml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert 'report "s11-march", tittle is not a known key; did you mean `title`?' in result.stderr
    assert "new.toml, line " in result.stderr
    assert live.database.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[board\n", "broken.toml, line 1"),
        ("", "broken.toml"),
        ("format = 2\n", "broken.toml, line 1, format: 2"),
    ],
)
def test_a_file_that_is_no_planner_makes_nothing(desk: Desk, text: str, sentence: str) -> None:
    desk.write("broken.toml", text)
    result = desk("import", "broken.toml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert sentence in result.stderr
    assert desk.made == ["broken.toml"]


@pytest.mark.parametrize(
    ("file", "why"), [("nowhere.toml", "No such file or directory"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_read_is_a_sentence(desk: Desk, file: str, why: str) -> None:
    result = desk("import", file)
    assert (result.exit_code, result.stderr) == (
        1,
        (
            f"The planner file {file} cannot be read ({why}); see that it exists and that boardcal "
            "may read it.\n"
        ),
    )


def test_the_planner_of_another_board_than_the_one_named_is_refused(live: Desk) -> None:
    result = live("--board", "ctb", "import", _edited(live))
    assert (result.exit_code, result.stderr) == (
        1,
        'new.toml is the planner of the Board "lscb", not of "ctb".\n',
    )


def test_a_second_board_has_its_own_calendar(live: Desk) -> None:
    text = live("export").stdout
    other = text.replace('id = "lscb"', 'id = "ctb-board"').replace('"lscb"', '"ctb-board"')
    live.write("other.toml", other.replace("Cumbria LSCB", "Cumbria CTB"))
    done = live("import", "other.toml")
    assert done.exit_code == 0, done.stderr
    result = live("upcoming")
    assert (result.exit_code, result.stderr) == (
        1,
        "There are several Boards (ctb-board, lscb); name one with --board.\n",
    )
    assert live("upcoming", "--board", "ctb-board").stdout.startswith("Cumbria CTB, ")
    assert live("record", S11, "submitted").exit_code == 0
    period = ("--from", "2018-02-08", "--to", "2018-02-08", "--format", "json")
    everyone = json.loads(live("simulate", *period).stdout)
    assert json.loads(live("simulate", *period, "--board", "lscb").stdout) == everyone
    assert json.loads(live("simulate", *period, "--board", "ctb-board").stdout) == []
