"""A way to a database server that can be cut: connections through it are refused or broken."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from boardcal.tests.waiting import PATIENCE

HOST = "127.0.0.1"


@dataclass(slots=True)
class GoBetween:
    """Passes bytes on to a server, at `host` and `at_port` or at the socket `path`."""

    path: str = ""
    host: str = HOST
    at_port: int = 5432
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.opens()
        return self

    def __exit__(self, *_: object) -> None:
        self.closes()
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(PATIENCE)
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def opens(self) -> None:
        """Lets connections through again."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(PATIENCE)

    def closes(self) -> None:
        """Breaks every connection and refuses new ones."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(PATIENCE)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._pass, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = (
            asyncio.open_unix_connection(self.path)
            if self.path
            else asyncio.open_connection(self.host, self.at_port)
        )
        with suppress(OSError):
            their_reader, their_writer = await there
            self._open |= {writer, their_writer}
            await asyncio.gather(_copy(reader, their_writer), _copy(their_reader, writer))
            self._open -= {writer, their_writer}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()
