"""What is said of faults, and of what libraries log: never what somebody wrote."""

from __future__ import annotations

import asyncio
import logging
import warnings
from typing import TYPE_CHECKING

import pytest

from boardcal.core.errors import fault_in_words
from boardcal.core.log import AGAIN_EVERY, MOST_LINES, LibraryLog, logged_by

if TYPE_CHECKING:
    from collections.abc import Iterator

PERSONAL = "I am in hospital until May"


def fallen(error: Exception) -> Exception:
    """An error that was raised here."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (KeyError(PERSONAL), "KeyError in tests/core/test_errors.py, line "),
        (OSError(28, "No space left", PERSONAL), "OSError in tests/core/test_errors.py, line "),
    ],
)
def test_a_fault_is_told_by_its_kind_and_place_alone(error: Exception, sentence: str) -> None:
    assert fault_in_words(error) == sentence.partition(" in ")[0] + (
        ": No space left" if isinstance(error, OSError) else ""
    )
    said = fault_in_words(fallen(error))
    assert said.startswith(sentence)
    assert PERSONAL not in said


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What the service would say of what libraries log."""
    lines: list[str] = []
    with logged_by(lines.append):
        yield lines


def test_no_line_of_a_library_holds_what_somebody_wrote(
    said: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    log = logging.getLogger("some.library")
    log.error("it failed on %s", PERSONAL)
    log.error("it failed", exc_info=fallen(ValueError(PERSONAL)))
    log.error("\n".join(["task", f"future: <Task exception=ValueError({PERSONAL!r})>"]))
    log.info(PERSONAL)

    async def forgets() -> None:
        async def falls() -> None:
            raise ValueError(PERSONAL)

        task = asyncio.create_task(falls())
        await asyncio.wait({task})

    asyncio.run(forgets())
    assert [line.split(" (")[0] for line in said] == [
        "some.library: it failed on %s",
        "some.library: it failed",
        "some.library: task",
        "asyncio: Task exception was never retrieved",
    ]
    assert "ValueError in tests/core/test_errors.py" in said[-1]
    assert PERSONAL not in "\n".join(said) + "".join(capfd.readouterr())


def logged(text: str) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "lib", "levelno": logging.ERROR, "msg": text})


def test_the_same_line_again_and_again_is_counted_whatever_comes_between() -> None:
    said: list[str] = []
    log = LibraryLog(said.append)
    for _ in range(AGAIN_EVERY + 3):
        log.emit(logged("again"))
        log.emit(logged("other"))
    log.close()
    assert [line for line in said if "again" in line] == [
        "lib: again",
        *(f"This came {count} times so far: lib: again" for count in (10, 100, AGAIN_EVERY)),
        f"This came {AGAIN_EVERY + 3} times: lib: again",
    ]
    assert len(said) == 10


def test_no_more_lines_are_remembered_than_fit() -> None:
    said: list[str] = []
    log = LibraryLog(said.append)
    log.emit(logged("again"))
    log.emit(logged("again"))
    for number in range(MOST_LINES):
        log.emit(logged(str(number)))
    assert said.count("This came 2 times: lib: again") == 1


def test_whoever_logs_goes_on_where_the_line_cannot_be_written() -> None:
    def full(_: str) -> None:
        raise OSError(28, "No space left on device")

    log = LibraryLog(full)
    log.emit(logged("a fault"))
    log.emit(logged("a fault"))
    log.close()


def test_a_warning_of_python_is_a_line_as_well(said: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(PERSONAL, stacklevel=1)
    assert len(said) == 1
    assert PERSONAL not in said[0]
