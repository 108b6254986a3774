from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from boardcal.storage.accounts.accounts import account_named, disable, set_password
from boardcal.storage.accounts.sessions import fingerprint
from boardcal.storage.schema.accounts import account, session, sign_in_attempt
from boardcal.tests.web.reader import ADMIN, PASSWORD, SECRETARIAT, VIEWER, Place
from boardcal.web.accounts import account as account_page
from boardcal.web.accounts import sign_in
from boardcal.web.accounts.sign_in import HOME, local_path, wait_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from httpx2 import Response

    from boardcal.tests.web.reader import Reader

WRONG = "The email address or the password is not right"


def cookie(response: Response, name: str = "boardcal") -> str:
    """What a response sets a cookie to, with its attributes."""
    for line in response.headers.get_list("set-cookie"):
        if line.startswith(f"{name}="):
            return line
    return ""


def test_whoever_signs_in_comes_to_what_is_upcoming(place: Place) -> None:
    reader = place.reader()
    came = reader.signs_in(VIEWER)
    assert (came.status_code, came.headers["location"]) == (303, "/upcoming")
    assert reader.follows(came).status_code == 200
    assert "S.11" in reader.text or "Report s11" in reader.text
    assert VIEWER in reader.text


def test_an_address_may_be_capitalised_as_one_likes(place: Place) -> None:
    assert place.reader().signs_in("  Viewer@Example.ORG ").status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (VIEWER, "wrong"),
        (VIEWER, ""),
        (VIEWER, PASSWORD.upper()),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        ("' OR 1=1 --", PASSWORD),
        (f"{'v' * 300}@example.org", PASSWORD),
    ],
)
def test_whatever_is_wrong_is_answered_in_the_same_words(
    place: Place, email: str, password: str
) -> None:
    reader = place.reader()
    answer = reader.signs_in(email, password)
    assert answer.status_code == 422
    assert WRONG in reader.text
    assert cookie(answer) == ""
    assert place.table(session) == []


def test_the_address_typed_stays_and_the_password_does_not(place: Place) -> None:
    answer = place.reader().signs_in('a"b<c>@example.org', "my secret words")
    assert 'value="a&#34;b&lt;c&gt;@example.org"' in answer.text
    assert "my secret words" not in answer.text


def test_the_browser_keeps_a_token_that_no_script_reads_and_the_table_a_digest(
    place: Place,
) -> None:
    answer = place.reader().signs_in(VIEWER)
    token = re.match(r"boardcal=([\w-]{43}); HttpOnly; Path=/; SameSite=lax$", cookie(answer))
    assert token is not None
    (row,) = place.table(session)
    assert row.digest == fingerprint(token[1])
    assert token[1] not in str(row)


def test_over_https_the_cookie_is_for_this_host_and_https_alone(place: Place) -> None:
    secure = Place(
        database=place.database,
        folder=place.folder,
        settings={"web": {"base_url": "https://calendar.example.org"}},
    )
    answer = secure.reader().signs_in(VIEWER)
    line = cookie(answer, "__Host-boardcal")
    assert line.endswith("; HttpOnly; Path=/; SameSite=lax; Secure")
    assert "Domain" not in line
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_signing_in_gives_a_new_session_and_ends_the_one_before(place: Place) -> None:
    reader = place.reader(VIEWER)
    before = reader.client.cookies["boardcal"]
    reader.opens("/account")
    reader.sends("/sign-in", email=ADMIN, password=PASSWORD)
    assert reader.client.cookies["boardcal"] != before
    assert len(place.table(session)) == 1
    reader.carries(before)
    assert reader.opens("/upcoming").status_code == 302


def test_a_session_that_somebody_planted_is_never_taken_on(place: Place) -> None:
    reader = place.reader()
    planted = "A" * 43
    reader.carries(planted)
    answer = reader.signs_in(VIEWER)
    assert planted not in cookie(answer)


def test_signing_out_ends_the_session_for_good(place: Place) -> None:
    reader = place.reader(VIEWER)
    token = reader.client.cookies["boardcal"]
    reader.opens("/upcoming")
    out = reader.sends("/sign-out")
    assert out.headers["location"] == "/sign-in?out=1"
    assert "You are signed out" in reader.follows(out).text
    assert place.table(session) == []
    reader.carries(token)
    assert reader.opens("/upcoming").headers["location"] == "/sign-in?next=%2Fupcoming"


