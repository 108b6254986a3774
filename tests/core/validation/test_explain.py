from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from boardcal.core.validation.explain import problems_of
from boardcal.core.validation.messages import within
from boardcal.core.validation.problems import FileProblems, Problem
from boardcal.core.validation.toml_source import TomlLines, parse_toml

FILE = "planner.toml"


class Span(StrEnum):
    QUARTER = "quarter"
    YEAR = "year"


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Meeting(Entry):
    meeting: str
    papers: Annotated[int, within(0, 60)] = 10
    last_in: Span | None = None

    @model_validator(mode="after")
    def _papers_of_a_year(self) -> Meeting:
        if self.last_in is Span.YEAR and self.papers == 0:
            raise ValueError("needs papers for a yearly report")
        return self


class By(Entry):
    by: Annotated[tuple[str, ...], BeforeValidator(lambda x: [x] if isinstance(x, str) else x)]

    @field_validator("by")
    @classmethod
    def _dates(cls, dates: tuple[str, ...]) -> tuple[str, ...]:
        for text in dates:
            if text == "soon":
                raise ValueError(f'"{text}" is not a date')
            if text == "30 February":
                raise ValueError(f'there is no "{text}" in any year')
            if text == "2300":
                raise ValueError("the year 2300 is too far away")
        return dates


When = Annotated[
    Annotated[Meeting, Tag("meeting")] | Annotated[By, Tag("by")],
    Discriminator(
        lambda value: (
            next((k for k in ("meeting", "by") if k in value), None)
            if isinstance(value, dict)
            else None
        ),
        custom_error_type="when",
        custom_error_message='says nothing known; give "meeting" or "by"',
    ),
]


class Report(Entry):
    id: str
    title: str = Field(default="x", min_length=1, max_length=10)
    when: When | None = None
    until: date | None = None
    count: int | None = None
    weight: float | None = None
    to: tuple[str, ...] = Field(default=("x",), min_length=1)
    open: bool = False
    fixed: Literal[True] = True


class Board(Entry):
    id: str
    business_group: str | None = Field(default=None, alias="business-group")


class Planner(Entry):
    board: Board = Board(id="lscb")
    report: tuple[Report, ...] = Field(default=(), min_length=1)


def problems(text: str) -> list[Problem]:
    data = parse_toml(text, FILE)
    with pytest.raises(ValidationError) as refused:
        Planner.model_validate(data)
    return problems_of(refused.value, TomlLines(text), FILE, model=Planner, data=data)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "ow = 1",
            (
                "ow is not a known key; known here: id, title, when, until, count, weight, to, "
                "open, fixed."
            ),
        ),
        ("titel = 'x'", "titel is not a known key; did you mean `title`?"),
        ("papers = 3", "papers is not a known key here; it belongs in [report.when]."),
        ("Until = 2018-03-08", "Until is not a known key; did you mean `until`?"),
        ("title = 5", "title: 5 must be a text in quotes."),
        ("title = ''", 'title: "" must not be empty.'),
        ("title = 'longer than ten'", 'title: "longer than ten" must have at most 10 characters.'),
        ("until = '8 March'", 'until: "8 March" must be a real date such as 2018-03-08.'),
        ("until = 'March\\t'", 'until: "March\\t" must be a real date such as 2018-03-08.'),
        ("until = '2018-02-30'", 'until: "2018-02-30" must be a real date such as 2018-03-08.'),
        ("until = true", "until: true must be a date such as 2018-03-08."),
        (
            "until = 2018-03-08T09:30:00",
            "until: 2018-03-08T09:30:00 must be a date such as 2018-03-08.",
        ),
        ("count = 3.5", "count: 3.5 must be a whole number."),
        ("count = 'many'", 'count: "many" must be a whole number.'),
        (
            "weight = 'heavy'",  # a kind that no file holds yet is told in pydantic's words
            'weight: "heavy": Input should be a valid number, unable to parse string as a number.',
        ),
        ("to = []", "to: [] must not be empty."),
        ("to = ['a', 5]", "to (entry 2): 5 must be a text in quotes."),
        ("to = 'lscb'", 'to: "lscb" must be a list in square brackets.'),
        ("to = { a = 1 }", "to must be a list in square brackets."),
        ("open = 'perhaps'", 'open: "perhaps" must be true or false.'),
        ("fixed = false", "fixed: false is not allowed; use true."),
        ("when = 'March'", 'when: "March" says nothing known; give "meeting" or "by".'),
        ("when = { months = 3 }", 'when says nothing known; give "meeting" or "by".'),
        (
            "when = { meeting = 'lscb', paper = 3 }",
            "when.paper is not a known key; did you mean `papers`?",
        ),
        ("when = { meeting = 'lscb', papers = 99 }", "when.papers: 99 must be from 0 to 60."),
        (
            "when = { meeting = 'lscb', last_in = 'week' }",
            'when.last_in: "week" is not allowed; use quarter or year.',
        ),
        (
            "when = { meeting = 'lscb', last_in = 'year', papers = 0 }",
            "when needs papers for a yearly report.",
        ),
        ("when = { by = 3 }", "when.by: 3 must be a list in square brackets."),
        ("when = { by = ['March', 3] }", "when.by (entry 2): 3 must be a text in quotes."),
        ("when = { by = 'soon' }", 'when.by: "soon" is not a date.'),
        ("when = { by = ['March', 'soon'] }", 'when.by: "soon" is not a date.'),
        ("when = { by = '30 February' }", 'when.by: there is no "30 February" in any year.'),
        ("when = { by = '2300' }", 'when.by: "2300": the year 2300 is too far away.'),
    ],
)
def test_each_mistake_has_one_sentence_with_its_place(line: str, sentence: str) -> None:
    found = problems(f'[[report]]\nid = "s11"\n{line}\n')
    assert [each.sentence for each in found] == [f'planner.toml, line 3, report "s11", {sentence}']


