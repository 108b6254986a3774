"""Every page, as a browser has it: no barrier, no script, no stranger, no wider than a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.tests.web.browser.looking import Look
from boardcal.tests.web.browser.looks import LOOKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.web.browser.looking import Eyes
    from boardcal.tests.web.browser.serving import Served


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_page_is_for_everybody(look: Look, eyes: Eyes, pages_of: Callable[[str], Served]) -> None:
    assert list(eyes.faults(pages_of(look.office), look)) == []


FAULTS = (
    "it asks a stranger: https://elsewhere.example.org/x.png",
    "console: error: Failed to load resource",
    "pixels too wide",
    "it has a script",
    "at 360 pixels: Found",
    "image-alt",
    "html-has-lang",
)


def test_the_eyes_see_what_is_wrong(eyes: Eyes, pages_of: Callable[[str], Served]) -> None:
    faults = "\n".join(eyes.faults(pages_of("bare"), Look("/everything-wrong")))
    assert [fault for fault in FAULTS if fault not in faults] == []


def test_the_eyes_see_where_they_were_led(eyes: Eyes, pages_of: Callable[[str], Served]) -> None:
    faults = list(eyes.faults(pages_of("bare"), Look("/users", who="")))
    assert "it leads to /sign-in" in faults
    missing = list(eyes.faults(pages_of("bare"), Look("/nowhere")))
    assert "it is answered with 404 at /nowhere" in missing
