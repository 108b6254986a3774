"""/users: the accounts, for administrators of all Boards."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.rules.date_text import listed
from ...core.addresses import parse_address
from ...storage.accounts.accounts import (
    EVERY_BOARD,
    Account,
    AccountError,
    Role,
    account_by_id,
    accounts,
    add_account,
    disable,
    folded,
)
from ...storage.accounts.setup_links import make_link
from ...storage.boards import boards
from ..page.one_time import redirect_to_show, secret_to_show, was_shown
from ..page.page import page
from ..request.context import form_of, redirect, site_of, user_of
from ..request.errors import NotFoundError
from ..request.form import Problems


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
    names = _names(request)
    board = problems.read(
        "board",
        "The Board",
        lambda: form.choice("board", (EVERY_BOARD, *names), missing="must be chosen from the list"),
    )
    if email is None or role is None or board is None:
        return _list(request, problems)
    who = user_of(request).email
    try:
        with site.installation.database.write() as connection:
            account_id = add_account(connection, email, {board: role}, now=site.now(), who=who)
            account = account_by_id(connection, account_id)
            wants_link = account is not None and not account.has_password
            token = make_link(connection, account_id, now=site.now()) if wants_link else None
    except AccountError as error:
        problems.add("role", str(error))
        return _list(request, problems)
    if token is None:
        notice = f"{folded(email)} is now {role.value} {_where(request, board)}."
        return redirect(request, "/users", notice)
    return _to_link(request, account_id, token)


def renew_link(request: Request) -> Response:
    """Make a new one-time link for a lost password; the next page shows it."""
    site = site_of(request)
    account = _usable(request)
    with site.installation.database.write() as connection:
        token = make_link(connection, account.id, now=site.now())
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
        account=_account(request),
    )


def disable_account(request: Request) -> Response:
    """Disable an account from now on."""
    site = site_of(request)
    account = _account(request)
    with site.installation.database.write() as connection:
        disable(connection, account.id, now=site.now())
    return redirect(request, "/users", f"{account.email} cannot sign in any more.")


def roles_in_words(account: Account, names: dict[str, str]) -> str:
    """Roles as a sentence has them: "secretariat of Cumbria LSCB"."""
    parts = [
        f"{role.value} of {'all Boards' if board == EVERY_BOARD else names.get(board, board)}"
        for board, role in sorted(account.roles.items())
    ]
    return listed(parts) if parts else "none"


def _account(request: Request) -> Account:
    with site_of(request).installation.database.read() as connection:
        account = account_by_id(connection, request.path_params["id"])
    if account is None:
        raise NotFoundError("There is no such account.")
    return account


def _usable(request: Request) -> Account:
    """The account of the address, while it may sign in."""
    account = _account(request)
    if account.disabled_at is not None:
        raise NotFoundError(f"{account.email} is disabled; add the address again to let it in.")
    return account


def _names(request: Request) -> dict[str, str]:
    with site_of(request).installation.database.read() as connection:
        return {row.id: row.name for row in boards(connection)}


def _where(request: Request, board: str) -> str:
    return "of all Boards" if board == EVERY_BOARD else f"of {_names(request)[board]}"


def _to_link(request: Request, account_id: int, token: str) -> Response:
    return redirect_to_show(request, f"/users/{account_id}/link", _once(account_id), token)


def _once(account_id: int) -> str:
    return f"link-{account_id}"


def _list(request: Request, problems: Problems | None = None) -> Response:
    with site_of(request).installation.database.read() as connection:
        known = accounts(connection)
        names = {row.id: row.name for row in boards(connection)}
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
