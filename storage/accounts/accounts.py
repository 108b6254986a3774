"""Accounts: people who may sign in, and the role that each has on each Board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from ...core.errors import BoardcalError
from ..schema.accounts import account, account_role, session, setup_link
from ..schema.column_types import AnyRow

EVERY_BOARD = "*"


class AccountError(BoardcalError):
    """An account that does not exist, or cannot be changed as asked."""


class Role(StrEnum):
    """The permissions of an account; each role may do all that those before it may."""

    VIEWER = "viewer"
    SECRETARIAT = "secretariat"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether this role may do all that `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account. `roles` is by Board id; EVERY_BOARD stands for all, later ones too."""

    id: int
    email: str
    made_at: datetime
    made_by: str
    disabled_at: datetime | None
    has_password: bool
    roles: Mapping[str, Role]

    def role_on(self, board: str) -> Role | None:
        """The greatest role on a Board, or on all of them where `board` is EVERY_BOARD."""
        held = [self.roles.get(name) for name in (board, EVERY_BOARD)]
        order = list(Role)
        return max((role for role in held if role), key=order.index, default=None)

    def may(self, role: Role, board: str = EVERY_BOARD) -> bool:
        """Whether the account has `role` or a greater one, on a Board or on all of them."""
        held = self.role_on(board)
        return self.disabled_at is None and held is not None and held.includes(role)


def accounts(connection: Connection) -> list[Account]:
    """Every account, by address."""
    return _read(connection, connection.execute(select(account).order_by(account.c.email)))


def account_by_id(connection: Connection, account_id: int) -> Account | None:
    """One account, or None."""
    rows = connection.execute(select(account).where(account.c.id == account_id))
    return next(iter(_read(connection, rows)), None)


def account_named(connection: Connection, email: str) -> Account:
    """The account of an address, however it is capitalised. Raises AccountError."""
    rows = connection.execute(select(account).where(account.c.email == folded(email)))
    named = next(iter(_read(connection, rows)), None)
    if named is None:
        raise AccountError(f"There is no account {email}; `boardcal user list` shows all.")
    return named


def stored_password(
    connection: Connection, email: str
) -> tuple[Account, str | None] | tuple[None, None]:
    """The account of an address, and its password's hash where it may sign in."""
    row = connection.execute(select(account).where(account.c.email == folded(email))).first()
    if row is None:
        return None, None
    (known,) = _read(connection, [row])
    return known, row.password if row.disabled_at is None else None


def is_without_accounts(connection: Connection) -> bool:
    """Whether there are no accounts yet, so that the first may be made by a set-up link."""
    return connection.execute(select(account.c.id).limit(1)).first() is None


def add_account(
    connection: Connection, email: str, roles: Mapping[str, Role], *, now: datetime, who: str
) -> int:
    """Adds an account, or adds roles to an existing one; its id. One that was disabled begins anew.

    Raises AccountError where the last administrator of all Boards would lose that role.
    """
    same = connection.execute(select(account.c.id).where(account.c.email == folded(email)))
    account_id: int | None = same.scalar()
    if account_id is None:
        made = connection.execute(
            insert(account)
            .values(email=folded(email), made_at=now, made_by=who)
            .returning(account.c.id)
        )
        account_id = int(made.scalar_one())
    else:
        before = account_by_id(connection, account_id)
        less = roles.get(EVERY_BOARD, Role.ADMIN) is not Role.ADMIN
        if less and before is not None and before.has_password:
            _require_other_admin(connection, before)
        if before is not None and before.disabled_at is not None:
            begun = {"disabled_at": None, "password": None, "made_at": now, "made_by": who}
            connection.execute(update(account).where(account.c.id == account_id).values(begun))
    of_account = account_role.c.account_id == account_id
    connection.execute(
        delete(account_role).where(of_account, account_role.c.board.in_(list(roles)))
    )
    connection.execute(
        insert(account_role),
        [
            {"account_id": account_id, "board": board, "role": role.value}
            for board, role in roles.items()
        ],
    )
    return account_id


def set_password(connection: Connection, account_id: int, hashed: str) -> None:
    """Stores a password's hash; sessions and links end, for they were given for the old one.

    Raises AccountError where the account was disabled meanwhile: it would have a password again.
    """
    enabled = (account.c.id == account_id) & account.c.disabled_at.is_(None)
    changed = connection.execute(update(account).where(enabled).values(password=hashed))
    if not changed.rowcount:
        raise AccountError("The account cannot sign in any more, so it has no password.")
    _end_access(connection, account_id)


def remove_role(connection: Connection, account_id: int, board: str) -> Role:
    """Takes from an account its role on a Board, or on all where `board` is EVERY_BOARD; the role.

    Raises AccountError where there is none, and for the last administrator of all Boards.
    """
    before = account_by_id(connection, account_id)
    role = None if before is None else before.roles.get(board)
    if before is None or role is None:
        raise AccountError("The account does not have this role any more.")
    if board == EVERY_BOARD and before.has_password:
        _require_other_admin(connection, before)
    connection.execute(
        delete(account_role).where(
            account_role.c.account_id == account_id, account_role.c.board == board
        )
    )
    return role


def disable(connection: Connection, account_id: int, *, now: datetime) -> None:
    """Disables an account. Nothing is left to come back to: no role, password, session or link.

    Raises AccountError for the last administrator of all Boards, since no one could undo it.
    """
    disabled = account_by_id(connection, account_id)
    if disabled is None:
        raise AccountError("There is no such account any more.")
    _require_other_admin(connection, disabled)
    ended = {"disabled_at": now, "password": None}
    connection.execute(update(account).where(account.c.id == account_id).values(ended))
    connection.execute(delete(account_role).where(account_role.c.account_id == account_id))
    _end_access(connection, account_id)


def _require_other_admin(connection: Connection, admin: Account) -> None:
    # Two administrators who disable each other at the same moment do so in turn.
    connection.execute(select(account.c.id).order_by(account.c.id).with_for_update())
    others = (
        account
        for account in accounts(connection)
        if account.id != admin.id and account.has_password and account.may(Role.ADMIN)
    )
    if admin.may(Role.ADMIN) and next(others, None) is None:
        raise AccountError(
            f"{admin.email} is the only administrator of all Boards who can sign in; make "
            "another one first."
        )


def folded(email: str) -> str:
    """The form in which addresses are compared: people capitalise theirs as they like."""
    return email.strip().lower()


def _end_access(connection: Connection, account_id: int) -> None:
    for table in (session, setup_link):
        connection.execute(delete(table).where(table.c.account_id == account_id))


def _read(connection: Connection, rows: Iterable[AnyRow]) -> list[Account]:
    account_rows = list(rows)
    roles: dict[int, dict[str, Role]] = {row.id: {} for row in account_rows}
    held = select(account_role).where(account_role.c.account_id.in_(list(roles)))
    for row in connection.execute(held):
        roles[row.account_id][row.board] = Role(row.role)
    return [
        Account(
            id=row.id,
            email=row.email,
            made_at=row.made_at,
            made_by=row.made_by,
            disabled_at=row.disabled_at,
            has_password=row.password is not None,
            roles=roles[row.id],
        )
        for row in account_rows
    ]