@pytest.mark.parametrize(
    ("hours_between", "lasts"),
    [([7.9], True), ([8.0], False), ([7, 7, 7, 2.9], True), ([7, 7, 7, 3], False)],
)
def test_a_session_ends_after_eight_idle_hours_and_after_a_day(
    place: Place, hours_between: list[float], lasts: bool
) -> None:
    reader = place.reader(VIEWER)
    for hours in hours_between:
        place.passes(hours=hours)
        answer = reader.opens("/upcoming")
    assert (answer.status_code == 200) is lasts


def test_a_disabled_account_is_out_at_once_and_cannot_come_back(place: Place) -> None:
    reader = place.reader(VIEWER)
    with place.database.write() as connection:
        disable(connection, account_named(connection, VIEWER).id, now=place.now)
    assert reader.opens("/upcoming").status_code == 302
    assert reader.signs_in(VIEWER).status_code == 422


def test_whoever_is_signed_in_is_not_asked_again(place: Place) -> None:
    answer = place.reader(VIEWER).opens("/sign-in?next=/account")
    assert (answer.status_code, answer.headers["location"]) == (302, "/account")


def test_after_signing_in_one_is_where_one_wanted_to_be(place: Place) -> None:
    reader = place.reader()
    asked = reader.opens("/upcoming?body=pmqag&month=2018-03")
    reader.follows(asked)
    came = reader.sends("/sign-in", email=VIEWER, password=PASSWORD, next=reader.hidden("next"))
    assert came.headers["location"] == "/upcoming?body=pmqag&month=2018-03"


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/account", "/account"),
        ("/upcoming?text=a%20b", "/upcoming?text=a%20b"),
        ("", HOME),
        ("https://evil.example.org", HOME),
        ("//evil.example.org", HOME),
        ("/\\evil.example.org", HOME),
        ("/a\\..\\b", HOME),
        ("/a\r\nSet-Cookie: x=y", HOME),
        ("javascript:alert(1)", HOME),
        ("/sign-in?next=/sign-in", HOME),
        ("/ü", HOME),
    ],
)
def test_no_link_leads_away_from_these_pages(target: str, path: str) -> None:
    assert local_path(target) == path


def test_wrong_passwords_for_one_account_cost_ever_longer_waits(place: Place) -> None:
    reader = place.reader()
    for _ in range(5):
        assert reader.signs_in(VIEWER, "wrong").status_code == 422
    waits = []
    for _ in range(8):
        answer = reader.signs_in(VIEWER)
        assert answer.status_code == 429
        waits.append(int(answer.headers["retry-after"]))
        place.passes(seconds=waits[-1])
        assert reader.signs_in(VIEWER, "wrong").status_code == 422
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_wait_is_over_when_it_says_and_success_clears_the_count(place: Place) -> None:
    reader = place.reader()
    for _ in range(6):
        reader.signs_in(VIEWER, "wrong")
        place.passes(seconds=2)
    assert reader.signs_in(VIEWER).status_code == 303
    other = place.reader()
    for _ in range(5):
        assert other.signs_in(VIEWER, "wrong").status_code == 422


def test_accounts_that_do_not_exist_wait_as_those_that_do(place: Place) -> None:
    reader = place.reader()
    for _ in range(5):
        reader.signs_in("nobody@example.org", "wrong")
    assert reader.signs_in("nobody@example.org").status_code == 429
    assert "Too many attempts; wait 1 second, then try again" in reader.text
    assert place.reader().signs_in(VIEWER).status_code == 303


def test_an_address_that_tries_many_accounts_waits_as_well(place: Place) -> None:
    reader = place.reader()
    for number in range(20):
        assert reader.signs_in(f"guess{number}@example.org", "wrong").status_code == 422
    assert reader.signs_in(VIEWER).status_code == 429
    place.passes(seconds=1)
    assert reader.signs_in(VIEWER).status_code == 303
    # Success gives back its own attempt only: an account of one's own buys no more guesses.
    other = place.reader()
    place.passes(seconds=1)
    assert other.signs_in("guess99@example.org", "wrong").status_code == 422
    assert other.signs_in("guess98@example.org", "wrong").status_code == 429


def test_counts_are_forgotten_after_half_a_day(place: Place) -> None:
    reader = place.reader()
    for _ in range(5):
        reader.signs_in(VIEWER, "wrong")
    place.passes(hours=12)
    reader.signs_in(VIEWER, "wrong")
    assert {row.failures for row in place.table(sign_in_attempt)} == {1}


def test_the_table_of_attempts_lists_no_addresses(place: Place) -> None:
    place.reader().signs_in("somebody@example.org", "wrong")
    assert "somebody" not in str(place.table(sign_in_attempt))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 second"),
        (1, "1 second"),
        (59.5, "60 seconds"),
        (90, "2 minutes"),
        (900, "15 minutes"),
    ],
)
def test_a_wait_is_said_in_whole_units(seconds: float, text: str) -> None:
    assert wait_in_words(timedelta(seconds=seconds)) == text


