"""/subscribe: making, renewing and stopping feeds in the browser."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from boardcal.storage.accounts.accounts import Role
from boardcal.storage.feeds.feeds import FeedKind, make_feed
from boardcal.storage.schema.accounts import feed as feed_table
from boardcal.storage.schema.accounts import session
from boardcal.tests.factories import CHAIR, make_planner, make_report
from boardcal.tests.web.reader import ADMIN, SECRETARIAT, VIEWER, Place, Reader

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database


def _address(reader: Reader) -> str:
    """The path of the feed whose address is shown."""
    assert reader.shown is not None
    address = re.search(r"<code>http://127\.0\.0\.1:8000(/feeds/[^<]+)</code>", reader.shown.text)
    assert address is not None, reader.text
    return address[1]


def _makes(reader: Reader, dates: str) -> str:
    """Makes a feed; the path of its address, as the page after the form shows it."""
    answer = reader.sends("/subscribe", dates=dates)
    assert answer.status_code == 303
    assert reader.follows(answer).status_code == 200
    return _address(reader)


def _choices(reader: Reader) -> list[str]:
    assert reader.shown is not None
    return [unescape(value) for value in re.findall(r'<option value="([^"]+)"', reader.shown.text)]


def test_a_viewer_makes_a_feed_and_sees_its_address_once(place: Place) -> None:
    viewer = place.reader(VIEWER)
    viewer.opens("/subscribe")
    assert "None yet. Choose whose dates you want" in viewer.text
    viewer.follows(viewer.sends("/subscribe", dates="body:pmqag"))
    address = _address(viewer)
    assert f'href="webcal://127.0.0.1:8000{address}"' in str(viewer.shown and viewer.shown.text)
    assert place.reader().opens(address).status_code == 200
    viewer.opens("/subscribe")
    assert "Pmqag Subgroup 1 February 2018 1 February 2018 New address" in viewer.text
    assert address.removeprefix("/feeds/") not in str(viewer.shown and viewer.shown.text)


def test_reloading_the_page_with_the_address_makes_no_second_feed(place: Place) -> None:
    viewer = place.reader(VIEWER)
    viewer.opens("/subscribe")
    answer = viewer.sends("/subscribe", dates="board:lscb")
    where = answer.headers["location"]
    assert where == "/subscribe/1/address"
    # Only asking whether the page is there uses nothing up.
    assert viewer.client.head(where).status_code == 200
    viewer.opens(where)
    address = _address(viewer)
    again = viewer.opens(where)
    assert again.status_code == 200
    assert address not in again.text
    assert "Its address was shown once, when it was made, and is kept nowhere." in viewer.text
    assert 'href="/subscribe/1/renew"' in again.text
    assert len(place.table(feed_table)) == 1


def test_an_address_waits_for_its_page_in_a_cookie_that_nobody_else_can_use(place: Place) -> None:
    viewer, other = place.reader(VIEWER), place.reader(SECRETARIAT)
    viewer.opens("/subscribe")
    cookie = viewer.sends("/subscribe", dates="board:lscb").headers["set-cookie"]
    value = re.fullmatch(
        r"boardcal-feed-1=([^;]+); HttpOnly; Max-Age=300; Path=/; SameSite=lax", cookie
    )
    assert value is not None, cookie
    token = value[1].partition(".")[0]
    for planted in (value[1], f"{token}.", token, f"{token}.x", "%E9", "x" * 3000, ""):
        other.client.cookies.set("boardcal-feed-1", planted)
        other.opens("/subscribe/1/address")
        assert "was shown once" in other.text, planted
    assert token not in "".join(str(row) for row in place.table(session))


def test_two_addresses_on_their_way_do_not_meet(place: Place) -> None:
    viewer = place.reader(VIEWER)
    viewer.opens("/subscribe")
    sign = viewer.csrf
    first = viewer.sends("/subscribe", csrf=sign, dates="board:lscb")
    second = viewer.sends("/subscribe", csrf=sign, dates="body:pmqag")
    viewer.follows(first)
    one = _address(viewer)
    viewer.follows(second)
    assert "The dates of Pmqag Subgroup" in viewer.text
    assert _address(viewer) != one


def test_the_page_says_how_to_subscribe_and_how_soon_changes_show(place: Place) -> None:
    viewer = place.reader(VIEWER)
    viewer.opens("/subscribe")
    for words in (
        "Outlook on your computer",
        "Outlook on the web",
        "iPhone, iPad and Mac",
        "Google Calendar",
        "Google after 4 to 24 hours",
        "sometimes only after a day",
        "only be reached inside your organisation’s network they cannot",
        "only a calendar program on it can subscribe",
    ):
        assert words in viewer.text


@pytest.mark.parametrize(
    ("who", "choices"),
    [
        (VIEWER, ["board:lscb", "body:lscb", "body:business-group", "body:pmqag"]),
        (CHAIR, ["board:lscb", "body:lscb", "body:pmqag", f"person:{CHAIR}"]),
        (SECRETARIAT, [f"person:{CHAIR}", f"person:{SECRETARIAT}"]),
        (ADMIN, [f"person:{CHAIR}"]),
    ],
)
def test_who_may_choose_whose_dates(place: Place, who: str, choices: list[str]) -> None:
    place.lets_in(CHAIR, "viewer")
    reader = place.reader(who)
    reader.opens("/subscribe")
    offered = _choices(reader)
    assert set(choices) <= set(offered)
    people = [choice for choice in offered if choice.startswith("person:")]
    assert len(people) == {VIEWER: 0, CHAIR: 1}.get(who, len(people))
    for choice in choices:
        assert place.reader().opens(_makes(reader, choice)).status_code == 200
        reader.opens("/subscribe")
        reader.opens("/subscribe")


@pytest.mark.parametrize(
    "sent",
    ["", "x", "board:ctb", "body:nobody", f"person:{CHAIR}", "body:<b>", ":", "board", "x" * 250],
)
def test_what_is_not_in_the_list_is_refused_with_a_sentence(place: Place, sent: str) -> None:
    viewer = place.reader(VIEWER)
    viewer.opens("/subscribe")
    answer = viewer.sends("/subscribe", dates=sent)
    assert answer.status_code == 422
    assert "The dates must be chosen from the list" in viewer.text
    assert place.table(feed_table) == []


def test_a_new_address_replaces_the_old_one(place: Place) -> None:
    viewer = place.reader(VIEWER)
    viewer.opens("/subscribe")
    old = _makes(viewer, "board:lscb")
    viewer.opens("/subscribe/1/renew")
    assert "Its old address stops at once" in viewer.text
    viewer.follows(viewer.sends("/subscribe/1/renew"))
    fresh = _address(viewer)
    assert place.reader().opens(old).status_code == 404
    assert place.reader().opens(fresh).status_code == 200
    viewer.opens("/subscribe")
    again = viewer.sends("/subscribe/1/renew")
    assert again.status_code == 409
    assert "was revoked before; make a new one" in viewer.text
    assert place.reader().opens(fresh).status_code == 200


def test_a_feed_is_stopped_after_asking(place: Place) -> None:
    viewer = place.reader(VIEWER)
    viewer.opens("/subscribe")
    address = _makes(viewer, "board:lscb")
    viewer.opens("/subscribe/1/stop")
    assert "It cannot be started again" in viewer.text
    assert place.reader().opens(address).status_code == 200
    viewer.follows(viewer.sends("/subscribe/1/stop"))
    assert "The feed of Cumbria LSCB is stopped." in viewer.text
    assert place.reader().opens(address).status_code == 404
    assert viewer.opens("/subscribe/1/stop").status_code == 404
    assert viewer.opens("/subscribe/99/stop").status_code == 404


def test_a_viewer_has_their_own_feeds_and_the_secretariat_everybodys(place: Place) -> None:
    place.lets_in("other@example.org", "viewer")
    viewer = place.reader(VIEWER)
    viewer.opens("/subscribe")
    viewer.sends("/subscribe", dates="board:lscb")
    other, secretariat = place.reader("other@example.org"), place.reader(SECRETARIAT)
    assert "None yet" in other.opens("/subscribe").text
    assert other.opens("/subscribe/1/address").status_code == 404
    for path in ("/subscribe/1/stop", "/subscribe/1/renew"):
        assert other.opens(path).status_code == 404
        other.opens("/subscribe")
        assert other.sends(path).status_code == 404
    assert place.reader().opens("/subscribe").status_code == 302
    secretariat.opens("/subscribe")
    assert f"by {VIEWER}" in secretariat.text
    assert secretariat.sends("/subscribe/1/stop").status_code == 303


def test_a_feed_of_another_board_is_not_to_be_had(empty_place: Place) -> None:
    place = empty_place
    place.imports()
    place.imports(make_planner("ctb", report=[make_report(to="ctb", when={"meeting": "ctb"})]))
    place.lets_in(VIEWER, Role.VIEWER, on="lscb")
    place.lets_in(SECRETARIAT, Role.SECRETARIAT, on="lscb")
    with place.database.write() as connection:
        make_feed(connection, "ctb", FeedKind.BOARD, "ctb", now=place.now, who=VIEWER)
    for who in (VIEWER, SECRETARIAT):
        reader = place.reader(who)
        assert "None yet" in reader.opens("/subscribe").text
        assert reader.sends("/subscribe", dates="board:ctb").status_code == 422
        assert reader.opens("/subscribe/1/stop").status_code == 404
        assert reader.opens("/boards/ctb/subscribe").status_code == 403


def test_a_feed_whose_maker_left_is_listed_as_stopped(place: Place) -> None:
    with place.database.write() as connection:
        place.installation.database.version()
        make_feed(connection, "lscb", FeedKind.BOARD, "lscb", now=place.now, who="left@example.org")
    place.lets_in("left@example.org", Role.VIEWER, on="ctb")
    secretariat = place.reader(SECRETARIAT)
    secretariat.opens("/subscribe")
    assert "Does not work any more: left@example.org may not see this Board" in secretariat.text


def test_under_https_both_links_are_the_outside_address(sqlite: Database, tmp_path: Path) -> None:
    settings = {"web": {"base_url": "https://boardcal.example.org"}}
    place = Place(database=sqlite, folder=tmp_path, settings=settings)
    place.imports()
    place.lets_in(VIEWER, "viewer")
    viewer = place.reader(VIEWER)
    viewer.opens("/subscribe")
    assert "only a calendar program on it can subscribe" not in viewer.text
    text = viewer.follows(viewer.sends("/subscribe", dates="board:lscb")).text
    assert re.search(r"<code>https://boardcal\.example\.org/feeds/[\w-]{43}\.ics</code>", text)
    assert re.search(r'href="webcal://boardcal\.example\.org/feeds/[\w-]{43}\.ics"', text)
