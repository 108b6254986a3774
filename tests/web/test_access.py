from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse

from boardcal.core.errors import BoardcalError
from boardcal.storage.accounts.accounts import Role
from boardcal.storage.database.engine import sqlite_path
from boardcal.storage.schema.accounts import session
from boardcal.tests.factories import checked, make_document, make_report
from boardcal.tests.web.reader import ADMIN, PASSWORD, SECRETARIAT, VIEWER, Place
from boardcal.web.page.navigation import ENTRIES
from boardcal.web.request.context import board_of, form_of, link, redirect
from boardcal.web.request.form import LARGEST_FORM
from boardcal.web.routing import get, post
from boardcal.web.url_map import URL_MAP

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response


def show_board(request: Request) -> Response:
    return PlainTextResponse(f"{board_of(request).name} {link(request, '/upcoming', body='pmqag')}")


def show_note(_: Request) -> Response:
    label = '<label for="note">What was agreed</label>'
    return HTMLResponse(f'<form method="post">{label}<textarea id="note" name="note"></textarea>')


def keep_note(request: Request) -> Response:
    return redirect(request, "/upcoming", f"Noted: {form_of(request).lines('note')}")


def fail(request: Request) -> Response:
    raise RuntimeError("the roof fell in")


def refuse(request: Request) -> Response:
    raise BoardcalError("The meeting of 8 March 2018 has been held; it cannot be moved.")


TRIALS = (
    get("/board", Role.VIEWER, show_board),
    get("/note", Role.VIEWER, show_note),
    post("/note", Role.SECRETARIAT, keep_note),
    get("/fails", Role.VIEWER, fail),
    get("/refuses", Role.VIEWER, refuse),
)


@pytest.fixture
def trial(place: Place) -> Place:
    """The same pages with a few more, as later pages will be."""
    return Place(database=place.database, folder=place.folder, endpoints=(*URL_MAP, *TRIALS))


@pytest.fixture
def two(trial: Place) -> Place:
    """Two Boards; the Children's Trust Board's secretariat has no role on the LSCB."""
    entry = {"id": "ctb", "name": "Cumbria CTB", "business_group": "business-group"}
    report = make_report(to="ctb", when={"meeting": "ctb", "months": ["March"]})
    trial.imports(checked(make_document("ctb") | {"board": entry, "report": [report]}))
    trial.lets_in("ctb@example.org", Role.SECRETARIAT, on="ctb")
    return trial


ROLES = [
    ("GET", "/upcoming", None, 302),
    ("GET", "/upcoming", "viewer", 200),
    ("GET", "/account", "viewer", 200),
    ("GET", "/users", None, 302),
    ("GET", "/users", "viewer", 403),
    ("GET", "/users", "secretariat", 403),
    ("GET", "/users", "admin", 200),
    ("POST", "/users", "secretariat", 403),
    ("POST", "/users/1/link", "secretariat", 403),
    ("POST", "/users/1/disable", "viewer", 403),
    ("POST", "/note", "viewer", 403),
    ("POST", "/note", "secretariat", 303),
    ("POST", "/note", "admin", 303),
    ("HEAD", "/users", "viewer", 403),
    ("HEAD", "/upcoming", "viewer", 200),
]


@pytest.mark.parametrize(("method", "path", "role", "status"), ROLES)
def test_each_page_is_for_those_with_the_role(
    trial: Place, method: str, path: str, role: str | None, status: int
) -> None:
    reader = trial.reader(role and f"{role}@example.org")
    if role is not None:
        reader.opens("/account")
    if method == "POST":
        answer = reader.sends(path, note="Moved", email="x")
    else:
        answer = reader.client.request(method, path)
    assert answer.status_code == status


def test_every_page_that_changes_something_has_a_role_or_a_signature() -> None:
    posts = [endpoint for endpoint in URL_MAP if endpoint.method == "POST"]
    unsigned = {endpoint.path for endpoint in posts if not (endpoint.role or endpoint.signed)}
    assert unsigned == {"/sign-in", "/set-up/{token}", "/password/{token}"}
    assert {endpoint.path for endpoint in URL_MAP if endpoint.signed} == {"/answer/{token}"}


def test_no_line_of_the_url_map_is_there_twice() -> None:
    lines = [(endpoint.method, endpoint.path) for endpoint in URL_MAP]
    assert len(lines) == len(set(lines))


def test_every_entry_of_the_navigation_leads_to_a_page_of_a_board() -> None:
    pages = [endpoint for endpoint in URL_MAP if endpoint.method == "GET" and endpoint.of_board]
    assert set(ENTRIES) <= {page.path for page in pages}


