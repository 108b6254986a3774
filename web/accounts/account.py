"""/account: changing one's own password."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...storage.accounts.accounts import set_password
from ..page.page import page
from ..request.context import form_of, link, site_of, user_of
from ..request.form import Problems
from .passwords import hashed
from .setup import new_password
from .sign_in import checked, signed_in, wait_in_words


def show(request: Request) -> Response:
    """Show the account's address, and the form."""
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
    fresh = hashed(password)
    with site_of(request).installation.database.write() as connection:
        set_password(connection, user.id, fresh)
    notice = "Your password is changed. Other browsers are signed out."
    return signed_in(request, user.id, link(request, "/account"), notice=notice)


def _form(request: Request, problems: Problems | None = None) -> Response:
    return page(request, "accounts/account.html.j2", title="Your account", problems=problems)
