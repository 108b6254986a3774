"""The stylesheet and the icon: read once, sent with a year's leave to keep them."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from ..request.errors import NotFoundError

STATIC = Path(__file__).resolve().parents[1] / "static"
NAME = "boardcal.css"
FOR_A_YEAR = "public, max-age=31536000, immutable"


class Stylesheet:
    """The stylesheet that `make css` compiled; without it the pages work, unstyled."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._file = folder / NAME
        self._packed = b""
        self._version = ""

    def address(self, prefix: str) -> str | None:
        """Its address, new whenever it changes; None while there is none."""
        if not self._version:
            self._read()
        return f"{prefix}/static/{NAME}?v={self._version}" if self._version else None

    def _read(self) -> None:
        try:
            content = self._file.read_bytes()
        except OSError:
            return
        self._packed = gzip.compress(content, mtime=0)
        self._version = hashlib.sha256(content).hexdigest()[:12]

    def answer(self, request: Request) -> Response:
        """The stylesheet itself, packed: every browser since 1999 unpacks it."""
        if self.address("") is None:
            raise NotFoundError("There is no stylesheet; `make css` builds it.")
        headers = {
            "Cache-Control": FOR_A_YEAR,
            "Content-Encoding": "gzip",
            "Vary": "Accept-Encoding",
        }
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self._packed, media_type="text/css", headers=headers)
        del headers["Content-Encoding"]
        return Response(gzip.decompress(self._packed), media_type="text/css", headers=headers)
