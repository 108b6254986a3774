"""What the runs found, as a table: figures first, and what they were expected to be."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

# `make faults` sets it; without it each test has its short form.
FULL = os.environ.get("FAULTS") == "full"
# Where the database hardly matters, the short form tries one of them.
EITHER = ("sqlite", "postgresql") if FULL else ("sqlite",)
Case = tuple[Any, ...]
HEADINGS = ("test", "database", "kills", "mails", "lost", "doubled", "uncertain", "seconds", "")


def some(cases: Sequence[Case], short: Callable[[Case], bool]) -> list[Case]:
    """The cases of a test: all of them, or in its short form those that `short` chooses."""
    return [case for case in cases if FULL or short(case)]


@dataclass(slots=True, kw_only=True)
class Run:
    """One test of the table. `mails` are those that had to arrive; `note` says the rest."""

    test: str
    database: str = ""
    kills: int = 0
    mails: int = 0
    lost: int = 0
    doubled: int = 0
    uncertain: int = 0
    seconds: float = 0.0
    note: str = ""

    def cells(self) -> tuple[str, ...]:
        """Its row of the table."""
        numbers = (self.kills, self.mails, self.lost, self.doubled, self.uncertain)
        return (
            self.test,
            self.database,
            *(f"{number:,}" for number in numbers),
            f"{self.seconds:,.0f}",
            self.note,
        )


@dataclass(slots=True)
class Figures:
    """Every run so far. `full` asks for the whole of each test, not for its short form."""

    full: bool
    runs: list[Run] = field(default_factory=list)

    def size(self, short: int, full: int) -> int:
        """How often to do something."""
        return full if self.full else short

    @contextmanager
    def run(self, test: str, database: str = "") -> Iterator[Run]:
        """One run, timed; it stands in the table whatever becomes of it."""
        run = Run(test=test, database=database)
        self.runs.append(run)
        began = time.monotonic()
        try:
            yield run
        finally:
            run.seconds = time.monotonic() - began

    def table(self) -> str:
        """The table in Markdown."""
        rows = [HEADINGS, tuple("---" for _ in HEADINGS), *(run.cells() for run in self.runs)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
        return "\n".join(
            "| "
            + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            + " |"
            for row in rows
        )
