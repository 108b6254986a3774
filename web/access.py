"""Admit a request to its page: the account's role, the Board, the form's own sign."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import compile_path

from ..storage.accounts.access_kinds import RefusalKind
from ..storage.accounts.access_record import count_refusal
from ..storage.accounts.accounts import Role
from ..storage.accounts.sessions import mark_seen, needs_marking
from ..storage.boards import BoardRow
from ..storage.database.errors import DatabaseError
from .accounts.browser import network_at
from .accounts.sign_in import sign_in_first
from .page.error_page import error_page
from .page.resubmit import KeptForm, resendable, resubmit_page
from .request.context import (
    VISITOR,
    RequestContext,
    context_of,
    open_context,
    session_headers,
    set_cookie,
    site_of,
)
from .request.errors import ForbiddenError, NotFoundError, PageError
from .request.form import Form, read_form
from .request.form_sign import SIGN, is_form_sign, is_from_elsewhere, is_same_origin
from .request.sent_once import StillAnsweringError, answer_given, answered_once
from .routing import Endpoint

ELSEWHERE = (
    "The form was sent from a page of another address, so nothing was saved. Open the page here, "
    "and fill it in once more."
)
STALE = "This form was opened before you signed in, or a while ago, so nothing was saved."


# A browser gives up later; a form that takes longer was cut off, as by a stop of boardcal.
MOST_LOOKS = 200
SECONDS_BETWEEN_LOOKS = 0.1


class ElsewhereError(ForbiddenError):
    """A form that a page of another address sent."""

    def __init__(self) -> None:
        super().__init__(ELSEWHERE)


class SignInNeeded(Exception):
    """Nobody is signed in: not an error, a detour."""


class StaleForm(Exception):
    """A form without this session's sign: opened before it, or from another site."""


def guarded(
    by_method: Mapping[str, Endpoint], hashing: asyncio.Semaphore
) -> Callable[[Request], Awaitable[Response]]:
    """Answer the requests of one path as its endpoints allow. What goes wrong becomes a page.

    Pages are plain functions that ask the database, so they run beside the event loop, in one of
    a few threads. Forms with a password take one in turn, by `hashing`: a flood of sign-ins would
    else keep all of them waiting.
    """

    async def answer(request: Request) -> Response:
        sends = request.method == "POST"
        try:
            form = await read_form(request) if sends else Form()
        except PageError as error:
            return await run_in_threadpool(error_page, request, error)
        endpoint = by_method["POST" if sends else "GET"]
        for _ in range(MOST_LOOKS):
            try:
                async with hashing if endpoint.hashes else nullcontext():
                    return await run_in_threadpool(_answer, endpoint, request, form)
            except StillAnsweringError:
                # No thread is kept waiting: the first answer may need one to come about.
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        return await run_in_threadpool(error_page, request, StillAnsweringError())

    return answer


def _answer(endpoint: Endpoint, request: Request, form: Form) -> Response:
    try:
        context = open_context(request, form)
        # What the form was answered before may hold a session: it is for a page of ours alone.
        is_ours = endpoint.signed or not is_from_elsewhere(request)
        given = answer_given(request) if is_ours else None
        response = given or _admitted(endpoint, request, context)
    except StillAnsweringError:
        raise
    except SignInNeeded:
        response = sign_in_first(request)
    except StaleForm:
        response = _stale(request)
    except Exception as error:  # noqa: BLE001 - a page that fails must not take others along
        if isinstance(error, ForbiddenError):
            _note_refusal(endpoint, request, error)
        response = error_page(request, error)
    return _kept(request, response)


def _note_refusal(endpoint: Endpoint, request: Request, error: ForbiddenError) -> None:
    account, site = context_of(request).account, site_of(request)
    if account is None:
        return
    is_elsewhere = isinstance(error, ElsewhereError)
    kind = RefusalKind.FROM_ELSEWHERE if is_elsewhere else RefusalKind.NO_ROLE
    # Where the database does not take it, the page is refused all the same.
    with suppress(DatabaseError), site.installation.database.write() as connection:
        count_refusal(
            connection,
            kind,
            account=account.email,
            network=network_at(request),
            now=site.now(),
            page=endpoint.path.partition("{")[0].rstrip("/"),
        )


def _admitted(endpoint: Endpoint, request: Request, context: RequestContext) -> Response:
    detour = _admit(endpoint, request, context)
    if detour is not None:
        return detour
    if endpoint.method == "POST" and context.form.has(SIGN):
        return answered_once(request, endpoint.handler)
    return endpoint.handler(request)


