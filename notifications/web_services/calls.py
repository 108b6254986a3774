"""One call to a web service, and what can become of it.

A refusal is an answer like any other: what it means, the caller knows. What is no answer at all is
a NoAnswerError, which says whether the call may have arrived.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST_WORDS = 300
# Nothing has been sent yet when these are raised.
BEFORE_SENDING = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.InvalidURL,
    httpx2.UnsupportedProtocol,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a service said, without any secret of the call.

    `fields` is its JSON object, {} where it gave none; `words` is the body on one line, fit to be
    shown and stored.
    """

    status: int
    fields: Mapping[str, Any]
    words: str

    @property
    def is_page(self) -> bool:
        """Whether it is a web page, as a proxy or a captive portal answers in a service's place."""
        return self.words[:1] == "<"


class NoAnswerError(Exception):
    """A service did not answer; `may_have_arrived`: it may have been given the call all the same.

    Its text is the predicate of a sentence: "did not answer in time".
    """

    def __init__(self, words: str, *, may_have_arrived: bool) -> None:
        super().__init__(words)
        self.may_have_arrived = may_have_arrived


@dataclass(slots=True, kw_only=True)
class Calls:
    """Calls to one service, over connections that are kept until `close`.

    `patience` bounds, in seconds, each step of a call; a whole call takes twice that at most.
    """

    patience: float
    _client: httpx2.AsyncClient | None = field(default=None, repr=False)

    async def get(
        self, url: str, *, headers: Mapping[str, str], query: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to a question that changes nothing. Raises NoAnswerError."""
        return await self._call("GET", url, hidden=(), headers=headers, params=query)

    async def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        hidden: Sequence[str] = (),
        **body: Any,
    ) -> Answer:
        """The answer to `data` (a form), `json` or `content`. Raises NoAnswerError.

        `hidden` are secrets of the call, which its answer may repeat.
        """
        return await self._call("POST", url, hidden=hidden, headers=headers, **body)

    async def close(self) -> None:
        """Let go of the connections; the next call opens them again."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _call(self, verb: str, url: str, *, hidden: Sequence[str], **more: Any) -> Answer:
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=self.patience)
        try:
            async with asyncio.timeout(2 * self.patience):
                response = await self._client.request(verb, url, **more)
        except BEFORE_SENDING as error:
            raise NoAnswerError(_unreached(error), may_have_arrived=False) from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise NoAnswerError("did not answer in time", may_have_arrived=True) from error
        except (httpx2.HTTPError, OSError) as error:
            raise NoAnswerError("hung up before its answer", may_have_arrived=True) from error
        text = response.text
        for secret in hidden:
            text = text.replace(secret, "***")
        return Answer(status=response.status_code, fields=_fields(text), words=_one_line(text))


def _unreached(error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "could not be reached in time"
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "shows a certificate that cannot be trusted"
    return "could not be reached"


def _fields(text: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _one_line(text: str) -> str:
    seen = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(seen.split())[:LONGEST_WORDS]
