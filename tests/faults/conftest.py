from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.tests.faults.figures import FULL, Figures
from boardcal.tests.faults.judge import Judge
from boardcal.tests.faults.yard import Nursery, Yard, open_nursery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FIGURES = Figures(full=FULL)


@pytest.fixture
def figures() -> Figures:
    """The table that the runs fill in."""
    return FIGURES


@pytest.fixture
def judge() -> Iterator[Judge]:
    """A mail server that counts."""
    with Judge() as listening:
        yield listening


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where daemons come from."""
    with open_nursery() as opened:
        yield opened


@pytest.fixture
def make_yard(
    tmp_path: Path, judge: Judge, nursery: Nursery, empty_url: str
) -> Iterator[Callable[..., Yard]]:
    """Makes the installation of a test, on SQLite and on PostgreSQL."""
    made: list[Yard] = []

    def make(**more: object) -> Yard:
        wishes = {"url": empty_url, "smtp_port": judge.port} | more
        yard = Yard(nursery=nursery, folder=tmp_path / "yard", **wishes)  # type: ignore[arg-type]
        made.append(yard)
        return yard

    yield make
    for yard in made:
        yard.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES.runs:
        terminalreporter.write_sep("-", "what the faults came to")
        terminalreporter.write_line(FIGURES.table())
