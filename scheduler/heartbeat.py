"""The dead man's switch: a sign of life to an address that raises the alarm when none comes."""

from __future__ import annotations

import http.client
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import IO
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10


class _NowhereElse(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the sign of life is for the address that was configured."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage | Message,
        newurl: str,
    ) -> None:
        """None: the redirect itself counts as the answer."""
        del req, fp, code, msg, headers, newurl


@dataclass(slots=True, kw_only=True)
class Alive:
    """Tells an address that boardcal works, at most every so many seconds.

    Nobody waits for the answer: it is fetched by a thread of its own. `announce` gets a sentence
    when the address stops answering, and another when it answers again.
    """

    url: str
    every_seconds: int
    announce: Callable[[str], None]
    trouble: str | None = None
    _told_at: float | None = None
    _thread: threading.Thread | None = field(default=None)

    def tell(self) -> bool:
        """Sends a sign of life where one is due; whether it did."""
        now = time.monotonic()
        too_soon = self._told_at is not None and now - self._told_at < self.every_seconds
        if not self.url or too_soon or (self._thread is not None and self._thread.is_alive()):
            return False
        self._told_at = now
        # A daemon thread: the end of boardcal does not wait for a server that is slow to answer.
        self._thread = threading.Thread(target=self._fetch, name="alive", daemon=True)
        self._thread.start()
        return True

    def wait(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Waits until the sign of life that is under way is answered, or no longer than that."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _fetch(self) -> None:
        # The path of such an address is a secret by which anybody could send signs of life.
        server = urlsplit(self.url).hostname
        request = urllib.request.Request(self.url, headers={"User-Agent": "boardcal"})  # noqa: S310 - settings allow http and https only
        opener = urllib.request.build_opener(_NowhereElse)
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS):
                pass
        except urllib.error.HTTPError as error:
            error.close()
            self._note(f"{server} answered {error.code}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            self._note(f"{server} could not be reached ({reason})")
        else:
            self._note(None)

    def _note(self, trouble: str | None) -> None:
        before, self.trouble = self.trouble, trouble
        if trouble is not None and before is None:
            self.announce(
                f"The sign of life under [alive] did not arrive: {trouble}. Mails go on; whoever "
                "watches over boardcal may be alarmed."
            )
        if trouble is None and before is not None:
            self.announce("The sign of life under [alive] arrives again.")
