"""Planner files that somebody, or something, has spoilt: sentences, never a traceback."""

from __future__ import annotations

from typing import Any

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.planner.builder import planner_of
from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.planner.reader import read_planner
from boardcal.core.errors import BoardcalError
from boardcal.core.validation.problems import FileProblems
from boardcal.tests.factories import CUMBRIA, make_action, make_document, make_report
from boardcal.tests.fuzz import law

LINES = CUMBRIA.read_bytes().splitlines(keepends=True)
SPOILS = law(25)
DOCUMENT = make_document(
    report=[make_report(), make_report("other", when={"month": "March"})],
    action=[make_action()],
)


def reads(content: bytes) -> PlannerFile | None:
    """What a file says; None where it is refused with sentences."""
    try:
        return read_planner(content, "planner.toml")
    except FileProblems as refused:
        sentences = [problem.sentence for problem in refused.problems]
    except BoardcalError as refused:
        sentences = [str(refused)]
    assert sentences
    for sentence in sentences:
        assert sentence.strip()
        assert "pydantic" not in sentence
        assert sentence.replace("\n", " ").isprintable()
    return None


def lasts(content: PlannerFile | None) -> None:
    """What was taken for a planner can be planned with."""
    if content is not None:
        assert list(planner_of(content).obligations()) is not None


@SPOILS
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(LINES) - 1),
            st.sampled_from(["gone", "twice", "swapped", "cut", "filled"]),
            st.binary(max_size=12),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_cumbria_planner_with_lines_spoilt_is_read_or_refused(
    changes: list[tuple[int, str, bytes]],
) -> None:
    lines = list(LINES)
    for number, how, filling in changes:
        place = number % len(lines)
        line = lines[place]
        match how:
            case "gone":
                del lines[place]
            case "twice":
                lines.insert(place, line)
            case "swapped":
                other = (place * 7 + 3) % len(lines)
                lines[place], lines[other] = lines[other], line
            case "cut":
                lines[place] = line[: len(line) // 2]
            case _:
                lines[place] = line[: len(line) // 2] + filling + line[len(line) // 2 :]
    lasts(reads(b"".join(lines)))


@SPOILS
@given(st.integers(0, sum(map(len, LINES))))
def test_a_planner_that_was_only_half_saved_is_read_or_refused(length: int) -> None:
    lasts(reads(b"".join(LINES)[:length]))


@SPOILS
@given(st.binary(max_size=300))
def test_any_bytes_are_no_planner(content: bytes) -> None:
    assert reads(content) is None


anything = st.one_of(
    st.none().map(lambda _: ""),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.dates(),
    st.sampled_from(["lscb", "pmqag", "March", "every", "31 June", "second Thursday", "by"]),
    st.lists(st.text(max_size=8), max_size=3),
    st.dictionaries(
        st.sampled_from(["meeting", "by", "months", "every", "x"]), st.text(max_size=8)
    ),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in a document."""
    inner: list[tuple[Any, ...]] = [path] if path else []
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, each in pairs:
        inner += places(each, (*path, key))
    return inner


def with_value(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of a document with one value in it changed."""
    if not path:
        return new
    key, *rest = path
    if isinstance(value, dict):
        return {**value, key: with_value(value[key], tuple(rest), new)}
    return [
        with_value(each, tuple(rest), new) if place == key else each
        for place, each in enumerate(value)
    ]


@law(80)
@given(st.data())
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    document: Any = DOCUMENT
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(document)))
        document = with_value(document, path, data.draw(anything))
    lasts(reads(tomlkit.dumps(document).encode("utf-8", "surrogatepass")))