def leaves(reader: Reader) -> Reader:
    """Signs out; the browser stays the same."""
    reader.opens("/account")
    assert reader.sends("/sign-out").status_code == 303
    return reader


def test_a_stranger_cannot_keep_out_who_signed_in_from_this_browser_before(place: Place) -> None:
    admin, stranger = place.reader(ADMIN), place.reader()
    leaves(admin)
    for _ in range(60):
        stranger.signs_in(ADMIN, "wrong")
    assert stranger.signs_in(ADMIN).status_code == 429
    assert admin.signs_in(ADMIN).status_code == 303
    # A browser in which only somebody else signed in, or that says so itself, is none of theirs.
    other = leaves(place.reader(VIEWER))
    assert other.signs_in(ADMIN).status_code == 429
    for forged in ("", "x", "x.y.z", f"{'A' * 43}.{'B' * 43}", "%C3%A9"):
        liar = place.reader()
        liar.client.cookies.set("boardcal-known", forged)
        assert liar.signs_in(ADMIN).status_code == 429


def test_an_office_signs_in_while_a_colleague_forgets_the_password(place: Place) -> None:
    colleague = leaves(place.reader(VIEWER))
    for number in range(26):
        place.reader().signs_in(f"guess{number}@example.org", "wrong")
    assert place.reader().signs_in(SECRETARIAT).status_code == 429
    assert colleague.signs_in(VIEWER).status_code == 303
    place.passes(minutes=1)
    assert place.reader().signs_in(SECRETARIAT).status_code == 303


def test_a_known_browser_has_no_more_tries_than_any_other(place: Place) -> None:
    reader = place.reader(VIEWER)
    leaves(reader)
    for _ in range(5):
        assert reader.signs_in(VIEWER, "wrong").status_code == 422
    assert reader.signs_in(VIEWER).status_code == 429
    assert place.reader().signs_in(VIEWER).status_code == 303


def test_an_account_that_began_anew_is_known_in_no_browser(place: Place) -> None:
    reader = place.reader(VIEWER)
    place.passes(minutes=1)
    with place.database.write() as connection:
        disable(connection, account_named(connection, VIEWER).id, now=place.now)
    place.lets_in(VIEWER, "viewer")
    stranger = place.reader()
    for _ in range(6):
        stranger.signs_in(VIEWER, "wrong")
    assert reader.signs_in(VIEWER).status_code == 429


def test_a_browser_that_several_share_is_known_to_each_of_them(place: Place) -> None:
    reader = place.reader()
    for email in (VIEWER, SECRETARIAT, ADMIN):
        assert reader.signs_in(email).status_code == 303
        leaves(reader)
    stranger = place.reader()
    for email in (VIEWER, SECRETARIAT, ADMIN):
        for _ in range(6):
            stranger.signs_in(email, "wrong")
        assert reader.signs_in(email).status_code == 303
        leaves(reader)
    assert reader.client.cookies["boardcal-known"].count(".") == 3


def change(place: Place) -> None:
    with place.database.write() as connection:
        set_password(connection, account_named(connection, VIEWER).id, "another hash")


def put_out(place: Place) -> None:
    with place.database.write() as connection:
        disable(connection, account_named(connection, VIEWER).id, now=place.now)


@pytest.mark.parametrize("meanwhile", [change, put_out])
def test_a_password_that_ends_while_it_is_hashed_opens_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Place], None]
) -> None:
    reader = place.reader()
    reader.opens("/sign-in")

    def matches(_: str, __: str | None) -> bool:
        meanwhile(place)
        return True

    monkeypatch.setattr(sign_in, "matches", matches)
    assert reader.sends("/sign-in", email=VIEWER, password=PASSWORD).status_code == 422
    assert place.table(session) == []


@pytest.mark.parametrize("meanwhile", [change, put_out])
def test_a_password_that_is_changed_meanwhile_is_not_changed_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Place], None]
) -> None:
    """Whoever took a session cannot win against its owner, nor against who ended the account."""
    reader = place.reader(VIEWER)
    reader.opens("/account")

    def slowly_hashed(_: str) -> str:
        meanwhile(place)
        return "the hash of somebody else"

    monkeypatch.setattr(account_page, "hashed", slowly_hashed)
    fresh = "otter lantern gravel"
    answer = reader.sends("/account", current=PASSWORD, password=fresh, again=fresh)
    assert answer.status_code == 409
    assert "You were signed out meanwhile, so your password stays as it was" in reader.text
    assert "the hash of somebody else" not in {row.password for row in place.table(account)}
