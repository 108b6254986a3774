from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import cancel_meeting
from boardcal.queries.calendar import year as year_planner
from boardcal.queries.paging import paging
from boardcal.tests.factories import checked, cumbria, day, make_document, make_report
from boardcal.tests.pages import make_whole
from boardcal.tests.web.opened import NOW, Opened, html, links, plain
from boardcal.tests.web.reader import SECRETARIAT, VIEWER

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.reader import Reader

PATH = "/year"


@pytest.fixture
def whole(sqlite: Database, tmp_path: Path) -> Opened:
    return Opened.on(sqlite, tmp_path, make_whole())


def table(reader: Reader) -> dict[str, list[str]]:
    """The cells of each row as they read, by the row's heading."""
    lines = {}
    for row in re.findall(r"(?s)<tr[^>]*>(.*?)</tr>", html(reader)):
        heads = [plain(cell) for cell in re.findall(r"(?s)<th[^>]*>(.*?)</th>", row)]
        cells = [plain(cell) for cell in re.findall(r"(?s)<td[^>]*>(.*?)</td>", row)]
        if len(heads) == 1:
            lines[heads[0]] = cells
    return lines


def test_every_report_is_a_row_and_every_month_a_column(whole: Opened) -> None:
    reader = whole.sees(PATH)
    assert "Year planner 2018" in reader.text
    rows = table(reader)
    row = rows["Report s11 PMQAG to LSCB"]
    assert len(row) == 12
    assert row[2] == "22 Feb Overdue"
    assert not any(row[:2] + row[3:])
    assert rows["Subgroup progress report PMQAG and CDOP to LSCB"][2] == "22 Feb Overdue 0 of 2 in"


def test_its_headings_say_what_they_head(whole: Opened) -> None:
    shown = html(whole.sees(PATH))
    assert shown.count('<th scope="col"') == 13
    assert shown.count('<th scope="row"') == 8
    assert shown.count('<th scope="rowgroup"') == 5
    assert shown.count("<tbody>") == shown.count("</tbody>") == 6
    assert "Reports by month, 2018, as at 5 March 2018</caption>" in shown
    assert 'role="region" aria-label="Year planner 2018" tabindex="0"' in shown


def test_a_sheet_of_paper_says_what_it_is_and_of_when(whole: Opened) -> None:
    shown = html(whole.sees(PATH))
    head = shown[shown.index("<thead>") : shown.index("</thead>")]
    assert "Cumbria LSCB: year planner 2018, as at 5 March 2018" in head
    assert '<body class="govuk-template__body boardcal-wide">' in shown


def test_a_report_without_a_date_says_why(whole: Opened) -> None:
    rows = table(whole.sees(PATH))
    assert rows["Staff survey PMQAG to LSCB"] == ["No date decided: the plan gives no month"]
    assert rows["Audits: exceptions PMQAG to LSCB"] == ["As required, without a date"]


def test_cells_lead_to_what_is_due_and_rows_to_their_report(whole: Opened) -> None:
    addresses = links(whole.sees(PATH))
    assert "/due/lscb/s11/pmqag/2018-03" in addresses
    assert "/reports/s11" in addresses
    # Several owe it: the report's page has them all.
    assert addresses.count("/reports/progress") > 1
    assert "/meetings/lscb/2018-03-08" in addresses


def test_the_meetings_of_the_board_stand_above(whole: Opened) -> None:
    whole.office.edit(
        lambda content: cancel_meeting(content, "lscb", day("2018-07-12"), NOW.date())
    )
    meetings = table(whole.sees(PATH))["Meetings of the Board"]
    assert [cell for cell in meetings if cell] == [
        "11 Jan Past",
        "8 Mar Planned",
        "10 May Planned",
        "12 Jul Cancelled",
        "13 Sep Planned",
        "8 Nov Planned",
    ]


@pytest.mark.parametrize(
    ("query", "heading", "earlier", "later"),
    [
        ("", "Year planner 2018", "2017-01", "2019-01"),
        ("?from=2019-01", "Year planner 2019", "2018-01", "2020-01"),
        ("?from=2017-04", "Year planner April 2017 to March 2018", None, "2018-04"),
        ("?from=2020-01", "Year planner 2020", "2019-01", None),
        ("?from=2018-04", "Year planner April 2018 to March 2019", "2017-04", "2019-04"),
        ("?from=1066-01", "Year planner 2018", "2017-01", "2019-01"),
        ("?from=2018-02", "Year planner 2018", "2017-01", "2019-01"),
        ("?from=%00<b>", "Year planner 2018", "2017-01", "2019-01"),
    ],
)
def test_the_address_names_the_year(
    whole: Opened, query: str, heading: str, earlier: str | None, later: str | None
) -> None:
    reader = whole.sees(PATH + query)
    assert f'<h1 class="govuk-heading-l">{heading}</h1>' in html(reader)
    addresses = links(reader)
    years = {address.partition("from=")[2] for address in addresses if "/year?" in address}
    assert years == {address for address in (earlier, later) if address}


def test_a_plan_that_has_ended_still_has_a_next_year(sqlite: Database, tmp_path: Path) -> None:
    whole = make_whole()
    plan = whole.plan.model_copy(update={"ends": day("2017-12-31")})
    ended = Opened.on(sqlite, tmp_path, whole.model_copy(update={"plan": plan}))
    assert "/year?from=2019-01" in links(ended.sees(PATH))
    assert "Year planner 2019" in ended.sees(f"{PATH}?from=2019-01").text


def test_what_was_recorded_is_seen_at_once(whole: Opened) -> None:
    whole.office.record("lscb/s11/pmqag/2018-03", Status.SUBMITTED)
    whole.office.record("lscb/progress/cdop/2018-03", Status.NOTHING_TO_REPORT)
    rows = table(whole.sees(PATH))
    assert rows["Report s11 PMQAG to LSCB"][2] == "22 Feb Submitted"
    assert rows["Subgroup progress report PMQAG and CDOP to LSCB"][2] == "22 Feb Overdue 1 of 2 in"


def test_many_reports_come_on_several_pages(whole: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_three(total: int, number: int, size: int) -> object:
        return paging(total, number, 3)

    monkeypatch.setattr(year_planner, "paging", by_three)
    reader = whole.sees("/year?from=2018-04&page=2")
    assert "Reports 4 to 6 of 7" in reader.text
    assert "/year?from=2018-04" in links(reader)
    assert "/year?from=2018-04&page=3" in links(reader)


@pytest.mark.parametrize(
    ("who", "sentence"),
    [(VIEWER, "The secretariat adds them."), (SECRETARIAT, "Add the first report")],
)
def test_an_empty_planner_says_who_fills_it(
    sqlite: Database, tmp_path: Path, who: str, sentence: str
) -> None:
    opened = Opened.on(sqlite, tmp_path, checked(make_document(report=[])))
    reader = opened.sees(PATH, who)
    assert "holds no report yet" in reader.text
    assert sentence in reader.text


def test_what_people_wrote_is_text_and_nothing_else(sqlite: Database, tmp_path: Path) -> None:
    report = make_report(title="<script>alert(1)</script>", row='"><img src=x>')
    opened = Opened.on(sqlite, tmp_path, checked(make_document(report=[report])))
    shown = html(opened.sees(PATH))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_the_whole_of_cumbria_is_one_page(sqlite: Database, tmp_path: Path) -> None:
    opened = Opened.on(sqlite, tmp_path, cumbria())
    rows = table(opened.sees(PATH))
    assert len([cells for cells in rows.values() if cells]) == len(cumbria().report) + 1
