from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from boardcal.storage.feeds.feeds import (
    FeedError,
    FeedKind,
    feed_meant,
    feed_of_token,
    feeds_of,
    make_feed,
    mark_fetched,
    revoke_feed,
    rotate_feed,
)
from boardcal.storage.feeds.published_events import Published, published_events, save_published
from boardcal.storage.schema.accounts import feed
from boardcal.storage.schema.occurrences import change
from boardcal.tests.factories import at, day

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from boardcal.storage.feeds.feeds import Feed
    from boardcal.tests.office import Office

NOW = at("2018-02-01")
WHO = "secretariat@example.org"


def _made(connection: Connection, kind: FeedKind = FeedKind.BODY) -> tuple[Feed, str]:
    return make_feed(connection, "lscb", kind, "pmqag", now=NOW, who=WHO)


def test_a_feed_is_found_by_its_token_which_is_stored_nowhere(any_office: Office) -> None:
    any_office.store()
    with any_office.database.write() as connection:
        made, token = _made(connection)
        assert feed_of_token(connection, token) == made
        assert (made.kind, made.subject, made.made_by) == (FeedKind.BODY, "pmqag", WHO)
        assert made.fetched_on is made.revoked_at is None
        stored = [*connection.execute(select(feed)), *connection.execute(select(change))]
    assert len(token) == 43  # 256 bits
    assert token not in str(stored)


def test_no_two_tokens_are_alike(any_office: Office) -> None:
    any_office.store()
    with any_office.database.write() as connection:
        assert len({_made(connection)[1] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "token", ["", "x", "a" * 43, "a" * 42, "a" * 44, "é" * 43, "\0" * 43, "' OR 1=1 --" * 4]
)
def test_a_token_that_nobody_was_given_opens_nothing(office: Office, token: str) -> None:
    office.store()
    with office.database.write() as connection:
        _made(connection)
        assert feed_of_token(connection, token) is None


def test_a_revoked_feed_is_gone_for_good(any_office: Office) -> None:
    any_office.store()
    with any_office.database.write() as connection:
        made, token = _made(connection)
        assert revoke_feed(connection, made, now=NOW, who=WHO)
        assert not revoke_feed(connection, made, now=NOW, who=WHO)
        assert feed_of_token(connection, token) is None
        assert feeds_of(connection, "lscb") == []
        with pytest.raises(FeedError, match="was revoked before; make a new one"):
            rotate_feed(connection, made, now=NOW, who=WHO)


def test_a_rotated_feed_holds_the_same_at_another_address(any_office: Office) -> None:
    any_office.store()
    with any_office.database.write() as connection:
        made, token = _made(connection)
        mark_fetched(connection, made.id, day("2018-02-03"))
        other, fresh = rotate_feed(connection, made, now=NOW + timedelta(days=3), who="admin")
        assert feed_of_token(connection, token) is None
        assert feed_of_token(connection, fresh) == other
        assert feeds_of(connection, "lscb") == [other]
    assert (other.board, other.kind, other.subject) == (made.board, made.kind, made.subject)
    assert (other.made_by, other.fetched_on) == ("admin", None)


def test_a_feed_is_meant_by_its_number_or_its_address(office: Office) -> None:
    office.store()
    with office.database.write() as connection:
        made, token = _made(connection)
        for meant in (
            str(made.id),
            f" {made.id} ",
            token,
            f"https://example.org/boardcal/feeds/{token}.ics",
            f"webcal://example.org/feeds/{token}.ics",
        ):
            assert feed_meant(connection, meant) == made
        for unknown in ("", "0", "99", "9" * 30, "a" * 43, "²", "https://example.org/feeds/x.ics"):
            with pytest.raises(FeedError, match="There is no"):
                feed_meant(connection, unknown)


def test_who_made_and_who_revoked_is_on_record(office: Office) -> None:
    office.store()
    with office.database.write() as connection:
        made, _ = _made(connection)
        other, _ = rotate_feed(connection, made, now=NOW, who="a")
        revoke_feed(connection, other, now=NOW, who="b")
    noted = [(row.subject, row.what, row.after, row.who) for row in office.table(change)]
    assert noted == [
        ("pmqag", "feed made", "number 1", WHO),
        ("pmqag", "feed given a new address", "number 2", "a"),
        ("pmqag", "feed revoked", "number 2", "b"),
    ]


def test_what_was_published_is_kept_and_never_falls_back(any_office: Office) -> None:
    any_office.store()
    first = {key: Published(digest=key * 64, sequence=4, changed_at=NOW) for key in ("a", "b", "c")}
    later = Published(digest="d" * 64, sequence=9, changed_at=NOW + timedelta(days=1))
    older = Published(digest="e" * 64, sequence=3, changed_at=NOW - timedelta(days=1))
    with any_office.database.write() as connection:
        save_published(connection, "lscb", first)
        save_published(connection, "lscb", {"a": later, "b": older})
        save_published(connection, "lscb", {})
        assert published_events(connection, "lscb") == first | {"a": later}
