"""/feeds/TOKEN.ics, as calendar programs fetch it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from boardcal.calendar.ical.feed import etag
from boardcal.storage.accounts.accounts import disable
from boardcal.storage.database.errors import DatabaseError
from boardcal.storage.feeds.feeds import FeedKind, make_feed, revoke_feed, rotate_feed
from boardcal.storage.schema.accounts import feed as feed_table
from boardcal.storage.schema.accounts import published_event
from boardcal.tests.factories import CHAIR, S11, day, make_planner
from boardcal.tests.feed_reading import read
from boardcal.tests.waiting import happens
from boardcal.tests.web.reader import SECRETARIAT, VIEWER, Place
from boardcal.web.feeds.save_published import saving_published
from boardcal.web.request.security import HEADERS

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

    from boardcal.storage.database.engine import Database
    from boardcal.storage.feeds.feeds import Feed


def _made(
    place: Place,
    kind: FeedKind = FeedKind.BOARD,
    subject: str = "lscb",
    who: str = "the command",
) -> tuple[Feed, str]:
    """A feed and its path."""
    with place.database.write() as connection:
        feed, token = make_feed(connection, "lscb", kind, subject, now=place.now, who=who)
    return feed, f"/feeds/{token}.ics"


@pytest.fixture
def path(place: Place) -> str:
    return _made(place)[1]


def _fetched(place: Place, path: str, method: str = "GET", **headers: str) -> Response:
    """What a program gets that sends these headers and no others."""
    client = place.reader().client
    client.headers.clear()
    return client.request(
        method, path, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_it_is_a_calendar_with_all_that_clients_want(place: Place, path: str) -> None:
    answer = _fetched(place, path)
    assert answer.status_code == 200
    assert S11 in read(answer.content)
    assert dict(answer.headers) == {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": 'inline; filename="cumbria-lscb.ics"',
        "last-modified": "Thu, 01 Feb 2018 09:00:00 GMT",
        "content-length": str(len(answer.content)),
        "etag": etag(answer.content),
        "cache-control": "private, max-age=300",
        **{name.lower(): value for name, value in HEADERS.items()},
    }
    assert answer.headers["x-robots-tag"].startswith("noindex")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "text/html"},
        {"Accept": "application/json;q=0"},
        {"Accept_Encoding": "gzip, br"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer x"},
        {"Authorization": "?"},
        {"Cookie": "boardcal=x"},
        {"Range": "bytes=0-10"},
        {"If_Modified_Since": "Thu, 01 Feb 2018 08:59:59 GMT"},
        {"If_Modified_Since": "yesterday"},
        {"If_Modified_Since": "Thu, 99 Feb 2038 09:00:00 GMT"},
        {"If_Modified_Since": ""},
        {"If_None_Match": '"another"'},
        {"If_None_Match": ""},
        {"User_Agent": "Microsoft Office/16.0 (Outlook)"},
    ],
)
def test_whatever_a_program_sends_it_gets_the_same(
    place: Place, path: str, headers: dict[str, str]
) -> None:
    expected, answered = _fetched(place, path), _fetched(place, path, **headers)
    assert (answered.status_code, answered.content) == (200, expected.content)
    assert answered.headers == expected.headers


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"another", {tag}', 304),
        ('"another",W/{tag} , "third"', 304),
        ("*", 304),
        ('"another"', 200),
        ('W/"another"', 200),
        ("{bare}", 200),
        ('"{bare}-gzip"', 200),
        (",,", 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match_is_read_as_the_standard_says(
    place: Place, path: str, form: str, status: int, method: str
) -> None:
    tag = _fetched(place, path).headers["etag"]
    asked = form.format(tag=tag, bare=tag.strip('"'))
    answer = _fetched(
        place,
        path,
        method,
        If_None_Match=asked,
        # It loses against the tag, whichever way it points.
        If_Modified_Since="Thu, 01 Feb 2038 09:00:00 GMT",
    )
    assert answer.status_code == status
    assert answer.headers["etag"] == tag
    assert answer.headers["cache-control"] == "private, max-age=300"
    if status == 304:
        assert answer.content == b""
        assert "content-type" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "since",
    [
        "Thu, 01 Feb 2018 09:00:00 GMT",
        "Thursday, 01-Feb-18 09:00:00 GMT",
        "Thu Feb  1 09:00:00 2018",
        "Thu, 01 Feb 2038 09:00:00 GMT",
    ],
)
def test_a_reader_without_the_tag_is_told_by_the_date(
    place: Place, path: str, since: str, method: str
) -> None:
    _fetched(place, path)
    place.passes(hours=2)
    answer = _fetched(place, path, method, If_Modified_Since=since)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["last-modified"] == "Thu, 01 Feb 2018 09:00:00 GMT"


def test_two_changes_within_one_second_have_different_dates(place: Place, path: str) -> None:
    dates = [_fetched(place, path).headers["last-modified"]]
    for title in ("New", "Newer"):
        report = make_planner().report[0].model_dump(by_alias=True) | {"title": title}
        place.imports(make_planner(report=[report]))
        answer = _fetched(place, path, If_Modified_Since=dates[-1])
        assert answer.status_code == 200
        dates.append(answer.headers["last-modified"])
    assert dates == [f"Thu, 01 Feb 2018 09:00:0{second} GMT" for second in range(3)]


def test_head_says_what_get_would(place: Place, path: str) -> None:
    got, head = _fetched(place, path), _fetched(place, path, "HEAD")
    assert (head.status_code, head.content, head.headers) == (200, b"", got.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "REPORT"])
def test_a_feed_can_only_be_fetched(place: Place, path: str, method: str) -> None:
    answer = _fetched(place, path, method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/.ics",
        "/feeds/x.ics",
        f"/feeds/{'a' * 43}.ics",
        f"/feeds/{'a' * 5000}.ics",
        "/feeds/%00%ff.ics",
        "/feeds/%C3%A9.ics",
        "/feeds/../upcoming",
        "/feeds/",
        "/feeds/a/b.ics",
        "/feeds/{token}",
        "/feeds/{token}.ICS",
        "/feeds/{token}.ics/",
        "/feeds/{token}.ics.ics",
        "/feeds/{short}.ics",
        "/feeds/x/{token}.ics",
        "/feeds/{swapped}.ics",
    ],
)
def test_what_is_not_quite_an_address_is_not_found(place: Place, path: str) -> None:
    token = _made(place)[1].removeprefix("/feeds/").removesuffix(".ics")
    asked = path.format(token=token, short=token[:-1], swapped=token.swapcase())
    answer = _fetched(place, asked, "GET")
    if ".." in path:
        assert answer.status_code in (302, 404)
        return
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert token not in answer.text


@pytest.mark.parametrize("end", [revoke_feed, rotate_feed])
def test_a_revoked_feed_is_gone_at_once(place: Place, end: Any) -> None:
    feed, path = _made(place)
    assert _fetched(place, path).status_code == 200
    with place.database.write() as connection:
        end(connection, feed, now=place.now, who="test")
    assert _fetched(place, path).status_code == 404


def test_a_change_is_in_the_next_answer_and_changes_the_tag(place: Place, path: str) -> None:
    before = _fetched(place, path)
    renamed = make_planner(
        report=[make_planner().report[0].model_dump(by_alias=True) | {"title": "New"}]
    )
    place.passes(hours=1)
    place.imports(renamed)
    after = _fetched(place, path, If_None_Match=before.headers["etag"])
    assert after.status_code == 200
    assert "Due: New (" in read(after.content)[S11].summary
    assert after.headers["etag"] != before.headers["etag"]


def test_fetching_writes_the_day_and_nothing_else(place: Place, path: str) -> None:
    def everything() -> list[str]:
        raw = place.database.engine.raw_connection()
        try:
            driver: Any = raw.driver_connection
            return list(driver.iterdump())
        finally:
            raw.close()

    before = everything()
    _fetched(place, path)
    first = everything()
    assert [row.fetched_on for row in place.table(feed_table)] == [day("2018-02-01")]
    changed = set(before) ^ set(first)
    assert len(changed) == 2
    assert all("feed" in line for line in changed)
    place.passes(hours=2)
    _fetched(place, path)
    _fetched(place, path, "HEAD")
    assert everything() == first
    place.passes(days=1)
    _fetched(place, path)
    assert [row.fetched_on for row in place.table(feed_table)] == [day("2018-02-02")]


def test_a_feed_that_cannot_be_marked_is_served_all_the_same(place: Place, path: str) -> None:
    def refuse(connection: Any, *_: Any) -> None:
        if connection.get_execution_options().get("boardcal_writes"):
            raise DatabaseError("The disk is full.")

    engine = place.database.engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        assert _fetched(place, path).status_code == 200
        assert _fetched(place, path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
    assert [row.fetched_on for row in place.table(feed_table)] == [None]


def test_a_database_that_goes_away_is_said_without_the_address(
    place: Place, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(self: Database) -> Any:
        raise DatabaseError("The database does not answer.")

    monkeypatch.setattr(type(place.database), "read", gone)
    answer = _fetched(place, path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert place.said == ["A calendar could not be read. The database does not answer."]


def test_an_unexpected_error_is_said_without_the_address(
    place: Place, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise ValueError(path)

    monkeypatch.setattr("boardcal.web.feeds.endpoint.feed_of_token", fail)
    assert _fetched(place, path).status_code == 500
    assert place.said == ["A calendar failed (ValueError)."]


def test_no_token_is_said_or_sent(
    place: Place, path: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    token = path[7:-4]
    for asked in (path, path[:-1], f"{path}x"):
        assert token not in _fetched(place, asked).text
    shown = capfd.readouterr()
    kept = [shown.out, shown.err, *place.said]
    kept += [message for message in caplog.messages if "HTTP Request" not in message]
    assert not [text for text in kept if token in text]


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8000", 200), ("localhost", 200), ("evil.example", 400), ("", 400), ("[", 400)],
)
def test_only_our_hosts_are_answered(place: Place, path: str, host: str, status: int) -> None:
    assert _fetched(place, path, Host=host).status_code == status


def test_under_a_prefix_and_https(sqlite: Database, tmp_path: Path) -> None:
    settings = {"web": {"base_url": "https://boardcal.example.org/cal"}}
    place = Place(database=sqlite, folder=tmp_path, settings=settings)
    place.imports()
    path = _made(place)[1]
    for address in (f"/cal{path}", path):
        answer = _fetched(place, f"https://boardcal.example.org{address}")
        assert answer.status_code == 200
        assert "max-age" in answer.headers["strict-transport-security"]


def test_robots_may_fetch_but_not_list(place: Place) -> None:
    answer = place.reader().opens("/robots.txt")
    assert (answer.status_code, answer.text) == (200, "User-agent: *\nDisallow:\n")


def test_a_feed_lasts_as_long_as_its_maker_may_see_the_board(place: Place) -> None:
    paths = {who: _made(place, who=who)[1] for who in (VIEWER, SECRETARIAT, "root")}
    person = _made(place, FeedKind.PERSON, CHAIR, who=VIEWER)[1]
    assert all(_fetched(place, path).status_code == 200 for path in (*paths.values(), person))
    with place.database.write() as connection:
        disable(connection, 3, now=place.now)
    statuses = {who: _fetched(place, path).status_code for who, path in paths.items()}
    assert statuses == {VIEWER: 404, SECRETARIAT: 200, "root": 200}
    assert _fetched(place, person).status_code == 200


def test_many_feeds_are_kept_within_bounds(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boardcal.web.feeds.endpoint.MOST_BYTES", 10_000)
    monkeypatch.setattr("boardcal.queries.feeds.feed_contents.MOST_BYTES", 10_000)
    subjects = [(FeedKind.BOARD, "lscb"), (FeedKind.BODY, "pmqag"), (FeedKind.PERSON, CHAIR)]
    paths = [_made(place, *subject)[1] for subject in subjects]
    first = [_fetched(place, path).content for path in paths]
    assert [_fetched(place, path).content for path in paths] == first
    assert len(set(first)) == 3


def test_what_was_published_is_noted_beside_the_pages(place: Place, path: str) -> None:
    async def serve() -> None:
        async with saving_published(place.app.state.feeds, place.said.append, every=0.01):
            await asyncio.to_thread(_fetched, place, path)
            await happens(lambda: bool(place.table(published_event)))

    asyncio.run(serve())
    noted = {row.key: row.sequence for row in place.table(published_event)}
    assert noted[S11] == 0
    assert place.said == []


def test_what_was_published_is_noted_at_the_end(place: Place, path: str) -> None:
    async def serve() -> None:
        async with saving_published(place.app.state.feeds, place.said.append):
            await asyncio.to_thread(_fetched, place, path)

    asyncio.run(serve())
    assert S11 in {row.key for row in place.table(published_event)}
