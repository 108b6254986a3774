from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import cancel_meeting, move_meeting
from boardcal.storage.occurrences import occurrences_of
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import (
    checked,
    cumbria,
    day,
    make_action,
    make_document,
    make_report,
)
from boardcal.tests.pages import make_whole
from boardcal.tests.web.opened import NOW, Opened, headings, html, links, plain
from boardcal.tests.web.reader import SECRETARIAT, VIEWER
from boardcal.web.calendar.upcoming import PATH
from boardcal.web.url_map import URL_MAP

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.reader import Reader


@pytest.fixture
def whole(sqlite: Database, tmp_path: Path) -> Opened:
    return Opened.on(sqlite, tmp_path, make_whole())


def rows(reader: Reader) -> list[str]:
    """The lines of the list, as they read."""
    return [
        plain(row)
        for row in re.findall(r'(?s)<li class="boardcal-due[^"]*">(.*?)</li>', html(reader))
    ]


def test_what_is_overdue_comes_first_and_then_month_by_month_and_day_by_day(whole: Opened) -> None:
    reader = whole.sees(PATH)
    assert headings(reader)[:3] == ["Overdue", "March 2018", "April 2018"]
    assert headings(reader, 3)[:3] == [
        "Thursday 22 February 2018",
        "Thursday 8 March 2018",
        "Thursday 29 March 2018",
    ]
    assert "7 working days late" in reader.text
    assert "In 3 working days" in reader.text


def test_a_line_says_what_who_to_whom_and_for_which_meeting(whole: Opened) -> None:
    assert rows(whole.sees(PATH))[:3] == [
        (
            "Subgroup progress report CDOP, PMQAG to LSCB, for the meeting on 8 March "
            "· Other subgroups Overdue"
        ),
        "Report s11 PMQAG to LSCB, for the meeting on 8 March · S.11 Audit Overdue",
        "LSCB meeting Planned",
    ]


def test_the_lines_lead_to_what_they_are_about(whole: Opened) -> None:
    addresses = links(whole.sees(PATH))
    for address in (
        "/due/lscb/s11/pmqag/2018-03",
        "/due/lscb/progress/cdop/2018-03",
        "/due/lscb/progress/pmqag/2018-03",
        "/reports/progress",
        "/due/lscb/1.1/pmqag/march-2018",
        "/meetings/lscb/2018-03-08",
    ):
        assert address in addresses


def test_owners_of_whom_the_same_is_to_be_said_share_a_line(whole: Opened) -> None:
    whole.office.record("lscb/progress/cdop/2018-03", Status.SUBMITTED)
    listed = [row for row in rows(whole.sees("/upcoming?text=progress")) if "8 March" in row]
    assert listed == [
        (
            "Subgroup progress report PMQAG to LSCB, for the meeting on 8 March "
            "· Other subgroups Overdue"
        ),
    ]


def test_a_date_is_said_as_exactly_as_its_source_says_it(whole: Opened) -> None:
    (row,) = rows(whole.sees("/upcoming?text=1.1&kind=action"))
    assert row == "Action 1.1 in short PMQAG, by end of March 2018 · Action 1.1 Due"


def test_what_was_moved_or_extended_says_so(whole: Opened) -> None:
    office = whole.office
    office.extend("lscb/s11/pmqag/2018-03", "2018-04-12")
    office.edit(lambda content: move_meeting(content, "lscb", day("2018-05-10"), day("2018-06-07")))
    office.edit(
        lambda content: cancel_meeting(content, "business-group", day("2018-08-21"), NOW.date())
    )
    office.tick("2018-03-05 09:30")
    listed = rows(whole.sees(PATH))
    assert any(
        row.startswith("Report s11") and "Was due 22 February 2018." in row for row in listed
    )
    assert "LSCB meeting Moved from 10 May 2018. Planned" in listed
    assert "BUSINESS-GROUP meeting Cancelled" in listed


