"""One-time links by which the first account is made, or an account's password chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from ..schema.accounts import setup_link
from .accounts import Account, account_by_id, is_without_accounts
from .sessions import fingerprint, new_token

LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupLink:
    """A link that can still be used. `account` is None where it makes the first one."""

    digest: str
    account: Account | None


def make_link(connection: Connection, account_id: int | None, *, now: datetime) -> str:
    """The token of a new link; earlier ones for the same account stop working."""
    connection.execute(
        delete(setup_link).where(setup_link.c.account_id.is_not_distinct_from(account_id))
    )
    token = new_token()
    connection.execute(
        insert(setup_link).values(
            digest=fingerprint(token), account_id=account_id, expires_at=now + LASTS
        )
    )
    return token


def link_of(connection: Connection, token: str, *, now: datetime) -> SetupLink | None:
    """The link of a token, or None where it is unknown, used or older than LASTS."""
    row = connection.execute(
        select(setup_link).where(
            setup_link.c.digest == fingerprint(token),
            setup_link.c.used_at.is_(None),
            setup_link.c.expires_at > now,
        )
    ).first()
    if row is None:
        return None
    if row.account_id is None:
        is_first = is_without_accounts(connection)
        return SetupLink(digest=row.digest, account=None) if is_first else None
    account = account_by_id(connection, row.account_id)
    if account is None or account.disabled_at is not None:
        return None
    return SetupLink(digest=row.digest, account=account)


def use_link(connection: Connection, digest: str, *, now: datetime) -> bool:
    """Marks a link as used; False where another request was faster."""
    used = connection.execute(
        update(setup_link)
        .where(setup_link.c.digest == digest, setup_link.c.used_at.is_(None))
        .values(used_at=now)
    )
    return used.rowcount == 1
