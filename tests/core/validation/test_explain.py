from __future__ import annotations

from datetime import date, datetime, time
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

from boardcal.core.validation.explain import (
    FileProblems,
    Problem,
    TomlLines,
    parse_toml,
    problems_of,
)

FILE = "planner.toml"


class Span(StrEnum):
    QUARTER = "quarter"
    YEAR = "year"


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Meeting(Entry):
    meeting: str
    papers: int = Field(default=10, ge=0, le=60)
    last_in: Span | None = None

    @model_validator(mode="after")
    def _papers_of_a_year(self) -> Meeting:
        if self.last_in is Span.YEAR and self.papers == 0:
            raise ValueError("needs papers for a yearly report")
        return self


class By(Entry):
    by: Annotated[list[str], BeforeValidator(lambda x: [x] if isinstance(x, str) else x)]

    @field_validator("by")
    @classmethod
    def _dates(cls, dates: list[str]) -> list[str]:
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


class Daily(Entry):
    kind: Literal["daily"]
    hour: int


class Weekly(Entry):
    kind: Literal["weekly", "fortnightly"]
    day: str


class Report(Entry):
    id: Annotated[
        str, Field(pattern=r"^[a-z0-9-]+$", description="small letters, digits and hyphens")
    ]
    code: str | None = Field(default=None, pattern=r"^[A-Z]+$")
    title: str = Field(default="x", min_length=1, max_length=10)
    initials: str = Field(default="abc", min_length=3)
    when: When | None = None
    rhythm: Annotated[Daily | Weekly, Field(discriminator="kind")] | None = None
    mixed: Daily | Weekly | str | None = None
    start: date | Literal["none", "now"] | None = None
    until: date | None = None
    at: time | None = None
    seen: datetime | None = None
    count: int | None = Field(default=None, gt=2, lt=9)
    weight: float | None = Field(default=None, ge=0.5)
    share: float | None = Field(default=None, le=1)
    to: list[str] = Field(default=["x"], min_length=1, max_length=3)
    pairs: dict[str, int] = {}
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
                "ow is not a known key; known here: id, code, title, initials, when, rhythm, "
                "mixed, start, until, at, seen, count, weight, share, to, pairs, open, fixed."
            ),
        ),
        ("titel = 'x'", "titel is not a known key; did you mean `title`?"),
        ("papers = 3", "papers is not a known key here; it belongs in [report.when]."),
        (
            "hour = 3",
            "hour is not a known key here; it belongs in [report.mixed] or [report.rhythm].",
        ),
        ("Until = 2018-03-08", "Until is not a known key; did you mean `until`?"),
        ("title = 5", "title: 5 must be a text in quotes."),
        ("title = ''", 'title: "" must not be empty.'),
        ("title = 'longer than ten'", 'title: "longer than ten" must have at most 10 characters.'),
        ("initials = 'a'", 'initials: "a" must have at least 3 characters.'),
        ("code = 'a b'", 'code: "a b" is not written in the form that is allowed here.'),
        ("until = '8 March'", 'until: "8 March" must be a real date such as 2018-03-08.'),
        ("until = 'March\\t'", 'until: "March\\t" must be a real date such as 2018-03-08.'),
        ("until = '2018-02-30'", 'until: "2018-02-30" must be a real date such as 2018-03-08.'),
        ("until = true", "until: true must be a date such as 2018-03-08."),
        (
            "until = 2018-03-08T09:30:00",
            "until: 2018-03-08T09:30:00 must be a date such as 2018-03-08.",
        ),
        ("at = 'noon'", 'at: "noon" must be a time such as 09:30:00.'),
        ("seen = 'now'", 'seen: "now" must be a date and time such as 2018-03-08T09:30:00.'),
        ("count = 2", "count: 2 must be more than 2."),
        ("count = 9", "count: 9 must be less than 9."),
        ("count = 3.5", "count: 3.5 must be a whole number."),
        ("count = 'many'", 'count: "many" must be a whole number.'),
        ("weight = 0.25", "weight: 0.25 must be 0.5 or more."),
        ("weight = 'heavy'", 'weight: "heavy" must be a number.'),
        ("share = 2", "share: 2 must be 1.0 or less."),
        ("to = []", "to: [] must not be empty."),
        ("to = ['a', 'b', 'c', 'd']", 'to: ["a", "b", "c", "d"] must have at most 3 entries.'),
        ("to = ['a', 5]", "to (entry 2): 5 must be a text in quotes."),
        ("to = 'lscb'", 'to: "lscb" must be a list in square brackets.'),
        ("to = { a = 1 }", "to must be a list in square brackets."),
        ("pairs = 3", "pairs: 3 must be a section with its own keys."),
        ("pairs = { a = 'x' }", 'pairs.a: "x" must be a whole number.'),
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
        ("rhythm = { hour = 3 }", "rhythm lacks the key `kind`, which says what kind it is."),
        (
            "rhythm = { kind = 'monthly' }",
            'rhythm has kind = "monthly", which is not allowed; use daily, weekly or fortnightly.',
        ),
        ("rhythm = { kind = 'daily', hour = 'x' }", 'rhythm.hour: "x" must be a whole number.'),
        ("rhythm = 3", "rhythm: 3 must be a section with its own keys."),
        ("mixed = 3", "mixed: 3 must be a section with its own keys or a text in quotes."),
        ("mixed = { kind = 'weekly', day = 3 }", "mixed.day: 3 must be a text in quotes."),
        ("mixed = { kind = 'daily' }", "mixed.hour is missing."),
        ("start = 'never'", 'start: "never" must be a real date such as 2018-03-08, none or now.'),
    ],
)
def test_each_mistake_has_one_sentence_with_its_place(line: str, sentence: str) -> None:
    found = problems(f'[[report]]\nid = "s11"\n{line}\n')
    assert [each.sentence for each in found] == [f'planner.toml, line 3, report "s11", {sentence}']


