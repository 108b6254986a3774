"""Every form sent twice, as by a double click: one change, and the answer of the first time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from boardcal.tests.factories import SECRETARIAT
from boardcal.tests.web.filled_forms import SENT, sending, sends
from boardcal.tests.web.reader import ADMIN
from boardcal.tests.web.replying import MailingBoard
from boardcal.tests.web.whole_board import go_on, make_board
from boardcal.web.url_map import URL_MAP

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

    from boardcal.storage.database.engine import Database

POSTS = sorted(endpoint.path for endpoint in URL_MAP if endpoint.method == "POST")


@pytest.fixture
def board(sqlite: Database, tmp_path: Path) -> MailingBoard:
    return make_board(sqlite, tmp_path)


@pytest.fixture
def places(board: MailingBoard) -> dict[str, str]:
    return go_on(board)


def sign_up(board: MailingBoard, places: dict[str, str]) -> None:
    """Makes the accounts, and a link to choose a password anew."""
    for who, role in ((ADMIN, "admin"), (SECRETARIAT, "secretariat")):
        account = board.place.lets_in(who, role)
    places["password"] = board.place.link(account)


def test_every_address_that_takes_a_form_is_tried_here() -> None:
    assert sorted(SENT) == POSTS


# A download leads nowhere: it answers with a file, and a double click is noted once.
@pytest.mark.parametrize("path", [path for path in POSTS if path != "/mails/{id:number}/file"])
def test_a_form_sent_twice_is_answered_as_the_first_time(
    board: MailingBoard, places: dict[str, str], path: str
) -> None:
    sent = SENT[path]
    if path == "/set-up/{token}":
        places["set_up"] = board.place.link()
    else:
        sign_up(board, places)
    reader = board.place.reader(sent.who)
    if sent.before is not None:
        for _ in sending(reader, sent.before, places):
            pass
    begin = board.dump()
    statuses = []
    for first, form in sending(reader, sent, places):
        after = board.dump()
        statuses.append(first.status_code)
        second = sends(reader, form)
        assert answer(second) == answer(first), path
        assert board.dump() == after, path
    assert statuses[-1] == 303
    assert board.dump() != begin


def answer(response: Response) -> tuple[int, list[str], str]:
    """What a browser makes of an answer; each page has a sign of its own."""
    cookies = sorted(response.headers.get_list("set-cookie"))
    text = re.sub(r'name="csrf" value="[^"]*"', "", response.text)
    return response.status_code, [response.headers.get("location", ""), *cookies], text
