"""The record of access: what was done with accounts, only added to; refusals by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    String,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from ..database.upsert import insert_for
from ..schema.accounts import access_record, access_refusal
from ..schema.column_types import AnyRow, Instant
from .access_kinds import AccessKind, RefusalKind

# Refusals come by number, and from strangers. Those of one kind are one row a day for an account
# and a network, and those of further networks are counted together.
KEPT = timedelta(days=90)
MOST_NETWORKS = 20

FIELDS = ("account", "who", "board", "role", "browser", "address", "page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doer:
    """An account, or a user of the machine; of a browser also its words and its address."""

    who: str
    browser: str | None = None
    address: str | None = None


def note_access(
    connection: Connection,
    what: AccessKind,
    account: str,
    *,
    now: datetime,
    by: Doer,
    board: str | None = None,
    role: str | None = None,
) -> None:
    """Adds to the record what was done with the account of an address."""
    connection.execute(
        insert(access_record).values(
            at=now,
            what=what,
            account=account,
            who=by.who,
            board=board,
            role=role,
            browser=by.browser,
            address=by.address,
        )
    )


def count_refusal(
    connection: Connection,
    what: RefusalKind,
    *,
    account: str,
    network: str,
    now: datetime,
    page: str = "",
) -> None:
    """Counts a refusal on its day; those of KEPT ago are removed.

    `account` is that of an account that exists, else "": what is typed into a form may be
    anything, a password too.
    """
    connection.execute(delete(access_refusal).where(access_refusal.c.last_at <= now - KEPT))
    key = {"day": now.date(), "what": what, "account": account, "page": page}
    networks = connection.execute(
        select(access_refusal.c.address).where(
            *(access_refusal.c[name] == value for name, value in key.items())
        )
    )
    known = set(networks.scalars())
    new = insert_for(connection, access_refusal).values(
        **key,
        address=network if network in known or len(known) < MOST_NETWORKS else "",
        times=1,
        first_at=now,
        last_at=now,
    )
    connection.execute(
        new.on_conflict_do_update(
            index_elements=list(access_refusal.primary_key.columns),
            set_={"times": access_refusal.c.times + 1, "last_at": now},
        )
    )


def access_lines(
    connection: Connection,
    *,
    account: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[AnyRow]:
    """The record and the refusals, the latest first: `kind`, `at`, `times`, `first_at`, FIELDS.

    `kind` is a value of AccessKind or RefusalKind; `times` is None for what is no refusal.
    """
    lines = _lines(account, since).subquery()
    newest_first = (lines.c.at.desc(), lines.c.number.desc(), lines.c.address)
    query = select(lines).order_by(*newest_first).limit(limit).offset(offset)
    return connection.execute(query).all()


def count_access_lines(
    connection: Connection, *, account: str | None = None, since: datetime | None = None
) -> int:
    """How many lines there are."""
    query = select(func.count()).select_from(_lines(account, since).subquery())
    return connection.execute(query).scalar_one()


def _lines(account: str | None, since: datetime | None) -> Any:
    record, refusal = access_record.c, access_refusal.c
    nothing = type_coerce(null(), String)
    done: Select[Any] = select(
        record.id.label("number"),
        record.at,
        type_coerce(record.what, String).label("kind"),
        type_coerce(null(), Integer).label("times"),
        type_coerce(null(), Instant).label("first_at"),
        *(record[name] if name in record else nothing.label(name) for name in FIELDS),
    )
    refused: Select[Any] = select(
        literal(0).label("number"),
        refusal.last_at.label("at"),
        type_coerce(refusal.what, String).label("kind"),
        refusal.times,
        refusal.first_at,
        *(refusal[name] if name in refusal else nothing.label(name) for name in FIELDS),
    )
    if account is not None:
        done = done.where(record.account == account)
        refused = refused.where(refusal.account == account)
    if since is not None:
        done = done.where(record.at >= since)
        refused = refused.where(refusal.last_at >= since)
    return union_all(done, refused)
