from __future__ import annotations

import codecs
import tomllib
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from boardcal.core.validation.problems import FileProblems
from boardcal.core.validation.toml_source import TomlLines, parse_toml

FILE = "planner.toml"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a = 1\nb", 2, 'a key needs "=" and a value after it'),
        ("a = 1\n\na = 2\n", 3, "the same key is already given above; keep one of them"),
        ("[m]\n[m]\n", 2, "the same section is already given above; put the two together"),
        ("a.b = 1\n[a]\n", 2, "the same section is already given above; put the two together"),
        ("a = {}\na.b = 1\n", 2, "this adds to something that is already complete above"),
        ('a = 1\nb = "x\nc = 2\n', 2, "a text has no closing quote on its line"),
        ("a = 'x\n'", 1, "a text has no closing quote on its line"),
        ('a = "x\x01"', 1, "it holds a character that cannot be seen; type the line again"),
        ("a = 'x\x01'", 1, "it holds a character that cannot be seen; type the line again"),
        ('a = "\\ud800"', 1, "what follows the backslash stands for no letter"),
        ('a = "\\u00zz"', 1, "what follows the backslash stands for no letter"),
        ("a = { b = 1, b = 2 }", 1, "the same key is given twice; keep one of them"),
        ("a = 'x", 1, "a text has no closing quote"),
        ('a = 1\nb = """x\n\n', 2, "a text has no closing quote"),
        ('a = "C:\\data"', 1, "write two backslashes for one, or put the text in single quotes"),
        ("a = [1 2]", 1, 'a list lacks a comma between its entries or its closing "]"'),
        ("a = { b = 1", 1, 'a comma between its entries or the closing "}" is missing'),
        ("# dates\na = 2018-02-30", 2, "there is no such date or time"),
        ("[body", 1, 'the name of a section lacks its closing "]"'),
        ("= 2", 1, "a line begins with a key, a [section] or #"),
        ("a = { # }", 1, "a key has a character that it cannot begin with"),
        ("at = 08:00", 1, "something follows the value; put text, and times like 08:00, in quotes"),
        ("a = LSCB", 1, "the value is missing or not understood; put text in double quotes"),
        ("a = 1\nfrom = “LSCB”", 2, "a text stands in curly quotes; use straight ones"),
    ],
)
def test_a_broken_file_is_refused_with_its_line_and_what_to_do(
    text: str, line: int, why: str
) -> None:
    with pytest.raises(FileProblems) as refused:
        parse_toml(text, FILE)
    assert str(refused.value) == f"planner.toml, line {line} cannot be read: {why}."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"a = {'[' * 5000}", "planner.toml holds lists too deep to read."),
        (f"a = {'1' * 5000}", "planner.toml holds a number too long to read."),
    ],
)
def test_what_python_cannot_hold_is_refused_too(text: str, sentence: str) -> None:
    with pytest.raises(FileProblems) as refused:
        parse_toml(text, FILE)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a = 'x'\nb = 'ü'".encode("latin-1"), ", line 2"),
        (codecs.BOM_UTF16_LE + "a = 1".encode("utf-16-le"), ", line 1"),
    ],
)
def test_a_file_that_is_not_utf_8_is_refused_with_the_line(content: bytes, line: str) -> None:
    with pytest.raises(FileProblems) as refused:
        parse_toml(content, FILE)
    assert str(refused.value) == (
        f"planner.toml{line} holds letters that are not UTF-8; "
        'save the file again with the encoding "UTF-8".'
    )


@pytest.mark.parametrize(
    "content", ["a = 1", "\ufeffa = 1", b"a = 1", codecs.BOM_UTF8 + b"a = 1\r\n"]
)
def test_text_and_utf_8_are_read_with_or_without_a_byte_order_mark(content: str | bytes) -> None:
    assert parse_toml(content, FILE) == {"a": 1}