CHOICES = [
    ("text=annual+report", {"july", "audits-july"}),
    ("text=++AUDITS++july+", {"audits-july"}),
    ("status=overdue", {"s11", "progress"}),
    ("kind=review", {"2.1"}),
    ("kind=meeting&body=business-group", set()),
    ("body=cdop", {"progress", "2.1"}),
    ("body=cdop&kind=report&status=overdue", {"progress"}),
    ("period=behind&status=overdue", {"s11", "progress"}),
]


@pytest.mark.parametrize(("query", "refs"), CHOICES)
def test_the_address_chooses_and_the_form_shows_what_was_chosen(
    whole: Opened, query: str, refs: set[str]
) -> None:
    reader = whole.sees(f"/upcoming?{query}")
    due = [address.split("/")[3] for address in links(reader) if address.startswith("/due/")]
    assert set(due) == refs
    for pair in query.split("&"):
        name, value = pair.split("=")
        if name == "text":
            assert f'value="{" ".join(value.replace("+", " ").split())}"' in html(reader)
        else:
            assert f'<option value="{value}" selected>' in html(reader)
    assert "/upcoming" in links(reader)
    assert "Show everything" in reader.text


@pytest.mark.parametrize(
    "query",
    ["status=late", "kind=", "body=nobody", "period=1999", "page=x", "page=-3", "page=٣", "x=1"],
)
def test_what_the_address_does_not_know_chooses_everything(whole: Opened, query: str) -> None:
    assert rows(whole.sees(f"/upcoming?{query}")) == rows(whole.sees(PATH))


def test_the_past_year_shows_what_became_of_what_was_due(whole: Opened) -> None:
    whole.office.record("lscb/s11/pmqag/2018-03", Status.SUBMITTED)
    assert "22 February 2018" not in whole.sees("/upcoming?text=s11").text
    reader = whole.sees("/upcoming?text=s11&period=behind")
    assert any(row.endswith("S.11 Audit Submitted") for row in rows(reader))
    assert "February 2018" in headings(reader)


def test_counts_are_said_and_lead_to_their_status(whole: Opened) -> None:
    reader = whole.sees(PATH)
    assert "3 overdue 1 due" in reader.text
    assert "/upcoming?status=overdue" in links(reader)
    reader = whole.sees("/upcoming?status=overdue&body=cdop")
    assert "1 overdue" in reader.text
    assert "/upcoming?body=cdop&status=overdue" not in links(reader)


@pytest.fixture
def long_list(sqlite: Database, tmp_path: Path) -> Opened:
    return Opened.on(sqlite, tmp_path, cumbria())


def test_a_long_list_comes_in_pages_that_lose_nothing(long_list: Opened) -> None:
    reader = long_list.sees(PATH)
    assert "1 to 200 of" in reader.text
    assert "/upcoming?page=2" in links(reader)
    seen = {address for address in links(reader) if address.startswith(("/due/", "/meetings/"))}
    reader = long_list.sees("/upcoming?page=2")
    rest = {address for address in links(reader) if address.startswith(("/due/", "/meetings/"))}
    assert not seen & rest
    with long_list.place.database.read() as connection:
        known = {f"/due/{each.key}" for each in occurrences_of(connection, "lscb")}
    assert {address for address in seen | rest if address.startswith("/due/")} <= known
    assert "/upcoming" in links(reader)


def test_months_on_another_page_are_linked_to_where_they_begin(long_list: Opened) -> None:
    addresses = links(long_list.sees(PATH))
    assert "#overdue" in addresses
    assert "#2018-03" in addresses
    assert "/upcoming?page=2#2019-03" in addresses
    assert 'id="2019-03"' in html(long_list.sees("/upcoming?page=2"))
    assert any("(continued)" in each for each in headings(long_list.sees("/upcoming?page=2")))


def test_a_page_beyond_the_last_is_the_last(long_list: Opened) -> None:
    assert rows(long_list.sees("/upcoming?page=999")) == rows(long_list.sees("/upcoming?page=2"))