def test_an_entry_without_an_id_is_named_by_its_position_and_its_line() -> None:
    (found,) = problems('[[report]]\nid = "a"\n\n[[report]]\ntitle = "x"\n')
    assert found.sentence == "planner.toml, line 4, report 2, id is missing."


def test_what_is_missing_at_the_top_has_no_line() -> None:
    (found,) = problems("report = []")
    assert found.sentence == "planner.toml, line 1, report: [] must not be empty."


def test_a_list_is_not_called_empty_because_its_entries_are_wrong() -> None:
    found = problems("[[report]]\n")
    assert [each.sentence for each in found] == ["planner.toml, line 1, report 1, id is missing."]


def test_keys_are_told_by_the_name_that_the_file_has_for_them() -> None:
    (found,) = problems("[board]\nid = 'a'\nbusiness_group = 'x'\n[[report]]\nid = 'a'\n")
    assert found.sentence == (
        "planner.toml, line 3, board.business_group is not a known key; "
        "did you mean `business-group`?"
    )


def test_all_problems_come_at_once_in_the_order_of_their_lines() -> None:
    found = problems("[[report]]\ntitle = 5\nid = 3\n[bord]\n")
    assert str(FileProblems(found)) == "\n".join(
        [
            "planner.toml has 3 problems:",
            "  planner.toml, line 2, report 1, title: 5 must be a text in quotes.",
            "  planner.toml, line 3, report 1, id: 3 must be a text in quotes.",
            "  planner.toml, line 4, bord is not a known key; did you mean `board`?",
        ]
    )


class Size(Entry):
    """A model with errors of its own."""

    size: Any = None

    @field_validator("size")
    @classmethod
    def _size(cls, size: Any) -> Any:
        if size == "custom":
            raise PydanticCustomError("own", "is not a size we know")
        return size

    @model_validator(mode="after")
    def _whole(self) -> Size:
        if self.size == 0:
            raise ValueError("has no size")
        return self


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("size = 0", "planner.toml has no size."),
        ("size = 'custom'", 'planner.toml, line 1, size: "custom" is not a size we know.'),
    ],
)
def test_a_model_tells_its_own_errors_in_its_own_words(text: str, sentence: str) -> None:
    data = parse_toml(text, FILE)
    with pytest.raises(ValidationError) as refused:
        Size.model_validate(data)
    found = problems_of(refused.value, TomlLines(text), FILE, model=Size, data=data)
    assert [problem.sentence for problem in found] == [sentence]
