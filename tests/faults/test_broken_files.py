"""A hundred broken configs and planner files: nothing of them in force, a sentence for each."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from boardcal.cli.main import boardcal
from boardcal.tests.factories import CUMBRIA, ROOT, cumbria
from boardcal.tests.faults.figures import EITHER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from boardcal.tests.faults.figures import Figures
    from boardcal.tests.faults.judge import Judge
    from boardcal.tests.faults.yard import Yard

Breaks = list["Callable[[list[str], random.Random], None]"]


def half_a_line(lines: list[str], chance: random.Random) -> None:
    number = _entry(lines, chance)
    lines[number] = lines[number][: lines[number].index("=") + 1]


def another_key(lines: list[str], chance: random.Random) -> None:
    number = _entry(lines, chance)
    lines[number] = f"x{lines[number]}"


def another_kind(lines: list[str], chance: random.Random) -> None:
    number = _entry(lines, chance)
    lines[number] = f"{lines[number].partition('=')[0]}= [[1979-05-27]]"


def twice(lines: list[str], chance: random.Random) -> None:
    number = _entry(lines, chance)
    lines.insert(number, lines[number])


def cut_off(lines: list[str], chance: random.Random) -> None:
    lines[_entry(lines, chance)] += ' "'


def no_quote(lines: list[str], chance: random.Random) -> None:
    number = _entry(lines, chance)
    lines[number] = f"{lines[number].partition('=')[0]}= ]"


BREAKS = (half_a_line, another_key, another_kind, twice, cut_off, no_quote)
ENTRY = re.compile(r"^[a-z_-]+ *= *\S+.*$")


def _entry(lines: list[str], chance: random.Random) -> int:
    """One line that gives a key its value."""
    whole = [number for number, line in enumerate(lines) if ENTRY.match(line)]
    return chance.choice([number for number in whole if not lines[number].rstrip().endswith("[")])


def broken(text: str, number: int) -> str:
    """`text` with one thing wrong."""
    chance = random.Random(number)
    lines = text.splitlines()
    BREAKS[number % len(BREAKS)](lines, chance)
    return "\n".join(lines) + "\n"


def says_why(result: Result) -> bool:
    """Whether a command failed with sentences and no traceback."""
    output = result.output
    return bool(output.strip()) and "Traceback" not in output and result.exception.__class__ in (
        SystemExit,
        type(None),
    )  # fmt: skip


@pytest.mark.parametrize("what", ["config", "planner"])
def test_a_broken_file_is_refused_with_sentences_and_nothing_of_it_is_in_force(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    monkeypatch.chdir(tmp_path)
    count = figures.size(18, 100)
    good = (CUMBRIA if what == "planner" else ROOT / "config.toml").read_text(encoding="utf-8")
    good = good.replace("calendar/planners/cumbria-lscb-2017-20.toml", str(CUMBRIA))
    file = tmp_path / f"{what}.toml"
    with figures.run(f"{count} broken {what} files") as run:
        for number in range(count):
            file.write_text(broken(good, number), encoding="utf-8")
            result = _offer(what, file)
            assert result.exit_code in (1, 78), (number, result.output)
            assert says_why(result), (number, result.output, result.exception)
            assert file.name in result.output
            assert not (tmp_path / "var").exists()
        run.note = "each refused with a sentence, nothing made"


def _offer(what: str, file: Path) -> Result:
    arguments = ["--config", str(file), "upcoming"] if what == "config" else ["import", str(file)]
    return CliRunner().invoke(boardcal, arguments, prog_name="boardcal")


@pytest.mark.parametrize("kind", EITHER, indirect=True)
def test_broken_imports_beside_a_daemon_leave_it_as_it_was(
    kind: str,
    judge: Judge,
    make_yard: Callable[..., Yard],
    monkeypatch: pytest.MonkeyPatch,
    figures: Figures,
) -> None:
    yard = make_yard()
    yard.holds(cumbria())
    monkeypatch.chdir(yard.folder)
    count = figures.size(6, 100)
    good = (yard.folder / "planner.toml").read_text(encoding="utf-8")
    with figures.run(f"{count} broken imports while it runs", kind) as run:
        daemon = yard.start()
        assert daemon.lives_until_ready(), daemon.said()
        before, sent = _exported(yard), len(judge.received)
        config = ["--config", str(yard.config("command"))]
        for number in range(count):
            bad = yard.folder / "bad.toml"
            bad.write_text(broken(good, number), encoding="utf-8")
            result = CliRunner().invoke(boardcal, [*config, "import", str(bad)])
            assert result.exit_code in (1, 78), (number, result.output)
            assert says_why(result), (number, result.output)
        assert daemon.is_alive
        assert _exported(yard) == before
        daemon.stop()
        run.mails = len(judge.received) - sent
        run.note = "the planner in force stayed as it was"
    assert run.mails == 0


def _exported(yard: Yard) -> str:
    done = yard.command("export")
    assert done.exit_code == 0, done.stderr
    return done.stdout
