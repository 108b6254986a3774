"""The lists in a real browser: by keys alone, and on paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.waiting import until
from boardcal.tests.web.browser.looking import DESK, PHONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from boardcal.tests.web.browser.looking import Eyes
    from boardcal.tests.web.browser.serving import Served

A4 = (595, 842)
BOX = re.compile(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]")


@pytest.fixture
def page(eyes: Eyes, pages_of: Callable[[str], Served]) -> Page:
    """A viewer's window on the busy office, as wide as a desk."""
    served = pages_of("busy")
    window = eyes.window(served, "viewer")
    window.set_viewport_size(DESK)
    window.goto(f"{served.address}/upcoming")
    return window


def focused(page: Page) -> str:
    """What has the focus: its words, else its name."""
    text: str = page.evaluate(
        "(document.activeElement.innerText || document.activeElement.name || "
        "document.activeElement.getAttribute('aria-label') || '').trim()"
    )
    return text


def test_with_keys_alone_one_skips_to_the_list_and_chooses_from_it(page: Page) -> None:
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "text"
    page.keyboard.type("audits composite")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "text=audits+composite" in page.url
    assert "Multi-agency audits: composite report" in page.inner_text("main")
    assert "Subgroup progress report" not in page.inner_text("main")


def test_a_jump_to_a_month_leads_to_it(page: Page) -> None:
    page.get_by_role("link", name="Jun 2018").click()
    assert page.url.endswith("#2018-06")
    heading = page.locator("#\\32 018-06").bounding_box()
    assert heading is not None
    assert 0 <= heading["y"] < DESK["height"]


def test_the_year_planner_scrolls_by_keys_and_its_first_column_stays(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.goto(page.url.replace("/upcoming", "/year"))
    region = page.get_by_role("region", name="Year planner 2018")
    head = page.locator("tbody th[scope=row]").first
    before = head.bounding_box()
    region.focus()

    # Pressed until it has moved: a browser scrolls smoothly, and in its own time.
    def moves() -> bool:
        page.keyboard.press("ArrowRight")
        return bool(region.evaluate("region => region.scrollLeft > 50"))

    assert until(moves)
    after = head.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["x"] - before["x"]) <= 1


@pytest.mark.parametrize(
    ("path", "size", "sheets"),
    [
        ("/year", (842, 595), range(2, 8)),
        ("/year?from=2017-04", (842, 595), range(2, 8)),
        ("/actions", A4, range(2, 10)),
        ("/upcoming", A4, range(2, 15)),
    ],
)
def test_on_paper_each_list_takes_sheets_of_a4(
    page: Page, path: str, size: tuple[int, int], sheets: range
) -> None:
    page.goto(page.url.replace("/upcoming", path))
    boxes = BOX.findall(page.pdf(prefer_css_page_size=True))
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {size}
    assert len(boxes) in sheets


def test_paper_carries_the_day_and_none_of_the_buttons(page: Page) -> None:
    page.goto(page.url.replace("/upcoming", "/year"))
    page.emulate_media(media="print")
    try:
        shown = page.inner_text("body")
    finally:
        page.emulate_media(media="screen")
    assert "Cumbria LSCB: year planner 2018, as at 1 March 2018" in shown
    for gone in ("Show", "Sign out", "Subscribe", "Skip to main content", "nobody receives them"):
        assert gone not in shown
    # A browser repeats this part of a table on each sheet.
    head = page.evaluate("getComputedStyle(document.querySelector('thead')).display")
    assert head == "table-header-group"
