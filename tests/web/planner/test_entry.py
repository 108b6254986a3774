from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.export import toml_of
from boardcal.calendar.planner.reader import read_planner
from boardcal.operations.planner.entries import entry_document
from boardcal.storage.schema.occurrences import change
from boardcal.tests.web.planner_forms import changes, content, fills, saves
from boardcal.tests.web.reader import SECRETARIAT, Place
from boardcal.web.planner.timing import opened

if TYPE_CHECKING:
    from boardcal.tests.web.reader import Reader


SECTIONS = [
    *(f"reports/{ref}" for ref in ("s11", "progress", "audits-july", "exceptions", "survey")),
    "reports/findings",
    "actions/1.1",
    "actions/2.1",
    "bodies/lscb",
    "bodies/cdop",
    "events/survey-accepted",
    "promises/1",
    "plan",
    "board",
    "days",
]


@pytest.mark.parametrize("entry", SECTIONS)
def test_a_form_that_is_opened_and_sent_unchanged_changes_nothing(
    whole: Place, sam: Reader, entry: str
) -> None:
    before = content(whole)
    assert sam.opens(f"/planner/{entry}").status_code == 200
    html = sam.shown.text if sam.shown else ""
    keys = [
        key
        for key in ("what", "when", "source", "dates", "roles", "meets", "exceptions")
        if f'href="/planner/{entry}/{key}"' in html
    ]
    assert keys
    for key in keys:
        assert sam.opens(f"/planner/{entry}/{key}").status_code == 200
        response = fills(sam, f"/{key}")
        if key == "when" and response.status_code == 200:
            response = fills(sam, "/timing")
        assert response.status_code == 303, (key, sam.text)
    assert content(whole) == before
    assert changes(whole) == []


def test_a_changed_title_is_looked_at_then_saved_with_who_and_why(
    whole: Place, sam: Reader
) -> None:
    sam.opens("/planner/reports/s11/what")
    fills(sam, "/what", title="S.11 annual report")
    assert "Nothing is saved yet" in sam.text
    assert "Title Report s11 S.11 annual report" in sam.text
    assert "No due date changes by that." in sam.text
    assert changes(whole) == []
    saves(sam, why="the Board\r\nagreed")
    assert "Saved." in sam.text
    assert "changed the report “Report s11”: title now “S.11 annual report”" in sam.text
    (row,) = [line for line in whole.table(change) if line.what == "entry changed"]
    assert (row.who, row.why, row.subject) == (SECRETARIAT, "the Board\nagreed", "report s11")