def test_readers_send_only_forms_about_themselves() -> None:
    posts = [endpoint for endpoint in URL_MAP if endpoint.method == "POST"]
    sent_by_viewers = {
        endpoint.path.split("/")[1] for endpoint in posts if endpoint.role == "viewer"
    }
    assert sent_by_viewers == {"sign-out", "account", "subscribe"}


def test_a_refusal_says_which_role_is_missing(place: Place) -> None:
    reader = place.reader(SECRETARIAT)
    reader.opens("/users")
    assert "Your account does not have the role for this (admin)." in reader.text


@pytest.mark.parametrize("csrf", ["", "wrong", "x" * 1000, "é"])
def test_a_form_without_the_sign_of_its_session_changes_nothing(place: Place, csrf: str) -> None:
    reader = place.reader(VIEWER)
    reader.opens("/upcoming")
    assert reader.sends("/sign-out", csrf=csrf).status_code == 403
    assert len(place.table(session)) == 1


def test_the_sign_of_another_session_is_no_good(trial: Place) -> None:
    other = trial.reader(SECRETARIAT)
    other.opens("/account")
    reader = trial.reader(SECRETARIAT)
    reader.opens("/account")
    assert reader.sends("/note", csrf=other.csrf, note="Moved").status_code == 403
    assert reader.sends("/note", csrf=other.csrf, note="Moved").status_code == 403


def test_what_was_typed_into_an_old_form_is_shown_and_can_be_sent(trial: Place) -> None:
    reader = trial.reader(SECRETARIAT)
    reader.opens("/account")
    old = reader.csrf
    reader.signs_in(SECRETARIAT)
    reader = trial.reader(SECRETARIAT)
    answer = reader.sends("/note", csrf=old, note="Agreed <by> the chair")
    assert answer.status_code == 403
    assert "Nothing was saved yet" in reader.text
    assert "Agreed <by> the chair" in reader.text
    assert "<by>" not in answer.text
    done = reader.sends("/note", note=reader.hidden("note"))
    assert "Noted: Agreed <by> the chair" in (reader.follows(done), reader.text)[1]


