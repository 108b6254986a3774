"""/feeds/TOKEN.ics: the feeds, which calendar programs fetch often and without a session.

Answered before the pages' own machinery: a feed needs no session, no form and no template, and
most requests only ask whether anything is new. Fetching changes nothing that anybody sees but
the day on which a feed was last fetched.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ...queries.feeds.feed_contents import MOST_BYTES, FeedBody, FeedCache, is_open
from ...storage.database.errors import DatabaseError
from ...storage.feeds.feeds import TOKEN, feed_of_token, mark_fetched
from ..request.security import elsewhere, host_of, our_hosts, safe_headers

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from ..request.site import Site

FOLDER, SUFFIX = "/feeds/", ".ics"
METHODS = ("GET", "HEAD")
MOST_KNOWN = 500
TYPE = "text/calendar; charset=utf-8"


# Readers ask again after five minutes; nothing between them and us may keep what is private.
FRESH = "private, max-age=300"
GONE = (
    "There is no calendar at this address. It may not be complete, or somebody stopped it; the "
    "secretariat can make a new one.\n"
)
METHOD = "A calendar can only be fetched from here.\n"
DATABASE = "The calendar cannot be read at the moment. Calendar programs try again by themselves.\n"
UNEXPECTED = "Something went wrong. Calendar programs try again by themselves.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyFeed:
    """A feed ready to be sent: on its day, and while the database says `version`.

    `changed` is when this daemon first had these bytes, as a Unix time.
    """

    version: int | None
    changed: int
    begins: datetime
    ends: datetime
    body: FeedBody
    tag: bytes
    whole: Message
    content: Message
    unchanged: Message


class FeedEndpoint:
    """The feeds as an ASGI app. A feed that is ready is sent without asking the database."""

    def __init__(self, site: Site, feeds: FeedCache) -> None:
        self._site = site
        self._feeds = feeds
        self.folders = tuple({FOLDER, site.prefix + FOLDER})
        self._hosts = our_hosts(site)
        self._safe = safe_headers(site)
        self._clock = site.installation.clock
        self._version = site.installation.database.version
        self._busy = threading.Lock()
        self._known: OrderedDict[str, ReadyFeed] = OrderedDict()
        self._host: bytes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a feed."""
        host, tags, since = b"", None, None
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"if-none-match":
                tags = value if tags is None else tags + b", " + value
            elif name == b"if-modified-since":
                since = value
        method = scope["method"]
        if (host != self._host and not self._is_ours(host)) or method not in METHODS:
            await self._refuse(scope, receive, send)
            return
        path = scope["path"]
        answer = self._known.get(path)
        # Read before a feed is: what is committed in between is found the next time.
        now, version = self._clock(), self._version()
        if (
            answer is None
            or version is None
            or answer.version != version
            or not answer.begins <= now < answer.ends
        ):
            answer = await self._read(version, now, scope, receive, send)
            if answer is None:
                return
        if _is_known(answer, tags, since):
            await send(answer.unchanged)
            await send(NOTHING)
        else:
            await send(answer.whole)
            await send(answer.content if method == "GET" else NOTHING)

    def _is_ours(self, host: bytes) -> bool:
        if host_of(host.decode("latin-1")) not in self._hosts:
            return False
        self._host = host
        return True

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in METHODS:
            await self._say(400, elsewhere(self._site), scope, receive, send)
        else:
            await self._say(405, METHOD, scope, receive, send, Allow=", ".join(METHODS))

    async def _read(
        self, version: int | None, now: datetime, scope: Scope, receive: Receive, send: Send
    ) -> ReadyFeed | None:
        """The answer from the database; None where it was sent already, being another one."""
        path = scope["path"]
        try:
            answer = await run_in_threadpool(self._looked_up, path, version, now)
        except DatabaseError as error:
            self._site.announce(f"A calendar could not be read. {error}")
            await self._say(503, DATABASE, scope, receive, send, **{"Retry-After": "60"})
            return None
        except Exception as error:  # noqa: BLE001 - told without the address, which is a secret
            self._site.announce(f"A calendar failed ({type(error).__name__}).")
            await self._say(500, UNEXPECTED, scope, receive, send)
            return None
        if answer is None:
            await self._say(404, GONE, scope, receive, send)
            return None
        return answer

    def _looked_up(self, path: str, version: int | None, now: datetime) -> ReadyFeed | None:
        token = _token(path)
        if token is None:
            return None
        database, local = self._site.installation.database, self._site.installation.local
        day = local.day_of(now)
        with database.read() as connection:
            feed = feed_of_token(connection, token)
            body = None
            if feed is not None and is_open(connection, feed):
                body = self._feeds.body_of(connection, feed)
        if feed is None or body is None:
            with self._busy:
                self._known.pop(path, None)
            return None
        if feed.fetched_on != day:
            # The feed matters more; a later fetch notes the day.
            with suppress(DatabaseError), database.write() as connection:
                mark_fetched(connection, feed.id, day)
        begins, ends = (
            datetime.combine(midnight, time(), tzinfo=local.zone).astimezone(UTC)
            for midnight in (day, day + timedelta(days=1))
        )
        before = self._known.get(path)
        changed = int(now.timestamp())
        if before is not None:
            # Two changes within one second are told apart, as the header has no fractions.
            is_new = before.body.etag != body.etag
            changed = max(changed, before.changed + 1) if is_new else before.changed
        answer = self._made(body, version, changed, begins, ends)
        self._keep(path, answer)
        return answer

    def _keep(self, path: str, answer: ReadyFeed) -> None:
        with self._busy:
            self._known.pop(path, None)
            self._known[path] = answer
            # Many readers of one feed share its bytes.
            sizes = {answer.tag: len(answer.body.content) for answer in self._known.values()}
            while len(self._known) > MOST_KNOWN or sum(sizes.values()) > MOST_BYTES:
                _, oldest = self._known.popitem(last=False)
                sizes.pop(oldest.tag, None)

    def _made(
        self,
        body: FeedBody,
        version: int | None,
        changed: int,
        begins: datetime,
        ends: datetime,
    ) -> ReadyFeed:
        tag = {
            "ETag": body.etag,
            "Last-Modified": formatdate(changed, usegmt=True),
            "Cache-Control": FRESH,
            **self._safe,
        }
        whole = {
            "Content-Type": TYPE,
            "Content-Length": str(len(body.content)),
            "Content-Disposition": f'inline; filename="{body.file_name}"',
            **tag,
        }
        return ReadyFeed(
            version=version,
            changed=changed,
            begins=begins,
            ends=ends,
            body=body,
            tag=body.etag.encode(),
            whole=_start(200, whole),
            content={"type": "http.response.body", "body": body.content},
            unchanged=_start(304, tag),
        )

    async def _say(
        self, status: int, text: str, scope: Scope, receive: Receive, send: Send, **headers: str
    ) -> None:
        sent = {"Cache-Control": "no-store", **self._safe, **headers}
        await PlainTextResponse(text, status_code=status, headers=sent)(scope, receive, send)