def test_another_owner_is_said_before_it_is_saved(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/reports/s11/what")
    fills(sam, "/what", owner=["cdop"])
    assert "Due 22 February 2018, now from CDOP instead of PMQAG" in sam.text
    saves(sam)
    assert entry_document(content(whole), "report", "s11")["owner"] == ["cdop"]


TIMINGS = [
    ("meeting-every", {"meeting": "lscb"}, {"meeting": "lscb"}, "at every LSCB meeting"),
    (
        "meeting-months",
        {"meeting": "lscb", "months": ["5", "7"], "papers": "5"},
        {"meeting": "lscb", "months": ["May", "July"], "papers": 5},
        "Every May and July, at the LSCB meeting; papers 5 working days before",
    ),
    (
        "meeting-last",
        {"meeting": "business-group", "last_in": "half-year"},
        {"meeting": "business-group", "last_in": "half-year"},
        "Twice a year, at the last BUSINESS-GROUP meeting in each half-year",
    ),
    (
        "meeting-nth",
        {"meeting": "lscb", "every": "2", "from": "March 2018"},
        {"meeting": "lscb", "every": 2, "from": "March 2018"},
        "At every other LSCB meeting held from March 2018 on",
    ),
    (
        "months",
        {"months": ["2", "8"], "day": "15"},
        {"months": ["February", "August"], "day": 15},
        "Every February and August, by the 15th",
    ),
    (
        "every-months",
        {"every_months": "3", "from": "December 2017"},
        {"every_months": 3, "from": "December 2017"},
        "Every 3 months from December 2017",
    ),
    (
        "by",
        {"by": "July 2018\r\n8 March 2019"},
        {"by": ["July 2018", "8 March 2019"]},
        "By July 2018 and by 8 March 2019",
    ),
    (
        "by-then",
        {"by": "Autumn 2018", "review": "lscb:year"},
        {"by": ["Autumn 2018"], "review": {"meeting": "lscb", "last_in": "year"}},
        "By autumn 2018, then ongoing and reviewed every year",
    ),
    ("ongoing", {"review": "lscb:"}, {"review": {"meeting": "lscb"}}, "Ongoing, never due"),
    (
        "after",
        {"after": "survey-accepted", "days": "5"},
        {"after": "survey-accepted", "days": 5},
        "5 working days after the Board accepts the staff survey",
    ),
    ("undecided", {"undecided": "The Board decides in May."}, None, "No date decided"),
    (
        "words",
        {"words": 'rrule = "FREQ=MONTHLY;BYDAY=1MO", from = 2018-01-01'},
        {"rrule": "FREQ=MONTHLY;BYDAY=1MO", "from": "2018-01-01"},
        "On the days that the rule FREQ=MONTHLY;BYDAY=1MO gives from 1 January 2018",
    ),
]


@pytest.mark.parametrize(("kind", "typed", "when", "sentence"), TIMINGS)
def test_every_kind_of_timing_is_chosen_typed_and_said_in_a_sentence(
    whole: Place,
    sam: Reader,
    kind: str,
    typed: dict[str, Any],
    when: dict[str, Any] | None,
    sentence: str,
) -> None:
    sam.opens("/planner/reports/s11/when")
    fills(sam, "/when", kind=kind)
    fills(sam, "/timing", **typed)
    assert sentence in sam.text
    saves(sam)
    assert entry_document(content(whole), "report", "s11")["when"] == (when or typed)
    assert read_planner(toml_of(content(whole)), "x.toml") == content(whole)
    sam.opens("/planner/reports/s11/when")
    fills(sam, "/when")
    assert fills(sam, "/timing").status_code == 303  # it stands there just so


@pytest.mark.parametrize("start", ["2018-01-01T00:00:00", "1514764800", "2018-01-01"])
def test_a_rule_comes_back_to_be_changed_as_it_was_typed(sam: Reader, start: str) -> None:
    sam.opens("/planner/reports/s11/when")
    fills(sam, "/when", kind="words")
    rule = 'rrule = "FREQ=MONTHLY;BYDAY=1MO", from = '
    assert fills(sam, "/timing", words=rule + start).status_code == 200
    assert "What this will change" in sam.text
    # As the button "Go back and change it" does, and on to the rule.
    draft = sam.hidden("draft")
    assert sam.sends("/planner/reports/s11/when", draft=draft, back="yes").status_code == 200
    assert fills(sam, "/when").status_code == 200
    assert sam.shown is not None
    assert rule + start.replace("T", " ") in unescape(sam.shown.text)


def test_a_rule_without_a_day_is_shown_as_it_stands() -> None:
    assert opened("words", {"rrule": "FREQ=DAILY"})["words"] == 'rrule = "FREQ=DAILY"'


def test_when_needed_has_nothing_more_to_ask(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/reports/s11/when")
    fills(sam, "/when", kind="as-required")
    assert "As required, without a date" in sam.text
    assert "No longer due on 22 February 2018" in sam.text
    saves(sam)
    assert entry_document(content(whole), "report", "s11")["when"] == {"as_required": True}


def test_the_next_three_dates_are_shown(sam: Reader) -> None:
    sam.opens("/planner/reports/s11/when")
    fills(sam, "/when", kind="months")
    fills(sam, "/timing", months=["3"])
    dates = "Thursday 29 March 2018 Friday 29 March 2019 Tuesday 31 March 2020"
    assert f"The next dates: {dates}" in sam.text


def test_another_chair_is_said_with_who_gets_the_mails_then(whole: Place, sam: Reader) -> None:
    sam.opens("/planner/bodies/pmqag/roles")
    typed = "pmqag.chair@example.org until 31 March 2018\r\nsam@example.org from 1 April 2018"
    fills(sam, "/roles", chair=typed)
    assert "pmqag.chair@example.org to 31 March 2018 sam@example.org from 1 April" in sam.text
    assert "sam@example.org" in sam.text.partition("What follows")[2]
    saves(sam)
    assert [holder.address for holder in content(whole).body[2].chair] == [
        "pmqag.chair@example.org",
        "sam@example.org",
    ]
