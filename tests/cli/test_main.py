from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time

from boardcal import __version__
from boardcal.cli.framework import context as invocation
from boardcal.cli.main import COMMANDS
from boardcal.core.errors import BoardcalError
from boardcal.tests.cli.desk import flat
from boardcal.tests.factories import ROOT, at
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from boardcal.tests.cli.desk import Desk

# What commands that only read have no use for, and what takes long to load.
SLOW = ("alembic", "apscheduler", "aiosmtplib", "css_inline", "jinja2", "rich", "tomlkit")
THEN_LIST = """
import atexit, sys
atexit.register(lambda: print([name for name in {names} if name in sys.modules], file=sys.stderr))
sys.argv = ["boardcal", "--as-of", "2017-11-01", *{arguments}]
from boardcal.cli.main import main
main()
"""


def _loaded_by(desk: Desk, *arguments: str) -> str:
    program = THEN_LIST.format(names=SLOW, arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=desk.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr.strip()


def test_alone_it_shows_what_it_can_do(desk: Desk) -> None:
    shown = desk(as_of=None)
    assert shown.exit_code == 0
    for name, summary in COMMANDS.items():
        assert f"  {name:10}{summary}" in shown.stdout
    assert shown.stdout == desk("--help", as_of=None).stdout


def test_it_says_its_version(desk: Desk) -> None:
    shown = desk("--version", as_of=None)
    assert (shown.exit_code, shown.stdout) == (0, f"boardcal {__version__}\n")


def test_every_module_of_a_command_is_in_the_list_and_every_entry_has_a_module() -> None:
    modules = {path.stem for path in (ROOT / "cli/commands").glob("*.py")} - {"__init__"}
    assert {module.removesuffix("_") for module in modules} == set(COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_explains_itself_and_takes_the_shared_options(desk: Desk, name: str) -> None:
    shown = desk(name, "--help", as_of=None)
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"Usage: boardcal {name} ")
    is_group = "COMMAND [ARGS]" in shown.stdout
    assert ("--as-of DATETIME" in shown.stdout) is not is_group
    assert desk.made == []


@pytest.mark.parametrize("name", ["meeting", "people", "event"])
def test_a_group_of_commands_alone_shows_its_commands(desk: Desk, name: str) -> None:
    shown = desk(name, as_of=None)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "Commands:" in shown.stdout


def test_the_shared_options_may_stand_before_or_after_the_command(desk: Desk) -> None:
    before = desk("upcoming", "--format", "json", as_of="2018-02-01")
    after = desk("upcoming", "--format", "json", "--as-of", "2018-02-01", as_of=None)
    assert before.stdout == after.stdout
    assert '"due": "2018-02-07"' in before.stdout


def test_without_as_of_a_command_goes_by_the_machines_clock(desk: Desk) -> None:
    with freeze_time(at("2018-02-01 09:00")):
        today = desk("upcoming", "--format", "json", as_of=None)
    assert today.stdout == desk("upcoming", "--format", "json", as_of="2018-02-01").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["upcomin"], 'There is no command "upcomin"; did you mean upcoming?'),
        (["fly"], 'There is no command "fly".'),
        (["meeting", "mov"], 'There is no command "mov"; did you mean move?'),
        (["upcoming", "--form", "csv"], "There is no option --form here; did you mean --format"),
        (["upcoming", "--format", "xml"], '--format: "xml" is not known here; use table, json or'),
        (["upcoming", "extra"], "Got unexpected extra argument (extra)."),
        (["record"], "KEY is missing."),
        (["record", "lscb/x/y/z"], "STATUS is missing; it is one of submitted, accepted, "),
        (["simulate", "--from", "2018-01-01"], "The option --to is missing."),
        (["upcoming", "--from"], "Option '--from' requires an argument."),
        (["--as-of", "soon", "check"], '--as-of: "soon" is not a day; write 2018-03-08 or'),
    ],
)
def test_a_call_that_cannot_be_understood_ends_with_one_sentence_and_2(
    desk: Desk, arguments: list[str], sentence: str
) -> None:
    result = desk(*arguments, as_of=None)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(sentence)
    assert result.stderr.endswith("--help` says what is possible.\n")
    assert result.stderr.count("\n") == 1
    assert desk.made == []


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (BoardcalError("The well is dry."), 1, "The well is dry.\n"),
        (KeyboardInterrupt(), 130, ""),
        (
            OSError(28, "No space left on device", "/srv/x"),
            1,
            "The system refused (No space left on device: /srv/x); put that right and try again.\n",
        ),
        (
            ZeroDivisionError("division by zero"),
            1,
            (
                "Something went wrong that boardcal did not expect (ZeroDivisionError). Try again "
                "with --debug for the details, and send them to whoever looks after boardcal "
                "here.\n"
            ),
        ),
    ],
)
def test_whatever_goes_wrong_ends_with_a_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, sentence: str
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(invocation.Invocation, "settings", fail)
    result = desk("upcoming")
    assert (result.exit_code, result.stderr.removeprefix("\n"), result.stdout) == (
        code,
        sentence,
        "",
    )