NOTHING: Message = {"type": "http.response.body", "body": b""}


def _start(status: int, headers: dict[str, str]) -> Message:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": raw}


def _token(path: str) -> str | None:
    """The token in a feed's path, or None where it cannot be one."""
    token = path.rpartition("/")[2].removesuffix(SUFFIX)
    is_one = path.endswith(f"{FOLDER}{token}{SUFFIX}") and TOKEN.fullmatch(token)
    return token if is_one else None


def _is_known(answer: ReadyFeed, tags: bytes | None, since: bytes | None) -> bool:
    """Whether a reader has these bytes; a date counts where no tag is sent (RFC 9110 13.2.2)."""
    if tags is not None:
        return tags == answer.tag or _names(tags, answer.tag)
    return since is not None and answer.changed <= _moment(since)


def _moment(http_date: bytes) -> float:
    """An HTTP date as a Unix time; 0 for what is none, and is ignored."""
    try:
        return parsedate_to_datetime(http_date.decode("latin-1")).timestamp()
    except (ValueError, OverflowError):
        return 0


def _names(tags: bytes, tag: bytes) -> bool:
    """Whether If-None-Match names `tag`, compared weakly as for GET (RFC 9110 13.1.2)."""
    named = [name.strip() for name in tags.split(b",")]
    return b"*" in named or tag in (name.removeprefix(b"W/") for name in named)


async def robots(_: Request) -> Response:
    """/robots.txt: Google's calendar keeps to it, so feeds may be fetched; nothing is indexed."""
    return PlainTextResponse("User-agent: *\nDisallow:\n")
