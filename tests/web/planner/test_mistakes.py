from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from boardcal.operations.planner.entries import entry_document
from boardcal.storage.accounts.accounts import Role
from boardcal.tests.factories import checked, make_document, make_report
from boardcal.tests.pages import make_whole
from boardcal.tests.web.planner_forms import changes, content, fills, saves
from boardcal.tests.web.reader import SECRETARIAT, VIEWER, Place

if TYPE_CHECKING:
    from boardcal.tests.web.reader import Reader

MISTAKES = [
    ("reports/s11", "what", {"title": " "}, "title", "“Title” must not be empty"),
    ("reports/s11", "what", {"title": "x" * 301}, "title", "must be no longer than 300 characters"),
    ("reports/s11", "what", {"title": "a\u200fb"}, "title", "holds a character that cannot be"),
    ("reports/s11", "what", {"owner": None}, "owner", "“Owed by” must have at least one"),
    ("reports/s11", "what", {"owner": ["nobody"]}, "owner", "“Owed by” must have at least one"),
    ("reports/s11", "source", {"quote": ""}, "quote", "must not be empty"),
    ("reports/s11", "source", {"assumed": "x" * 4001}, "assumed", "no longer than 4,000"),
    ("reports/s11", "dates", {"steps": "5, 1"}, "steps", "must rise, each number once"),
    ("reports/s11", "dates", {"steps": "ten"}, "steps", "has “ten”, which is not a whole number"),
    ("reports/s11", "dates", {"from-day": "31", "from-month": "6", "from-year": "2018"}, "from",
     "“From” must be a real date: June 2018 has 30 days"),
    ("reports/s11", "dates", {"from-day": "3"}, "from", "must include a month and a year"),
    ("reports/s11", "dates", {"from-day": "1", "from-month": "4", "from-year": "2018",
      "until-day": "1", "until-month": "2", "until-year": "2019"}, "",
     "until 1 February 2019, when this report ends"),
    ("reports/s11", "dates", {"met_by": "july"}, "met_by", "only a report due on the same days"),
    ("actions/1.1", "what", {"number": ""}, "number", "must not be empty"),
    ("bodies/cdop", "what", {"kind": "nothing"}, "kind", "must be chosen from the list"),
    ("bodies/cdop", "roles", {"chair": "pat"}, "chair", "“Chair”"),
    ("bodies/cdop", "roles", {"chair": "pat@example.org from june"}, "chair", "has “june”, which"),
    ("bodies/cdop", "roles", {"chair": "p@example.org from 3 May 2018 to 1 May 2018"}, "chair",
     "ends (2018-05-01) before it begins"),
    ("bodies/lscb", "roles", {"secretariat": ""}, "secretariat", "must always reach somebody"),
    ("bodies/lscb", "meets", {"day": "fifth Monday"}, "day", "is not a day such as"),
    ("bodies/lscb", "meets", {"day": ""}, "day", "“On which days” must not be empty"),
    ("bodies/lscb", "meets", {"time": "12:30-09:30"}, "time", "ends before it begins"),
    ("bodies/lscb", "meets", {"months": ["6"]}, "", "is no month in which lscb meets"),
    ("events/survey-accepted", "what", {"title": ""}, "title", "must not be empty"),
    ("plan", "what", {"to-year": "2016"}, "", "ends (2016-10-31) before it begins"),
    ("days", "what", {"closed": "31 June 2018"}, "closed", "June 2018 has 30 days"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "section", "typed", "name", "says"), MISTAKES)
def test_a_mistake_is_said_by_its_field_and_on_top(
    whole: Place, sam: Reader, entry: str, section: str, typed: dict[str, Any], name: str, says: str
) -> None:
    sam.opens(f"/planner/{entry}/{section}")
    response = fills(sam, f"/{section}", **typed)
    assert response.status_code == 422
    assert says in sam.text
    assert "There is a problem" in sam.text
    if name:
        assert f'href="#{name}"' in response.text
        assert response.text.count(f'id="{name}') >= 1
    assert content(whole) == make_whole()