HOSTILE = """<script>alert("1")</script> & 'so on'"""


def test_what_people_wrote_is_text_and_nothing_else(sqlite: Database, tmp_path: Path) -> None:
    document = make_document(
        report=[make_report(title=HOSTILE, row='"><img src=x>')],
        action=[make_action(title="<b>bold</b>")],
    )
    opened = Opened.on(sqlite, tmp_path, checked(document))
    for path in (PATH, "/upcoming?text=%3Cscript%3E%22%27%0d%0a%00%E2%80%AE&body=%3Cb%3E"):
        shown = html(opened.sees(path))
        assert "<script" not in shown
        assert "<img" not in shown
        assert "<b>" not in shown
        assert "\u202e" not in shown
    assert "&lt;script&gt;" in html(opened.sees(PATH))
    assert "&#34;&gt;&lt;img src=x&gt;" in html(opened.sees(PATH))


def test_a_search_that_is_too_long_is_cut_rather_than_refused(whole: Opened) -> None:
    reader = whole.sees(f"/upcoming?text={'x' * 5000}")
    assert "Nothing here fits what you chose." in reader.text
    assert "x" * 301 not in html(reader)


def test_where_nothing_fits_it_is_said_what_to_do(whole: Opened) -> None:
    reader = whole.sees("/upcoming?status=waived&kind=report")
    assert "Nothing here fits what you chose." in reader.text
    assert "/upcoming?status=waived&kind=report&period=behind" in links(reader)
    assert "Look at the past year" not in whole.sees("/upcoming?status=waived&period=behind").text


@pytest.mark.parametrize(
    ("who", "sentence"),
    [(VIEWER, "The secretariat adds them."), (SECRETARIAT, "Add the first report or action")],
)
def test_an_empty_planner_says_who_fills_it(
    sqlite: Database, tmp_path: Path, who: str, sentence: str
) -> None:
    opened = Opened.on(sqlite, tmp_path, checked(make_document(report=[])))
    reader = opened.sees(PATH, who)
    assert "holds no report and no action" in reader.text
    assert sentence in reader.text


def test_a_board_that_has_not_begun_says_so_on_every_page(sqlite: Database, tmp_path: Path) -> None:
    opened = Opened.on(sqlite, tmp_path, checked(make_document()))
    assert "Mails of this Board have not begun" not in opened.sees(PATH).text
    with sqlite.write() as connection:
        connection.execute(update(board).values(go_live=None))
    reader = opened.reader(VIEWER)
    reader.opens("/account")
    assert "Mails of this Board have not begun" in reader.text


def test_with_several_boards_every_link_stays_on_the_page_s_own(
    sqlite: Database, tmp_path: Path
) -> None:
    opened = Opened.on(sqlite, tmp_path, make_whole())
    document = make_document("ctb", report=[make_report(to="ctb", when={"meeting": "ctb"})])
    document["board"]["name"] = "Children's Trust Board"
    opened.office.store(checked(document))
    opened.office.tick()
    reader = opened.reader(VIEWER)
    reader.follows(reader.opens("/upcoming?status=overdue"))
    reader.opens("/boards/ctb/upcoming?text=s11")
    addresses = links(reader)
    assert any(address.startswith("/boards/ctb/due/ctb/s11/") for address in addresses)
    assert not any(address.startswith(("/due/", "/boards/lscb/due/")) for address in addresses)
    assert "/boards/lscb/upcoming" in addresses
    assert "Children's Trust Board" in unescape(html(reader))


def test_reading_changes_nothing(whole: Opened) -> None:
    before = [whole.office.row(stored.key) for stored in whole.office.rows()]
    for path in (PATH, "/upcoming?page=2", "/upcoming?status=overdue"):
        whole.sees(path)
    assert [whole.office.row(stored.key) for stored in whole.office.rows()] == before
    assert [endpoint.method for endpoint in URL_MAP if endpoint.path == PATH] == ["GET"]
