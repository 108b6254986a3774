"""Errors as pages: a sentence, and what to do next."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ...core.errors import BoardcalError, fault_in_words
from ...storage.database.errors import DatabaseError
from ..request.context import RequestContext, context_of, open_context, site_of
from ..request.errors import NotFoundError, PageError
from ..request.form import Form
from .page import page
from .resubmit import resendable

METHOD = "This address does not take what your browser sent. Go back, or start from the front page."
DATABASE = "The database does not answer, so nothing could be read or saved. Try again in a minute."
UNEXPECTED = (
    "Something went wrong that boardcal did not expect, and nothing was saved. Go back and try "
    "again; if it happens again, tell whoever looks after boardcal here what you did."
)


def error_page(request: Request, error: Exception) -> Response:
    """The page for anything that stood in the way, with its status."""
    status, heading, sentence = _words(request, error)
    form = context_of(request).form
    response = page(
        request,
        "page/error.html.j2",
        title=heading,
        status=status,
        sentence=sentence,
        # With the sign it came with: a form of somebody else's is refused then as now.
        kept=resendable(request, form) if status == 503 else None,
        kept_csrf=form.secret("csrf"),
    )
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def unrouted(request: Request, error: Exception) -> Response:
    """The page where no page is: who asks is not known yet, and need not be."""
    try:
        context = open_context(request, Form())
    except BoardcalError:
        context = request.state.context = RequestContext()
    if len(context.boards) == 1:
        # Its name and its pages stay around the page that is not there.
        context.board = context.boards[0]
    return error_page(request, error)


def _words(request: Request, error: Exception) -> tuple[int, str, str]:
    match error:
        case PageError():
            return error.status, error.heading, str(error)
        case HTTPException(status_code=404):
            missing = NotFoundError()
            return missing.status, missing.heading, str(missing)
        case HTTPException(status_code=405):
            return 405, "This cannot be done here", METHOD
        case HTTPException():
            return error.status_code, "This could not be done", METHOD
        case DatabaseError():
            site_of(request).announce(f"A page could not be shown. {error}")
            return 503, "The database does not answer", DATABASE
        case BoardcalError():
            return 400, "This could not be done", str(error)
    site_of(request).announce(f"The page {_path(request)} failed ({fault_in_words(error)}).")
    return 500, "Something went wrong", UNEXPECTED


def _path(request: Request) -> str:
    """The path of a request for the log, without the token of a link."""
    path, token = request.url.path, request.path_params.get("token")
    return path.replace(str(token), "…") if token else path
