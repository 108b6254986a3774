"""The browser that asks: in words, where it is, and who signed in there before."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import Response

from ...storage.accounts.access_record import Doer
from ...storage.accounts.accounts import Account
from ...storage.accounts.networks import LONGEST, network_of
from ...storage.accounts.sessions import new_token
from ..request.context import context_of, read_cookie, set_cookie, site_of

# What a User-Agent header says of whom, the more particular first: most say that they are Chrome
# and Safari as well. A library for all browsers there ever were would take 10 MB for this.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "a Chromebook",
    "Mac OS X": "a Mac",
    "Linux": "Linux",
}

KNOWN = "boardcal-known"
KNOWN_SECONDS = 180 * 24 * 3600
MOST_KNOWN = 8  # accounts in one browser, such as those of an office that shares a machine


def browser_in_words(header: str) -> str:
    """A User-Agent header as people say it: "Firefox on Windows"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in header), "a browser")
    system = next((name for mark, name in SYSTEMS.items() if mark in header), None)
    return browser if system is None else f"{browser} on {system}"


def doer_of(request: Request, who: str = "") -> Doer:
    """The account that is signed in, or `who` is about to be, at this browser."""
    account = context_of(request).account
    return Doer(
        who=who or (account.email if account else ""),
        browser=browser_in_words(request.headers.get("user-agent", "")),
        address=_address(request)[:LONGEST],
    )


def network_at(request: Request) -> str:
    """The network that a request comes from."""
    return network_of(_address(request))


def known_browser(request: Request, account: Account) -> str | None:
    """The number of this browser where the account signed in here before; else None."""
    number, *signs = _cookie(request)
    sign = _sign(request, number, account)
    return number if any(hmac.compare_digest(sign, known) for known in signs) else None


def remember_browser(request: Request, response: Response, account: Account) -> None:
    """Let the browser show from now on that the account has signed in here."""
    number, *signs = _cookie(request)
    sign = _sign(request, number, account)
    latest = [sign, *(known for known in signs if known != sign)][:MOST_KNOWN]
    value = ".".join([number, *latest])
    set_cookie(site_of(request), response, KNOWN, value, seconds=KNOWN_SECONDS)


def _cookie(request: Request) -> list[str]:
    """The browser's number, a new one where it has none, and a sign for each account."""
    value = read_cookie(site_of(request), request, KNOWN) or ""
    return value.split(".")[: MOST_KNOWN + 1] if value.isascii() and value else [new_token()]


def _sign(request: Request, number: str, account: Account) -> str:
    # Of the account as it began: one that is disabled and added again is known nowhere.
    signer = site_of(request).signer("known browser")
    begun = account.made_at.isoformat()
    return signer.get_signature(f"{number} {account.id} {begun}").decode()


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
