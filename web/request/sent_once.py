"""Answer a form once: sent again, by a double click or a reload, it gets the first answer.

Each page gives its forms a sign of their own, so two forms are the same only where one was sent
twice. What the first one is answered stays in the database for a day, sealed with a key that
only the form itself leads to: it may hold the address of a feed, or the cookie of a session.
What it says of the moment is said again for a moment only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from ...calendar.rules.date_text import long_date
from ...storage.accounts.sent_forms import (
    SentForm,
    claim_form,
    form_sent_before,
    keep_answer,
    release_form,
)
from ...storage.accounts.sessions import Notice, session_of
from ...storage.database.errors import DatabaseError
from .context import context_of, notify, session_left, site_of
from .errors import PageError
from .form_sign import SIGN

SALT_BYTES = 16

# Long enough for an impatient click or a reload; later its notice may not be so any more.
SAID_AGAIN = timedelta(minutes=2)


class StillAnsweringError(PageError):
    """The same form is being answered, or its answer was cut off."""

    status = 409
    heading = "This may have been saved already"

    def __init__(self) -> None:
        super().__init__(
            "The same form was sent before, and boardcal has not finished with it or was stopped "
            "meanwhile. Look whether it was saved before you do it again."
        )


@dataclass(frozen=True, slots=True)
class _FormSeal:
    """The digest by which a form is stored, and the key that seals its answer."""

    digest: str
    _key: bytes = field(repr=False)

    def close(self, text: str) -> str:
        """Seal a text; the same one never looks the same twice."""
        salt = secrets.token_bytes(SALT_BYTES)
        return base64.b64encode(salt + self._masked(salt, text.encode())).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed."""
        whole = base64.b64decode(sealed)
        return self._masked(whole[:SALT_BYTES], whole[SALT_BYTES:]).decode()

    def _masked(self, salt: bytes, content: bytes) -> bytes:
        mask = hashlib.shake_256(self._key + salt).digest(len(content))
        return bytes(left ^ right for left, right in zip(content, mask, strict=True))


def answer_given(request: Request) -> Response | None:
    """The answer that the same form got before, if it was sent before.

    Whoever can send all of it again, its sign and password too, was the one who sent it: so it
    is looked for before anything else, as signing in or out changes the cookies meanwhile. An
    answer that began or ended a session holds while that is so still. Raises StillAnsweringError.
    """
    if request.method != "POST" or not context_of(request).form.secret(SIGN):
        return None
    site, seal = site_of(request), _seal(request)
    with site.installation.database.read() as connection:
        before = form_sent_before(connection, seal.digest, now=site.now())
    if before is None:
        return None
    if before.answer is None:
        raise StillAnsweringError
    response, notice = _unpacked(seal.open(before.answer))
    if not _holds(request, response):
        with site.installation.database.write() as connection:
            release_form(connection, seal.digest, before.answer)
        return None
    context_of(request).new_visitor = None
    if notice is not None:
        _say_again(request, before, notice)
    return response


def answered_once(request: Request, handler: Callable[[Request], Response]) -> Response:
    """Let `handler` answer a form, and keep its answer where it changed something.

    An answer that leads on or sets a cookie follows a change; a page in its place shows what is
    wrong or what would change, and is worked out anew. Raises StillAnsweringError.
    """
    site, seal = site_of(request), _seal(request)
    database = site.installation.database
    with database.write() as connection:
        if not claim_form(connection, seal.digest, now=site.now()):
            raise StillAnsweringError
    changed = False
    try:
        response = handler(request)
        changed = response.status_code == 303 or "set-cookie" in response.headers
    finally:
        # Where this fails the form stays claimed: nobody knows any more what became of it.
        with suppress(DatabaseError), database.write() as connection:
            if changed:
                keep_answer(connection, seal.digest, seal.close(_packed(request, response)))
            else:
                release_form(connection, seal.digest)
    return response


def _seal(request: Request) -> _FormSeal:
    fields = sorted(context_of(request).form.fields.items())
    sent = json.dumps([request.url.path, request.url.query, fields])
    site = site_of(request)
    return _FormSeal(
        site.signer("sent form").get_signature(sent).decode(),
        site.signer("answer to a form").get_signature(sent),
    )


def _packed(request: Request, response: Response) -> str:
    headers = [[part.decode("latin-1") for part in pair] for pair in response.raw_headers]
    body = bytes(response.body).decode()
    return json.dumps([response.status_code, headers, body, context_of(request).notice])


def _unpacked(text: str) -> tuple[Response, Notice | None]:
    status, headers, body, notice = json.loads(text)
    response = Response(body, status_code=status)
    response.raw_headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in headers
    ]
    return response, notice


def _holds(request: Request, response: Response) -> bool:
    site = site_of(request)
    token = session_left(site, response)
    if not token:
        return token is None or context_of(request).session is None
    with site.installation.database.read() as connection:
        return session_of(connection, token, now=site.now()) is not None


def _say_again(request: Request, before: SentForm, notice: Notice) -> None:
    site = site_of(request)
    if site.now() - before.claimed_at <= SAID_AGAIN:
        # The page that the first answer led to may have shown it.
        notify(request, notice["text"], heading=notice["heading"])
        return
    moment = before.claimed_at.astimezone(site.installation.local.zone)
    is_today = moment.date() == site.installation.today
    when = f"at {moment:%H:%M}" if is_today else f"on {long_date(moment.date())} at {moment:%H:%M}"
    text = f"This form was sent before, {when}. Look how it stands now."
    notify(request, text, heading="Sent before")
