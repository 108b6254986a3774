"""Sending a form twice, by a double click, a reload or after a restart, and from elsewhere."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from boardcal.core.errors import BoardcalError
from boardcal.storage.accounts.accounts import Role
from boardcal.storage.schema.accounts import feed, sent_form
from boardcal.tests.waiting import PATIENCE
from boardcal.tests.web.reader import PASSWORD, SECRETARIAT, Place
from boardcal.tests.web.replying import answers
from boardcal.web import access
from boardcal.web.request.context import form_of, redirect
from boardcal.web.routing import post
from boardcal.web.url_map import URL_MAP

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from boardcal.storage.database.engine import Database
    from boardcal.tests.web.reader import Reader
    from boardcal.tests.web.replying import MailingBoard


class Register:
    """A page that notes each time it is asked to; its first answer may take long, or fail."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.begun, self.go_on = Event(), Event()
        self.go_on.set()
        self.failure: Exception | None = None

    def note(self, request: Request) -> Response:
        """Notes what was typed."""
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        self.noted.append(form_of(request).secret("note"))
        return redirect(request, "/upcoming", f"Noted as number {len(self.noted)}")


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def trial(place: Place, register: Register) -> Place:
    """The pages with one more."""
    note = post("/note", Role.SECRETARIAT, register.note)
    return Place(database=place.database, folder=place.folder, endpoints=(*URL_MAP, note))


@pytest.fixture
def reader(trial: Place) -> Reader:
    """The secretariat, at a page with a form."""
    reader = trial.reader(SECRETARIAT)
    reader.opens("/account")
    return reader


def test_the_second_click_waits_for_the_answer_to_the_first(
    database: Database, tmp_path: Path, register: Register
) -> None:
    note = post("/note", Role.SECRETARIAT, register.note)
    trial = Place(database=database, folder=tmp_path, endpoints=(*URL_MAP, note))
    trial.imports()
    trial.lets_in(SECRETARIAT, Role.SECRETARIAT)
    reader = trial.reader(SECRETARIAT)
    reader.opens("/account")
    register.go_on.clear()
    sign, found = reader.csrf, []
    browsers = [trial.reader() for _ in range(3)]
    for browser in browsers:
        browser.client.cookies = reader.client.cookies

    def click(browser: Reader) -> None:
        found.append(browser.sends("/note", csrf=sign, note="Moved").headers["location"])

    clicks = [Thread(target=click, args=(browser,)) for browser in browsers]
    for thread in clicks:
        thread.start()
    assert register.begun.wait(PATIENCE)
    register.go_on.set()
    for thread in clicks:
        thread.join(PATIENCE)
    assert found == ["/upcoming"] * 3
    assert register.noted == ["Moved"]


def test_the_notice_of_the_first_answer_is_shown_with_the_second_too(
    reader: Reader, register: Register
) -> None:
    sign = reader.csrf
    for _ in range(3):
        reader.follows(reader.sends("/note", csrf=sign, note="Moved"))
        assert "Noted as number 1" in reader.text
    assert register.noted == ["Moved"]


@pytest.mark.parametrize(
    ("hours", "when"), [(0.1, "at 09:00"), (5, "at 09:00"), (16, "on 1 February 2018 at 09:00")]
)
def test_an_old_form_does_not_say_again_what_may_not_be_so_any_more(
    trial: Place, reader: Reader, register: Register, hours: float, when: str
) -> None:
    sign = reader.csrf
    reader.sends("/note", csrf=sign, note="Moved")
    for _ in range(int(hours)):
        trial.passes(hours=1)
        reader.opens("/upcoming")
    trial.passes(hours=hours % 1)
    reader.follows(reader.sends("/note", csrf=sign, note="Moved"))
    assert "Noted as number 1" not in reader.text
    assert f"This form was sent before, {when}. Look how it stands now." in reader.text
    assert register.noted == ["Moved"]


def test_an_old_sign_in_never_brings_back_a_session_that_was_ended(place: Place) -> None:
    reader = place.reader()
    reader.opens("/sign-in")
    form = {"csrf": reader.csrf, "email": SECRETARIAT, "password": PASSWORD}
    visitor = dict(reader.client.cookies)
    reader.sends("/sign-in", **form)
    first = reader.client.cookies["boardcal"]
    reader.opens("/account")
    reader.sends("/sign-out")
    reader.client.cookies.update(visitor)
    assert reader.sends("/sign-in", **form).status_code == 303
    assert reader.client.cookies["boardcal"] != first
    assert reader.opens("/account").status_code == 200


