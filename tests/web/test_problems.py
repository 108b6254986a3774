"""The list of problems on top of a form leads to the fields that they are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from boardcal.storage.accounts.accounts import Role
from boardcal.tests.web.filled_forms import SENT, form_of, sends
from boardcal.tests.web.reader import ADMIN
from boardcal.tests.web.whole_board import go_on, make_board

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.replying import MailingBoard

SUMMARY = re.compile(r'(?s)<div class="govuk-error-summary".*?</ul>')
WRONG = {"-day": "99", "-month": "99", "-year": "x"}


# What only a button sends, and what not every page of its kind asks for.
NOT_TYPED = {"do", "extraordinary", "reading", "meeting"}
FORMS = sorted(
    path
    for path, sent in SENT.items()
    if sent.typed.keys() - NOT_TYPED and sent.before is None and sent.who == ADMIN
)


@pytest.fixture
def board(sqlite: Database, tmp_path: Path) -> MailingBoard:
    return make_board(sqlite, tmp_path)


@pytest.mark.parametrize("path", FORMS)
def test_every_problem_leads_to_its_field(board: MailingBoard, path: str) -> None:
    places, sent = go_on(board), SENT[path]
    board.place.lets_in(ADMIN, Role.ADMIN)
    reader, page = board.place.reader(ADMIN), sent.page.format(**places)
    form = form_of(reader.opens(page), page, sent.to, sent.typed)
    for name in sent.typed:
        if name not in NOT_TYPED:
            form.fields[name] = [WRONG.get(name[name.rfind("-") :], "x" * 5000)]
    shown = sends(reader, form)
    assert shown.status_code in (409, 422), reader.text[:500]
    summary = SUMMARY.search(shown.text)
    assert summary is not None
    leads = re.findall(r'href="#([^"]*)"', summary[0])
    assert leads
    assert [name for name in leads if f'id="{name}"' not in shown.text] == []


def test_a_problem_of_the_whole_form_leads_to_no_field(board: MailingBoard) -> None:
    places, sent = go_on(board), SENT["/bodies/{body}/appoint"]
    board.place.lets_in(ADMIN, Role.ADMIN)
    first, second = board.place.reader(ADMIN), board.place.reader(ADMIN)
    assert places
    previews = [
        sends(reader, form_of(reader.opens(sent.page), sent.page, "", sent.typed | {"role": role}))
        for reader, role in ((first, "chair"), (second, "vice-chair"))
    ]
    saves = [form_of(preview, sent.page, "", {"save": "yes"}) for preview in previews]
    assert sends(first, saves[0]).status_code == 303
    shown = sends(second, saves[1])
    assert shown.status_code == 409
    summary = SUMMARY.search(shown.text)
    assert summary is not None
    assert "Somebody changed the planner since you looked" in summary[0]
    assert "href" not in summary[0]
