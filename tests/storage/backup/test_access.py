"""What was ended after a backup was made stays ended when that is restored."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, text

from boardcal.calendar.planner.roles import RoleName
from boardcal.operations.restore import _before, restore
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
from boardcal.storage.backup.access import keep_access, known_access
from boardcal.storage.backup.backup import BackupError, back_up
from boardcal.storage.backup.revived import Revived, RevivedKind
from boardcal.storage.backup.witness import Witness
from boardcal.storage.database.engine import open_database
from boardcal.storage.feeds.feeds import FeedKind, feed_of_token, make_feed, revoke_feed
from boardcal.storage.holds import hold_of, put_on_hold
from boardcal.storage.installation import begin
from boardcal.storage.schema.accounts import account, feed
from boardcal.tests.factories import CHAIR, LONDON, at
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database

NOW = at("2018-02-09 09:00")
NOTHING_SEEN = Witness(Path("no folder/last-seen"))
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

    def settings(self, url: str, place: str = "") -> Settings:
        web = {"secret_file": str(self.folder / place / "secret")}
        return Settings.model_validate({"database": {"url": url}, "web": web})

    def restores(self, url: str, place: str = "") -> None:
        settings = self.settings(url, place)
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
    keep_access(house.database, house.folder / "access.json", NOTHING_SEEN)
    assert (house.folder / "access.json").stat().st_mode & 0o777 == 0o600
    assert "hash" not in (house.folder / "access.json").read_text()
    house.database.close()
    for fresh in (empty_url, sqlite_url):
        house.restores(fresh)
        assert stands(fresh, house) == (AS_ENDED, True, False)
        assert revived(fresh) == [*ENDED, Revived(kind=RevivedKind.UNKNOWN_LINKS)]


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
    keep_access(house.database, file, NOTHING_SEEN)
    keep_access(sqlite, file, NOTHING_SEEN)  # nothing has begun there
    before = json.loads(file.read_text())
    with sqlite.write() as connection:
        begin(connection)
    keep_access(sqlite, file, NOTHING_SEEN)
    after = json.loads(file.read_text())
    assert len(after) == 2
    assert before.items() <= after.items()


def test_a_list_that_was_cut_off_is_no_reason_to_fail(house: House, empty_url: str) -> None:
    (house.folder / "access.json").write_text('{"1": {"acc')
    house.database.close()
    house.restores(empty_url)
    assert revived(empty_url) is None


def test_the_list_remembers_what_had_ended_when_an_earlier_backup_was_restored(
    house: House, url: str
) -> None:
    file = house.folder / "access.json"
    keep_access(house.database, file, NOTHING_SEEN)
    with house.database.write() as connection:
        # As in a backup of before the account and the feed were made.
        gone = account_named(connection, "gone@example.org").id
        connection.execute(delete(account).where(account.c.id == gone))
        connection.execute(delete(feed).where(feed.c.revoked_at.is_not(None)))
    keep_access(house.database, file, NOTHING_SEEN)
    house.database.close()
    house.restores(url)
    assert stands(url, house) == (AS_ENDED, True, False)


@pytest.mark.parametrize("is_held", [True, False])
def test_a_database_that_went_back_does_not_overwrite_the_list(
    house: House, url: str, is_held: bool
) -> None:
    file, seen = house.folder / "access.json", Witness(house.folder / "last-seen")
    keep_access(house.database, file, seen)
    before = known_access(file)
    with house.database.write() as connection:
        if is_held:
            put_on_hold(connection, why="It went back.", now=NOW, after_restore=True)
        else:
            seen.note(connection, NOW)
            assert seen.seen is not None
            ahead = asdict(seen.seen) | {"changes": seen.seen.changes + 1, "at": NOW.isoformat()}
            seen.file.write_text(json.dumps(ahead))
        admin = {EVERY_BOARD: Role.ADMIN}
        add_account(connection, "gone@example.org", admin, now=NOW, who="test")
        disable(connection, account_named(connection, "stays@example.org").id, now=NOW)
    keep_access(house.database, file, Witness(seen.file))
    assert known_access(file) == before
    house.database.close()
    house.restores(url)
    assert known_access(file) == before
    # Who was locked out while mails were on hold is not let in, whatever the list says.
    assert stands(url, house)[0] == AS_ENDED | {"stays": (False, False, "None")}


def test_a_list_that_cannot_be_written_ends_no_restore(house: House, url: str) -> None:
    (house.folder / "file").touch()
    file = house.folder / "file" / "access.json"
    with pytest.raises(BackupError) as refused:
        keep_access(house.database, file, NOTHING_SEEN)
    assert str(refused.value) == (
        f"The list of who may sign in, {file}, cannot be written; give boardcal the right to write "
        "there."
    )
    house.database.close()
    house.restores(url, "file")
    assert stands(url, house) == (AS_ENDED, True, False)
    assert revived(url) == [*ENDED, Revived(kind=RevivedKind.LINK, name=CHAIR)]


def test_an_older_database_does_not_tell_who_lost_a_role(house: House, url: str) -> None:
    with house.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    keep_access(house.database, house.folder / "access.json", NOTHING_SEEN)
    access, readers = _before(house.settings(url), NOW.date())
    assert readers is None
    assert access