def test_a_pattern_is_told_in_the_words_that_the_model_has_for_it() -> None:
    (found,) = problems('[[report]]\nid = "S 11"\n')
    assert found.sentence == (
        'planner.toml, line 2, report "S 11", id: "S 11" must be small letters, digits and hyphens.'
    )


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


def test_the_caller_may_name_entries_in_its_own_words() -> None:
    text = '[[report]]\nid = "s11"\nwhen = { by = ["soon"] }\n'
    data = parse_toml(text, FILE)
    with pytest.raises(ValidationError) as refused:
        Planner.model_validate(data)
    asked: list[Any] = []

    def place(location: tuple[str | int, ...]) -> str:
        asked.append(location)
        return "the first report"

    found = problems_of(refused.value, TomlLines(text), FILE, place, model=Planner, data=data)
    assert [each.sentence for each in found] == [
        'planner.toml, line 3, the first report, when.by: "soon" is not a date.'
    ]
    assert asked == [("report", 0)]


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


class Root(Entry):
    """A model of what the planner's models do not use."""

    size: Any = None
    parent: Root | None = None
    coded: Literal["a", "b"] | list[int] | None = None
    told: (
        Annotated[
            Annotated[Daily, Tag("d")] | Annotated[Weekly, Tag("w")],
            Discriminator(lambda value: value.get("tag")),
        ]
        | None
    ) = None

    @field_validator("size")
    @classmethod
    def _size(cls, size: Any) -> Any:
        if size == "custom":
            raise PydanticCustomError("own", "is not a size we know")
        return size

    @model_validator(mode="after")
    def _whole(self) -> Root:
        if self.size == 0:
            raise ValueError("has no size")
        return self


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("size = 0", "planner.toml has no size."),
        ("size = 'custom'", 'planner.toml, line 1, size: "custom" is not a size we know.'),
        (
            "[parent.parent]\nsizes = 1",
            "planner.toml, line 2, parent.parent.sizes is not a known key; did you mean `size`?",
        ),
        ("told = { tag = 'x' }", "planner.toml, line 1, told is of no kind that is known here."),
        ("told = { day = 'x' }", "planner.toml, line 1, told is of no kind that is known here."),
        (
            "coded = 'c'",
            'planner.toml, line 1, coded: "c" must be a, b or a list in square brackets.',
        ),
        ("coded = [1, 'x']", 'planner.toml, line 1, coded (entry 2): "x" must be a whole number.'),
    ],
)
def test_unions_models_in_themselves_and_errors_of_ones_own_are_told_too(
    text: str, sentence: str
) -> None:
    data = parse_toml(text, FILE)
    with pytest.raises(ValidationError) as refused:
        Root.model_validate(data)
    found = problems_of(refused.value, TomlLines(text), FILE, model=Root, data=data)
    assert [each.sentence for each in found] == [sentence]
