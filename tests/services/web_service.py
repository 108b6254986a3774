"""The base of stand-ins for web services: they listen on 127.0.0.1, count, and say when to kill."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from boardcal.tests.waiting import PATIENCE

HOST = "127.0.0.1"
# What an answer can be instead of words: the connection is cut, or nothing ever comes.
DROP, HANG = "drop", "hang"
# Of one call, in order: its first half has come, all of it, and the answer has left.
HALF, TAKEN, REPLIED = "HALF", "TAKEN", "REPLIED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as it came."""

    verb: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def bearer(self) -> str:
        """The token that it shows."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def form(self) -> dict[str, str]:
        """Its body as a form."""
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: a JSON object, or text."""

    status: int
    content: Any = ""

    @property
    def octets(self) -> bytes:
        text = self.content if isinstance(self.content, str) else json.dumps(self.content)
        return text.encode()


@dataclass(kw_only=True)
class WebService:
    """Listens on a port of its own while it is entered. `answer` says what a call is told.

    `instead` are answers to give in place of the usual ones, by verb; the last of each stays.
    `watch` is called at each moment of each call that posts, before the service goes on; where it
    says DROP at the first half, the rest is never read.
    """

    instead: dict[str, list[Reply | str]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    watch: Callable[[str], object] = lambda _moment: None
    _server: ThreadingHTTPServer | None = None
    _closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, call: Call) -> Reply:
        """What the service does about a call."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Its address."""
        assert self._server is not None
        return f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                service.take(self)

            do_GET = do_POST = handle_one  # noqa: N815 - http.server names them

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign] # who hung up
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """One call, from its first half to its answer."""
        length = int(handler.headers.get("Content-Length") or 0)
        first = handler.rfile.read(length // 2)
        posts = handler.command == "POST"
        if posts and self.watch(HALF) == DROP:
            handler.close_connection = True
            return
        body = first + handler.rfile.read(length - len(first))
        if len(body) < length:
            handler.close_connection = True
            return
        parts = urlsplit(handler.path)
        call = Call(
            verb=handler.command,
            path=parts.path,
            query={key: values[0] for key, values in parse_qs(parts.query).items()},
            headers={key.lower(): value for key, value in handler.headers.items()},
            body=body,
        )
        with self._lock:
            self.calls.append(call)
            reply = self._reply(call)
        if posts:
            self.watch(TAKEN)
        if reply == DROP or isinstance(reply, str):
            if reply == HANG:
                self._closing.wait(PATIENCE)
            handler.close_connection = True
            return
        handler.send_response(reply.status)
        handler.send_header("Content-Length", str(len(reply.octets)))
        handler.end_headers()
        handler.wfile.write(reply.octets)
        handler.wfile.flush()
        if posts:
            self.watch(REPLIED)

    def _reply(self, call: Call) -> Reply | str:
        instead = self.instead.get(call.verb)
        if not instead:
            return self.answer(call)
        return instead.pop(0) if len(instead) > 1 else instead[0]