LAID_OUT = '''\
# a comment, with [[report]] in it
title = "x"   # line 2

[board]
id = "lscb"
note = """
[[report]]
still = "text" \\"""
"""
'quoted "key"' = 1

[[body]]
id = "one"
[[body.role]]
address = "a"

[[body]]
id = "two"
[[body.role]]
address = "b"
[[body.role]]
address = "c"

[[report]]
id = "first"
when = { meeting = "lscb", months = ["March", "May"], last = { in = "year" } }

[[report]]
id = "second"
to = [
  "lscb",  # a comment ]
  "hwb",

  [1,
   2],
  { x = 1 },
]
[report.timing]
months = [ 3 ]
from.day = 2018-03-08
text = \'\'\'
[[report]]\'\'\'
[report.timing.more]
z = 1e3
'''


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("title",), 2),
        (("board",), 4),
        (("board", "id"), 5),
        (("board", "note"), 6),
        (("board", 'quoted "key"'), 10),
        (("body", 0), 12),
        (("body", 0, "role", 0, "address"), 15),
        (("body", 1, "id"), 18),
        (("body", 1, "role", 1), 21),
        (("body", 1, "role", 1, "address"), 22),
        (("report",), 24),
        (("report", 0, "when", "last", "in"), 26),
        (("report", 0, "when", "months", 1), 26),
        (("report", 1), 28),
        (("report", 1, "to", 0), 31),
        (("report", 1, "to", 1), 32),
        (("report", 1, "to", 2, 1), 35),
        (("report", 1, "to", 3, "x"), 36),
        (("report", 1, "timing"), 38),
        (("report", 1, "timing", "months", 0), 39),
        (("report", 1, "timing", "from", "day"), 40),
        (("report", 1, "timing", "more", "z"), 44),
    ],
)
def test_every_place_has_the_line_it_stands_on(location: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(LAID_OUT)
    assert TomlLines(LAID_OUT).line(location) == line


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("report", 1, "owner"), 28),
        (("report", 1, "timing", "months", 7), 39),
        (("report", 1, "timing", "every", "n"), 38),
        (("report", 5, "owner"), 24),
        (("mail", "smtp"), None),
        ((), None),
    ],
)
def test_what_is_not_there_has_the_line_of_what_is_around_it(
    location: tuple[str | int, ...], line: int | None
) -> None:
    assert TomlLines(LAID_OUT).line(location) == line


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=6)
LEAVES = st.just(None)
TREES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(KEYS, inner, max_size=3)
            | st.lists(st.dictionaries(KEYS, inner, min_size=1, max_size=3), max_size=3)
        ),
        max_leaves=12,
    ),
    max_size=4,
)


def numbered(tree: Any, numbers: list[int]) -> Any:
    """`tree` with a text of its own in each leaf, so that a line tells whose it is."""
    if isinstance(tree, dict):
        return {key: numbered(value, numbers) for key, value in tree.items()}
    if isinstance(tree, list):
        return [numbered(value, numbers) for value in tree]
    numbers.append(len(numbers))
    return f"<leaf {len(numbers)}>"


def leaves(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    if isinstance(tree, str):
        return [(path, tree)]
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return [leaf for key, value in inner for leaf in leaves(value, (*path, key))]


@given(TREES)
def test_whatever_is_written_out_is_found_again_by_line(tree: dict[str, Any]) -> None:
    content = numbered(tree, [])
    text = tomlkit.dumps(content)
    if tomllib.loads(text) != content:  # tomlkit writes a few mixed lists wrongly
        return
    lines, rows = TomlLines(text), text.split("\n")
    for path, leaf in leaves(content):
        line = lines.line(path)
        assert line is not None
        assert leaf in rows[line - 1]


@given(st.text(alphabet="ab[]{}=.,\"'#\\ \n1", max_size=60))
def test_no_text_at_all_makes_the_search_for_lines_fail(text: str) -> None:
    line = TomlLines(text).line(("a", "b", 1))
    assert line is None or 1 <= line <= text.count("\n") + 1
