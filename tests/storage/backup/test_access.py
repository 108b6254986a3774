"""What was ended after a backup was made stays ended when that is restored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.operations.restore import restore
from boardcal.settings.load import Settings
from boardcal.storage.accounts.accounts import (
    EVERY_BOARD,
    Role,
    account_named,
    accounts,
    add_account,
    disable,
    set_password,
)
from boardcal.storage.backup.access import Revived, RevivedKind, keep_access
from boardcal.storage.backup.backup import back_up
from boardcal.storage.database.engine import open_database
from boardcal.storage.feeds.feeds import FeedKind, feed_of_token, make_feed, revoke_feed
from boardcal.storage.holds import hold_of
from boardcal.storage.installation import begin
from boardcal.tests.factories import CHAIR, LONDON, at
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.database.engine import Database

NOW = at("2018-02-09 09:00")
NEW = "new.chair@example.org"


class House:
    """An installation with accounts and feeds, backed up before some of them were ended."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.office = Office(database=database).store()
        self.office.now = at("2018-02-08 09:00")
        self.database, self.folder = database, folder
        with database.write() as connection:
            begin(connection)
            for name in ("it", "gone", "known", "less", "stays"):
                number = add_account(
                    connection,
                    f"{name}@example.org",
                    {EVERY_BOARD: Role.ADMIN},
                    now=NOW,
                    who="test",
                )
                set_password(connection, number, f"hash of {name}")
            kept = make_feed(connection, "lscb", FeedKind.BOARD, "lscb", now=NOW, who="test")
            lost = make_feed(connection, "lscb", FeedKind.BODY, "pmqag", now=NOW, who="test")
        self.kept, self.lost = kept[1], lost[1]
        back_up(database, folder / "kept.db")
        with database.write() as connection:
            disable(connection, account_named(connection, "gone@example.org").id, now=NOW)
            known = account_named(connection, "known@example.org").id
            set_password(connection, known, "another hash")
            viewer = {EVERY_BOARD: Role.VIEWER}
            add_account(connection, "less@example.org", viewer, now=NOW, who="test")
            revoke_feed(connection, lost[0], now=NOW, who="test")
        self.office.appoint(RoleName.CHAIR, NEW, "2018-02-08")

    def restores(self, url: str) -> None:
        secret = {"secret_file": str(self.folder / "secret")}
        settings = Settings.model_validate({"database": {"url": url}, "web": secret})
        file = self.folder / "kept.db"
        assert restore(settings, LONDON, file, now=NOW, who="test", is_agreed=lambda *_: True)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path)


ENDED = [
    Revived(kind=RevivedKind.ACCOUNT, name="gone@example.org"),
    Revived(kind=RevivedKind.PASSWORD, name="known@example.org"),
    Revived(kind=RevivedKind.ROLE, name="less@example.org"),
    Revived(kind=RevivedKind.FEED, name="pmqag"),
]


def stands(url: str, house: House) -> tuple[dict[str, tuple[bool, bool, str]], bool, bool]:
    """The accounts (may sign in, has a password, role), and which feeds are open."""
    database = open_database(url)
    try:
        with database.read() as connection:
            people = {
                account.email.partition("@")[0]: (
                    account.disabled_at is None,
                    account.has_password,
                    str(account.roles.get(EVERY_BOARD)),
                )
                for account in accounts(connection)
            }
            feeds = [feed_of_token(connection, token) for token in (house.kept, house.lost)]
    finally:
        database.close()
    return people, feeds[0] is not None, feeds[1] is not None


def revived(url: str) -> list[Revived] | None:
    database = open_database(url)
    try:
        with database.read() as connection:
            held = hold_of(connection)
    finally:
        database.close()
    assert held is not None
    return None if held.revived is None else list(held.revived)


AS_ENDED = {
    "it": (True, True, "admin"),
    "stays": (True, True, "admin"),
    "gone": (False, False, "None"),
    "known": (True, False, "admin"),
    "less": (True, True, "viewer"),
}


def test_what_was_ended_since_the_backup_stays_ended_and_is_named(house: House, url: str) -> None:
    house.database.close()
    house.restores(url)
    assert stands(url, house) == (AS_ENDED, True, False)
    # The chair of before holds the role in the backup, and cannot answer until that is decided.
    assert revived(url) == [*ENDED, Revived(kind=RevivedKind.LINK, name=CHAIR)]


def test_the_list_beside_the_database_tells_it_where_the_database_is_lost(
    house: House, sqlite_url: str, empty_url: str
) -> None:
    keep_access(house.database, house.folder / "access.json")
    assert (house.folder / "access.json").stat().st_mode & 0o777 == 0o600
    assert "hash" not in (house.folder / "access.json").read_text()
    house.database.close()
    for fresh in (empty_url, sqlite_url):
        house.restores(fresh)
        assert stands(fresh, house) == (AS_ENDED, True, False)
        assert revived(fresh) == ENDED


def test_without_the_list_a_restore_says_that_nothing_is_known(
    house: House, empty_url: str
) -> None:
    house.database.close()
    house.restores(empty_url)
    assert revived(empty_url) is None
    assert stands(empty_url, house)[0]["gone"] == (True, True, "admin")


def test_what_was_given_back_before_the_restore_is_not_taken_again(house: House, url: str) -> None:
    with house.database.write() as connection:
        admin = {EVERY_BOARD: Role.ADMIN}
        for name in ("gone", "less"):
            add_account(connection, f"{name}@example.org", admin, now=NOW, who="test")
        for name in ("gone", "known"):
            number = account_named(connection, f"{name}@example.org").id
            set_password(connection, number, f"hash of {name}")
    house.database.close()
    house.restores(url)
    assert stands(url, house)[0] == dict.fromkeys(AS_ENDED, (True, True, "admin"))


def test_the_list_keeps_what_it_knows_of_other_installations(
    house: House, sqlite: Database
) -> None:
    file = house.folder / "access.json"
    keep_access(house.database, file)
    keep_access(sqlite, file)  # nothing has begun there
    before = json.loads(file.read_text())
    with sqlite.write() as connection:
        begin(connection)
    keep_access(sqlite, file)
    after = json.loads(file.read_text())
    assert len(after) == 2
    assert before.items() <= after.items()


def test_a_list_that_was_cut_off_is_no_reason_to_fail(house: House, empty_url: str) -> None:
    (house.folder / "access.json").write_text('{"1": {"acc')
    house.database.close()
    house.restores(empty_url)
    assert revived(empty_url) is None
