"""The judge: a mail server that counts what it was given, and says when to pull the plug.

It keeps no queue and believes nobody: what a daemon's own tables say is compared with what
arrived here.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from email.policy import default
from typing import Self

from boardcal.tests.mailed_items import parse_items
from boardcal.tests.waiting import PATIENCE

HOST = "127.0.0.1"
# What the judge sees of one mail, in order: the sender, the recipient, the word DATA, the first
# bytes of the mail, its final dot, and after its own 250 has left.
MOMENTS = ("MAIL", "RCPT", "DATA", "CONTENT", "DOT", "REPLIED")
# At most this much of a mail is read at once: a daemon can be killed within one.
PIECE = 2048
# More and less than the time limit that a test gives its transport.
HANGING_SECONDS, TIME_LIMIT, LATE_SECONDS = 61.0, 60.0, 30.0
# What an answer can be instead of words. A late one is the usual one, after a while.
DROP, HANG, LATE = "drop", "hang", "late"

Watch = Callable[[str, int], object]


@dataclass(frozen=True, slots=True)
class Received:
    """One whole mail, final dot and all. `sent_on` is the local day that its Date header says."""

    recipient: str
    content: bytes
    connection: int
    message_id: str
    items: tuple[str, ...]
    sent_on: date


@dataclass(slots=True)
class Judge:
    """Listens on a port of its own until it is closed.

    `watch` is called at each moment of each mail with its name and the connection's number,
    before the server goes on. `answers` gives what to say instead at a verb, or at "GREETING" and
    "DOT"; bytes leave as they are. DROP, HANG and LATE are answers too, and tell `passes` how many
    seconds go by on the other side's clock. With `tls` it speaks encrypted only. `wire` is every
    line that came, but for the mails.
    """

    watch: Watch = lambda _moment, _connection: None
    passes: Callable[[float], object] = lambda _seconds: None
    answers: dict[str, str | bytes] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    accepted: list[Received] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    tls: ssl.SSLContext | None = None
    wire: list[str] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def counts(self) -> Counter[str]:
        """How many whole mails each recipient was sent, accepted or not."""
        return Counter(mail.recipient for mail in self.received)

    def steps(self) -> Counter[tuple[str, str]]:
        """How often each thing that a mail was sent for reached each recipient."""
        return Counter((mail.recipient, item) for mail in self.received for item in mail.items)

    def ids(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(mail.message_id for mail in self.received)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        listening = asyncio.start_server(self._talk, HOST, self.port, ssl=self.tls)
        server = self._loop.run_until_complete(listening)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        talk = _Talk(judge=self, reader=reader, writer=writer, number=self.connections)
        try:
            await talk.run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


@dataclass(slots=True)
class _Talk:
    """One connection."""

    judge: Judge
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    recipient: str = ""

    async def run(self) -> None:
        await self._say(self.judge.answers.get("GREETING", "220 judge.example.org ESMTP"))
        while line := await self.reader.readline():
            verb = line[:4].decode("ascii", "replace").upper().strip()
            if verb == "QUIT":
                await self._say(self.judge.answers.get("QUIT", "221 2.0.0 Bye"))
                return
            self.judge.wire.append(line.decode("utf-8", "replace").strip())
            await self._answer(verb, self.judge.wire[-1])

    async def _answer(self, verb: str, line: str) -> None:
        if verb in MOMENTS:
            self.judge.watch(verb, self.number)
        if verb == "RCPT":
            self.recipient = line.partition("<")[2].partition(">")[0]
        answer = self.judge.answers.get(verb)
        if answer is not None:
            await self._say(answer)
        elif verb == "RCPT":
            await self._say("250 2.1.5 OK")
        elif verb == "DATA":
            await self._say("354 Go ahead")
            await self._take()
        else:
            await self._say("250 2.0.0 OK")

    async def _take(self) -> None:
        content = b""
        while not content.endswith(b"\r\n.\r\n"):
            piece = await self.reader.read(PIECE)
            if not piece:
                raise ConnectionError
            if not content:
                self.judge.watch("CONTENT", self.number)
            content += piece
        mail = _read(self.recipient, content, self.number)
        self.judge.received.append(mail)
        self.judge.watch("DOT", self.number)
        answer = self.judge.answers.get("DOT", "250 2.0.0 Queued")
        if answer == LATE:
            self.judge.passes(LATE_SECONDS)
            answer = "250 2.0.0 Queued at last"
        await self._say(answer)
        if answer[:3] in ("250", b"250"):
            self.judge.accepted.append(mail)
            self.judge.watch("REPLIED", self.number)

    async def _say(self, text: str | bytes) -> None:
        if isinstance(text, bytes):
            self.writer.write(text)
            await self.writer.drain()
            return
        if text == DROP:
            raise ConnectionError
        if text == HANG:
            self.judge.passes(HANGING_SECONDS)
            await asyncio.sleep(3600)
        self.writer.write(f"{text}\r\n".encode())
        await self.writer.drain()


def _read(recipient: str, content: bytes, connection: int) -> Received:
    mail = message_from_bytes(content, policy=default)
    items = parse_items(str(mail["X-Boardcal-Items"] or ""))
    return Received(
        recipient=recipient,
        content=content,
        connection=connection,
        message_id=str(mail["Message-ID"]),
        items=tuple(f"{item.key} {item.step} {item.level}" for item in items),
        sent_on=mail["Date"].datetime.date(),
    )


def doubled(counts: Iterable[int]) -> int:
    """How many came more often than once, counted as often as they came too often."""
    return sum(count - 1 for count in counts if count > 1)
