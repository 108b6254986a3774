"""Sessions of signed-in browsers: stored by a digest, so that the table opens no door."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, or_, select, update

from ..schema.accounts import session
from ..schema.column_types import AnyRow
from .accounts import Account, account_by_id

# OWASP's bounds for work of this kind: a working day, and never more than a day and a night.
IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=24)


# Each mark is a write, and the idle limit needs no finer time than this.
SEEN_EVERY = timedelta(minutes=5)
Notice = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser. `digest` names its row; `notice` is what its next page says."""

    digest: str
    account: Account
    begun_at: datetime
    seen_at: datetime
    notice: Notice | None
    browser: str | None = None
    address: str | None = None


def new_token() -> str:
    """256 random bits, as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """The digest stored instead of a token; a random token needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin_session(
    connection: Connection,
    account_id: int,
    *,
    now: datetime,
    browser: str | None = None,
    address: str | None = None,
) -> str:
    """Begins a session; the token for its browser. Expired sessions are removed."""
    connection.execute(
        delete(session).where(
            or_(session.c.begun_at <= now - LONGEST, session.c.seen_at <= now - IDLE)
        )
    )
    token = new_token()
    connection.execute(
        insert(session).values(
            digest=fingerprint(token),
            account_id=account_id,
            begun_at=now,
            seen_at=now,
            browser=browser,
            address=address,
        )
    )
    return token


def session_of(connection: Connection, token: str, *, now: datetime) -> Session | None:
    """The session of a token, while it lasts and its account may sign in."""
    lasting = _lasting(now).where(session.c.digest == fingerprint(token))
    row = connection.execute(lasting).first()
    if row is None:
        return None
    account = account_by_id(connection, row.account_id)
    if account is None or account.disabled_at is not None:
        return None
    return _read(row, account)


def sessions_of(connection: Connection, account: Account, *, now: datetime) -> list[Session]:
    """The browsers in which an account is signed in, the one used last first."""
    lasting = _lasting(now).where(session.c.account_id == account.id)
    rows = connection.execute(lasting.order_by(session.c.seen_at.desc(), session.c.digest))
    return [_read(row, account) for row in rows]


def needs_marking(known: Session, now: datetime) -> bool:
    """Whether the session was last marked as used SEEN_EVERY ago or longer."""
    return now - known.seen_at >= SEEN_EVERY


def mark_seen(connection: Connection, digest: str, *, now: datetime) -> None:
    """Notes that a session is in use."""
    connection.execute(update(session).where(session.c.digest == digest).values(seen_at=now))


def set_notice(connection: Connection, digest: str, notice: Notice | None) -> None:
    """Stores a notice for the session's next page; None once a page has shown it."""
    connection.execute(update(session).where(session.c.digest == digest).values(notice=notice))


def end_session(connection: Connection, digest: str) -> None:
    """Signs a browser out."""
    connection.execute(delete(session).where(session.c.digest == digest))


def end_sessions(
    connection: Connection, account_id: int, *, only: str | None = None, but: str | None = None
) -> int:
    """Signs browsers of an account out: all, or `only` one, or all `but` one; how many."""
    ended = delete(session).where(session.c.account_id == account_id)
    if only is not None:
        ended = ended.where(session.c.digest == only)
    if but is not None:
        ended = ended.where(session.c.digest != but)
    return connection.execute(ended).rowcount


def _lasting(now: datetime) -> Select[Any]:
    return select(session).where(session.c.begun_at > now - LONGEST, session.c.seen_at > now - IDLE)


def _read(row: AnyRow, account: Account) -> Session:
    return Session(
        digest=row.digest,
        account=account,
        begun_at=row.begun_at,
        seen_at=row.seen_at,
        notice=row.notice,
        browser=row.browser,
        address=row.address,
    )
