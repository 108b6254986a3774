"""A secret address that is shown once, on the page after the form that made it.

It travels in a cookie of its own, because the browser that shows it is the only place that may
have it: an address would end up in logs and histories, and the database holds digests alone.
"""

from __future__ import annotations

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

from ..request.context import context_of, drop_cookie, read_cookie, redirect, set_cookie, site_of

# Long enough for a slow line between the form's answer and the page after it.
SECONDS_KEPT = 300


def redirect_to_show(request: Request, path: str, name: str, secret: str) -> Response:
    """Redirect to `path`, whose page asks for `secret` by `name`."""
    response = redirect(request, path)
    value = _signer(request, name).sign(secret).decode()
    set_cookie(site_of(request), response, _cookie(name), value, seconds=SECONDS_KEPT)
    return response


def secret_to_show(request: Request, name: str) -> str | None:
    """The secret of this session by its name; None where it was shown before."""
    value = read_cookie(site_of(request), request, _cookie(name))
    try:
        return _signer(request, name).unsign(value or "").decode()
    except BadSignature:
        return None


def was_shown(request: Request, response: Response, name: str) -> Response:
    """The page that shows the secret, after which the browser has it no more."""
    if request.method != "HEAD":
        drop_cookie(site_of(request), response, _cookie(name))
    return response


def _cookie(name: str) -> str:
    # Each has its own: two pages may be on their way at once.
    return f"boardcal-{name}"


def _signer(request: Request, name: str) -> Signer:
    """Of this session alone, so that no neighbour can put another address under the page."""
    return site_of(request).signer(f"once {name} {context_of(request).key}")
