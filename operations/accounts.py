"""What is done to accounts and with them. Each of it is on record, with who did it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from ..storage.accounts import accounts, sessions, setup_links
from ..storage.accounts.access_kinds import AccessKind
from ..storage.accounts.access_record import Doer, note_access
from ..storage.accounts.accounts import Account, AccountError, Role, account_by_id
from ..storage.accounts.sessions import Session
from ..storage.feeds.feeds import FeedKind, feeds_for, revoke_feed


def let_in(
    connection: Connection, email: str, board: str, role: Role, *, now: datetime, by: Doer
) -> Account:
    """Give an account a role on a Board, or on EVERY_BOARD; make the account where there is none.

    One that was disabled begins anew. Raises AccountError as `add_account` does.
    """
    known = {each.email for each in accounts.accounts(connection) if each.disabled_at is None}
    account_id = accounts.add_account(connection, email, {board: role}, now=now, who=by.who)
    account = known_account(connection, account_id)
    if account.email not in known:
        note_access(connection, AccessKind.ACCOUNT_ADDED, account.email, now=now, by=by)
    note_access(
        connection, AccessKind.ROLE_GIVEN, account.email, now=now, by=by, board=board, role=role
    )
    return account


def remove_role(
    connection: Connection, account: Account, board: str, *, now: datetime, by: Doer
) -> None:
    """Take a role away. Feeds of a Board that the account may not see any more stop for good.

    Raises AccountError as `accounts.remove_role` does.
    """
    role = accounts.remove_role(connection, account.id, board)
    left = known_account(connection, account.id)
    for feed in feeds_for(connection, account.email):
        if feed.kind is not FeedKind.PERSON and not left.may(Role.VIEWER, feed.board):
            revoke_feed(connection, feed, now=now, who=by.who)
    note_access(
        connection, AccessKind.ROLE_REMOVED, account.email, now=now, by=by, board=board, role=role
    )


def disable(connection: Connection, account: Account, *, now: datetime, by: Doer) -> None:
    """End all that an account has: roles, password, sessions, links and feeds.

    Raises AccountError for the last administrator of all Boards.
    """
    accounts.disable(connection, account.id, now=now)
    for feed in feeds_for(connection, account.email):
        revoke_feed(connection, feed, now=now, who=by.who)
    note_access(connection, AccessKind.ACCOUNT_DISABLED, account.email, now=now, by=by)


def make_link(connection: Connection, account: Account, *, now: datetime, by: Doer) -> str:
    """The token of a new one-time link to choose a password with; earlier ones stop."""
    token = setup_links.make_link(connection, account.id, now=now)
    note_access(connection, AccessKind.LINK_MADE, account.email, now=now, by=by)
    return token


def change_password(
    connection: Connection, account: Account, hashed: str, *, now: datetime, by: Doer
) -> None:
    """Store a new password's hash; sessions and links for the old one end."""
    accounts.set_password(connection, account.id, hashed)
    note_access(connection, AccessKind.PASSWORD_CHANGED, account.email, now=now, by=by)


def begin_session(
    connection: Connection, account: Account, before: Session | None, *, now: datetime, by: Doer
) -> tuple[str, Session]:
    """A new session and the token for its browser, in the place of the one it had `before`."""
    if before is not None:
        sessions.end_session(connection, before.digest)
    token = sessions.begin_session(
        connection, account.id, now=now, browser=by.browser, address=by.address
    )
    session = sessions.session_of(connection, token, now=now)
    if session is None:
        raise AccountError("This account cannot sign in any more.")
    note_access(connection, AccessKind.SIGNED_IN, session.account.email, now=now, by=by)
    return token, session


def end_own_session(connection: Connection, session: Session, *, now: datetime, by: Doer) -> None:
    """End the session of the browser that asks for it."""
    sessions.end_session(connection, session.digest)
    note_access(connection, AccessKind.SIGNED_OUT, session.account.email, now=now, by=by)


def end_other_session(
    connection: Connection, account: Account, digest: str, *, now: datetime, by: Doer
) -> bool:
    """Sign one other browser of an account out; False where it was not signed in any more."""
    ended = sessions.end_sessions(connection, account.id, only=digest)
    if ended:
        note_access(connection, AccessKind.SESSION_ENDED, account.email, now=now, by=by)
    return ended > 0


def end_other_sessions(
    connection: Connection,
    account: Account,
    *,
    now: datetime,
    by: Doer,
    but: str | None = None,
) -> int:
    """Sign every browser of an account out but the one of a session's digest; how many."""
    ended = sessions.end_sessions(connection, account.id, but=but)
    if ended:
        note_access(connection, AccessKind.OTHER_SESSIONS_ENDED, account.email, now=now, by=by)
    return ended


def known_account(connection: Connection, account_id: int) -> Account:
    """One account. Raises AccountError where there is none."""
    account = account_by_id(connection, account_id)
    if account is None:
        raise AccountError("There is no such account any more.")
    return account
