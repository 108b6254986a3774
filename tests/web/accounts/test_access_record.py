"""The record of access on the pages, and the browsers that an account is signed in with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.storage.accounts.access_kinds import AccessKind, RefusalKind
from boardcal.storage.schema.accounts import access_record, access_refusal, session
from boardcal.tests.web.reader import ADMIN, SECRETARIAT, VIEWER, Place
from boardcal.web.accounts.browser import browser_in_words
from boardcal.wording.access import DONE, REFUSED

if TYPE_CHECKING:
    from boardcal.tests.web.reader import Reader

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def signed_in(place: Place, email: str, browser: str) -> Reader:
    reader = place.reader()
    reader.client.headers["User-Agent"] = browser
    assert reader.signs_in(email).status_code == 303
    return reader


def test_what_happens_with_accounts_is_told_in_sentences_on_a_page(place: Place) -> None:
    viewer = signed_in(place, VIEWER, FIREFOX)
    for _ in range(3):
        place.passes(minutes=1)
        viewer.opens("/users")
    viewer.opens("/account")
    viewer.sends("/sign-out")
    for password in ("wrong", "worse"):
        place.reader().signs_in(VIEWER, password)
    place.reader().signs_in("nobody@example.org", "wrong")
    admin = signed_in(place, ADMIN, IPHONE)
    admin.opens("/users/3")
    assert f"{VIEWER} This account may sign in. Roles" in admin.text
    admin.sends("/users/3/remove-role", board="*")
    admin.opens("/users/access")
    told = admin.text
    for sentence in (
        "Thursday 1 February 2018",
        f"09:00 {VIEWER} signed in. Firefox on Windows, testclient",
        f"09:03 {VIEWER} was refused /users, 3 times between 09:01 and 09:03. Testclient",
        f"{VIEWER} signed out. Firefox on Windows, testclient",
        f"A wrong password for {VIEWER}, 2 times at 09:03. Testclient",
        "A wrong password for an address that has no account. Testclient",
        f"{ADMIN} took the role viewer of all Boards from {VIEWER}. Safari on an",
    ):
        assert sentence in told
    admin.opens(f"/users/access?account={ADMIN}")
    assert f"{ADMIN} signed in" in admin.text
    assert f"{VIEWER} signed in" not in admin.text
    assert "nobody@example.org" not in str(place.table(access_refusal))


def test_the_record_and_the_accounts_are_for_administrators(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    for path in ("/users/access", "/users/1"):
        assert reader.opens(path).status_code == 403
    assert {row.page for row in place.table(access_refusal)} == {"/users/access", "/users"}


def test_a_form_from_elsewhere_is_on_record(place: Place) -> None:
    reader = place.reader(ADMIN)
    reader.opens("/users")
    fields = {"csrf": reader.csrf, "email": "x@example.org", "role": "admin", "board": "*"}
    evil = {"Origin": "https://evil.example.org"}
    assert reader.client.post("/users", data=fields, headers=evil).status_code == 403
    (row,) = place.table(access_refusal)
    assert (row.what, row.account, row.page) == (RefusalKind.FROM_ELSEWHERE, ADMIN, "/users")


def test_a_failed_database_refuses_all_the_same(place: Place) -> None:
    reader = place.reader(VIEWER)
    with place.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE access_refusal")
    assert reader.opens("/users").status_code == 403


def test_ones_browsers_are_listed_and_ended_one_by_one(place: Place) -> None:
    phone = signed_in(place, VIEWER, IPHONE)
    place.passes(hours=2)
    desk = signed_in(place, VIEWER, FIREFOX)
    desk.opens("/account")
    assert (
        "Firefox on Windows testclient 1 February 2018, 11:00 1 February 2018, 11:00 "
        "This browser Safari on an iPhone testclient 1 February 2018, 09:00 "
        "1 February 2018, 09:00"
    ) in desk.text
    desk.sends("/account/sessions", session=desk.hidden("session"))
    desk.opens("/account")
    assert "1 browser is signed out." in desk.text
    assert phone.opens("/account").status_code == 302
    assert len(place.table(session)) == 1


def test_all_other_browsers_of_ones_own_are_signed_out_at_once(place: Place) -> None:
    phone, other = place.reader(VIEWER), place.reader(SECRETARIAT)
    desk = place.reader(VIEWER)
    desk.opens("/account")
    desk.sends("/account/sessions")
    assert desk.opens("/account").status_code == 200
    assert phone.opens("/account").status_code == 302
    assert other.opens("/account").status_code == 200


def test_nobody_ends_the_session_of_another_account(place: Place) -> None:
    admin, viewer = place.reader(ADMIN), place.reader(VIEWER)
    (digest,) = [row.digest for row in place.table(session) if row.account_id == 1]
    viewer.opens("/account")
    viewer.sends("/account/sessions", session=digest)
    viewer.opens("/account")
    assert "No browser is signed out." in viewer.text
    assert admin.opens("/account").status_code == 200


def test_an_administrator_signs_somebody_out_everywhere(place: Place) -> None:
    viewer, admin = place.reader(VIEWER), place.reader(ADMIN)
    admin.opens("/users/3")
    admin.sends("/users/3/sessions")
    assert viewer.opens("/account").status_code == 302
    newest = place.table(access_record)[-1]
    assert (newest.what, newest.account, newest.who) == (
        AccessKind.OTHER_SESSIONS_ENDED,
        VIEWER,
        ADMIN,
    )


def test_the_only_administrator_keeps_the_role_and_is_told_why(place: Place) -> None:
    admin = place.reader(ADMIN)
    admin.opens("/users/1")
    assert admin.sends("/users/1/remove-role", board="*").status_code == 400
    assert f"{ADMIN} is the only administrator of all Boards who can sign in" in admin.text


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (IPHONE, "Safari on an iPhone"),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
            ),
            "Edge on Windows",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/142.0.0.0 Mobile Safari/537.36"
            ),
            "Chrome on Android",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
                "Gecko) Version/18.5 Safari/605.1.15"
            ),
            "Safari on a Mac",
        ),
        ("curl/8.5.0", "a browser"),
        ("", "a browser"),
        ("<script>Firefox/1 Linux", "Firefox on Linux"),
    ],
)
def test_a_browser_is_named_in_plain_words(header: str, words: str) -> None:
    assert browser_in_words(header) == words


def test_every_kind_on_record_has_its_sentence() -> None:
    assert set(DONE) == set(AccessKind)
    assert set(REFUSED) == set(RefusalKind)
