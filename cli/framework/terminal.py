"""Text for a terminal of any width, and questions to whoever sits at it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable
from typing import Any

import click

NO_MAILS_YET = "No mails go out yet; `boardcal golive DAY` sets from when."
NARROWEST, WIDEST = 40, 110  # longer lines are hard to follow


class OutputError(OSError):
    """What a command says cannot be written, as where the disk behind it is full."""


def width() -> int:
    """How many columns there are to write in; 80 where nobody can say."""
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)


def hung(text: str, indent: int = 0, *, room: int | None = None) -> list[str]:
    """`text` wrapped to `room` columns (the terminal's), every line `indent` columns in.

    No word is broken: an address or a key stays whole even where it is wider than the terminal.
    """
    return textwrap.wrap(
        text,
        width=width() if room is None else room,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def say(*sentences: str | None) -> None:
    """Sentences to the reader, wrapped; those that are None or empty are left out."""
    text = " ".join(sentence for sentence in sentences if sentence)
    _write("\n".join(hung(text)))


def say_lines(lines: Iterable[str]) -> None:
    """Lines as they are."""
    for line in lines:
        _write(line)


def say_secret(address: str) -> None:
    """An address that is shown once, on a line of its own and never wrapped, to be copied whole.

    Said before what it opens is saved: where nobody can be told it, nothing is made.
    """
    if sys.stdout is None:
        raise OutputError(errno.EBADF, "standard output is closed")
    _write(address)


def aside(*sentences: str | None) -> None:
    """Sentences to the reader that are no part of what a program reads."""
    text = " ".join(sentence for sentence in sentences if sentence)
    click.echo("\n".join(hung(text)), err=True)


def painted(text: str, **style: Any) -> str:
    """`text` in colour or bold; click takes it out again where no terminal reads it."""
    return text if "NO_COLOR" in os.environ else click.style(text, **style)


def say_json(value: object) -> None:
    """`value` as JSON, readable for people too."""
    plain = (sys.stdout.encoding or "").lower().startswith("utf")
    _write(json.dumps(value, ensure_ascii=not plain, indent=2))


def _write(text: str) -> None:
    try:
        click.echo(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from None


def is_terminal() -> bool:
    """Whether a terminal, not a program or a file, gets what is said."""
    return sys.stdout.isatty()


def is_watched() -> bool:
    """Whether somebody watches stderr, so that progress is worth showing."""
    return sys.stderr.isatty()


def agreed(question: str, *, yes: bool) -> bool:
    """Whether to go ahead: by --yes, or by the answer of somebody at a terminal.

    Raises UsageError where neither is there: nobody has seen what would change.
    """
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError(
            f"Nobody at a terminal can be asked “{question}”, so nothing was changed; add --yes "
            "to go ahead.",
            click.get_current_context(),
        )
    if click.confirm(question, default=False):
        return True
    say("Nothing was changed.")
    return False
