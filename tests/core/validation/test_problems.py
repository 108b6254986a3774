from __future__ import annotations

from datetime import date, time

import pytest

from boardcal.core.errors import BoardcalError
from boardcal.core.validation.problems import FileProblems, Problem, shown, unreadable, visible

FILE = "planner.toml"


def test_one_problem_is_only_its_sentence_and_carries_an_exit_code() -> None:
    error = FileProblems([Problem(file=FILE, says="does not exist")], exit_code=78)
    assert str(error) == "planner.toml does not exist."
    assert error.exit_code == 78
    assert isinstance(error, BoardcalError)
    assert FileProblems(error.problems).exit_code == 1


def test_problems_of_two_files_name_both() -> None:
    error = FileProblems(
        [Problem(file="the environment", says="is odd"), Problem(file="a.toml", line=3, says="is")]
    )
    assert str(error).splitlines()[0] == "a.toml and the environment have 2 problems:"


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (
            Problem(
                file="a.toml",
                line=12,
                key="mail.transport",
                value="smpt",
                says="is not allowed; use outbox or smtp",
            ),
            'a.toml, line 12, mail.transport: "smpt" is not allowed; use outbox or smtp.',
        ),
        (
            Problem(file="a.toml", line=2, key='report "x", owner', says="is missing"),
            'a.toml, line 2, report "x", owner is missing.',
        ),
        (
            Problem(file="a.toml", key="by", value="x", says="the year is wrong"),
            'a.toml, by: "x": the year is wrong.',
        ),
        (
            Problem(file="a.toml", key="by", says="there is no such day"),
            "a.toml, by: there is no such day.",
        ),
        (
            Problem(file="a.toml", says="is odd; did you mean b.toml?"),
            "a.toml is odd; did you mean b.toml?",
        ),
        (
            Problem(file="a\n.toml", key="k\x1b[31m", says="is odd\u202e"),
            "a\\n.toml, k\\x1b[31m is odd\\u202e.",
        ),
    ],
)
def test_a_problem_reads_as_one_sentence_in_one_line(problem: Problem, sentence: str) -> None:
    assert problem.sentence == sentence


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("smpt", '"smpt"'),
        ("", '""'),
        ('"Smith, Jo" <jo@x>', "'\"Smith, Jo\" <jo@x>'"),
        ('it\'s "x"', '"it\'s "x""'),
        ("a\r\nb\x00\x1b\u202e", '"a\\r\\nb\\x00\\x1b\\u202e"'),
        ("undecodable \udc80", '"undecodable \\udc80"'),
        ("x" * 61, f'"{"x" * 59}…"'),
        ("postgresql://name:pa:ss@w@server/db", '"postgresql://name:***@server/db"'),
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (1.5, "1.5"),
        (date(2018, 3, 8), "2018-03-08"),
        (time(9, 30), "09:30:00"),
        (["a", 1, {"b": 2}], '["a", 1, {…}]'),
        (["x" * 50] * 3, f'["{"x" * 50}", "xxx…'),
    ],
)
def test_a_value_is_shown_as_the_file_would_have_it(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_number_too_long_for_decimal_text_is_shown_all_the_same() -> None:
    assert shown(16**5000) == f"0x1{'0' * 56}…"


def test_what_can_be_seen_stays_as_it_is() -> None:
    assert visible("Café – “x” ☎") == "Café – “x” ☎"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (FileNotFoundError(2, "No such file"), "does not exist"),
        (NotADirectoryError(20, "Not a directory"), "does not exist"),
        (IsADirectoryError(21, "Is a directory"), "is a folder, not a file"),
        (
            PermissionError(13, "Permission denied"),
            "cannot be read, because this account has no permission to",
        ),
        (OSError(5, "Input/output error"), "cannot be read (input/output error)"),
    ],
)
def test_why_a_file_cannot_be_read_is_said_in_words(error: OSError, says: str) -> None:
    assert unreadable(error) == says
