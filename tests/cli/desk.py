"""Somebody at a desk who calls the command in a folder, and reads what it says."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from boardcal.cli.main import boardcal
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

NOW = "2018-02-01T09:00"
S11 = "lscb/s11-march/pmqag/2018-03"
ASKS = ("golive", "import", "meeting", "restore", "resume")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A folder, and the command called in it."""

    folder: Path

    def __call__(self, *arguments: str, as_of: str | None = NOW, yes: bool = True) -> Result:
        """What one call of the command did, in this process; no terminal is there.

        What a command would ask about is agreed to beforehand, unless `yes` is false.
        """
        shared = [] if as_of is None else ["--as-of", as_of]
        asks = (
            {*ASKS} & {*arguments[:1]} and arguments != ("meeting",) and "--help" not in arguments
        )
        agreed = ["--yes"] if yes and asks else []
        return CliRunner().invoke(boardcal, [*shared, *arguments, *agreed], prog_name="boardcal")

    def alone(self, *arguments: str, pipeline: str = "") -> subprocess.CompletedProcess[str]:
        """What one call did as a process of its own; `pipeline` is what follows it in a shell."""
        command = [sys.executable, "-m", "boardcal", *arguments]
        if pipeline:
            command = ["/bin/sh", "-c", f'"$@" {pipeline}', "sh", *command]
        # As at most people's: output is kept until there is enough of it, or until the end.
        at_home = {key: text for key, text in os.environ.items() if key != "PYTHONUNBUFFERED"}
        return subprocess.run(
            command,
            cwd=self.folder,
            env=at_home,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def at_terminal(self, *arguments: str, answer: str) -> tuple[int, str]:
        """The exit code, and what a terminal showed, of a call whose question is answered."""
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "boardcal", "--as-of", NOW, *arguments]
        with subprocess.Popen(
            command, cwd=self.folder, stdin=theirs, stdout=theirs, stderr=theirs
        ) as process:
            os.close(theirs)
            os.write(ours, f"{answer}\n".encode())
            shown = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        return process.returncode, shown.decode().replace("\r\n", "\n")

    @property
    def database(self) -> Path:
        """Where the database is, or will be."""
        return self.folder / "var/boardcal.db"

    @property
    def made(self) -> list[str]:
        """Everything in the folder."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def write(self, name: str, text: str) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


def flat(text: str) -> str:
    """`text` on one line, so that a sentence is found however it was wrapped."""
    return " ".join(text.split())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so where the other end is closed
        return b""
