"""`boardcal user`: who may sign in to the pages."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator

import click
from sqlalchemy import Connection

from ...calendar.rules.date_text import listed
from ...core.errors import BoardcalError
from ...operations.accounts import (
    change_password,
    disable,
    end_other_sessions,
    let_in,
    make_link,
    remove_role,
)
from ...scheduler.installation import Installation
from ...storage.accounts.access_record import Doer
from ...storage.accounts.accounts import EVERY_BOARD, Account, Role, account_named, accounts
from ...storage.boards import boards
from ...web.accounts.passwords import acceptable, hashed
from ..framework.context import Invocation, asking
from ..framework.param_types import ADDRESS
from ..framework.terminal import say, say_lines, say_secret

EMAIL = click.argument("email", type=ADDRESS)
TOGETHER = "--board and --all cannot go together; give one of them"


@click.group()
def user() -> None:
    """Let people sign in to the pages, or stop them.

    A viewer sees everything and changes nothing, the secretariat records and changes, an admin
    also looks after the accounts. Chairs need no account: their mails carry links.
    """


@user.command()
@EMAIL
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="What they may do.",
)
@click.option(
    "--all", "every", is_flag=True, help="For all Boards; the default where there is one."
)
@click.pass_obj
def add(invocation: Invocation, email: str, role: str, *, every: bool) -> None:
    """Make an account, or give one another role; prints a link to choose a password with."""
    if every and invocation.board is not None:
        raise click.UsageError(TOGETHER)
    with invocation.writing() as installation, installation.database.write() as connection:
        board = EVERY_BOARD if every else _board(installation, connection, invocation.board)
        now, by = installation.clock(), Doer(who=asking())
        account = let_in(connection, email, board, Role(role), now=now, by=by)
        is_new = not account.has_password
        token = make_link(connection, account, now=now, by=by) if is_new else None
        say(f"{email} is {role} of {_where(board)} now.")
        if token is not None:
            _say_link(installation, token, email)


@user.command("list")
@click.pass_obj
def list_(invocation: Invocation) -> None:
    """List the accounts, with what each may do."""
    with (
        invocation.reading(with_planner=False) as installation,
        installation.database.read() as connection,
    ):
        all_accounts = accounts(connection)
    if not all_accounts:
        say("Nobody has an account yet; `boardcal run` prints a link that makes the first one.")
    say_lines(_lines(all_accounts))


@user.command("disable")
@EMAIL
@click.pass_obj
def disable_(invocation: Invocation, email: str) -> None:
    """Stop somebody from signing in, at once.

    Their roles, password, sessions and feeds end. `boardcal user add` begins anew.
    """
    with invocation.writing() as installation, installation.database.write() as connection:
        account = account_named(connection, email)
        disable(connection, account, now=installation.clock(), by=Doer(who=asking()))
    say(f"{email} cannot sign in any more.")


@user.command("remove-role")
@EMAIL
@click.option("--all", "every", is_flag=True, help="The role for all Boards.")
@click.pass_obj
def remove_role_(invocation: Invocation, email: str, *, every: bool) -> None:
    """Take a role from somebody: that for one Board, or with --all that for all of them."""
    if every and invocation.board is not None:
        raise click.UsageError(TOGETHER)
    with invocation.writing() as installation, installation.database.write() as connection:
        account = account_named(connection, email)
        board = EVERY_BOARD if every else _board(installation, connection, invocation.board)
        remove_role(connection, account, board, now=installation.clock(), by=Doer(who=asking()))
        say(f"{email} has no role any more for {_where(board)}.")


@user.command("sign-out")
@EMAIL
@click.pass_obj
def sign_out(invocation: Invocation, email: str) -> None:
    """Sign somebody out in every browser, at once. They may sign in again."""
    with invocation.writing() as installation, installation.database.write() as connection:
        account = account_named(connection, email)
        now, by = installation.clock(), Doer(who=asking())
        ended = end_other_sessions(connection, account, now=now, by=by)
    say(f"{email} was signed in with {ended} browser{'' if ended == 1 else 's'}, and is not now.")


@user.command()
@EMAIL
@click.option("--link", is_flag=True, help="Print a link to send to them, instead of asking.")
@click.pass_obj
def password(invocation: Invocation, email: str, *, link: bool) -> None:
    """Give somebody a new password: typed here, or chosen by them through a link."""
    with invocation.writing() as installation:
        with installation.database.read() as connection:
            account = account_named(connection, email)
            names = [row.name for row in boards(connection)]
        if account.disabled_at is not None:
            raise BoardcalError(f"{email} is disabled; `boardcal user add` lets them in again.")
        if link or not sys.stdin.isatty():
            with installation.database.write() as connection:
                now, by = installation.clock(), Doer(who=asking())
                token = make_link(connection, account, now=now, by=by)
                _say_link(installation, token, email)
            return
        typed = click.prompt("New password", hide_input=True, confirmation_prompt="Again")
        fresh = hashed(_acceptable(typed, account, names))
        with installation.database.write() as connection:
            now, by = installation.clock(), Doer(who=asking())
            change_password(connection, account, fresh, now=now, by=by)
    say(f"{email} has a new password; wherever they were signed in, they are not any more.")


def _acceptable(typed: str, account: Account, names: Collection[str]) -> str:
    try:
        return acceptable(typed, account.email, names)
    except BoardcalError as error:
        raise BoardcalError(f"The password {error}.") from None


def _board(installation: Installation, connection: Connection, named: str | None) -> str:
    """The Board that a role is for: the one named; all of them where there is only one."""
    several = len(boards(connection)) > 1
    return installation.board(connection, named).id if named or several else EVERY_BOARD


def _where(board: str) -> str:
    return "all Boards" if board == EVERY_BOARD else board


def _say_link(installation: Installation, token: str, email: str) -> None:
    say(f"Send this link to {email}. It works once, for 24 hours, and lets them choose a password:")
    say_secret(f"{installation.settings.web.base_url}/password/{token}")


def _lines(accounts: list[Account]) -> Iterator[str]:
    room = max((len(account.email) for account in accounts), default=0)
    for account in accounts:
        roles = [
            f"{role.value} of {_where(board)}" for board, role in sorted(account.roles.items())
        ]
        state = "disabled" if account.disabled_at else ""
        waits = "" if account.has_password or state else "no password yet"
        notes = [part for part in (listed(roles), state, waits) if part]
        yield f"{account.email:{room}}  {', '.join(notes)}"
