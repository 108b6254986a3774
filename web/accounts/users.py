"""/users: the accounts, for administrators of all Boards."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.rules.date_text import listed
from ...core.addresses import parse_address
from ...operations.accounts import disable, let_in, make_link
from ...storage.accounts.accounts import (
    EVERY_BOARD,
    Account,
    AccountError,
    Role,
    account_by_id,
    accounts,
)
from ...storage.boards import boards
from ..page.one_time import redirect_to_show, secret_to_show, was_shown
from ..page.page import page
from ..request.context import form_of, redirect, site_of
from ..request.errors import NotFoundError
from ..request.form import Problems
from .browser import doer_of


def show(request: Request) -> Response:
    """The list, and the form for one more."""
    return _list(request)


def add(request: Request) -> Response:
    """Make an account, or give one another role; the next page shows its one-time link."""
    form = form_of(request)
    site = site_of(request)
    problems = Problems()
    email = problems.read(
        "email", "The email address", lambda: parse_address(form.text("email")).address
    )
    role = problems.read("role", "The role", lambda: Role(form.choice("role", list(Role))))
    names = names_of_boards(request)
    board = problems.read(
        "board",
        "The Board",
        lambda: form.choice("board", (EVERY_BOARD, *names), missing="must be chosen from the list"),
    )
    if email is None or role is None or board is None:
        return _list(request, problems)
    now, by = site.now(), doer_of(request)
    try:
        with site.installation.database.write() as connection:
            account = let_in(connection, email, board, role, now=now, by=by)
            token = None if account.has_password else make_link(connection, account, now=now, by=by)
    except AccountError as error:
        problems.add("role", str(error))
        return _list(request, problems)
    if token is None:
        notice = f"{account.email} is now {role.value} of {where_in_words(board, names)}."
        return redirect(request, "/users", notice)
    return _to_link(request, account.id, token)


def renew_link(request: Request) -> Response:
    """Make a new one-time link for a lost password; the next page shows it."""
    site = site_of(request)
    account = _usable(request)
    with site.installation.database.write() as connection:
        token = make_link(connection, account, now=site.now(), by=doer_of(request))
    return _to_link(request, account.id, token)


def show_link(request: Request) -> Response:
    """The one-time link that was just made; afterwards, the button that makes another."""
    account = _usable(request)
    token = secret_to_show(request, _once(account.id))
    shown = page(
        request,
        "accounts/user_link.html.j2",
        title="A link to send",
        account=account,
        address=f"{site_of(request).base_url}/password/{token}" if token else None,
    )
    return was_shown(request, shown, _once(account.id)) if token else shown


def ask_to_disable(request: Request) -> Response:
    """Show what disabling means, and the button that does it."""
    return page(
        request,
        "accounts/disable_account.html.j2",
        title="Disable an account",
        account=account_of(request),
    )


def disable_account(request: Request) -> Response:
    """Disable an account from now on."""
    site = site_of(request)
    account = account_of(request)
    with site.installation.database.write() as connection:
        disable(connection, account, now=site.now(), by=doer_of(request))
    return redirect(request, "/users", f"{account.email} cannot sign in any more.")


def roles_in_words(account: Account, names: Mapping[str, str]) -> str:
    """Roles as a sentence has them: "secretariat of Cumbria LSCB"."""
    parts = [
        f"{role.value} of {where_in_words(board, names)}"
        for board, role in sorted(account.roles.items())
    ]
    return listed(parts) if parts else "none"


def where_in_words(board: str, names: Mapping[str, str]) -> str:
    """The Board of a role, or all of them."""
    return "all Boards" if board == EVERY_BOARD else names.get(board, board)


def account_of(request: Request) -> Account:
    """The account of the address. Raises NotFoundError."""
    with site_of(request).installation.database.read() as connection:
        account = account_by_id(connection, request.path_params["id"])
    if account is None:
        raise NotFoundError("There is no such account.")
    return account


def _usable(request: Request) -> Account:
    """The account of the address, while it may sign in."""
    account = account_of(request)
    if account.disabled_at is not None:
        raise NotFoundError(f"{account.email} is disabled; add the address again to let it in.")
    return account


def names_of_boards(request: Request) -> dict[str, str]:
    """The names of all Boards by their ids."""
    with site_of(request).installation.database.read() as connection:
        return {row.id: row.name for row in boards(connection)}


def _to_link(request: Request, account_id: int, token: str) -> Response:
    return redirect_to_show(request, f"/users/{account_id}/link", _once(account_id), token)


def _once(account_id: int) -> str:
    return f"link-{account_id}"


def _list(request: Request, problems: Problems | None = None) -> Response:
    with site_of(request).installation.database.read() as connection:
        known = accounts(connection)
    names = names_of_boards(request)
    return page(
        request,
        "accounts/users.html.j2",
        title="Accounts",
        problems=problems,
        accounts=[(account, roles_in_words(account, names)) for account in known],
        boards=names,
        every=EVERY_BOARD,
        form=form_of(request),
    )