TIMINGS = [
    ("", {}, "kind", "“When is it due?” must be chosen"),
    ("meeting-every", {}, "meeting", "“Whose meetings” must be chosen"),
    ("meeting-every", {"meeting": "cdop"}, "meeting", "must be chosen from the list"),
    ("meeting-every", {"meeting": "lscb", "papers": "90"}, "papers", "must be from 0 to 60"),
    ("meeting-months", {"meeting": "lscb", "months": ["6"]}, "months", "is no month in which lscb"),
    ("meeting-months", {"meeting": "lscb", "months": None}, "months", "must be chosen"),
    ("meeting-last", {"meeting": "lscb"}, "last_in", "must be chosen"),
    ("meeting-nth", {"meeting": "lscb", "every": "1", "from": "March 2018"}, "every", "from 2 to"),
    ("meeting-nth", {"meeting": "lscb", "every": "2", "from": "soon"}, "from", "is not a date"),
    ("months", {"months": ["2"], "day": "32"}, "day", "must be from 1 to 31"),
    ("every-months", {"every_months": "x", "from": "May 2018"}, "every_months", "whole number"),
    ("by", {"by": "31 June 2018"}, "by", "there is no"),
    ("by", {"by": "Juli 2018"}, "by", "is not a month; did you mean"),
    ("by-then", {"by": "July 2018", "review": ""}, "review", "must be chosen"),
    ("ongoing", {"review": "nobody:"}, "review", "must be chosen from the list"),
    ("after", {"after": "x"}, "after", "must be chosen from the list"),
    ("after", {"after": "survey-accepted", "days": "900"}, "days", "must be from 0 to 260"),
    ("undecided", {"undecided": ""}, "undecided", "must not be empty"),
    ("words", {"words": "every full moon"}, "words", "are not read by a planner file"),
    ("words", {"words": 'rrule = "FREQ=NOW", from = 2018-01-01'}, "words", "“The words”"),
    ("words", {"words": "} x = 1"}, "words", "are not read by a planner file"),
]


@pytest.mark.parametrize(("kind", "typed", "name", "says"), TIMINGS)
def test_a_timing_that_cannot_be_says_why_by_its_field(
    sam: Reader, kind: str, typed: dict[str, Any], name: str, says: str
) -> None:
    sam.opens("/planner/reports/survey/when")
    response = fills(sam, "/when", kind=kind or None)
    if kind:
        response = fills(sam, "/timing", **typed)
    assert response.status_code == 422
    assert says in sam.text
    assert f'href="#{name}"' in response.text


def test_a_mistake_in_a_new_entry_is_said_at_its_own_step(sam: Reader) -> None:
    sam.opens("/planner/reports/new/what")
    assert fills(sam, "/what", title="T", row="R").status_code == 422
    fills(sam, "/what", owner=["pmqag"])
    assert "step 2 of 4" in sam.text
    fills(sam, "/when", kind="meeting-months")
    assert fills(sam, "/timing", meeting="lscb", months=["6"]).status_code == 422
    assert "is no month in which lscb meets" in sam.text


def test_two_tabs_do_not_overwrite_each_other(whole: Place, sam: Reader) -> None:
    other = whole.reader(SECRETARIAT)
    for reader, title in ((sam, "Mine"), (other, "Theirs")):
        reader.opens("/planner/reports/s11/what")
        fills(reader, "/what", title=title)
    saves(other)
    response = fills(sam, "/save")
    assert response.status_code == 409
    assert "Title Theirs Mine" in sam.text
    assert entry_document(content(whole), "report", "s11")["title"] == "Theirs"
    fills(sam, "/preview")
    assert "Title Theirs Mine" in sam.text
    saves(sam)
    assert entry_document(content(whole), "report", "s11")["title"] == "Mine"


def test_a_form_opened_before_somebody_saved_is_refused_before_the_preview(
    whole: Place, sam: Reader
) -> None:
    other = whole.reader(SECRETARIAT)
    sam.opens("/planner/reports/s11/what")
    other.opens("/planner/reports/s11/what")
    fills(other, "/what", row="Another row")
    saves(other)
    assert fills(sam, "/what", title="Mine").status_code == 409
    assert "Title Report s11 Mine" in sam.text
    fills(sam, "/preview")
    saves(sam)
    stored = entry_document(content(whole), "report", "s11")
    assert (stored["title"], stored["row"]) == ("Mine", "Another row")


def test_two_people_may_change_two_entries(whole: Place, sam: Reader) -> None:
    other = whole.reader(SECRETARIAT)
    sam.opens("/planner/reports/s11/what")
    fills(sam, "/what", title="Mine")
    other.opens("/planner/actions/1.1/what")
    fills(other, "/what", title="Theirs")
    saves(other)
    saves(sam)
    assert changes(whole) == ["entry changed", "entry changed"]


def test_an_entry_that_somebody_removed_is_not_found(whole: Place, sam: Reader) -> None:
    other = whole.reader(SECRETARIAT)
    sam.opens("/planner/promises/1/what")
    other.opens("/planner/promises/1/remove")
    fills(other, "/remove")
    assert fills(sam, "/what", text="Mine").status_code == 404
    assert "it may be removed" in sam.text


PAGES = ["/planner", "/planner/events", "/planner/reports/s11", "/planner/plan", "/planner/file"]


