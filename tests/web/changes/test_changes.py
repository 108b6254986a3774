from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.status import Status
from boardcal.storage.change_kinds import ChangeKind
from boardcal.storage.change_log import note_change
from boardcal.tests.factories import at
from boardcal.tests.office import Office
from boardcal.tests.web.reader import VIEWER, Place, words

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database

S11 = "lscb/s11/pmqag/2018-03"


@pytest.fixture
def place(sqlite: Database, tmp_path: Path) -> Place:
    """The LSCB on 1 March 2018: a submission in February, a pause in January."""
    office = Office(database=sqlite, now=at("2018-01-10 10:00")).store()
    office.pause("body", "pmqag")
    office.now = at("2018-02-20 11:30")
    office.record(S11, Status.SUBMITTED, on="2018-02-19", note="by <b>mail</b>")
    place = Place(database=sqlite, folder=tmp_path, now=at("2018-03-01 09:00"))
    place.lets_in(VIEWER, "viewer")
    return place


def test_the_last_month_is_shown_by_day_with_who_what_why_and_a_link(place: Place) -> None:
    reader = place.reader(VIEWER)
    shown = reader.opens("/changes").text
    assert "What changed since 1 February 2018" in reader.text
    assert "Tuesday 20 February 2018" in reader.text
    assert "11:30 secretariat recorded “Report s11” of PMQAG" in reader.text
    assert "by &lt;b&gt;mail&lt;/b&gt;" in shown
    assert f'href="/due/{S11}"' in shown
    assert "paused mails for PMQAG" not in reader.text


@pytest.mark.parametrize(
    ("query", "since", "sees"),
    [
        ("since-day=1&since-month=jan&since-year=18", "1 January 2018", True),
        ("since-day=2018-01-01", "1 January 2018", True),
        ("since-day=15&since-month=1&since-year=2018", "15 January 2018", False),
    ],
)
def test_another_day_is_asked_for_as_people_type_it(
    place: Place, query: str, since: str, sees: bool
) -> None:
    reader = place.reader(VIEWER)
    assert reader.opens(f"/changes?{query}").status_code == 200
    assert f"What changed since {since}" in reader.text
    assert ("paused mails for PMQAG" in reader.text) is sees


def test_what_leads_somewhere_is_linked(place: Place) -> None:
    reader = place.reader(VIEWER)
    shown = reader.opens("/changes?since-day=1&since-month=1&since-year=2017").text
    assert 'href="/bodies/pmqag"' in shown


def test_a_day_that_is_none_is_said_and_the_last_month_is_shown(place: Place) -> None:
    reader = place.reader(VIEWER)
    assert reader.opens("/changes?since-day=31&since-month=6&since-year=18").status_code == 422
    assert "The day must be a real date: June 2018 has 30 days" in reader.text
    assert "What changed since 1 February 2018" in reader.text


def test_nothing_changed_is_said_so(place: Place) -> None:
    reader = place.reader(VIEWER)
    reader.opens("/changes?since-day=1&since-month=3&since-year=2018")
    assert "Nothing was changed since then. Choose an earlier day above." in reader.text


def test_what_moving_a_meeting_moved_is_folded_away_under_one_sentence(place: Place) -> None:
    with place.database.write() as connection:
        for key in (S11, "lscb/<i>x</i>/pmqag/2018-03"):
            note_change(
                connection,
                board="lscb",
                subject=key,
                what=ChangeKind.MOVED,
                before="2018-02-22",
                after="2018-03-01",
                why="the meeting of 8 March 2018 was moved",
                now=at("2018-02-28 10:15"),
                who="boardcal",
            )
    reader = place.reader(VIEWER)
    shown = reader.opens("/changes").text
    folded = words(
        shown.partition("<details")[2].partition("<details")[2].partition("</details>")[0]
    )
    assert (
        "10:15 2 things are now due on another day (the meeting of 8 March 2018 was moved). "
        "“Report s11” of PMQAG is now due 1 March 2018 instead of 22 February 2018. "
        "Open what was changed at 10:15"
    ) in folded
    assert "lscb/&lt;i&gt;x&lt;/i&gt;/pmqag" in shown


def test_many_changes_come_in_pages(place: Place) -> None:
    with place.database.write() as connection:
        for number in range(450):
            note_change(
                connection,
                board="lscb",
                subject="pmqag",
                what=ChangeKind.ROLE,
                after=f"change number {number}",
                now=place.now,
                who="x",
            )
    reader = place.reader(VIEWER)
    shown = reader.opens("/changes?page=2").text
    assert "change number 249" in shown
    assert "change number 250" not in shown
    assert "page=3" in shown
    assert "since-month=2" in shown
