from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from boardcal.storage.schema.occurrences import change, occurrence
from boardcal.tests.factories import checked, day, make_action, make_document, make_report
from boardcal.tests.office import Office
from boardcal.tests.pages import make_whole
from boardcal.tests.web.reader import SECRETARIAT, VIEWER, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.reader import Reader


@pytest.fixture
def look(empty_place: Place) -> Callable[..., Reader]:
    """Opens a page of a planner with a bit of everything."""
    empty_place.imports(make_whole())
    for who, role in ((VIEWER, "viewer"), (SECRETARIAT, "secretariat")):
        empty_place.lets_in(who, role)

    def opened(path: str, who: str = VIEWER) -> Reader:
        reader = empty_place.reader(who)
        assert reader.opens(path).status_code == 200
        return reader

    return opened


@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        (
            "/reports/s11",
            [
                "Report: S.11 Audit",
                "“to be presented to the LSCB every March.”",
                "Cumbria LSCB, Business Plan 2017-20",
                "Read as Every March, at the LSCB meeting; papers 10 working days before",
                "Owed by Pmqag Subgroup",
                "22 February 2018",
                "8 March 2018",
                "Nothing of it is on record yet.",
            ],
        ),
        ("/reports/progress", ["Nothing to report May be recorded", "PMQAG", "CDOP"]),
        ("/reports/july", ["Also meets Audits: annual report"]),
        ("/reports/audits-july", ["Met by Data: annual report"]),
        ("/reports/exceptions", ["it comes when somebody raises it", "It is not raised."]),
        ("/reports/survey", ["The plan gives no date, so nobody is reminded.", "secretariat can"]),
        (
            "/actions/1.1",
            ["Action 1.1, Section 1", "Action Review the Terms of Reference", "end of March 2018"],
        ),
        (
            "/actions/2.1",
            ["never due, but looked at again", "Assumed Ongoing is looked at", "(review)"],
        ),
    ],
)
def test_a_report_or_an_action_is_shown_in_full(
    look: Callable[..., Reader], path: str, sentences: list[str]
) -> None:
    text = look(path).text
    assert [words for words in sentences if words not in text] == []


def test_the_secretariat_is_led_to_where_it_is_changed(look: Callable[..., Reader]) -> None:
    for path in ("/reports/survey", "/actions/2.1"):
        for who, there in ((SECRETARIAT, True), (VIEWER, False)):
            shown = look(path, who).shown
            assert shown is not None
            assert (f'href="/planner{path}"' in shown.text) is there


def test_each_occurrence_is_a_link(look: Callable[..., Reader]) -> None:
    reader = look("/reports/progress")
    shown = reader.shown
    assert shown is not None
    assert 'href="/due/lscb/progress/cdop/2018-03"' in shown.text
    assert reader.opens("/due/lscb/progress/cdop/2018-03").status_code == 200


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/reports/none", "There is no such report."),
        ("/reports/1.1", "There is no such report."),
        ("/actions/s11", "There is no such action."),
        ("/actions/%3Cb%3E", "There is no such action."),
        ("/reports/%00", "There is no such report."),
    ],
)
def test_what_there_is_not_is_a_page_that_says_so(
    look: Callable[..., Reader], path: str, sentence: str
) -> None:
    reader = look("/upcoming")
    assert reader.opens(path).status_code == 404
    assert sentence in reader.text


def test_looking_changes_nothing(empty_place: Place, look: Callable[..., Reader]) -> None:
    for path in ("/reports/s11", "/actions/1.1"):
        look(path)
    assert empty_place.table(occurrence) == []
    assert empty_place.table(change) == []


def test_hostile_words_are_only_words(place: Place) -> None:
    bold, script = "<b>Bold</b>", "</dd><script>alert(1)</script>"
    place.imports(
        checked(
            make_document(
                report=[make_report(title=bold, row=bold, quote=script, assumed=script)],
                action=[make_action(title=script, action=bold, outcome=script, note=bold)],
            )
        )
    )
    reader = place.reader(SECRETARIAT)
    for path in ("/reports/s11", "/actions/1.1"):
        page = reader.opens(path).text
        assert "<script>" not in page
        assert "<b>" not in page
        assert "&lt;b&gt;Bold" in page


@pytest.mark.parametrize("path", ["/actions/1.1", "/reports/s11"])
def test_its_status_and_the_button_to_record_it_stand_first(
    sqlite: Database, look: Callable[..., Reader], empty_place: Place, path: str
) -> None:
    Office(database=sqlite, now=empty_place.now).tick()
    with sqlite.write() as connection:
        connection.execute(update(occurrence).values(due=day("2018-01-30")))
    page = look(path, SECRETARIAT)
    text = page.text
    assert text.index("Overdue") < text.index("Record the outcome") < text.index("Read as")
    assert "#to-record" in page.shown.text  # type: ignore[union-attr]
    viewer = look(path)
    assert "Overdue" in viewer.text
    assert "Record the outcome" not in viewer.text


def test_what_is_not_due_yet_is_said_without_a_button(look: Callable[..., Reader]) -> None:
    page = look("/reports/july", SECRETARIAT)
    assert page.text.index("Planned") < page.text.index("Read as")
    assert "Record the outcome" not in page.text
