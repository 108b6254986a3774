"""Forms that are sent after their session has ended: shown as they were typed, and sent again."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from boardcal.storage.accounts.accounts import Role
from boardcal.tests.factories import S11
from boardcal.tests.web.filled_forms import SENT, form_of, sending, sends
from boardcal.tests.web.forms_on import forms_on
from boardcal.tests.web.reader import ADMIN, PASSWORD, words
from boardcal.tests.web.whole_board import go_on, make_board
from boardcal.web.page.form_reading import typed_fields
from boardcal.web.url_map import URL_MAP

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.forms_on import FoundForm
    from boardcal.tests.web.reader import Reader
    from boardcal.tests.web.replying import MailingBoard

DATE = re.compile(r"(.+)-day")
ROW = re.compile(r"(?s)<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>")


# Those who send the others have no session that could end, or send nothing or a password.
BARE = re.compile("/sign-out|/account|/account/.*|/subscribe/.*|/users/.*")
KEPT = sorted(
    path
    for path, sent in SENT.items()
    # A download has nothing that anybody typed.
    if sent.who == ADMIN and BARE.fullmatch(path) is None and path != "/mails/{id:number}/file"
)


@pytest.fixture
def board(sqlite: Database, tmp_path: Path) -> MailingBoard:
    return make_board(sqlite, tmp_path)


@pytest.fixture
def places(board: MailingBoard) -> dict[str, str]:
    places = go_on(board)
    board.place.lets_in(ADMIN, Role.ADMIN)
    board.place.lets_in("secretariat@example.org", Role.SECRETARIAT)
    return places


def rows(answer: Response) -> dict[str, str]:
    """What the page lists as typed: label and value."""
    return {unescape(label): words(value) for label, value in ROW.findall(answer.text)}


def cut_off(board: MailingBoard, reader: Reader, form: FoundForm) -> Response:
    """Sends a form when the session has ended, and signs in again."""
    board.place.passes(hours=9)
    assert sends(reader, form).status_code == 403
    kept = reader.hidden("kept")
    return reader.sends("/sign-in", email=ADMIN, password=PASSWORD, kept=kept)


def typed_in(form: dict[str, str]) -> list[str]:
    """The values as a person would say that they typed them: a date is one."""
    values = []
    for name, value in form.items():
        date = DATE.fullmatch(name)
        if date is not None:
            values.append(" ".join(form[f"{date[1]}-{part}"] for part in ("day", "month", "year")))
        elif not re.search("-(month|year)$", name):
            values.append(value)
    return values


def test_every_form_stands_on_a_page_that_can_be_looked_at() -> None:
    pages = {endpoint.path for endpoint in URL_MAP if endpoint.method == "GET"}
    posts = [endpoint for endpoint in URL_MAP if endpoint.method == "POST"]
    assert {endpoint.form_on or endpoint.path for endpoint in posts} <= pages


@pytest.mark.parametrize("path", KEPT)
def test_what_was_typed_is_shown_by_its_labels_and_sent_again(
    board: MailingBoard, places: dict[str, str], path: str
) -> None:
    reader, sent = board.place.reader(ADMIN), SENT[path]
    if sent.before is not None:
        for _ in sending(reader, sent.before, places):
            pass
    page = sent.page.format(**places)
    form = form_of(reader.opens(page), page, sent.to, dict(sent.typed))
    hidden = {value for name in form.hidden for value in form.fields[name] if value}
    shown = cut_off(board, reader, form)
    assert shown.status_code == 200
    listed = rows(shown)
    assert not hidden & set(listed.values())
    for value in typed_in({name: text for name, text in sent.typed.items() if name != "do"}):
        if re.search(r"[ @]", value):
            assert value in listed.values(), (value, listed)
    assert "" not in listed
    again = next(form for form in forms_on(shown.text) if not form.action.endswith("/sign-out"))
    assert sends(reader, again).status_code in (200, 303), reader.text


CHOICES = [
    ("/record/{key:path}", {"What became of it?": "Submitted"}),
    ("/subscribe", {"Whose dates?": "Pmqag Subgroup"}),
    ("/bodies/{body}/appoint", {"Role": "Chair"}),
    ("/planner/events", {"What happened": "The Board accepts the staff survey"}),
    ("/users", {"Role": "Viewer", "Board": "All Boards"}),
]


@pytest.mark.parametrize(("path", "choices"), CHOICES)
def test_what_was_chosen_is_shown_by_its_words(
    board: MailingBoard, places: dict[str, str], path: str, choices: dict[str, str]
) -> None:
    reader, sent = board.place.reader(ADMIN), SENT[path]
    page = sent.page.format(**places)
    listed = rows(cut_off(board, reader, form_of(reader.opens(page), page, sent.to, sent.typed)))
    assert {label: listed.get(label, "")[: len(text)] for label, text in choices.items()} == choices


def test_a_preview_that_is_saved_too_late_is_looked_at_again(
    board: MailingBoard, places: dict[str, str]
) -> None:
    reader = board.place.reader(ADMIN)
    page = "/planner/promises/new/what"
    typed = {"text": "A leaflet", "where": "Action 1.1"}
    preview = sends(reader, form_of(reader.opens(page), page, "", typed))
    save = form_of(preview, page, "/save", {"why": "The minutes say so"})
    shown = cut_off(board, reader, save)
    assert rows(shown) == {"Why (optional)": "The minutes say so"}
    again = next(form for form in forms_on(shown.text) if not form.action.endswith("/sign-out"))
    assert "A leaflet" in sends(reader, again).text
    assert "What this will change" in reader.text


@pytest.mark.parametrize("day", ["1", "31", "the 1st", "1 March 2018"])
def test_a_date_is_shown_as_it_was_typed(
    board: MailingBoard, places: dict[str, str], day: str
) -> None:
    reader = board.place.reader(ADMIN)
    page, typed = f"/due/{S11}", {"to-day": day, "to-month": "", "to-year": "18", "why": "7"}
    assert places
    shown = cut_off(board, reader, form_of(reader.opens(page), page, "/extend/", typed))
    assert rows(shown) == {"New date": f"{day} 18", "Why": "7"}


def test_the_fields_of_a_page_are_read_by_label_group_and_choice() -> None:
    page = """
    <form method="get"><label for="q">Find</label><input id="q" name="why"></form>
    <form method="post"><input type="hidden" name="do" value="grant">
    <fieldset><legend>A <b>row</b></legend><label for="s">Status</label>
    <select id="s" name="s"><option value="">–</option><option value="x">Came &amp; went</option>
    </select></fieldset>
    <fieldset><legend>For</legend>
    <input type="checkbox" id="c1" name="c" value="1"><label for="c1">One</label>
    <input type="checkbox" id="c2" name="c" value="2"><label for="c2">Two</label></fieldset>
    <input type="checkbox" id="t" name="t" value="yes"><label for="t">Only once</label>
    <input name="n" aria-label="Remark on it"><textarea name="why" id="why"></textarea>
    <label for="why">Why</label></form>
    <form method="post"><input type="hidden" name="do" value="decline">
    <label for="w2">Why not</label><input id="w2" name="why"></form>
    """
    sent = {"do": ("grant",), "s": ("x",), "c": ("2", "1"), "t": ("yes",), "n": ("3",), "x": ("y",)}
    assert typed_fields(page, sent | {"why": (" two\r\nlines",)}) == (
        ("A row: Status", ("Came & went",)),
        ("For", ("Two", "One")),
        ("Only once", ("Yes",)),
        ("Remark on it", ("3",)),
        ("Why", (" two\r\nlines",)),
    )
    assert typed_fields(page, {"do": ("decline",), "why": ("no",)}) == (("Why not", ("no",)),)
    assert typed_fields("", sent) == typed_fields("<form", sent) == ()