def form_page(endpoints: Sequence[Endpoint], request: Request, kept: KeptForm) -> str:
    """The page that a form stands on, as its reader would see it now; "" where they see none.

    It is only looked at: a notice, or an address that is shown once, waits for the reader.
    """
    site, address = site_of(request), urlsplit(kept.path)
    path = address.path.removeprefix(site.prefix)
    matches = (
        (endpoint, found, convertors)
        for endpoint in endpoints
        if endpoint.method == "POST"
        for regex, _, convertors in map(compile_path, endpoint.paths)
        if (found := regex.match(path))
    )
    endpoint, found, convertors = next(matches, (None, None, {}))
    if endpoint is None or found is None:
        return ""
    looked_at = endpoint.form_on or endpoint.path
    page = next(line for line in endpoints if (line.method, line.path) == ("GET", looked_at))
    params = {name: convertors[name].convert(value) for name, value in found.groupdict().items()}
    query = "&".join(filter(None, (address.query, urlencode(kept.pairs))))
    look = Request(
        {
            **request.scope,
            "method": "HEAD",
            "path": address.path,
            "query_string": query.encode(),
            "headers": session_headers(request),
            "path_params": params,
            "state": {},
        }
    )
    try:
        response = _admitted(page, look, open_context(look, Form()))
    except Exception:  # noqa: BLE001 - what was typed is kept, whether it can be shown or not
        return ""
    return bytes(response.body).decode() if response.status_code == 200 else ""


def _admit(endpoint: Endpoint, request: Request, context: RequestContext) -> Response | None:
    """Let the request pass, or raise; a redirect where the Board must be named first."""
    role = endpoint.role
    if role is not None and context.session is None:
        raise SignInNeeded
    if endpoint.of_board and role is not None:
        board = _board(request, context)
        if board is None:
            return RedirectResponse(
                _with_board(request, _likeliest(request, context)), status_code=302
            )
        context.board = board
    elif len(context.boards) == 1:
        context.board = context.boards[0]
    if role is not None:
        _require_role(
            context, role, context.board.id if context.board and endpoint.of_board else None
        )
    if request.method == "POST":
        _require_own_form(endpoint, request, context)
    return None


def _require_role(context: RequestContext, role: Role, board: str | None) -> None:
    account = context.account
    allowed = account is not None and (
        account.may(role, board) if board else _has_anywhere(context, role)
    )
    if not allowed:
        raise ForbiddenError(
            f"Your account does not have the role for this ({role.value}). Ask whoever looks "
            "after the accounts here, or go back."
        )


def _has_anywhere(context: RequestContext, role: Role) -> bool:
    """Pages of no Board: viewers of any may see their own; more needs a role on all Boards."""
    account = context.account
    return account is not None and (role is Role.VIEWER or account.may(role))


def _require_own_form(endpoint: Endpoint, request: Request, context: RequestContext) -> None:
    sign = context.form.secret(SIGN)
    if endpoint.signed:
        # The address is the proof; the sign, where a form has one, only tells two of them apart.
        return
    if is_from_elsewhere(request):
        raise ElsewhereError
    if not is_form_sign(site_of(request), context.key, sign):
        raise StaleForm


def _board(request: Request, context: RequestContext) -> BoardRow | None:
    """The Board that the address names, or the only one; None where one must be chosen."""
    board_id = request.path_params.get("board")
    boards = [row for row in context.boards if board_id in (None, row.id)]
    if board_id is not None and not boards:
        raise ForbiddenError("Your account has no role for this Board, or there is none.")
    if not boards:
        raise ForbiddenError(
            "There is no Board here that your account may see. Ask whoever looks after the "
            "accounts here."
        )
    if len(boards) > 1 and request.method == "POST":
        raise NotFoundError("This form does not say for which Board it is.")
    return boards[0] if len(boards) == 1 else None


def _likeliest(request: Request, context: RequestContext) -> BoardRow:
    """The Board whose key is in the address, else the first that may be seen."""
    named = request.path_params.get("key", "").partition("/")[0]
    return next((row for row in context.boards if row.id == named), context.boards[0])


def _with_board(request: Request, row: BoardRow) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path.removeprefix(site_of(request).prefix)
    return f"{site_of(request).prefix}/boards/{row.id}{path}{query}"


def _stale(request: Request) -> Response:
    kept = resendable(request, context_of(request).form) if is_same_origin(request) else None
    if kept is None:
        return error_page(
            request, ForbiddenError(f"{STALE} Go back, open the page again, and try once more.")
        )
    return resubmit_page(request, kept, why=f"{STALE} Look at what you typed, and send it again.")


def _kept(request: Request, response: Response) -> Response:
    """Keep the session alive, and give a browser without one the cookie its form needs."""
    site = site_of(request)
    context = context_of(request)
    if context.new_visitor is not None:
        set_cookie(site, response, VISITOR, context.new_visitor)
    session = context.session
    if session is not None and needs_marking(session, site.now()):
        try:
            with site.installation.database.write() as connection:
                mark_seen(connection, session.digest, now=site.now())
        except DatabaseError:
            # The page is there already; a later one marks the session.
            return response
    return response
