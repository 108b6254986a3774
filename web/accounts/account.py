"""/account: one's own password, and the browsers that one is signed in with."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...operations.accounts import change_password as store_password
from ...operations.accounts import end_other_session, end_other_sessions
from ...storage.accounts.accounts import Account
from ...storage.accounts.sessions import sessions_of
from ..page.page import page
from ..request.context import context_of, form_of, link, redirect, site_of, user_of
from ..request.errors import ConflictError
from ..request.form import Problems
from .browser import doer_of
from .passwords import hashed
from .setup import new_password
from .sign_in import checked, signed_in, wait_in_words


def show(request: Request) -> Response:
    """Show the account's address, the form, and where it is signed in."""
    return _form(request)


def change_password(request: Request) -> Response:
    """Set the new password; every other browser is signed out."""
    user = user_of(request)
    form = form_of(request)
    problems = Problems()
    account_id, wait = checked(request, user.email, form.secret("current"))
    if wait is not None:
        problems.add("current", f"Too many attempts; wait {wait_in_words(wait)}, then try again")
    elif account_id is None:
        problems.add("current", "This is not your password; type it again")
    password = new_password(request, problems, user.email)
    if problems:
        return _form(request, problems)
    fresh, site = hashed(password), site_of(request)
    with site.installation.database.write() as connection:
        # While the hash was worked out it may have been ended, by whom it was taken from perhaps.
        own = own_session(request, user)
        known = {session.digest for session in sessions_of(connection, user, now=site.now())}
        if own not in known:
            raise ConflictError(
                "You were signed out meanwhile, so your password stays as it was; sign in again."
            )
        store_password(connection, user, fresh, now=site.now(), by=doer_of(request))
    notice = "Your password is changed. Other browsers are signed out."
    return signed_in(request, user.id, link(request, "/account"), notice=notice)


def end_sessions(request: Request) -> Response:
    """Sign one other browser out, or all others."""
    site, user = site_of(request), user_of(request)
    now, by, digest = site.now(), doer_of(request), form_of(request).secret("session")
    with site.installation.database.write() as connection:
        if digest:
            ended = int(end_other_session(connection, user, digest, now=now, by=by))
        else:
            own = own_session(request, user)
            ended = end_other_sessions(connection, user, now=now, by=by, but=own)
    return redirect(request, "/account", f"{browsers_in_words(ended)} signed out.")


def own_session(request: Request, account: Account) -> str | None:
    """The digest of the session that asks, where it is one of the account's."""
    session = context_of(request).session
    return session.digest if session and session.account.id == account.id else None


def browsers_in_words(number: int) -> str:
    """So many browsers that are, or were: "2 browsers are"."""
    return f"{number or 'No'} {'browsers are' if number > 1 else 'browser is'}"


def _form(request: Request, problems: Problems | None = None) -> Response:
    site, user = site_of(request), user_of(request)
    with site.installation.database.read() as connection:
        sessions = sessions_of(connection, user, now=site.now())
    return page(
        request,
        "accounts/account.html.j2",
        title="Your account",
        problems=problems,
        sessions=sessions,
        own=own_session(request, user),
        zone=site.installation.local.zone,
    )
