"""What people do daily, with nothing but a keyboard, and without scripts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from boardcal.storage.database.engine import open_database
from boardcal.storage.schema.occurrences import change
from boardcal.tests.web.browser.looking import DESK
from boardcal.tests.web.browser.serving import served
from boardcal.tests.web.reader import PASSWORD, SECRETARIAT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from boardcal.tests.web.browser.looking import Eyes
    from boardcal.tests.web.browser.serving import Served

# More than any page has links: whoever tabs this often goes round in circles.
MOST_TABS = 250
AT = """() => {
  const at = document.activeElement;
  const name = at.labels && at.labels.length ? at.labels[0].innerText : at.innerText;
  return `${at.tagName} ${at.id} ${name || ''} ${at.getAttribute('href') || ''}`;
}"""


@pytest.fixture(scope="module")
def busy(
    pages_of: Callable[[str], Served], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """An office of its own, where something is late: what is done here stays here."""
    folder = tmp_path_factory.mktemp("keyboard")
    path = folder / "boardcal.db"
    with (
        closing(sqlite3.connect(pages_of("busy").place.folder / path.name)) as other,
        closing(sqlite3.connect(path)) as copy,
    ):
        other.backup(copy)
    database = open_database(f"sqlite:///{path}")
    with served("again", database, folder) as served_again:
        served_again.place.lets_in(SECRETARIAT, "secretariat")
        yield served_again
    database.close()


@pytest.fixture
def hands(eyes: Eyes) -> Iterator[Page]:
    """A window without scripts, whose mouse nobody touches."""
    context = eyes.browser.new_context(viewport=DESK, java_script_enabled=False)
    yield context.new_page()
    context.close()


def tabs_to(page: Page, *words: str) -> None:
    """Presses Tab until what has the focus holds all of some words."""
    seen = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(AT))
        if all(word in seen[-1] for word in words):
            return
    raise AssertionError(f"nothing with {words} among {seen}")


def enters(page: Page) -> None:
    """Presses Enter, and waits for where it leads."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def signs_in(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/sign-in")
    tabs_to(page, "INPUT email")
    page.keyboard.type(SECRETARIAT)
    tabs_to(page, "INPUT password")
    page.keyboard.type(PASSWORD)
    tabs_to(page, "BUTTON", "Sign in")
    enters(page)


def test_from_signing_in_to_a_submission_recorded(busy: Served, hands: Page) -> None:
    signs_in(hands, busy)
    tabs_to(hands, "A", "overdue", "status=overdue")
    enters(hands)
    tabs_to(hands, "A", "/due/lscb/indicators-lscb/pmqag/2018-Q1")
    enters(hands)
    tabs_to(hands, "INPUT status", "Submitted")
    hands.keyboard.press("Space")
    tabs_to(hands, "INPUT on Day")
    hands.keyboard.press("Control+A")
    hands.keyboard.type("28")
    tabs_to(hands, "INPUT on-month")
    hands.keyboard.press("Control+A")
    hands.keyboard.type("feb")
    tabs_to(hands, "INPUT note")
    hands.keyboard.type("by mail")
    tabs_to(hands, "BUTTON", "Record it")
    enters(hands)
    words = hands.inner_text("main")
    assert "is recorded as submitted on 28 February 2018." in words
    assert "(by mail)" in words
    last = busy.place.table(change)[-1]
    assert (last.subject, last.who, last.after) == (
        "lscb/indicators-lscb/pmqag/2018-Q1",
        SECRETARIAT,
        "submitted",
    )


def test_a_problem_is_reached_from_the_summary_of_problems(busy: Served, hands: Page) -> None:
    signs_in(hands, busy)
    hands.goto(f"{busy.address}/due/lscb/subgroup-progress/health/2018-03")
    tabs_to(hands, "INPUT on-month")
    hands.keyboard.press("Control+A")
    hands.keyboard.type("Febtober")
    tabs_to(hands, "BUTTON", "Record it")
    enters(hands)
    tabs_to(hands, "A", "What became of it must be chosen")
    hands.keyboard.press("Enter")
    assert hands.evaluate("document.activeElement.name") == "status"
    hands.keyboard.press("Space")
    tabs_to(hands, "INPUT on Day")
    assert hands.input_value("#on-month") == "Febtober"


def test_the_march_meeting_is_moved(busy: Served, hands: Page) -> None:
    signs_in(hands, busy)
    hands.goto(f"{busy.address}/upcoming")
    tabs_to(hands, "A", "Meetings", "/meetings")
    enters(hands)
    tabs_to(hands, "A", "Move", "/meetings/lscb/2018-03-08/move")
    enters(hands)
    tabs_to(hands, "INPUT to Day")
    hands.keyboard.type("15")
    tabs_to(hands, "INPUT to-month")
    hands.keyboard.type("Mar")
    tabs_to(hands, "INPUT to-year")
    hands.keyboard.type("18")
    tabs_to(hands, "BUTTON", "See what follows")
    enters(hands)
    assert "Papers now due 1 March 2018 instead of 22 February 2018" in hands.inner_text("main")
    tabs_to(hands, "BUTTON", "Move the meeting")
    enters(hands)
    assert "moved from 8 March 2018" in hands.inner_text("main")
