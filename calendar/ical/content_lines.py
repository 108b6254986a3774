"""Content lines of iCalendar: text made plain, escaped and folded (RFC 5545 3.1 and 3.3.11)."""

from __future__ import annotations

import re

from ...core.characters import DIRECTION_MARKS

FOLD_AT = 75  # octets without the line's end: RFC 5545 3.1


# Exchange takes titles and places of less than 255 characters, and counts as UTF-16 does.
LONGEST_HEADLINE = 254
LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
HALF_CHARACTERS = re.compile("[\ud800-\udfff]")


# Controls are not allowed in TEXT. A byte order mark within a text is taken for one of the file,
# and marks of direction make a title read as another.
UNSEEN = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff{''.join(sorted(DIRECTION_MARKS))}]")


# Folded inside many blanks, a line would be blank, and readers that trim lines would lose some.
BLANKS = re.compile(r"\s{2,}|\t")


def plain(text: str) -> str:
    r"""`text` as people see it: lines ended by \n, single blanks, no control characters.

    Marks that turn the direction of the text are left out too, and half characters, which UTF-8
    cannot hold, are replaced by "�".
    """
    if text.isprintable():
        return _tidy(text)
    lines = LINE_ENDS.sub("\n", text).split("\n")
    return "\n".join(_tidy(line) for line in lines).strip("\n")


def _tidy(line: str) -> str:
    if not line.isprintable():
        line = UNSEEN.sub("", HALF_CHARACTERS.sub("�", line))
    elif "  " not in line:
        return line.strip()
    return BLANKS.sub(" ", line).strip()


def one_line(text: str) -> str:
    """`text` made plain, on one line."""
    text = plain(text)
    return " ".join(line for line in text.split("\n") if line) if "\n" in text else text


def headline(text: str) -> str:
    """`text` on one line of at most 254 characters, cut between words with an "…"."""
    text = one_line(text)
    # A character is one or two units of UTF-16: below half of the limit there is nothing to count.
    if len(text) <= LONGEST_HEADLINE // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_HEADLINE:
        return text
    cut = units[: 2 * LONGEST_HEADLINE - 2].decode("utf-16-le", "ignore")
    between_words = cut if text[len(cut)].isspace() else cut.rpartition(" ")[0]
    # A word so long that little would stay before it is cut within.
    kept = between_words if len(between_words) > LONGEST_HEADLINE // 2 else cut
    return f"{kept.rstrip(' ,;:–-')}…"


def escaped(text: str) -> str:
    """Plain `text` as a TEXT value."""
    text = text.replace("\\", "\\\\").replace(";", "\\;")
    return text.replace(",", "\\,").replace("\n", "\\n")


def content_line(line: str) -> bytes:
    """`line` with its CRLF, in parts of 75 octets at most.

    It is never parted within a character or an escape, as readers may decode before they join.
    """
    octets = line.encode()
    parts = []
    start, room = 0, FOLD_AT
    while len(octets) - start > room:
        end = _end_of_part(octets, start, start + room)
        parts.append(octets[start:end])
        start, room = end, FOLD_AT - 1
    parts.append(octets[start:])
    return b"\r\n ".join(parts) + b"\r\n"


def _end_of_part(octets: bytes, start: int, end: int) -> int:
    """The last place up to `end` between two characters, where no escape is open."""
    while octets[end] & 0b1100_0000 == 0b1000_0000:
        end -= 1
    part = octets[start:end]
    backslashes = len(part) - len(part.rstrip(b"\\"))
    return end - backslashes % 2
