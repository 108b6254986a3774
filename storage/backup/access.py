"""Who may sign in and which feeds are open, kept beside the database, for a restore to heed.

A backup knows nothing of what was ended after it was made: without this list a restore would let
in again who was locked out. Each installation has its own part of it, by its id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, select, update

from ..accounts.access_kinds import AccessKind
from ..accounts.access_record import Doer, note_access
from ..accounts.accounts import EVERY_BOARD, Role
from ..database.engine import Database
from ..database.schema_version import schema_of
from ..holds import hold_of
from ..installation import installation_id, is_begun
from ..schema.accounts import account, account_role, feed
from .backup import BackupError, unfinished
from .revived import Revived, RevivedKind
from .witness import Witness

# What is known of one installation: `accounts` by address, `ended_feeds` by digest.
Access = Mapping[str, Any]


def known_access(file: Path) -> dict[str, Any]:
    """The list in `file`, by installation; nothing where there is none, or it was cut off."""
    try:
        known: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known


def access_now(database: Database, file: Path, witness: Witness) -> tuple[Access, bool]:
    """What the list in `file` and the database know together; whether the list is to be written.

    What the database does not know any more stays on the list. It is not written after a database
    that went back: then the list knows better, but for who was disabled.
    """
    known = known_access(file)
    with database.read() as connection:
        if schema_of(connection) is None or not is_begun(connection):
            return known, False
        name, now = installation_id(connection), _access_in(connection)
        held = hold_of(connection)
        went_back = witness.misses(connection) or (held is not None and held.after_restore)
    before = known.get(name, {"accounts": {}, "ended_feeds": []})
    accounts = {**before["accounts"], **now["accounts"]}
    if went_back:
        disabled = {email: each for email, each in now["accounts"].items() if each["disabled"]}
        accounts |= before["accounts"] | disabled
    feeds = sorted({*before["ended_feeds"], *now["ended_feeds"]})
    merged = {"accounts": accounts, "ended_feeds": feeds}
    return known | {name: merged}, not went_back and known.get(name) != merged


def keep_access(database: Database, file: Path, witness: Witness) -> None:
    """Notes in `file` how access stands now, unless nothing is known or nothing has changed.

    Raises BackupError where the file cannot be written.
    """
    access, is_news = access_now(database, file, witness)
    if is_news:
        write_access(access, file)


def write_access(access: Access, file: Path) -> None:
    """Writes the list. Raises BackupError where the file cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with unfinished(file) as part:
            part.touch(mode=0o600)
            part.write_text(json.dumps(access, ensure_ascii=False), "utf-8")
            part.replace(file)
    except (OSError, BackupError):
        raise BackupError(
            f"The list of who may sign in, {file}, cannot be written; give boardcal the right to "
            "write there."
        ) from None


def end_again(
    connection: Connection, access: Access, *, now: datetime, who: str
) -> list[Revived] | None:
    """Ends in a database what had ended by `access`; None where nothing is known of it.

    The record of access has it, with `who` restores.
    """
    known = access.get(installation_id(connection))
    if known is None:
        return None
    return [
        *_accounts(connection, known["accounts"], now, Doer(who=who)),
        *_feeds(connection, known, now),
    ]


def _access_in(connection: Connection) -> dict[str, Any]:
    roles: dict[int, dict[str, str]] = {}
    for row in connection.execute(select(account_role).order_by(account_role.c.board)):
        roles.setdefault(row.account_id, {})[row.board] = row.role
    people = select(account.c.id, account.c.email, account.c.password, account.c.disabled_at)
    ended = select(feed.c.digest).where(feed.c.revoked_at.is_not(None)).order_by(feed.c.digest)
    return {
        "accounts": {
            row.email: {
                "disabled": row.disabled_at is not None,
                "password": _digest(row.password),
                "roles": roles.get(row.id, {}),
            }
            for row in connection.execute(people.order_by(account.c.email))
        },
        "ended_feeds": list(connection.execute(ended).scalars()),
    }


def _accounts(connection: Connection, known: Access, now: datetime, by: Doer) -> Iterator[Revived]:
    for row in connection.execute(select(account).order_by(account.c.email)).all():
        stands = known.get(row.email)
        if stands is None:
            continue
        mine = update(account).where(account.c.id == row.id)
        if stands["disabled"]:
            if row.disabled_at is not None:
                continue
            connection.execute(mine.values(disabled_at=now, password=None))
            connection.execute(delete(account_role).where(account_role.c.account_id == row.id))
            note_access(connection, AccessKind.ACCOUNT_DISABLED, row.email, now=now, by=by)
            yield Revived(kind=RevivedKind.ACCOUNT, name=row.email)
            continue
        if row.password is not None and _digest(row.password) != stands["password"]:
            # Changed perhaps because others knew it: a new one is chosen by a link.
            connection.execute(mine.values(password=None))
            yield Revived(kind=RevivedKind.PASSWORD, name=row.email)
        roles = _roles(connection, row.id)
        if sum(_lower(connection, role, stands["roles"]) for role in roles):
            yield Revived(kind=RevivedKind.ROLE, name=row.email)


def _roles(connection: Connection, account_id: int) -> list[tuple[int, str, str]]:
    held = select(account_role).where(account_role.c.account_id == account_id)
    return [(row.account_id, row.board, row.role) for row in connection.execute(held)]


def _lower(connection: Connection, held: tuple[int, str, str], roles: Mapping[str, str]) -> bool:
    """Lowers one role of an account to what it was last; whether it was higher."""
    number, board, role = held
    last = roles.get(board, roles.get(EVERY_BOARD))
    if last is not None and Role(last).includes(Role(role)):
        return False
    mine = (account_role.c.account_id == number) & (account_role.c.board == board)
    if last is None:
        connection.execute(delete(account_role).where(mine))
    else:
        connection.execute(update(account_role).where(mine).values(role=last))
    return True


def _feeds(connection: Connection, known: Access, now: datetime) -> Iterator[Revived]:
    ended = set(known["ended_feeds"])
    still = select(feed.c.id, feed.c.subject, feed.c.digest).where(feed.c.revoked_at.is_(None))
    for row in connection.execute(still.order_by(feed.c.id)).all():
        if row.digest in ended:
            connection.execute(update(feed).where(feed.c.id == row.id).values(revoked_at=now))
            yield Revived(kind=RevivedKind.FEED, name=row.subject)


def _digest(password: str | None) -> str | None:
    """What tells one stored password from another, and is of no use to who reads it."""
    return None if password is None else hashlib.sha256(password.encode()).hexdigest()
