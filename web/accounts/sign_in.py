"""Signing in and out."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...operations.accounts import begin_session, end_own_session, known_account
from ...storage.accounts.access_kinds import RefusalKind
from ...storage.accounts.access_record import count_refusal
from ...storage.accounts.accounts import Account, folded, stored_password
from ...storage.accounts.sign_in_throttle import begin_attempt, forgive, subjects_of
from ..page.page import page
from ..page.resubmit import (
    KeptForm,
    packed_form,
    resendable,
    resubmit_page,
    unpacked_form,
)
from ..request.context import (
    SESSION,
    VISITOR,
    context_of,
    drop_cookie,
    form_of,
    link,
    notify,
    set_cookie,
    site_of,
)
from ..request.form import Problems
from ..request.form_sign import is_same_origin
from .browser import doer_of, known_browser, network_at, remember_browser
from .passwords import matches

WRONG = "The email address or the password is not right"
WELCOME_BACK = "You are signed in again. Look at what you typed, and send it."
HOME = "/upcoming"


def show(request: Request) -> Response:
    """Show the form, or lead on where the browser is signed in already."""
    target = local_path(request.query_params.get("next", ""))
    if context_of(request).session is not None:
        return RedirectResponse(site_of(request).prefix + target, status_code=302)
    return _form(request, email="", target=target)


def sign_in_first(request: Request) -> Response:
    """Lead to the form before a page that needs it; a form that was sent is kept meanwhile."""
    context = context_of(request)
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path.removeprefix(site_of(request).prefix) + query
    if request.method != "POST":
        target = None if path == "/" else path
        return RedirectResponse(link(request, "/sign-in", next=target), status_code=302)
    kept = resendable(request, context.form) if is_same_origin(request) else None
    return _form(request, email="", target=HOME, kept=kept, status=403, is_cut_off=True)


def sign_in(request: Request) -> Response:
    """Sign in, or refuse in the same words and time for every reason."""
    form = form_of(request)
    email = form.secret("email").strip()[:254]
    target = local_path(form.secret("next"))
    kept = unpacked_form(site_of(request), form.secret("kept"))
    account_id, wait = checked(request, email, form.secret("password"))
    if account_id is not None:
        return signed_in(request, account_id, site_of(request).prefix + target, kept=kept)
    problems = Problems()
    if wait is None:
        problems.add("email", WRONG)
        return _form(request, email=email, target=target, problems=problems, kept=kept)
    problems.add("email", f"Too many attempts; wait {wait_in_words(wait)}, then try again")
    response = _form(request, email=email, target=target, problems=problems, kept=kept, status=429)
    response.headers["Retry-After"] = str(ceil(wait.total_seconds()))
    return response


def checked(
    request: Request, email: str, password: str
) -> tuple[int, None] | tuple[None, timedelta | None]:
    """The account that `password` opens; else None, and how long to wait where that is due.

    It reads, writes and hashes as much whether there is such an account or not.
    """
    site, network = site_of(request), network_at(request)
    with site.installation.database.write() as connection:
        account, stored = stored_password(connection, email)
        browser = None if account is None else known_browser(request, account)
        subjects = subjects_of(folded(email), network, browser)
        wait = begin_attempt(connection, subjects, now=site.now())
        if wait is not None:
            _count(connection, RefusalKind.TOO_EARLY, account, network, now=site.now())
    if wait is not None:
        return None, wait
    is_right = matches(password, stored)
    with site.installation.database.write() as connection:
        # Hashes wait in turn: the password may have been changed, or the account disabled, since.
        still = stored_password(connection, email)[1] == stored
        if is_right and still and account is not None:
            forgive(connection, subjects)
            return account.id, None
        _count(connection, RefusalKind.WRONG_PASSWORD, account, network, now=site.now())
    return None, None


def _count(
    connection: Connection,
    what: RefusalKind,
    account: Account | None,
    network: str,
    *,
    now: datetime,
) -> None:
    whose = "" if account is None else account.email
    count_refusal(connection, what, account=whose, network=network, now=now)


def signed_in(
    request: Request,
    account_id: int,
    target: str,
    *,
    notice: str | None = None,
    kept: KeptForm | None = None,
) -> Response:
    """A new session for the account, never one that the browser had before.

    The browser goes to `target`, or sees the form that was `kept` while it was signed out.
    """
    site = site_of(request)
    context = context_of(request)
    with site.installation.database.write() as connection:
        account = known_account(connection, account_id)
        token, context.session = begin_session(
            connection,
            account,
            context.session,
            now=site.now(),
            by=doer_of(request, account.email),
        )
    context.key = token
    if notice is not None:
        notify(request, notice)
    response: Response = RedirectResponse(target, status_code=303)
    if kept is not None:
        response = resubmit_page(request, kept, why=WELCOME_BACK, status=200)
    set_cookie(site, response, SESSION, token)
    remember_browser(request, response, account)
    drop_cookie(site, response, VISITOR)
    context.new_visitor = None
    return response


def sign_out(request: Request) -> Response:
    """End the session, in the browser and in the database."""
    site = site_of(request)
    session = context_of(request).session
    if session is not None:
        with site.installation.database.write() as connection:
            end_own_session(connection, session, now=site.now(), by=doer_of(request))
    response = RedirectResponse(link(request, "/sign-in", out="1"), status_code=303)
    drop_cookie(site, response, SESSION)
    return response


def local_path(path: str) -> str:
    """`path` if it is a path of these pages, else the front page: no link leads elsewhere."""
    is_path = path.startswith("/") and not path.startswith(("//", "/\\"))
    plain = is_path and path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and not path.startswith("/sign-in") else HOME


def wait_in_words(wait: timedelta) -> str:
    """A wait as people say it."""
    seconds = ceil(wait.total_seconds())
    if seconds < 90:
        return f"{seconds} second{'s' if seconds != 1 else ''}"
    return f"{ceil(seconds / 60)} minutes"


def _form(
    request: Request,
    *,
    email: str,
    target: str,
    problems: Problems | None = None,
    kept: KeptForm | None = None,
    status: int = 200,
    is_cut_off: bool = False,
) -> Response:
    return page(
        request,
        "accounts/sign_in.html.j2",
        title="Sign in",
        problems=problems,
        status=status,
        email=email,
        target=target,
        is_out="out" in request.query_params and not problems,
        is_cut_off=is_cut_off,
        kept=packed_form(site_of(request), kept),
    )
