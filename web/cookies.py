"""Cookies: of a signed-in browser, of one that is shown a form, of what is shown once."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from .site import Site

SESSION = "boardcal"
VISITOR = "boardcal-visitor"


def read_cookie(site: Site, request: Request, name: str) -> str | None:
    """The value of a cookie, or None."""
    return request.cookies.get(_full(site, name))


def set_cookie(
    site: Site, response: Response, name: str, value: str, *, seconds: int | None = None
) -> None:
    """Gives the browser a cookie that no script can read, for so long or until it is closed."""
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
    """Takes a cookie back."""
    response.delete_cookie(
        _full(site, name), path="/", httponly=True, samesite="lax", secure=site.is_secure
    )


def _full(site: Site, name: str) -> str:
    # RFC 6265bis 4.1.3.2: such a name cannot be set by a neighbouring host, nor over plain http.
    return f"__Host-{name}" if site.is_secure else name
