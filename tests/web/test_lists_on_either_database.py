from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.status import Status
from boardcal.tests.factories import S11
from boardcal.tests.pages import make_whole
from boardcal.tests.web.opened import Opened

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> Opened:
    """Pages on SQLite and on PostgreSQL, with something recorded, extended and returned."""
    opened = Opened.on(database, tmp_path, make_whole())
    opened.office.record(S11, Status.SUBMITTED, note="came by mail")
    opened.office.record("lscb/progress/cdop/2018-03", Status.RETURNED, note="two pages missing")
    opened.office.extend("lscb/1.1/pmqag/march-2018", "2018-04-16")
    opened.office.tick("2018-03-05 09:30")
    return opened


@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        (
            "/upcoming",
            ["1 overdue", "1 returned", "Was due 29 March 2018.", "7 working days late"],
        ),
        ("/upcoming?period=behind&status=submitted", ["1 submitted", "Report s11"]),
        ("/upcoming?text=terms+of+reference", ["Action 1.1 in short", "Hold a workshop"]),
        ("/year", ["22 Feb Submitted", "22 Feb Overdue 5 Mar Returned", "11 Jan Past"]),
        ("/year?from=2017-04", ["Year planner April 2017 to March 2018", "Before the start"]),
        ("/actions", ["16 April 2018", "Stale: no review recorded for 6 February 2018"]),
    ],
)
def test_the_lists_say_the_same_on_either_database(
    opened: Opened, path: str, sentences: list[str]
) -> None:
    text = opened.sees(path).text
    assert [sentence for sentence in sentences if sentence not in text] == []
