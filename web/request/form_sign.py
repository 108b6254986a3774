"""The sign that a form comes from a page of this session, and from nowhere else."""

from __future__ import annotations

import secrets
from urllib.parse import SplitResult, urlsplit

from starlette.requests import Request

from .context import site_of
from .site import Site

SIGN = "csrf"
SIGN_BYTES = 16
PORTS = {"http": 80, "https": 443}


def new_form_sign(site: Site, key: str) -> str:
    """A sign for the forms of one page; `key` is the cookie that they are bound to."""
    number = secrets.token_urlsafe(SIGN_BYTES)
    return f"{number}.{site.signer('form').get_signature(f'{key}.{number}').decode()}"


def is_form_sign(site: Site, key: str, sign: str) -> bool:
    """Whether a sign was made for a page with that cookie."""
    number, _, signature = sign.partition(".")
    return bool(key) and site.signer("form").verify_signature(f"{key}.{number}", signature)


def is_from_elsewhere(request: Request) -> bool:
    """Whether the browser says that a page of another address sent the form.

    A program, or a browser of long ago, says nothing. A proxy may have put its own name for us in
    the place of the one that browsers use.
    """
    stated = request.headers.get("origin")
    if stated is None:
        return False
    origin, base = _split(stated), urlsplit(site_of(request).base_url)
    here = _split(f"{origin.scheme}://{request.headers.get('host', '')}")
    return not origin.netloc or _place(origin) not in (_place(here), _place(base))


def is_same_origin(request: Request) -> bool:
    """Whether the browser says that a page of ours sent the form."""
    where = request.headers.get("sec-fetch-site")
    if where is not None:
        return where == "same-origin"
    return "origin" in request.headers and not is_from_elsewhere(request)


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _place(address: SplitResult) -> tuple[str | None, int | None]:
    """Host and port; a browser leaves the usual port out."""
    try:
        return address.hostname, address.port or PORTS.get(address.scheme)
    except ValueError:
        return None, None  # a port that is no number
