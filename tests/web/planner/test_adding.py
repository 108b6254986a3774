from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.reader import read_planner
from boardcal.operations.planner.entries import entry_document
from boardcal.operations.planner.meetings import move_meeting
from boardcal.storage.occurrences import occurrences_of
from boardcal.storage.planners import save_content
from boardcal.storage.recorded_events import recorded_events
from boardcal.tests.factories import day
from boardcal.tests.pages import make_whole
from boardcal.tests.web.planner_forms import changes, content, fills, saves

if TYPE_CHECKING:
    from boardcal.tests.web.reader import Place, Reader


def test_a_report_is_added_step_by_step(whole: Place, sam: Reader) -> None:
    sam.opens("/planner")
    sam.follows(sam.opens("/planner/reports/new"))
    assert "A new report – step 1 of 4" in sam.text
    fills(sam, "/what", title="Children missing", row="Missing", owner=["pmqag"], to=["lscb"])
    assert "“Children missing” – step 2 of 4" in sam.text
    fills(sam, "/when", kind="meeting-months")
    fills(sam, "/timing", meeting="lscb", months=["3", "9"])
    fills(sam, "/source", quote="Agreed by the Board on 11 January 2018")
    assert "step 4 of 4" in sam.text
    fills(sam, "/dates", steps="-10, 0")
    assert "Papers now due 22 February 2018, in addition" in sam.text
    assert content(whole) == make_whole()
    assert sam.shown is not None
    assert 'formaction="/planner/reports/new/what"' in sam.shown.text
    saves(sam, why="agreed")
    assert entry_document(content(whole), "report", "children-missing") == {
        "id": "children-missing",
        "title": "Children missing",
        "row": "Missing",
        "owner": ["pmqag"],
        "to": ["lscb"],
        "when": {"meeting": "lscb", "months": ["March", "September"]},
        "quote": "Agreed by the Board on 11 January 2018",
        "steps": [-10, 0],
        "from": "2018-02-01",
    }
    with whole.database.read() as connection:
        stored = occurrences_of(connection, "lscb", ["children-missing"])
    assert [row.period for row in stored][:2] == ["2018-03", "2018-09"]


def test_going_back_from_what_it_changes_shows_what_was_typed(sam: Reader) -> None:
    sam.opens("/planner/reports/s11/what")
    fills(sam, "/what", title="Another")
    assert sam.shown is not None
    assert 'formaction="/planner/reports/s11/what"' in sam.shown.text
    response = sam.sends("/planner/reports/s11/what", draft=sam.hidden("draft"), back="yes")
    assert 'value="Another"' in response.text


