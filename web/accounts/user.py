"""/users/ID: one account, for administrators: its roles, where it is signed in, its record."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...operations.accounts import end_other_sessions
from ...operations.accounts import remove_role as take_role
from ...queries.access import access_page
from ...storage.accounts.accounts import Role
from ...storage.accounts.sessions import sessions_of
from ..page.page import page
from ..request.context import form_of, redirect, site_of
from .account import browsers_in_words, own_session
from .browser import doer_of
from .users import account_of, names_of_boards, where_in_words

NEWEST = 20
ROLES = {Role.VIEWER: "Viewer", Role.SECRETARIAT: "Secretariat", Role.ADMIN: "Administrator"}


def show(request: Request) -> Response:
    """Show the account, with the newest of its record."""
    site, account, names = site_of(request), account_of(request), names_of_boards(request)
    with site.installation.database.read() as connection:
        sessions = sessions_of(connection, account, now=site.now())
        record = access_page(
            connection, names, site.installation.local, account=account.email, size=NEWEST
        )
    return page(
        request,
        "accounts/user.html.j2",
        title=account.email,
        account=account,
        roles=[
            (board, ROLES[role], where_in_words(board, names))
            for board, role in sorted(account.roles.items())
        ],
        sessions=sessions,
        own=own_session(request, account),
        record=record,
        zone=site.installation.local.zone,
    )


def remove_role(request: Request) -> Response:
    """Take a role away from now on."""
    site, account = site_of(request), account_of(request)
    board = form_of(request).secret("board")
    role = account.roles.get(board)
    with site.installation.database.write() as connection:
        take_role(connection, account, board, now=site.now(), by=doer_of(request))
    where = where_in_words(board, names_of_boards(request))
    notice = f"{account.email} is not {role.value if role else ''} of {where} any more."
    return redirect(request, f"/users/{account.id}", notice)


def end_sessions(request: Request) -> Response:
    """Sign every browser of the account out, but the one that asks."""
    site, account = site_of(request), account_of(request)
    now, by, own = site.now(), doer_of(request), own_session(request, account)
    with site.installation.database.write() as connection:
        ended = end_other_sessions(connection, account, now=now, by=by, but=own)
    notice = f"{browsers_in_words(ended)} signed out of {account.email}."
    return redirect(request, f"/users/{account.id}", notice)