def test_debug_gives_the_details_of_an_unexpected_error(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invocation.Invocation, "settings", lambda _: 1 / 0)
    result = desk("upcoming", "--debug")
    assert isinstance(result.exception, ZeroDivisionError)


def test_a_reader_that_goes_away_is_no_error_worth_a_word(desk: Desk) -> None:
    done = desk.alone(
        "--as-of", "2017-11-01", "upcoming", "--to", "2020-11-01", pipeline="| head -1"
    )
    assert done.stdout == "Cumbria LSCB, 1 November 2017 to 1 November 2020\n"
    assert done.stderr == ""


def test_a_full_disk_behind_the_output_is_a_sentence(desk: Desk) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux has /dev/full")
    done = desk.alone("--as-of", "2017-11-01", "upcoming", pipeline="> /dev/full")
    assert done.returncode == 1
    assert done.stderr == (
        "The system refused (No space left on device); put that right and try again.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["upcoming", "--format", "csv"],
        ["simulate", "--from", "2017-11-01", "--to", "2017-11-02", "--format", "json"],
        ["people", "list"],
    ],
)
def test_a_command_loads_only_what_it_needs(desk: Desk, arguments: list[str]) -> None:
    assert _loaded_by(desk, *arguments) == "[]"


def test_settings_that_are_wrong_end_with_78_and_everything_at_once(desk: Desk) -> None:
    desk.write("config.toml", 'timezone = "Mars"\n[mail]\ntransport = "pigeon"\n')
    result = desk("upcoming")
    assert (result.exit_code, result.stdout) == (78, "")
    assert 'config.toml, line 1, timezone: "Mars"' in result.stderr
    assert 'config.toml, line 3, mail.transport: "pigeon"' in result.stderr
    assert desk.made == ["config.toml"]


def test_a_config_file_that_is_not_there_is_named(desk: Desk) -> None:
    result = desk("--config", "nowhere.toml", "upcoming")
    assert result.exit_code == 78
    assert (
        "nowhere.toml does not exist; name a config file, or leave --config out." in result.stderr
    )


def test_a_board_that_is_not_known_is_named(desk: Desk) -> None:
    result = desk("--board", "ctb", "upcoming")
    assert (result.exit_code, result.stderr) == (1, 'There is no Board "ctb"; there is lscb.\n')


def test_narrow_terminals_keep_keys_and_addresses_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shown = desk("upcoming", "--to", "2018-03-31")
    assert "          lscb/subgroup-progress/learning-improvement/2018-03\n" in shown.stdout
    others = [line for line in shown.stdout.splitlines() if "/" not in line]
    assert max(map(len, others)) <= 40
    assert "…" not in flat(shown.stdout)