def test_a_form_for_a_new_entry_that_is_sent_twice_adds_one(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/events/new/what")
    fills(sam, "/what", title="A review is published")
    csrf, draft = sam.csrf, sam.hidden("draft")
    address = "/planner/events/new/save"
    first = sam.sends(address, csrf=csrf, draft=draft, why="")
    second = sam.sends(address, csrf=csrf, draft=draft, why="")
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert [event.id for event in content(whole).event] == [
        "survey-accepted",
        "a-review-is-published",
    ]
    assert changes(whole) == ["entry added"]


ADDED: list[tuple[str, list[tuple[str, dict[str, Any]]], str, str]] = [
    ("actions", [("/what", {"number": "3.1", "title": "Do it", "section": "Section 3",
                            "action": "Do all of it", "owner": ["cdop"]}),
                 ("/when", {"kind": "by"}), ("/timing", {"by": "July 2018"}),
                 ("/source", {"quote": "July 2018"})], "action", "3.1"),
    ("bodies", [("/what", {"name": "Health Subgroup", "short": "Health", "kind": "subgroup"}),
                ("/roles", {"chair": "Pat@Example.org from 1 April 2018"}),
                ("/meets", {"day": "1st tuesday", "months": ["2", "6"], "time": "09:30-11:00"})],
     "body", "health"),
    ("events", [("/what", {"title": "A review is published"})], "event", "a-review-is-published"),
    ("promises", [("/what", {"text": "A report", "where": "Page 4"})], "promise", "2"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "steps", "kind", "entry_id"), ADDED)
def test_every_kind_of_entry_is_added(
    whole: Place,
    sam: Reader,
    name: str,
    steps: list[tuple[str, dict[str, Any]]],
    kind: str,
    entry_id: str,
) -> None:
    sam.opens(f"/planner/{name}/new/what")
    for end, typed in steps:
        fills(sam, end, **typed)
    saves(sam)
    assert "Saved." in sam.text
    assert entry_document(content(whole), kind, entry_id)
    sam.opens("/planner/file")
    assert sam.shown is not None
    assert read_planner(sam.shown.text, "lscb-planner.toml") == content(whole)


def test_a_new_body_is_read_as_people_type(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/bodies/new/what")
    for end, typed in ADDED[1][1]:
        fills(sam, end, **typed)
    assert "Health meeting on Tuesday 6 February 2018, in addition" in sam.text
    saves(sam)
    body = entry_document(content(whole), "body", "health")
    assert body["chair"] == [{"address": "pat@example.org", "from": "2018-04-01"}]
    assert body["meets"] == {
        "day": ["first Tuesday"],
        "months": ["February", "June"],
        "time": "09:30-11:00",
    }


def test_what_stands_alone_is_changed(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/days/what")
    fills(sam, "/what", closed="27 12 2018\r\n3 March 2018")
    assert "Note that 3 March 2018 is a Saturday anyway; listing it as closed" in sam.text
    sam.opens("/planner/days/what")
    fills(sam, "/what", closed="27 12 2018\r\n2 March 2018")
    assert "anyway" not in sam.text
    assert "Papers now due 21 February 2018 instead of 22 February 2018" in sam.text
    saves(sam)
    assert entry_document(content(whole), "working_days", "working_days") == {
        "closed": ["2018-12-27", "2018-03-02"]
    }
    sam.opens("/planner/plan/what")
    fills(sam, "/what", **{"to-year": "2019", "to-month": "oct"})
    saves(sam)
    assert content(whole).plan.to.isoformat() == "2019-10-31"
    sam.opens("/planner/board/what")
    fills(sam, "/what", name="Cumbria Board")
    saves(sam)
    assert "Cumbria Board" in sam.text


def test_a_meeting_that_was_moved_is_put_back(whole: Place, sam: Reader) -> None:
    with whole.database.write() as connection:
        moved = move_meeting(content(whole), "lscb", day("2018-03-08"), day("2018-03-15"))
        save_content(connection, moved)
    sam.opens("/planner/bodies/lscb/exceptions")
    assert "8 March 2018: moved to 15 March 2018" in sam.text
    fills(sam, "/exceptions", meeting=None)
    assert "LSCB meeting on Thursday 8 March 2018 instead of Thursday 15 March 2018" in sam.text
    saves(sam)
    assert content(whole) == make_whole()


def test_what_has_no_dates_is_removed(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/reports/exceptions/remove")
    response = fills(sam, "/remove", why="not needed")
    assert response.status_code == 303
    sam.follows(response)
    assert "Removed: the report “Audits: exceptions”." in sam.text
    assert changes(whole) == ["entry removed"]
    assert sam.opens("/planner/reports/exceptions").status_code == 404


def test_what_has_dates_is_ended_not_removed(whole: Place, sam: Reader) -> None:
    whole.installation.ticker().tick(whole.now)
    sam.opens("/planner/reports/s11/remove")
    assert "it is not removed: it ends on a day that you choose" in sam.text
    assert "Remove it" not in sam.text
    sam.opens("/planner/reports/s11/dates")
    fills(sam, "/dates", **{"until-day": "1", "until-month": "Feb", "until-year": "19"})
    assert "No longer due on 28 February 2019" in sam.text
    saves(sam)
    assert entry_document(content(whole), "report", "s11")["until"] == "2019-02-01"


def test_an_event_that_happened_is_recorded(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/events")
    assert "“Findings of the survey” from PMQAG, 20 working days after it" in sam.text
    response = fills(
        sam,
        "/planner/events",
        event="survey-accepted",
        **{"on-day": "31", "on-month": "1", "on-year": "2018"},
    )
    sam.follows(response)
    assert "Recorded for 31 January 2018. “Findings of the survey”" in sam.text
    with whole.database.read() as connection:
        assert len(recorded_events(connection, "lscb")) == 1
        (row,) = occurrences_of(connection, "lscb", ["findings"])
    assert row.due.isoformat() == "2018-02-28"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({}, "The event must be chosen"),
        ({"event": "nothing"}, "The planner waits for no event “nothing”"),
        ({"event": "survey-accepted", "on-day": "31", "on-month": "6"}, "June 2018 has 30 days"),
        ({"event": "survey-accepted", "on-year": "2019"}, "is still to come"),
    ],
)
def test_an_event_that_cannot_be_recorded_says_why(
    sam: Reader, typed: dict[str, str], says: str
) -> None:
    sam.opens("/planner/events")
    assert fills(sam, "/planner/events", **typed).status_code == 422
    assert says.replace("“", '"').replace("”", '"') in sam.text


@pytest.mark.parametrize(
    ("text", "number"),
    [("survey", 3), ("1.2", 1), ("CDOP audits", 0), ("1.1 march", 1), ("<b>", 0)],
)
def test_the_planner_is_searched(sam: Reader, text: str, number: int) -> None:
    sam.client.get("/planner")
    sam.opens(f"/planner?text={text.replace('<', '%3C')}")
    assert f"{number} {'entry' if number == 1 else 'entries'} found" in sam.text


def test_the_list_says_when_the_planner_is_not_what_its_file_says(sam: Reader) -> None:
    sam.opens("/planner/plan/what")
    fills(sam, "/what", title="Plan")
    saves(sam)
    sam.opens("/planner")
    assert "planner file" in sam.text
    assert "Download as a file" in sam.text


def test_a_shortened_address_leads_to_the_list(sam: Reader) -> None:
    assert sam.opens("/planner/reports").headers["location"] == "/planner"
