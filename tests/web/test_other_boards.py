"""Two Boards, and an account of one of them: nothing of the other is on any page of theirs."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from starlette.routing import compile_path

from boardcal.storage.accounts.accounts import Role
from boardcal.tests.factories import (
    CHAIR,
    SECRETARIAT,
    checked,
    make_action,
    make_body,
    make_document,
    make_report,
)
from boardcal.tests.pages import QUARTERLY
from boardcal.tests.web.filled_forms import SENT, sending
from boardcal.tests.web.reader import ADMIN, words
from boardcal.tests.web.whole_board import go_on, make_board
from boardcal.web.url_map import URL_MAP

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from httpx2 import Response

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.reader import Reader
    from boardcal.tests.web.replying import MailingBoard

OTHER = "zebra"
MOST_PAGES = 400
BOARD_POSTS = sorted(
    endpoint.path
    for endpoint in URL_MAP
    # A download answers with a file: it has no preview.
    if endpoint.method == "POST" and endpoint.of_board and not endpoint.path.endswith("/file")
)
BOARD_GETS = sorted(
    endpoint.path for endpoint in URL_MAP if endpoint.method == "GET" and endpoint.of_board
)
HREF = re.compile(r'href="(/[^"#]*)')


def make_other() -> Any:
    """A Board all of whose words begin with Zebra, but for two readers who are of both."""
    papers = {"meeting": OTHER, "months": ["March"]}
    document = make_document(
        OTHER,
        plan={
            **make_document()["plan"],
            "title": "Zebra plan",
            "source": "Zebra Board, Zebra plan",
        },
        report=[
            make_report(
                "zebra-s11",
                title="Zebra report",
                row="Zebra row",
                owner="zebras",
                to=OTHER,
                when=papers,
                quote="Zebra words",
            ),
        ],
        action=[
            make_action(
                "9.1",
                title="Zebra action",
                section="Zebra section",
                owner="zebras",
                action="Zebra text",
                quote="Zebra words",
            ),
            make_action(
                "9.2",
                title="Zebra review",
                section="Zebra section",
                owner="zebras",
                when={"review": QUARTERLY | {"meeting": "zebra-group"}},
                quote="Zebra words",
                assumed="Zebra assumption",
            ),
        ],
        event=[{"id": "zebra-event", "title": "Zebra event"}],
        promise=[{"text": "Zebra promise", "where": "Zebra place"}],
    )
    meets = {"day": "third Tuesday", "months": ["February", "May", "August", "November"]}
    board = document["body"][0] | {"name": "Zebra Board", "short": "Zebra"}
    board |= {"chair": "zebra.chair@example.org", "vice-chair": "zebra.vice@example.org"}
    bodies = [
        board,
        make_body("zebra-group", kind="group", meets=meets),
        make_body("zebras", chair=CHAIR),
    ]
    named = {"id": OTHER, "name": "Zebra Board", "business_group": "zebra-group"}
    return checked(document | {"board": named, "body": bodies})


@pytest.fixture
def both(sqlite: Database, tmp_path: Path) -> tuple[MailingBoard, dict[str, str]]:
    """Both Boards, which mail two of their readers in the same email; admins of one each."""
    board = make_board(sqlite, tmp_path)
    board.office.store(make_other())
    places = go_on(board)
    board.comes_to("2018-01-29")
    board.is_at("2018-01-29 09:00")
    board.place.lets_in(ADMIN, Role.ADMIN, on="lscb")
    board.place.lets_in("other@example.org", Role.ADMIN, on=OTHER)
    return board, places


def named(response: Response) -> list[str]:
    """Where a page names the other Board or anything of it."""
    text = words(response.text) + " ".join(unescape(href) for href in HREF.findall(response.text))
    return [text[max(0, found.start() - 80) :][:160] for found in re.finditer("(?i)zebra", text)]


def crawled(reader: Reader, first: str) -> dict[str, Response]:
    """Every page that links lead to from one, by its address."""
    waiting = [first]
    pages: dict[str, Response] = {}
    while waiting and len(pages) < MOST_PAGES:
        address = waiting.pop(0)
        if address in pages or address.startswith("/static"):
            continue
        pages[address] = reader.opens(address)
        waiting += [unescape(href) for href in HREF.findall(pages[address].text)]
    return pages


def test_both_boards_are_in_one_email_and_the_other_is_told_of_by_its_own_admin(
    both: tuple[MailingBoard, dict[str, str]],
) -> None:
    board, _ = both
    mails = [mail for mail in board.office.postbag.mails if mail.to in (CHAIR, SECRETARIAT)]
    assert any("Zebra" in mail.text and "Report s11" in mail.text for mail in mails)
    other = board.place.reader("other@example.org")
    assert named(other.opens("/upcoming"))


def test_no_page_names_anything_of_a_board_that_its_reader_may_not_see(
    both: tuple[MailingBoard, dict[str, str]],
) -> None:
    board, places = both
    reader = board.place.reader(ADMIN)
    for answer, _ in sending(reader, SENT["/subscribe"], places):
        reader.follows(answer)
    pages = crawled(reader, "/upcoming")
    for sent in SENT.values():
        if sent.who == ADMIN:
            address = sent.page.format(**places, password="", set_up="")
            pages[address] = reader.opens(address)
    assert {address: names for address, page in pages.items() if (names := named(page))} == {}
    pages["/subscribe/1/address"] = reader.opens("/subscribe/1/address")
    shown = [urlsplit(address).path for address, page in pages.items() if page.status_code == 200]
    unseen = [
        path for path in BOARD_GETS if not any(compile_path(path)[0].match(seen) for seen in shown)
    ]
    assert unseen == [], "no link leads there: open them here"


@pytest.mark.parametrize("path", BOARD_POSTS)
def test_no_preview_names_anything_of_a_board_that_its_reader_may_not_see(
    both: tuple[MailingBoard, dict[str, str]], path: str
) -> None:
    board, places = both
    reader, sent = board.place.reader(ADMIN), SENT[path]
    if sent.before is not None:
        for _ in sending(reader, sent.before, places):
            pass
    for answer, _ in sending(reader, sent, places):
        assert named(answer) == []
    assert answer.status_code == 303
    assert named(reader.follows(answer)) == []


PAUSED = [("board", "lscb"), ("body", "pmqag"), ("person", CHAIR), ("person", SECRETARIAT)]


@pytest.mark.parametrize(("kind", "name"), PAUSED)
def test_the_end_of_a_pause_names_nothing_of_another_board(
    both: tuple[MailingBoard, dict[str, str]], kind: str, name: str
) -> None:
    board, _ = both
    reader = board.place.reader(ADMIN)
    pause = reader.opens(f"/pauses/pause?kind={kind}&id={name}")
    reader.sends("/pauses/pause", kind=kind, id=name, why="")
    board.comes_to("2018-02-06")
    reader = board.place.reader(ADMIN)
    end = reader.opens(f"/pauses/resume?kind={kind}&id={name}")
    assert "What would go out by" in reader.text
    assert named(pause) == named(end) == []


def test_no_address_of_another_board_opens(both: tuple[MailingBoard, dict[str, str]]) -> None:
    board, _ = both
    reader = board.place.reader(ADMIN)
    for path in (*BOARD_GETS, *BOARD_POSTS):
        reader.opens("/account")
        address = f"/boards/{OTHER}" + re.sub(r"\{[^}]*\}", "1", path)
        for answer in (reader.sends(address), reader.opens(address)):
            assert answer.status_code in (403, 404, 405)
            assert not [name for name in named(answer) if f"/boards/{OTHER}" not in name]
