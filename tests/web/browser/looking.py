"""What a browser finds on a page, on a desk and on a phone."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT, AxeResults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Page, ViewportSize

    from boardcal.tests.web.browser.serving import Served

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    # Nothing but our own stylesheet could be fetched beforehand.
    "preload": False,
}
SCRIPTS = """() => [...document.querySelectorAll('*')].filter(each =>
  each.localName == 'script' || [...each.attributes].some(({name}) => name.startsWith('on'))).length
"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True, slots=True)
class Look:
    """One page in one state.

    `who` is "admin", "secretariat", "viewer" or, for nobody, "". `fill` is typed into fields by
    their id, then `press` is pressed, by the words on it: so a form is looked at with its problems.
    """

    path: str
    office: str = "busy"
    who: str = "admin"
    status: int = 200
    fill: Mapping[str, str] = field(default_factory=dict)
    press: str = ""

    def __str__(self) -> str:
        """How a test calls it."""
        return " ".join(part for part in (self.office, self.who, self.path, self.press) if part)


def chromium() -> str | None:
    """Where this machine has its browser."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@dataclass(kw_only=True)
class Eyes:
    """A browser, with a window for everybody who looks."""

    browser: Browser
    _windows: dict[tuple[str, str], Page] = field(default_factory=dict)

    def window(self, served: Served, who: str) -> Page:
        """A window of somebody who is signed in, as wide as a desk."""
        key = (served.address, who)
        if key not in self._windows:
            context = self.browser.new_context(viewport=DESK)
            if who:
                cookie: Any = {"name": "boardcal", "url": served.address}
                context.add_cookies([cookie | {"value": served.token(who)}])
            self._windows[key] = context.new_page()
        return self._windows[key]

    def faults(self, served: Served, look: Look) -> Iterator[str]:
        """Everything that is wrong with a page; nothing, mostly."""
        page = self.window(served, look.who)
        faults: list[str] = []
        hears = {
            "console": lambda fault: faults.append(f"console: {fault.type}: {fault.text}"),
            "pageerror": lambda error: faults.append(f"script: {error}"),
            "request": lambda request: faults.extend(_stranger(request.url, served)),
        }
        for event, listener in hears.items():
            page.on(event, listener)  # type: ignore[call-overload]
        yield from _went(page, served, look)
        if page.evaluate(SCRIPTS):
            yield "it has a script"
        for event, listener in hears.items():
            page.remove_listener(event, listener)
        # The browser itself remarks on an answer such as 404.
        yield from (fault for fault in faults if look.status == 200 or "status of" not in fault)
        yield from _barriers(page, look)

    def close(self) -> None:
        """Closes every window."""
        for page in self._windows.values():
            page.context.close()


def _barriers(page: Page, look: Look) -> Iterator[str]:
    """What hinders somebody: in the busy office on a phone, in the others on a desk.

    Looking is slow, so each page is looked at once; how wide it is on a phone is asked of all.
    """
    page.set_viewport_size(PHONE)
    if (width := page.evaluate(TOO_WIDE)) > 0:
        yield f"on a phone it is {width} pixels too wide"
    size = PHONE if look.office == "busy" else DESK
    page.set_viewport_size(size)
    page.evaluate(AXE_SCRIPT)
    results = AxeResults(page.evaluate("options => axe.run(options)", WCAG))
    if results.violations_count:
        yield f"at {size['width']} pixels: {results.generate_report()}"
    page.set_viewport_size(DESK)


def _went(page: Page, served: Served, look: Look) -> Iterator[str]:
    """Brings a page to the state that is meant."""
    answer = page.goto(served.address + look.path)
    for name, value in look.fill.items():
        page.fill(f"#{name}", value)
    if look.press:
        with page.expect_navigation() as navigation:
            page.get_by_role("button", name=look.press, exact=True).click()
        answer = navigation.value
    status = None if answer is None else answer.status
    if status != look.status:
        yield f"it is answered with {status} at {urlsplit(page.url).path}"
    if look.press == "" and urlsplit(page.url).path != look.path.partition("?")[0]:
        yield f"it leads to {urlsplit(page.url).path}"


def _stranger(url: str, served: Served) -> Iterator[str]:
    if not url.startswith((served.address, "data:")):
        yield f"it asks a stranger: {url}"


class Loop:
    """Playwright's event loop, which it leaves marked as running in the tests' thread.

    Between the browser's tests it must not be, for others run loops of their own.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.put_aside()

    def take_up(self) -> None:
        """Before a call to the browser."""
        asyncio._set_running_loop(self._loop)

    def put_aside(self) -> None:
        """After the last of a test."""
        asyncio._set_running_loop(None)
