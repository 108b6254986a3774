"""TOML as people write it: read, and found again by line when something in it is wrong."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import Any

from .problems import FileProblems, Location, Problem

PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
CURLY_QUOTES = re.compile(r"[“”„‘’]")


# The beginnings of the parser's messages, each with its remedy.
EXPLAINED = (
    ("Expected '=' after", 'a key needs "=" and a value after it'),
    ("Cannot overwrite", "the same key is already given above; keep one of them"),
    ("Cannot declare", "the same section is already given above; put the two together"),
    ("Duplicate inline", "the same key is given twice; keep one of them"),
    ("Cannot redefine", "this adds to something that is already complete above"),
    ("Cannot mutate", "this adds to something that is already complete above"),
    ("Unterminated string", "a text has no closing quote"),
    ("Illegal character '\\n'", "a text has no closing quote on its line"),
    ("Found invalid character '\\n'", "a text has no closing quote on its line"),
    ("Illegal character", "it holds a character that cannot be seen; type the line again"),
    ("Found invalid character", "it holds a character that cannot be seen; type the line again"),
    ("Expected \"'", "a text has no closing quote"),
    ("Unescaped '\\'", "write two backslashes for one, or put the text in single quotes"),
    ("Escaped character", "what follows the backslash stands for no letter"),
    ("Invalid hex", "what follows the backslash stands for no letter"),
    ("Unclosed array", 'a list lacks a comma between its entries or its closing "]"'),
    ("Unclosed inline table", 'a comma between its entries or the closing "}" is missing'),
    ("Invalid date or datetime", "there is no such date or time"),
    ("Expected ']", 'the name of a section lacks its closing "]"'),
    ("Invalid statement", "a line begins with a key, a [section] or #"),
    ("Invalid initial character", "a key has a character that it cannot begin with"),
    ("Expected newline", "something follows the value; put text, and times like 08:00, in quotes"),
    ("Invalid value", "the value is missing or not understood; put text in double quotes"),
)
BLANK = re.compile(r"(?:\s|#[^\n]*)*")
HEADER = re.compile(r"\[\[?")
HEADER_END = re.compile(r"[ \t]*\]\]?")
KEY = r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
DOTTED = re.compile(rf"[ \t]*{KEY}(?:[ \t]*\.[ \t]*{KEY})*")
EQUALS = re.compile(r"[ \t]*=[ \t]*")
COMMA = re.compile(r",")
TEXT = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"{3,5}'
    r"|'''[\s\S]*?'{3,5}"
    r"""|"(?:\\.|[^"\\\n])*"|'[^'\n]*'"""
)
SCALAR = re.compile(r"[^,\[\]{}#\s][^,\]}#\n]*")


def parse_toml(content: str | bytes, file: str) -> dict[str, object]:
    """The content of a TOML file; raises FileProblems with the line where it cannot be read.

    Bytes are UTF-8, with or without a byte order mark.
    """
    text = toml_text(content, file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileProblems([_broken(str(error), text, file)]) from None
    except RecursionError:
        raise FileProblems([Problem(file=file, says="holds lists too deep to read")]) from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise FileProblems([Problem(file=file, says="holds a number too long to read")]) from None


def toml_text(content: str | bytes, file: str) -> str:
    """The text of a file's bytes; raises FileProblems where they are not UTF-8."""
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        says = 'holds letters that are not UTF-8; save the file again with the encoding "UTF-8"'
        line = content.count(b"\n", 0, error.start) + 1
        raise FileProblems([Problem(file=file, line=line, says=says)]) from None


def _broken(message: str, text: str, file: str) -> Problem:
    """The `message` of tomllib in plain words, with the line that it names in its end."""
    place = PLACE.search(message)
    reason = message[: place.start()] if place else message
    lines = text.rstrip().split("\n")
    number = int(place[1]) if place and place[1] else len(lines)
    if number <= len(lines) and CURLY_QUOTES.search(lines[number - 1]):
        says = "a text stands in curly quotes; use straight ones"
    else:
        says = next((plain for start, plain in EXPLAINED if reason.startswith(start)), reason)
    return Problem(file=file, line=number, says=f"cannot be read: {says}")


class TomlLines:
    """The lines of a TOML text, by places such as ("report", 12, "timing", "months", 0).

    The text is one that `parse_toml` reads. Lines are looked up only when first asked for.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: dict[Location, int] | None = None

    def line(self, path: Location) -> int | None:
        """The line of `path`, or of the nearest place around it; None where there is none."""
        if self._lines is None:
            self._lines = _Scan(self._text).lines
        for end in range(len(path), 0, -1):
            line = self._lines.get(path[:end])
            if line is not None:
                return line
        return None


class _Scan:
    """One walk over the text, noting the line of every table, key and list entry."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Location, int] = {}
        self._text = text
        self._breaks = [newline.start() for newline in re.finditer("\n", text)]
        self._at = 0
        self._entries: dict[Location, int] = {}
        try:
            self._document()
        except (ValueError, RecursionError):
            return  # what was found so far still holds

    def _document(self) -> None:
        table: Location = ()
        self._take(BLANK)
        while self._at < len(self._text):
            line = self._line()
            header = self._maybe(HEADER)
            if header is None:
                self._pair(table)
            else:
                table = self._opened(self._keys(), line, is_entry=header == "[[")
                self._take(HEADER_END)
            self._take(BLANK)

    def _opened(self, keys: list[str], line: int, *, is_entry: bool) -> Location:
        """The table that a header opens: the latest entry of each list of tables on its way."""
        path: Location = ()
        for key in keys[:-1]:
            path = (*path, key)
            self.lines.setdefault(path, line)
            if path in self._entries:
                path = (*path, self._entries[path])
        path = (*path, keys[-1])
        if is_entry:
            self.lines.setdefault(path, line)
            self._entries[path] = self._entries.get(path, -1) + 1
            path = (*path, self._entries[path])
        self.lines[path] = line
        return path

    def _pair(self, path: Location) -> None:
        line = self._line()
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._take(EQUALS)
        self._value(path)

    def _value(self, path: Location) -> None:
        if self._maybe(TEXT) is not None:
            return
        opening = self._text[self._at : self._at + 1]
        if opening == "[":
            self._list(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            self._take(SCALAR)

    def _list(self, path: Location) -> None:
        self._at += 1
        for index in range(len(self._text)):
            self._take(BLANK)
            if self._closes("]"):
                return
            self.lines[(*path, index)] = self._line()
            self._value((*path, index))
            self._take(BLANK)
            self._maybe(COMMA)

    def _inline_table(self, path: Location) -> None:
        self._at += 1
        while True:
            self._take(BLANK)
            if self._closes("}"):
                return
            self._pair(path)
            self._take(BLANK)
            self._maybe(COMMA)

    def _keys(self) -> list[str]:
        inner: Any = tomllib.loads(f"{self._take(DOTTED)} = 0")
        keys: list[str] = []
        while isinstance(inner, dict):
            keys += inner
            inner = inner[keys[-1]]
        return keys

    def _closes(self, bracket: str) -> bool:
        closes = self._text.startswith(bracket, self._at)
        self._at += closes
        return closes

    def _take(self, pattern: re.Pattern[str]) -> str:
        taken = self._maybe(pattern)
        if taken is None:
            raise ValueError(f"not what was expected at {self._at}")
        return taken

    def _maybe(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        return match[0]

    def _line(self) -> int:
        return bisect_right(self._breaks, self._at) + 1
