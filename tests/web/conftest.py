from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.tests.factories import CHAIR, make_report
from boardcal.tests.pages import make_whole
from boardcal.tests.web.reader import SECRETARIAT, Place
from boardcal.tests.web.replying import MailingBoard, links_in, mail_to

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.reader import Reader


@pytest.fixture
def empty_place(sqlite: Database, tmp_path: Path) -> Place:
    """Pages of an installation that holds nothing yet."""
    return Place(database=sqlite, folder=tmp_path)


@pytest.fixture
def place(empty_place: Place) -> Place:
    """Pages of the LSCB, with an administrator, a secretariat and a viewer."""
    empty_place.imports()
    for role in ("admin", "secretariat", "viewer"):
        empty_place.lets_in(f"{role}@example.org", role)
    return empty_place


@pytest.fixture
def whole(empty_place: Place) -> Place:
    """Pages of a Board with a bit of everything."""
    empty_place.imports(make_whole())
    for role in ("secretariat", "viewer"):
        empty_place.lets_in(f"{role}@example.org", role)
    return empty_place


@pytest.fixture
def sam(whole: Place) -> Reader:
    """The secretariat, at the browser."""
    return whole.reader(SECRETARIAT)


@pytest.fixture
def mailing(sqlite: Database, tmp_path: Path) -> MailingBoard:
    """A Board whose one report accepts "nothing to report"."""
    return MailingBoard(sqlite, tmp_path, report=[make_report(nothing_to_report=True)])


@pytest.fixture
def link(mailing: MailingBoard) -> str:
    """The path of the link in the first reminder, which has just been sent."""
    return links_in(mail_to(mailing.comes_to("2018-01-25"), CHAIR))[0]


@pytest.fixture
def chair(mailing: MailingBoard, link: str) -> Reader:
    """Who has just opened the link."""
    reader = mailing.place.reader()
    assert reader.opens(link).status_code == 200
    return reader
