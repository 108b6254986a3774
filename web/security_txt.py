"""/.well-known/security.txt: whom to tell of a weakness (RFC 9116), where the config says it."""

from __future__ import annotations

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from .request.context import site_of

PATH = "/.well-known/security.txt"


def security_txt(request: Request) -> Response:
    """The contact and until when it holds; 404 where there is none."""
    site = site_of(request)
    web = site.installation.settings.web
    if web.security_contact is None or web.security_contact_until is None:
        raise HTTPException(404)
    lines = (
        f"Contact: mailto:{quote(web.security_contact.address, safe='@')}",
        f"Expires: {web.security_contact_until.isoformat()}T23:59:59Z",
        f"Canonical: {site.base_url}{PATH}",
        "Preferred-Languages: en",
    )
    return PlainTextResponse("".join(f"{line}\n" for line in lines))
