"""One-time links: the page that makes the first account, and the one that sets a password."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ...core.addresses import parse_address
from ...operations.accounts import change_password, let_in
from ...storage.accounts.accounts import EVERY_BOARD, Role
from ...storage.accounts.setup_links import SetupLink, link_of, use_link
from ...storage.boards import boards
from ..page.page import page
from ..request.context import form_of, link, site_of
from ..request.errors import NotFoundError
from ..request.form import Form, Problems
from .browser import doer_of
from .passwords import acceptable, hashed
from .sign_in import HOME, signed_in

SPENT = (
    "This link has been used, is too old, or is not complete. Ask whoever looks after boardcal "
    "here for a new one; `boardcal run` and `boardcal user password` print them."
)


class SpentLinkError(NotFoundError):
    """A link that does nothing any more."""

    heading = "This link does not work any more"

    def __init__(self) -> None:
        super().__init__(SPENT)


def show(request: Request) -> Response:
    """The form; looking at it uses nothing up."""
    return _form(request, _link(request))


def choose(request: Request) -> Response:
    """Set the password, making the first account where that is the link's purpose."""
    setup_link = _link(request)
    form = form_of(request)
    problems = Problems()
    if setup_link.account is None:
        email = problems.read("email", "The email address", lambda: _email(form)) or ""
    else:
        email = setup_link.account.email
    password = new_password(request, problems, email)
    if problems:
        return _form(request, setup_link, problems, email=form.secret("email"))
    account_id = _used(request, setup_link, email, hashed(password))
    return signed_in(request, account_id, link(request, HOME))


def new_password(request: Request, problems: Problems, email: str) -> str:
    """The new password of a form that asks for it twice; "" with problems where it will not do."""
    form = form_of(request)
    typed = form.secret("password")
    with site_of(request).installation.database.read() as connection:
        names = [row.name for row in boards(connection)]
    password = problems.read("password", "The password", lambda: acceptable(typed, email, names))
    if password is not None and typed != form.secret("again"):
        problems.add("again", "The two passwords are not the same; type both again")
    return password or ""


def _email(form: Form) -> str:
    return parse_address(form.text("email")).address


def _link(request: Request) -> SetupLink:
    site = site_of(request)
    with site.installation.database.read() as connection:
        setup_link = link_of(connection, request.path_params["token"], now=site.now())
    if setup_link is None:
        raise SpentLinkError
    return setup_link


def _used(request: Request, setup_link: SetupLink, email: str, password: str) -> int:
    """Use the link up and set the password, both or neither; the account's id."""
    site = site_of(request)
    with site.installation.database.write() as connection:
        current = link_of(connection, request.path_params["token"], now=site.now())
        if current is None or not use_link(connection, setup_link.digest, now=site.now()):
            raise SpentLinkError
        account, now, by = setup_link.account, site.now(), doer_of(request, email)
        if account is None:
            account = let_in(connection, email, EVERY_BOARD, Role.ADMIN, now=now, by=by)
        change_password(connection, account, password, now=now, by=by)
    return account.id


def _form(
    request: Request, setup_link: SetupLink, problems: Problems | None = None, email: str = ""
) -> Response:
    return page(
        request,
        "accounts/set_password.html.j2",
        title="Make the first account" if setup_link.account is None else "Choose your password",
        problems=problems,
        account=setup_link.account,
        email=email,
    )
