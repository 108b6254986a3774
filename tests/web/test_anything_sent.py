"""Whatever a browser, or something that is none, sends to any page: an answer, never a mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.storage.accounts.sessions import session_of
from boardcal.storage.accounts.setup_links import link_of
from boardcal.storage.schema.all_tables import metadata
from boardcal.tests.factories import S11
from boardcal.tests.fuzz import law
from boardcal.tests.web.reader import ADMIN, SECRETARIAT, VIEWER, Place, Reader
from boardcal.web.url_map import URL_MAP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from boardcal.storage.schema.column_types import AnyRow
    from boardcal.web.routing import Endpoint

FORM = "application/x-www-form-urlencoded"
PARAMETER = re.compile(r"\{[^}]*\}")
# What forms call their fields, and values on the edge of what they take.
NAMES = (
    *("title", "note", "why", "status", "owner", "to", "day", "month", "year", "date-day"),
    *("date-month", "date-year", "body", "role", "address", "email", "password", "next"),
    *("revision", "save", "page", "from", "kind", "id", "when", "quote", "on", "until"),
)
values = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            *("", "0", "-1", "31", "99999999999999999999", "March", "2018-02-30", "lscb", "pmqag"),
            *("<b>", "a@b.org", "a@b.org\r\nBcc: x@y.org", "submitted", "\u202eevil", "true"),
        ]
    ),
)
forms = st.lists(
    st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=8)), values), max_size=8
)
# What can stand where an address carries a key, a date, a token or a number.
pieces = st.one_of(
    st.sampled_from(["1", "0", "-1", "lscb", "pmqag", "s11", S11, "2018-03-08", "x" * 300]),
    st.text(min_size=1, max_size=20).filter(lambda text: text.strip("./")),
)


GETS = [endpoint for endpoint in URL_MAP if endpoint.method == "GET"]
POSTS = [endpoint for endpoint in URL_MAP if endpoint.method == "POST"]


@pytest.fixture
def reader(place: Place) -> Reader:
    """A secretariat that is signed in."""
    return place.reader(SECRETARIAT)


def address(path: str, filling: str) -> str:
    path = path.replace("{name:alone}", "plan").replace("{name:many}", "reports")
    return PARAMETER.sub(lambda _: quote(filling.encode("utf-8", "replace"), safe="/"), path)


def rows(place: Place) -> dict[str, Sequence[AnyRow]]:
    """Everything that is stored, but for what is kept of visits and of what was refused."""
    kept_of_visits = {"session", "sign_in_attempt", "access_record", "access_refusal"}
    return {
        table.name: place.table(table)
        for table in metadata.sorted_tables
        if table.name not in kept_of_visits
    }


@law(60)
@given(page=st.sampled_from(GETS), filling=pieces, query=forms)
def test_any_address_has_an_answer_and_looking_changes_nothing(
    place: Place, reader: Reader, page: Endpoint, filling: str, query: list[tuple[str, str]]
) -> None:
    before = rows(place)
    asked = urlencode([(name.encode("utf-8", "replace"), value) for name, value in _plain(query)])
    shown = reader.opens(f"{address(page.path, filling)}?{asked}")
    assert shown.status_code < 500, shown.text[:2000]
    assert "Traceback" not in shown.text
    assert rows(place) == before


# Further than a database counts, and than a calendar goes.
FAR = {"{id:number}": ("2147483648", "9" * 30), "{day}": ("9999-12-31", "0001-01-01")}


@pytest.mark.parametrize(
    "path",
    [
        page.path.replace("{body}", "lscb").replace("{action}", "again").replace(name, far)
        for page in GETS
        for name, fars in FAR.items()
        for far in fars
        if name in page.path
    ],
)
def test_an_address_with_a_number_or_a_day_out_of_reach_is_no_page(place: Place, path: str) -> None:
    assert place.reader(ADMIN).opens(path).status_code == 404


@law(60)
@given(page=st.sampled_from(POSTS), filling=pieces, fields=forms)
def test_any_form_has_an_answer(
    place: Place, reader: Reader, page: Endpoint, filling: str, fields: list[tuple[str, str]]
) -> None:
    if page.path == "/sign-out":
        return
    reader.opens("/account")
    shown = reader.sends(address(page.path, filling), **dict(_plain(fields)))
    assert shown.status_code < 500, shown.text[:2000]
    assert "Traceback" not in shown.text


def _plain(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Fields as a browser can send them: no half characters, and no name that the test uses."""
    plain = [tuple(text.encode("utf-8", "replace").decode() for text in pair) for pair in pairs]
    return [(name, value) for name, value in plain if name not in ("csrf", "path", "self")]


@law(60)
@given(body=st.binary(max_size=200), kind=st.sampled_from([FORM, "", "text/plain", "multipart/x"]))
def test_any_bytes_have_an_answer_and_change_nothing_without_the_pages_sign(
    place: Place, reader: Reader, body: bytes, kind: str
) -> None:
    before = rows(place)
    shown = reader.client.post(
        f"/record/{S11}", content=body, headers={"Content-Type": kind} if kind else {}
    )
    assert 400 <= shown.status_code < 500
    assert rows(place) == before


@law(100)
@given(token=st.one_of(st.text(max_size=60), st.from_regex(r"[A-Za-z0-9_.-]{20,60}")))
def test_no_token_but_the_one_that_was_given_opens_anything(place: Place, token: str) -> None:
    token = token.encode("utf-8", "replace").decode()
    with place.database.read() as connection:
        assert link_of(connection, token, now=place.now) is None
        assert session_of(connection, token, now=place.now) is None
    shown = place.reader()
    for path in ("/set-up", "/password", "/answer", "/feeds"):
        answer = shown.opens(f"{path}/{quote(token, safe='')}x")
        assert answer.status_code in (302, 303, 400, 404, 410), (path, token, answer.status_code)


@law(40)
@given(cookie=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_no_cookie_but_the_one_that_was_given_signs_in(place: Place, cookie: str) -> None:
    stranger = place.reader()
    shown = stranger.client.get("/upcoming", headers={"Cookie": f"boardcal={cookie}"})
    assert shown.status_code in (302, 303, 400)
    assert VIEWER not in shown.text
