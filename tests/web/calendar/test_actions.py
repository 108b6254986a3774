from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.status import Status
from boardcal.tests.factories import checked, cumbria, make_action, make_document
from boardcal.tests.pages import make_whole
from boardcal.tests.web.opened import Opened, headings, html, links, plain
from boardcal.tests.web.reader import SECRETARIAT, VIEWER

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.reader import Reader

PATH = "/actions"


@pytest.fixture
def whole(sqlite: Database, tmp_path: Path) -> Opened:
    return Opened.on(sqlite, tmp_path, make_whole())


def rows(reader: Reader) -> list[list[str]]:
    """The cells of every action, as they read."""
    body = re.findall(r"(?s)<tbody.*?</tbody>", html(reader))
    lines = re.findall(r"(?s)<tr[^>]*>(.*?)</tr>", "".join(body))
    return [
        [plain(cell) for cell in re.findall(r"(?s)<t[dh][^>]*>(.*?)</t[dh]>", row)] for row in lines
    ]


def test_each_action_says_who_does_what_by_when_and_how_it_stands(whole: Opened) -> None:
    reader = whole.sees(PATH)
    assert headings(reader) == ["Section 1", "Section 2"]
    assert rows(reader) == [
        ["1.1", "Action 1.1 in short", "PMQAG", "End of March 2018", "Due soon"],
        ["1.2", "Hold a workshop", "PMQAG", "End of autumn 2018", "On track"],
        [
            "2.1",
            "Keep panels going",
            "CDOP",
            "6 February 2018",
            "Stale: no review recorded for 6 February 2018 Its date is assumed",
        ],
    ]


def test_each_action_leads_to_its_page(whole: Opened) -> None:
    addresses = links(whole.sees(PATH))
    assert [address for address in addresses if address.startswith("/actions/")] == [
        "/actions/1.1",
        "/actions/1.2",
        "/actions/2.1",
    ]


def test_counts_are_said_for_the_plan_and_for_each_section(whole: Opened) -> None:
    reader = whole.sees(PATH)
    assert "Business Plan 2017-20: 3 actions Stale 1 stale Due soon 1" in reader.text
    assert "Section 1 1 due soon, 1 on track" in reader.text


def test_the_colour_never_stands_without_a_word(whole: Opened) -> None:
    whole.office.record("lscb/1.1/pmqag/march-2018", Status.SUBMITTED)
    tags = re.findall(r'boardcal-rag--(\w+)">([^<]*)<', html(whole.sees(PATH)))
    assert ("green", "Complete: submitted") in tags
    assert all(words.strip() for _, words in tags)
    assert {colour for colour, _ in tags} <= {"red", "amber", "green", "grey"}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("standing=stale", ["2.1"]),
        ("standing=due+soon", ["1.1"]),
        ("standing=complete", []),
        ("standing=purple", ["1.1", "1.2", "2.1"]),
        ("", ["1.1", "1.2", "2.1"]),
    ],
)
def test_the_address_chooses_how_actions_stand(
    whole: Opened, query: str, numbers: list[str]
) -> None:
    reader = whole.sees(f"{PATH}?{query}")
    assert [row[0] for row in rows(reader)] == numbers
    assert ("No action stands so today." in reader.text) is (numbers == [])
    assert ("Show the whole plan" in reader.text) is (len(numbers) < 3)


def test_several_owners_are_told_apart(sqlite: Database, tmp_path: Path) -> None:
    action = make_action(owner=["pmqag", "lscb"])
    opened = Opened.on(sqlite, tmp_path, checked(make_document(action=[action])))
    opened.office.record("lscb/1.1/lscb/march-2018", Status.SUBMITTED)
    ((*_, standing),) = rows(opened.sees(PATH))
    assert standing == "Due soon PMQAG Complete: submitted LSCB"


def test_the_whole_of_cumbria_keeps_its_order_and_its_two_13_2(
    sqlite: Database, tmp_path: Path
) -> None:
    opened = Opened.on(sqlite, tmp_path, cumbria())
    reader = opened.sees(PATH)
    assert [row[0] for row in rows(reader)] == [action.number for action in cumbria().action]
    assert [address for address in links(reader) if "/actions/13.2" in address] == [
        "/actions/13.2",
        "/actions/13.2-b",
    ]


@pytest.mark.parametrize(
    ("who", "sentence"),
    [(VIEWER, "The secretariat adds them."), (SECRETARIAT, "Add the first action")],
)
def test_an_empty_plan_says_who_fills_it(
    sqlite: Database, tmp_path: Path, who: str, sentence: str
) -> None:
    opened = Opened.on(sqlite, tmp_path, checked(make_document()))
    reader = opened.sees(PATH, who)
    assert "holds no action yet" in reader.text
    assert sentence in reader.text


def test_what_people_wrote_is_text_and_nothing_else(sqlite: Database, tmp_path: Path) -> None:
    action = make_action(title="<script>alert(1)</script>", section='"><img src=x> & more')
    opened = Opened.on(sqlite, tmp_path, checked(make_document(action=[action])))
    shown = html(opened.sees(PATH))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert headings(opened.sees(PATH)) == ['"><img src=x> & more']


def test_a_long_plan_comes_in_pages_that_keep_its_order_counts_and_choice(
    sqlite: Database, tmp_path: Path
) -> None:
    actions = [
        make_action(f"{number // 90 + 1}.{number}", section=f"Section {number // 90 + 1}")
        for number in range(450)
    ]
    opened = Opened.on(sqlite, tmp_path, checked(make_document(action=actions)))
    numbers: list[str] = []
    for number, sections in ((1, (1, 2, 3)), (2, (3, 4, 5)), (3, (5,))):
        reader = opened.sees(PATH if number == 1 else f"{PATH}?page={number}")
        assert headings(reader) == [f"Section {each}" for each in sections]
        assert "450 actions" in reader.text
        numbers += [row[0] for row in rows(reader)]
    assert numbers == [action["number"] for action in actions]
    chosen = opened.sees(f"{PATH}?standing=due soon&page=2")
    assert "standing=due+soon&amp;page=3" in html(chosen)
    assert len(rows(chosen)) == 200
