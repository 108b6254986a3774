"""Middleware around every answer: the right host and path, and security headers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .site import Site

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to


# Probes come by number, and are told nothing.
PROBES = ("/healthz", "/readyz")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


# Whose address is a key: no other page may learn it. Their forms need no origin, being signed.
KEYS = "/answer/"
A_YEAR = "max-age=31536000"


def our_hosts(site: Site) -> frozenset[str]:
    """The hosts whose name in an address means this site."""
    host = site.installation.settings.web.host
    ours = {urlsplit(site.base_url).hostname or "", *LOOPBACK}
    return frozenset(ours | ({host.lower()} - set(ANYWHERE)))


def safe_headers(site: Site) -> dict[str, str]:
    """The headers of every answer."""
    return HEADERS | ({"Strict-Transport-Security": A_YEAR} if site.is_secure else {})


def host_of(stated: str) -> str:
    """The host in a Host header, without its port; "" where it is none."""
    try:
        return urlsplit(f"//{stated}").hostname or ""
    except ValueError:
        return ""


def elsewhere(site: Site) -> str:
    """The sentence for a request by a host name that is not this site's."""
    return (
        "This address is not known to boardcal. Its pages are at "
        f"{site.base_url} (base_url under [web] in config.toml).\n"
    )


class SecurityMiddleware:
    """ASGI middleware; `site` says which hosts are ours and whether browsers come by https."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._prefix = site.prefix
        self._elsewhere = elsewhere(site)
        self._hosts = our_hosts(site)
        self._headers = safe_headers(site)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an HTTP request; pass anything else on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if KEYS in scope["path"]:
                    headers["Referrer-Policy"] = "no-referrer"
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        app = self._app if self._is_ours(scope) else self._refusal
        await app(self._below(scope), receive, send_with_headers)

    def _is_ours(self, scope: Scope) -> bool:
        if scope["path"] in PROBES:
            return True
        return host_of(Headers(scope=scope).get("host", "")) in self._hosts

    def _below(self, scope: Scope) -> Scope:
        """The scope under the prefix of base_url, whether or not a proxy has taken it off."""
        path = scope["path"]
        if not self._prefix:
            return scope
        if not (path == self._prefix or path.startswith(f"{self._prefix}/")):
            path = self._prefix + path
        return {**scope, "root_path": self._prefix, "path": path}

    async def _refusal(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = PlainTextResponse(self._elsewhere, status_code=400)
        await response(scope, receive, send)