def test_an_old_sign_out_does_not_claim_to_end_a_later_session(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/account")
    sign = reader.csrf
    reader.sends("/sign-out", csrf=sign)
    assert reader.sends("/sign-out", csrf=sign).status_code == 303
    reader.signs_in(SECRETARIAT)
    assert reader.sends("/sign-out", csrf=sign).status_code == 403
    assert reader.opens("/account").status_code == 200


def test_after_a_restart_a_form_still_has_its_answer(
    place: Place, trial: Place, reader: Reader, register: Register
) -> None:
    sign = reader.csrf
    reader.sends("/note", csrf=sign, note="Moved")
    again = Place(database=place.database, folder=place.folder, endpoints=trial.endpoints)
    browser = again.reader()
    browser.client.cookies = reader.client.cookies
    assert browser.sends("/note", csrf=sign, note="Moved").status_code == 303
    assert register.noted == ["Moved"]


def test_what_is_typed_otherwise_or_on_another_page_is_another_form(
    reader: Reader, register: Register
) -> None:
    sign = reader.csrf
    for note in ("Moved", "Cancelled"):
        reader.sends("/note", csrf=sign, note=note)
    reader.opens("/account")
    assert reader.csrf != sign
    reader.sends("/note", note="Moved")
    assert register.noted == ["Moved", "Cancelled", "Moved"]


@pytest.mark.parametrize("failure", [RuntimeError("the roof fell in"), BoardcalError("Not now.")])
def test_a_form_that_changed_nothing_may_be_sent_again(
    reader: Reader, register: Register, failure: Exception
) -> None:
    register.failure = failure
    sign = reader.csrf
    statuses = [reader.sends("/note", csrf=sign, note="Moved").status_code for _ in range(3)]
    assert statuses[0] in (400, 500)
    assert statuses[1:] == [303, 303]
    assert register.noted == ["Moved"]


def test_a_form_whose_answer_was_cut_off_is_not_saved_again_unasked(
    trial: Place, reader: Reader, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "SECONDS_BETWEEN_LOOKS", 0)
    sign = reader.csrf
    reader.sends("/note", csrf=sign, note="Moved")
    with trial.database.write() as connection:
        connection.execute(sent_form.update().values(answer=None))
    assert reader.sends("/note", csrf=sign, note="Moved").status_code == 409
    assert "Look whether it was saved before you do it again." in reader.text
    assert register.noted == ["Moved"]


def test_a_chair_who_takes_an_answer_back_can_give_it_again(
    mailing: MailingBoard, link: str
) -> None:
    chair = mailing.place.reader()
    chair.opens(link)
    for do in ("submitted", "back", "submitted"):
        chair.follows(answers(chair, link, do))
    assert "Thank you. It is recorded" in chair.text


def test_no_address_or_cookie_can_be_read_from_what_is_kept(place: Place) -> None:
    reader = place.reader()
    reader.opens("/sign-in")
    signed_in = reader.sends("/sign-in", email=SECRETARIAT, password=PASSWORD)
    reader.opens("/subscribe")
    made = reader.sends("/subscribe", dates="board:lscb")
    secrets = [
        cookie.partition("=")[2].partition(";")[0]
        for answer in (signed_in, made)
        for cookie in answer.headers.get_list("set-cookie")
    ]
    kept = str(place.table(sent_form))
    assert len(place.table(feed)) == 1
    assert len(secrets) > 2
    assert not [secret for secret in secrets if secret and secret in kept]
    assert PASSWORD not in kept


def test_forms_that_nobody_here_may_send_are_not_kept(trial: Place, reader: Reader) -> None:
    before = trial.table(sent_form)
    reader.sends("/note", csrf="wrong", note="Moved")
    reader.sends("/answer/made-up", do="submitted")
    trial.reader().sends("/note", csrf=reader.csrf, note="Moved")
    assert trial.table(sent_form) == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": "http://127.0.0.1:8000"}, 303),
        ({"Origin": "https://evil.example.org"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Origin": "http://127.0.0.1:port"}, 403),
        ({"Origin": "http://localhost:8000", "Host": "localhost:8000"}, 303),
    ],
)
def test_a_form_with_the_right_sign_from_another_address_is_refused(
    reader: Reader, headers: dict[str, str], status: int
) -> None:
    data = {"csrf": reader.csrf, "note": "Moved"}
    answer = reader.client.post("/note", data=data, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("origin", ["https://evil.example.org", "null"])
def test_a_page_of_another_address_never_gets_the_answer_to_a_sign_in(
    place: Place, origin: str
) -> None:
    reader, other = place.reader(), place.reader()
    reader.opens("/sign-in")
    form = {"csrf": reader.csrf, "email": SECRETARIAT, "password": PASSWORD}
    assert reader.sends("/sign-in", **form).status_code == 303
    answer = other.client.post("/sign-in", data=form, headers={"Origin": origin})
    assert answer.status_code == 403
    assert not other.client.cookies.get("boardcal")
    assert other.sends("/sign-in", **form).status_code == 303


def test_a_page_of_another_address_puts_no_notice_into_a_session(reader: Reader) -> None:
    form = {"csrf": reader.csrf, "note": "Moved"}
    reader.follows(reader.sends("/note", **form))
    elsewhere = {"Origin": "https://evil.example.org"}
    assert reader.client.post("/note", data=form, headers=elsewhere).status_code == 403
    reader.opens("/upcoming")
    assert "Noted as number 1" not in reader.text
