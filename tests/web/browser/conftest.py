from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from boardcal.storage.database.engine import open_database
from boardcal.tests.web.browser.looking import ARGUMENTS, Eyes, Loop, chromium
from boardcal.tests.web.browser.serving import served
from boardcal.web.page.stylesheet import NAME, STATIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from boardcal.tests.web.browser.serving import Served

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the browser: a second one would be started for nothing."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def opened_eyes() -> Iterator[tuple[Eyes, Loop]]:
    """Chromium, started once. Where there is none the tests are skipped; CI must not skip them."""
    path = chromium()
    for reason in (
        None if path else "there is no Chromium on the PATH (Debian: apt-get install chromium)",
        None if (STATIC / NAME).exists() else "there is no stylesheet yet (make css)",
    ):
        if reason is not None:
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
    with sync_playwright() as playwright:
        loop = Loop()
        loop.take_up()
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        eyes = Eyes(browser=browser)
        loop.put_aside()
        yield eyes, loop
        loop.take_up()
        eyes.close()
        browser.close()
    loop.put_aside()


@pytest.fixture
def eyes(opened_eyes: tuple[Eyes, Loop]) -> Iterator[Eyes]:
    """The browser, for one test."""
    eyes, loop = opened_eyes
    loop.take_up()
    yield eyes
    loop.put_aside()


@pytest.fixture(scope="session")
def pages_of(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Served]]:
    """The pages of an office by its name: built and served at the first use, for all tests.

    Tests that change something take an office of their own: `served` gives one.
    """
    with ExitStack() as stack:
        known: dict[str, Served] = {}

        def find(name: str) -> Served:
            if name not in known:
                folder = tmp_path_factory.mktemp(name)
                path = shutil.copy(sqlite_template, folder / "boardcal.db")
                database = open_database(f"sqlite:///{path}")
                stack.callback(database.close)
                known[name] = stack.enter_context(served(name, database, folder))
            return known[name]

        yield find