def test_a_form_from_elsewhere_is_not_shown_for_sending(trial: Place) -> None:
    reader = trial.reader(SECRETARIAT)
    answer = reader.client.post(
        "/note", data={"note": "gift"}, headers={"Origin": "https://evil.example.org"}
    )
    assert answer.status_code == 403
    assert "gift" not in answer.text
    answer = reader.client.post(
        "/note", data={"note": "gift"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert "gift" not in answer.text


def test_what_was_typed_before_the_session_ended_survives_signing_in(trial: Place) -> None:
    reader = trial.reader(SECRETARIAT)
    reader.opens("/account")
    trial.passes(hours=9)
    cut_off = reader.sends("/note", note="Two lines\nof thought")
    assert cut_off.status_code == 403
    assert "You were signed out meanwhile, so nothing was saved." in reader.text
    kept = reader.hidden("kept")
    again = reader.sends("/sign-in", email=SECRETARIAT, password="wrong", kept=kept)
    assert again.status_code == 422
    back = reader.sends(
        "/sign-in", email=SECRETARIAT, password=PASSWORD, kept=reader.hidden("kept")
    )
    assert back.status_code == 200
    assert "Look at what you typed, and send it." in reader.text
    done = reader.sends("/note", note=reader.hidden("note"))
    assert done.status_code == 303
    reader.follows(done)
    assert "Noted: Two lines of thought" in reader.text


def test_a_password_is_never_kept(place: Place) -> None:
    reader = place.reader(VIEWER)
    reader.opens("/account")
    place.passes(hours=9)
    answer = reader.sends("/account", current="my old secret words", password="n", again="n")
    assert "Sign in and try again." in reader.text
    assert "my old secret words" not in answer.text
    assert reader.hidden("kept") == ""


@pytest.mark.parametrize("kept", ["x", "WyIvIix7fV0.forged", "=" * 500])
def test_forged_kept_forms_are_left_aside(place: Place, kept: str) -> None:
    assert place.reader().signs_in(VIEWER, kept=kept).headers["location"] == "/upcoming"


@pytest.mark.parametrize(
    ("content", "kind", "status", "sentence"),
    [
        (b"note=" + b"x" * LARGEST_FORM, None, 413, "The form is too large"),
        (b"a=1&" * 3000, None, 413, "The form is too large"),
        (b"note=%00", None, 400, "a character that cannot be seen"),
        (b"note=%1B[31m", None, 400, "a character that cannot be seen"),
        (b"note=%E2%80%AEfdp.exe", None, 400, "a character that cannot be seen"),
        (b"note=%FF%FE", None, 400, "What was sent is not text."),
        (b"\xff\xfe\x00", None, 400, "What was sent is not text."),
        (b'{"note": 1}', "application/json", 400, "is not a form of these pages"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x", 400, "is not a form of these pages"),
    ],
)
def test_what_is_no_form_is_refused_with_a_sentence(
    trial: Place, content: bytes, kind: str | None, status: int, sentence: str
) -> None:
    reader = trial.reader(SECRETARIAT)
    headers = {"Content-Type": kind or "application/x-www-form-urlencoded"}
    reader.shown = reader.client.post("/note", content=content, headers=headers)
    assert reader.shown.status_code == status
    assert sentence in reader.text


def test_a_form_of_unstated_length_is_cut_off_as_well(trial: Place) -> None:
    reader = trial.reader(SECRETARIAT)
    parts = (b"note=" + b"x" * 50_000 for _ in range(10))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = reader.client.post("/note", content=parts, headers=headers)
    assert answer.status_code == 413


def test_text_of_every_kind_comes_back_as_text(trial: Place) -> None:
    reader = trial.reader(SECRETARIAT)
    reader.opens("/account")
    done = reader.sends("/note", note="<script>alert('x')</script> & \"Müller\" 漢字 \u05d0")
    page_after = reader.follows(done)
    assert "<script>" not in page_after.text
    assert "Noted: <script>alert('x')</script> & \"Müller\" 漢字 \u05d0" in reader.text


def test_a_notice_is_said_once_and_looking_at_its_head_leaves_it(trial: Place) -> None:
    reader = trial.reader(SECRETARIAT)
    reader.opens("/account")
    reader.sends("/note", note="once")
    reader.client.head("/upcoming")
    reader.opens("/upcoming")
    assert "Noted: once" in reader.text
    reader.opens("/upcoming")
    assert "Noted: once" not in reader.text


@pytest.mark.parametrize(
    ("method", "path", "status", "sentence"),
    [
        ("GET", "/nowhere", 404, "Page not found"),
        ("GET", "/boards/lscb/nowhere", 404, "Page not found"),
        ("GET", "/sign-out", 405, "This cannot be done here"),
        ("DELETE", "/upcoming", 405, "This cannot be done here"),
        ("GET", "/users/99/disable", 404, "There is no such account."),
        ("GET", "/users/x/disable", 404, "Page not found"),
        ("GET", f"/users/{'9' * 20}/disable", 404, "There is no such account."),
        ("GET", f"/requests/{'9' * 20}", 404, "Page not found"),
        ("GET", f"/subscribe/{'9' * 20}/renew", 404, "Page not found"),
        ("GET", f"/mails/{'9' * 5000}", 404, "There is no such mail."),
        ("GET", f"/planner/promises/{'9' * 5000}", 404, "Page not found"),
        ("GET", "/static/../app.py", 404, "Page not found"),
        ("GET", "/fails", 500, "boardcal did not expect"),
        ("GET", "/refuses", 400, "has been held; it cannot be moved."),
    ],
)
def test_every_wrong_turn_gets_a_page_with_a_way_on(
    trial: Place, method: str, path: str, status: int, sentence: str
) -> None:
    reader = trial.reader(ADMIN)
    reader.shown = reader.client.request(method, path)
    assert reader.shown.status_code == status
    assert sentence in reader.text
    assert "Go to the front page" in reader.text
    assert ADMIN in reader.text


def test_what_nobody_expected_is_said_on_the_terminal_and_not_on_the_page(trial: Place) -> None:
    reader = trial.reader(VIEWER)
    reader.opens("/fails")
    (said,) = trial.said
    assert said.startswith(
        "The page /fails failed (RuntimeError in tests/web/test_access.py, line "
    )
    assert "roof" not in said
    assert "roof" not in reader.text


def lose(place: Place) -> None:
    """Takes the database away: every connection is closed, and the file is something else."""
    place.database.close()
    path = sqlite_path(str(place.database.engine.url))
    assert path is not None
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    path.write_bytes(b"not a database at all, but long enough to be looked into" * 100)


def test_without_its_database_a_page_says_so_and_keeps_what_was_typed(trial: Place) -> None:
    reader = trial.reader(SECRETARIAT)
    reader.opens("/account")
    sign = reader.csrf
    lose(trial)
    answer = reader.sends("/note", csrf=sign, note="Hours of work")
    assert answer.status_code == 503
    assert "nothing could be read or saved. Try again in a minute." in reader.text
    assert (reader.hidden("note"), reader.hidden("csrf")) == ("Hours of work", sign)
    assert str(trial.folder) not in answer.text
    assert any("is not a boardcal database" in line for line in trial.said)


@pytest.mark.parametrize("path", ["/", "/upcoming", "/sign-in", "/nowhere"])
def test_without_its_database_every_page_still_answers(trial: Place, path: str) -> None:
    reader = trial.reader(VIEWER)
    lose(trial)
    answer = reader.opens(path)
    assert answer.status_code in {200, 302, 404, 503}
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_locked_database_does_not_keep_a_page_from_being_read(trial: Place) -> None:
    reader = trial.reader(VIEWER)
    trial.passes(minutes=10)
    path = sqlite_path(str(trial.database.engine.url))
    assert path is not None
    with trial.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert reader.opens("/upcoming").status_code == 200
    other.close()


def test_one_board_needs_no_name_in_the_address(trial: Place) -> None:
    reader = trial.reader(VIEWER)
    assert reader.opens("/board").text == "Cumbria LSCB /upcoming?body=pmqag"
    assert reader.opens("/boards/lscb/board").status_code == 200


def test_with_several_boards_the_front_page_asks_which(two: Place) -> None:
    reader = two.reader(VIEWER)
    assert reader.opens("/").status_code == 200
    assert "Choose a Board Cumbria CTB Cumbria LSCB" in reader.text
    assert 'href="/boards/lscb/upcoming"' in reader.shown.text  # type: ignore[union-attr]
    other = two.reader("ctb@example.org").opens("/")
    assert (other.status_code, other.headers["location"]) == (302, "/upcoming")


def test_with_several_boards_each_has_its_address_and_links_stay_on_it(two: Place) -> None:
    reader = two.reader(VIEWER)
    asked = reader.opens("/board?x=1")
    assert (asked.status_code, asked.headers["location"]) == (302, "/boards/ctb/board?x=1")
    assert reader.follows(asked).text == "Cumbria CTB /boards/ctb/upcoming?body=pmqag"
    assert reader.opens("/boards/lscb/board").text.startswith("Cumbria LSCB /boards/lscb/")
    reader.opens("/boards/lscb/upcoming")
    assert 'href="/boards/ctb/upcoming"' in reader.shown.text  # type: ignore[union-attr]


BOARDS: list[tuple[str, str, Callable[[Any], bool]]] = [
    ("/boards/lscb/upcoming", "GET", lambda status: status == 403),
    ("/boards/nowhere/upcoming", "GET", lambda status: status == 403),
    ("/boards/lscb/note", "POST", lambda status: status == 403),
    ("/boards/ctb/note", "POST", lambda status: status == 303),
    ("/note", "POST", lambda status: status == 303),
    ("/users", "GET", lambda status: status == 403),
]


@pytest.mark.parametrize(("path", "method", "expected"), BOARDS)
def test_a_role_on_one_board_opens_no_other(
    two: Place, path: str, method: str, expected: Callable[[Any], bool]
) -> None:
    reader = two.reader("ctb@example.org")
    reader.opens("/account")
    answer = reader.sends(path, note="x") if method == "POST" else reader.opens(path)
    assert expected(answer.status_code)
    assert "Cumbria LSCB" not in answer.text


def test_a_form_that_names_no_board_is_not_guessed_at(two: Place) -> None:
    reader = two.reader(SECRETARIAT)
    reader.opens("/account")
    assert reader.sends("/note", note="x").status_code == 404


def test_an_account_without_any_board_is_told_whom_to_ask(place: Place) -> None:
    place.lets_in("other@example.org", Role.VIEWER, on="elsewhere")
    reader = place.reader("other@example.org")
    assert reader.opens("/upcoming").status_code == 403
    assert "no Board here that your account may see" in reader.text


def test_a_page_with_problems_says_so_first(place: Place) -> None:
    reader = place.reader(ADMIN)
    reader.opens("/users")
    answer = reader.sends("/users", email="nobody", role="king", board="*")
    assert answer.status_code == 422
    assert "<title>Error: Accounts – Cumbria LSCB</title>" in answer.text
    assert 'href="#email"' in answer.text
    assert 'href="#role"' in answer.text
    assert "The email address has no @; write an address such as name@example.org" in reader.text


def test_the_only_administrator_cannot_be_made_less(place: Place) -> None:
    reader = place.reader(ADMIN)
    reader.opens("/users")
    answer = reader.sends("/users", email=ADMIN, role="viewer", board="*")
    assert answer.status_code == 422
    assert f"{ADMIN} is the only administrator of all Boards who can sign in" in reader.text
    place.lets_in("other@example.org", Role.ADMIN)
    assert reader.sends("/users", email=ADMIN, role="viewer", board="*").status_code == 303
    assert reader.opens("/users").status_code == 403