@pytest.mark.parametrize("path", PAGES)
def test_a_viewer_reads_and_is_not_offered_to_change(whole: Place, path: str) -> None:
    viewer = whole.reader(VIEWER)
    assert viewer.opens(path).status_code == 200
    html = viewer.shown.text if viewer.shown else ""
    assert "/what" not in html
    assert "/new" not in html
    assert "Record it" not in viewer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/planner/reports/s11/what"),
        ("GET", "/planner/reports/new/what"),
        ("GET", "/planner/plan/what"),
        ("POST", "/planner/reports/s11/save"),
        ("POST", "/planner/reports/s11/remove"),
        ("POST", "/planner/events"),
    ],
)
def test_a_viewer_changes_nothing(whole: Place, method: str, path: str) -> None:
    viewer = whole.reader(VIEWER)
    viewer.opens("/planner")
    answer = viewer.opens(path) if method == "GET" else viewer.sends(path, draft="x")
    assert answer.status_code == 403
    assert changes(whole) == []


def test_nobody_sees_the_planner_without_signing_in(whole: Place) -> None:
    assert whole.reader().opens("/planner").status_code == 302


def test_another_boards_planner_is_not_for_this_account(whole: Place) -> None:
    entry = {"id": "ctb", "name": "Cumbria CTB", "business_group": "business-group"}
    report = make_report("ctb-one", to="ctb", when={"meeting": "ctb", "months": ["March"]})
    whole.imports(checked(make_document("ctb") | {"board": entry, "report": [report]}))
    whole.lets_in("ctb@example.org", Role.SECRETARIAT, on="ctb")
    reader = whole.reader("ctb@example.org")
    assert reader.opens("/boards/lscb/planner/reports/s11").status_code == 403
    assert reader.opens("/planner/reports/s11").status_code == 404
    assert reader.opens("/planner/reports/ctb-one/what").status_code == 200
    fills(reader, "/what", title="One")
    saves(reader)
    assert entry_document(content(whole, "ctb"), "report", "ctb-one")["title"] == "One"
    assert content(whole) == make_whole()


def test_with_several_boards_the_forms_stay_on_theirs(whole: Place, sam: Reader) -> None:
    entry = {"id": "ctb", "name": "Cumbria CTB", "business_group": "business-group"}
    report = make_report(to="ctb", when={"meeting": "ctb", "months": ["March"]})
    whole.imports(checked(make_document("ctb") | {"board": entry, "report": [report]}))
    for board in ("ctb", "lscb"):
        sam.opens(f"/boards/{board}/planner/reports/s11/what")
        fills(sam, "/what", title=f"Of {board}")
        response = saves(sam)
        assert str(response.url).endswith(f"/boards/{board}/planner/reports/s11")
        assert entry_document(content(whole, board), "report", "s11")["title"] == f"Of {board}"


HOSTILE = "<script>alert(1)</script> “&amp;” x"


def test_anybodys_text_is_text(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/reports/s11/what")
    response = fills(sam, "/what", title=HOSTILE, row=HOSTILE)
    assert "<script" not in response.text
    response = saves(sam, why=HOSTILE)
    assert "<script" not in response.text
    assert HOSTILE in sam.text
    assert entry_document(content(whole), "report", "s11")["title"] == HOSTILE
    for path in ("/planner", "/planner/reports/s11/what", "/planner?text=<script>"):
        assert "<script" not in sam.opens(path).text


def test_line_breaks_in_a_title_become_spaces(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/reports/s11/what")
    fills(sam, "/what", title="One\r\nBcc: all")
    saves(sam)
    assert entry_document(content(whole), "report", "s11")["title"] == "One Bcc: all"


def test_a_form_beyond_all_reason_is_refused(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/reports/s11/source")
    assert fills(sam, "/source", quote="x" * 300_000).status_code == 413
    assert content(whole) == make_whole()


@pytest.mark.parametrize("draft", ["", "x", "W10.x", "\u202e"])
def test_a_draft_that_is_not_ours_is_refused(whole: Place, sam: Reader, draft: str) -> None:
    sam.opens("/planner/reports/s11/what")
    assert sam.sends("/planner/reports/s11/save", draft=draft).status_code == 400
    assert changes(whole) == []


@pytest.mark.parametrize(
    "path",
    [
        "/planner/reports/none",
        "/planner/reports/s11/nothing",
        "/planner/reports/none/what",
        "/planner/nothing/s11",
        "/planner/promises/9",
        "/planner/promises/x",
        "/planner/plan/nothing",
        "/planner/days/new",
        "/planner/reports/new/nothing",
    ],
)
def test_what_is_not_there_is_not_found(sam: Reader, path: str) -> None:
    assert sam.opens(path).status_code == 404
