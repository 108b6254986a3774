"""The plain part of a mail: paragraphs and lists of at most 72 columns."""

from __future__ import annotations

import re

from .phrases import one_line

COLUMNS = 72


def wrap(text: str, indent: str = "") -> str:
    """`text` as one paragraph, every line after `indent`; a long word stays whole."""
    return _filled(text, indent, indent)


def hang(text: str, mark: str, width: int) -> str:
    """`text` in a column of its own, `width` from the left, after `mark`."""
    return _filled(text, f"{one_line(mark)} ".ljust(width), " " * width)


def bullet(text: str) -> str:
    """`text` as an entry of a list."""
    return hang(text, "-", 2)


def underlined(text: str, line: str = "-") -> str:
    """`text` as a heading."""
    lines = _filled(text, "", "").splitlines()
    return "\n".join([*lines, line * max(len(each) for each in lines)]) if lines else ""


def tidied(text: str) -> str:
    """`text` without trailing spaces, or more than one empty line anywhere."""
    stripped = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", stripped).strip() + "\n"


def _filled(text: str, first: str, following: str) -> str:
    """`text` in lines; `textwrap` takes ten times as long and would cut at hyphens."""
    lines, line, empty = [], first, True
    for word in one_line(text).split():
        if empty:
            line += word
        elif len(line) + 1 + len(word) <= COLUMNS:
            line += f" {word}"
        else:
            lines.append(line)
            line = f"{following}{word}"
        empty = False
    return "".join(f"{each}\n" for each in (lines if empty else [*lines, line]))
