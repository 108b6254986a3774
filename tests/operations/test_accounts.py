"""Accounts on SQLite and on PostgreSQL: what was ended stays ended, and who did it is on record."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from boardcal.operations import accounts as operations
from boardcal.operations.accounts import (
    begin_session,
    change_password,
    disable,
    end_other_session,
    end_other_sessions,
    end_own_session,
    let_in,
    make_link,
    remove_role,
)
from boardcal.storage.accounts.access_kinds import AccessKind
from boardcal.storage.accounts.access_record import Doer, access_lines
from boardcal.storage.accounts.accounts import (
    EVERY_BOARD,
    AccountError,
    Role,
    account_by_id,
    stored_password,
)
from boardcal.storage.accounts.sessions import session_of, sessions_of
from boardcal.storage.accounts.setup_links import link_of
from boardcal.storage.feeds.feeds import FeedKind, feed_of_token, make_feed
from boardcal.storage.schema.accounts import account
from boardcal.tests.factories import CHAIR, at
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from boardcal.storage.accounts.accounts import Account
    from boardcal.storage.database.engine import Database
    from boardcal.tests.office import Office

NOW = at("2018-02-01 09:00")
LATER = at("2018-02-01 10:00")
BOSS, SAM = "boss@example.org", "sam@example.org"
BY = Doer(who=BOSS, browser="Firefox on Windows", address="192.0.2.7")
ROOT = Path(__file__).resolve().parents[2]


def added(
    connection: Connection, email: str, role: Role = Role.ADMIN, board: str = EVERY_BOARD
) -> Account:
    """An account with a password."""
    account = let_in(connection, email, board, role, now=NOW, by=BY)
    change_password(connection, account, f"hash of {email}", now=NOW, by=BY)
    return account


def current(connection: Connection, account: Account) -> Account:
    fresh = account_by_id(connection, account.id)
    assert fresh is not None
    return fresh


@pytest.fixture
def connection(any_office: Office) -> Iterator[Connection]:
    """A transaction on a database with the LSCB and an administrator."""
    with any_office.store().database.write() as connection:
        added(connection, BOSS)
        yield connection


def test_an_account_that_was_disabled_begins_anew_when_it_is_added_again(
    connection: Connection,
) -> None:
    sam = added(connection, SAM)
    token, _ = begin_session(connection, sam, None, now=NOW, by=BY)
    link = make_link(connection, sam, now=NOW, by=BY)
    feeds = [
        make_feed(connection, "lscb", kind, subject, now=NOW, who=who)[1]
        for kind, subject, who in (
            (FeedKind.BOARD, "lscb", SAM),
            (FeedKind.BODY, "pmqag", SAM),
            (FeedKind.PERSON, SAM, BOSS),
        )
    ]
    of_others = [
        make_feed(connection, "lscb", kind, subject, now=NOW, who=who)[1]
        for kind, subject, who in ((FeedKind.PERSON, CHAIR, SAM), (FeedKind.BOARD, "lscb", BOSS))
    ]
    disable(connection, sam, now=NOW, by=BY)
    ended = current(connection, sam)
    assert (ended.roles, ended.has_password, ended.disabled_at) == ({}, False, NOW)
    again = let_in(connection, "Sam@Example.org", "lscb", Role.VIEWER, now=LATER, by=BY)
    assert (again.id, again.roles, again.has_password) == (sam.id, {"lscb": "viewer"}, False)
    assert (again.disabled_at, again.made_at) == (None, LATER)
    assert stored_password(connection, SAM) == (again, None)
    assert session_of(connection, token, now=LATER) is None
    assert link_of(connection, link, now=LATER) is None
    assert [feed_of_token(connection, feed) for feed in feeds] == [None] * 3
    assert None not in [feed_of_token(connection, feed) for feed in of_others]


def test_a_disabled_account_gets_no_password_that_would_hold_once_it_begins_anew(
    connection: Connection,
) -> None:
    sam = added(connection, SAM)
    disable(connection, sam, now=NOW, by=BY)
    with pytest.raises(AccountError, match="cannot sign in any more"):
        change_password(connection, sam, "a hash that took its time", now=NOW, by=BY)
    connection.execute(update(account).values(password="left over from before"))
    again = let_in(connection, SAM, "lscb", Role.VIEWER, now=LATER, by=BY)
    assert not again.has_password


def test_a_feed_does_not_come_back_with_the_role_that_it_ended_with(connection: Connection) -> None:
    sam = added(connection, SAM, Role.VIEWER, "lscb")
    _, feed = make_feed(connection, "lscb", FeedKind.BOARD, "lscb", now=NOW, who=SAM)
    _, own = make_feed(connection, "lscb", FeedKind.PERSON, SAM, now=NOW, who=SAM)
    remove_role(connection, sam, "lscb", now=NOW, by=BY)
    let_in(connection, SAM, "lscb", Role.VIEWER, now=LATER, by=BY)
    assert feed_of_token(connection, feed) is None
    # That of one's own dates goes by the roles one holds in the planner, as a chair's does.
    assert feed_of_token(connection, own) is not None


def test_a_feed_lasts_while_another_role_shows_its_board(connection: Connection) -> None:
    sam = added(connection, SAM, Role.VIEWER, "lscb")
    let_in(connection, SAM, EVERY_BOARD, Role.VIEWER, now=NOW, by=BY)
    _, feed = make_feed(connection, "lscb", FeedKind.BOARD, "lscb", now=NOW, who=SAM)
    remove_role(connection, sam, "lscb", now=NOW, by=BY)
    assert current(connection, sam).roles == {EVERY_BOARD: "viewer"}
    assert feed_of_token(connection, feed) is not None


def test_a_role_can_be_taken_from_all_but_the_last_administrator(connection: Connection) -> None:
    boss, stored = stored_password(connection, BOSS)
    assert (boss, stored) != (None, None)
    assert boss is not None
    with pytest.raises(AccountError, match="is the only administrator of all Boards who can sign"):
        remove_role(connection, boss, EVERY_BOARD, now=NOW, by=BY)
    with pytest.raises(AccountError, match="does not have this role any more"):
        remove_role(connection, boss, "lscb", now=NOW, by=BY)
    sam = added(connection, SAM)
    remove_role(connection, boss, EVERY_BOARD, now=NOW, by=BY)
    assert current(connection, boss).roles == {}
    with pytest.raises(AccountError, match=f"{SAM} is the only administrator"):
        disable(connection, sam, now=NOW, by=BY)


def test_a_new_password_ends_every_session_and_every_link(connection: Connection) -> None:
    sam = added(connection, SAM)
    token, _ = begin_session(connection, sam, None, now=NOW, by=BY)
    link = make_link(connection, sam, now=NOW, by=BY)
    change_password(connection, sam, "another hash", now=NOW, by=BY)
    assert session_of(connection, token, now=NOW) is None
    assert link_of(connection, link, now=NOW) is None


def test_sessions_end_one_by_one_or_all_others_at_once(connection: Connection) -> None:
    sam, boss = added(connection, SAM), added(connection, BOSS)
    sessions = [begin_session(connection, sam, None, now=NOW, by=BY)[1] for _ in range(4)]
    other = begin_session(connection, boss, None, now=NOW, by=BY)[1]
    own = sessions[0].digest
    assert end_other_session(connection, sam, sessions[1].digest, now=NOW, by=BY)
    assert not end_other_session(connection, sam, sessions[1].digest, now=NOW, by=BY)
    assert not end_other_session(connection, sam, other.digest, now=NOW, by=BY)
    assert {each.digest for each in sessions_of(connection, sam, now=NOW)} == {
        own,
        *(each.digest for each in sessions[2:]),
    }
    assert end_other_sessions(connection, sam, now=NOW, by=BY, but=own) == 2
    assert [each.digest for each in sessions_of(connection, sam, now=NOW)] == [own]
    assert len(sessions_of(connection, boss, now=NOW)) == 1


def test_each_thing_that_is_done_is_on_record_with_who_did_it(connection: Connection) -> None:
    sam = added(connection, SAM, Role.VIEWER, "lscb")
    make_link(connection, sam, now=NOW, by=Doer(who="root"))
    _, session = begin_session(connection, sam, None, now=NOW, by=Doer(who=SAM))
    _, other = begin_session(connection, sam, None, now=NOW, by=Doer(who=SAM))
    end_other_session(connection, sam, other.digest, now=NOW, by=Doer(who=SAM))
    end_own_session(connection, session, now=NOW, by=Doer(who=SAM))
    begin_session(connection, sam, None, now=NOW, by=Doer(who=SAM))
    end_other_sessions(connection, sam, now=NOW, by=BY)
    remove_role(connection, sam, "lscb", now=NOW, by=BY)
    disable(connection, sam, now=NOW, by=BY)
    lines = list(reversed(access_lines(connection, account=SAM)))
    assert [(line.kind, line.who) for line in lines] == [
        (AccessKind.ACCOUNT_ADDED, BOSS),
        (AccessKind.ROLE_GIVEN, BOSS),
        (AccessKind.PASSWORD_CHANGED, BOSS),
        (AccessKind.LINK_MADE, "root"),
        (AccessKind.SIGNED_IN, SAM),
        (AccessKind.SIGNED_IN, SAM),
        (AccessKind.SESSION_ENDED, SAM),
        (AccessKind.SIGNED_OUT, SAM),
        (AccessKind.SIGNED_IN, SAM),
        (AccessKind.OTHER_SESSIONS_ENDED, BOSS),
        (AccessKind.ROLE_REMOVED, BOSS),
        (AccessKind.ACCOUNT_DISABLED, BOSS),
    ]
    assert {line.kind for line in lines} == set(AccessKind)
    given = lines[1]
    assert (given.board, given.role, given.browser, given.address) == (
        "lscb",
        "viewer",
        "Firefox on Windows",
        "192.0.2.7",
    )


def test_two_administrators_who_disable_each_other_at_once_do_so_in_turn(
    any_office: Office,
) -> None:
    database: Database = any_office.store().database
    with database.write() as connection:
        boss, sam = added(connection, BOSS), added(connection, SAM)

    def disables_boss() -> None:
        with database.write() as connection:
            disable(connection, boss, now=NOW, by=BY)

    with ThreadPoolExecutor(max_workers=1) as other:
        with database.write() as connection:
            disable(connection, sam, now=NOW, by=BY)
            answer = other.submit(disables_boss)
            # Held up until this one is done, so it does not matter how long it is waited for.
            wait([answer], timeout=0.5)
        with pytest.raises(AccountError, match=f"{BOSS} is the only administrator"):
            answer.result(PATIENCE)


def test_what_is_refused_leaves_nothing_on_record(any_office: Office) -> None:
    database: Database = any_office.store().database
    with database.write() as connection:
        boss = added(connection, BOSS)
    with database.read() as connection:
        before = access_lines(connection)
    for refused in (
        lambda to: disable(to, boss, now=NOW, by=BY),
        lambda to: remove_role(to, boss, EVERY_BOARD, now=NOW, by=BY),
        lambda to: let_in(to, BOSS, EVERY_BOARD, Role.VIEWER, now=NOW, by=BY),
    ):
        with pytest.raises(AccountError), database.write() as connection:
            refused(connection)
    with database.read() as connection:
        assert access_lines(connection) == before
        assert current(connection, boss).roles == {EVERY_BOARD: "admin"}


# What these do to an account, pages and commands do through operations/accounts.py alone, where
# it is noted, and where the feeds end with it.
THROUGH_OPERATIONS = {
    "storage.accounts.accounts": {"add_account", "disable", "remove_role", "set_password"},
    "storage.accounts.sessions": {"begin_session", "end_session", "end_sessions"},
}


def test_pages_and_commands_change_accounts_through_the_operations_alone() -> None:
    past = [
        f"{path.relative_to(ROOT)} imports {alias.name}"
        for folder in ("web", "cli")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in THROUGH_OPERATIONS.get(node.module or "", ())
    ]
    assert past == []
    for module, names in THROUGH_OPERATIONS.items():
        used = getattr(operations, module.rpartition(".")[2])
        assert all(hasattr(used, name) for name in names)
