"""The context of a request: its account, its Board, its form, and the Board's data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...scheduler.planning.board_view import BoardView
from ...storage.accounts.accounts import Account, Role
from ...storage.accounts.sessions import Notice, Session, new_token, session_of, set_notice
from ...storage.boards import BoardRow, board_row, boards, hold_boards
from ...storage.holds import Hold, hold_of
from ...storage.pauses import paused_boards
from .errors import ForbiddenError, NotFoundError
from .form import Form
from .site import Site

SESSION = "boardcal"
VISITOR = "boardcal-visitor"


def read_cookie(site: Site, request: Request, name: str) -> str | None:
    """The value of a cookie, or None."""
    return request.cookies.get(_full(site, name))


def set_cookie(
    site: Site, response: Response, name: str, value: str, *, seconds: int | None = None
) -> None:
    """Set a cookie that no script can read, for some seconds or until the browser closes."""
    response.set_cookie(
        _full(site, name),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=site.is_secure,
    )


def drop_cookie(site: Site, response: Response, name: str) -> None:
    """Delete a cookie."""
    response.delete_cookie(
        _full(site, name), path="/", httponly=True, samesite="lax", secure=site.is_secure
    )


def session_left(site: Site, response: Response) -> str | None:
    """The session that a response begins; "" where it ends one, None where it does neither."""
    for header in response.headers.getlist("set-cookie"):
        cookie = SimpleCookie(header).get(_full(site, SESSION))
        if cookie is not None:
            return cookie.value
    return None


def session_headers(request: Request) -> list[tuple[bytes, bytes]]:
    """The headers by which the session of a request, perhaps just begun, is known again."""
    cookie = f"{_full(site_of(request), SESSION)}={context_of(request).key}"
    return [(b"cookie", cookie.encode())]


def _full(site: Site, name: str) -> str:
    # RFC 6265bis 4.1.3.2: such a name cannot be set by a neighbouring host, nor over plain http.
    return f"__Host-{name}" if site.is_secure else name


@dataclass(slots=True, kw_only=True)
class RequestContext:
    """The facts about a request. `key` is the cookie that its forms are bound to.

    `notice` is what the page after it says.
    """

    form: Form = field(default_factory=Form)
    session: Session | None = None
    boards: tuple[BoardRow, ...] = ()
    paused: frozenset[str] = frozenset()
    held: Hold | None = None
    board: BoardRow | None = None
    key: str = ""
    new_visitor: str | None = None
    notice: Notice | None = None

    @property
    def account(self) -> Account | None:
        """The account that is signed in."""
        return None if self.session is None else self.session.account


def open_context(request: Request, form: Form) -> RequestContext:
    """Read the session of a request, and keep its context with it."""
    site = site_of(request)
    context = RequestContext(form=form)
    request.state.context = context
    token = read_cookie(site, request, SESSION)
    if token:
        with site.installation.database.read() as connection:
            _sign_in(context, connection, token, site)
    if context.session is None:
        context.key = read_cookie(site, request, VISITOR) or ""
        if not context.key:
            context.key = context.new_visitor = new_token()
    return context


def _sign_in(context: RequestContext, connection: Connection, token: str, site: Site) -> None:
    context.session = session_of(connection, token, now=site.now())
    account = context.account
    if account is None:
        return
    context.key = token
    context.boards = tuple(row for row in boards(connection) if account.may(Role.VIEWER, row.id))
    context.paused = paused_boards(connection)
    context.held = hold_of(connection)


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    site: Site = request.app.state.site
    return site


def context_of(request: Request) -> RequestContext:
    """The context of a request; an empty one before it is opened."""
    context: RequestContext = getattr(request.state, "context", None) or RequestContext()
    return context


def form_of(request: Request) -> Form:
    """The form that was sent."""
    return context_of(request).form


def user_of(request: Request) -> Account:
    """The account that is signed in; pages with a role always have one."""
    account = context_of(request).account
    if account is None:
        raise ForbiddenError("Nobody is signed in.")
    return account


def board_of(request: Request) -> BoardRow:
    """The Board of a page."""
    board = context_of(request).board
    if board is None:
        raise NotFoundError
    return board


@contextmanager
def reading_board(request: Request) -> Iterator[tuple[Connection, BoardView]]:
    """A connection to read with, and the page's Board as it is now."""
    installation = site_of(request).installation
    with installation.database.read() as connection:
        yield connection, installation.view(connection, _current(connection, request))


@contextmanager
def changing_board(request: Request) -> Iterator[tuple[Connection, BoardView]]:
    """The same in a transaction that writes: all of it, or nothing where the page fails.

    Nobody else changes a Board meanwhile, so that its planner is the one in force.
    """
    installation = site_of(request).installation
    with installation.database.write() as connection:
        hold_boards(connection)
        yield connection, installation.view(connection, _current(connection, request))


def _current(connection: Connection, request: Request) -> BoardRow:
    row = board_row(connection, board_of(request).id)
    if row is None:
        raise NotFoundError("This Board is gone.")
    return row


def link(request: Request, path: str, **query: object) -> str:
    """The address of a page of the same Board, or of none, for a link or a redirect.

    `path` begins with a slash; what is None in `query` is left out.
    """
    site = site_of(request)
    context = context_of(request)
    several = len(context.boards) > 1 and context.board is not None
    of_board = several and request.app.state.is_board_page(path)
    before = f"/boards/{quote(context.board.id)}" if of_board and context.board else ""
    pairs = {name: value for name, value in query.items() if value not in (None, "")}
    after = f"?{urlencode(pairs, doseq=True)}" if pairs else ""
    return f"{site.prefix}{before}{quote(path, safe='/:@')}{after}"


def redirect(request: Request, path: str, notice: str | None = None, **query: object) -> Response:
    """Redirect after a form; `notice` is shown on the page that it leads to."""
    if notice is not None:
        notify(request, notice)
    return RedirectResponse(link(request, path, **query), status_code=303)


def notify(request: Request, text: str, *, heading: str = "Done") -> None:
    """Have the next page of this session show a notice once."""
    context = context_of(request)
    if context.session is not None:
        context.notice = {"text": text, "heading": heading}
        with site_of(request).installation.database.write() as connection:
            set_notice(connection, context.session.digest, context.notice)
