"""Where a daemon can be made to end itself by kill -9: between any two stages of a mail."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import wraps
from typing import Any

import aiosmtplib.protocol
import alembic.command

from boardcal.notifications.delivery.deliver import Delivery
from boardcal.notifications.delivery.outcomes import Outcomes

# What is wrapped for each point, and whether the plug is pulled before or after it.
POINTS: dict[str, tuple[Any, str, str]] = {
    "before claim": (Delivery, "_claim", "before"),
    "after claim": (Delivery, "_claim", "after"),
    "before data_started": (Delivery, "_begin", "before"),
    "after data_started": (Delivery, "_begin", "after"),
    "before the final dot": (aiosmtplib.protocol.SMTPProtocol, "write", "within"),
    "before commit": (Outcomes, "sent", "before"),
    "after commit": (Delivery, "_send_one", "after"),
    # The tables are changed by then, and nothing is committed.
    "within a migration": (alembic.command, "upgrade", "after"),
}


def arm(point: str, after: int) -> None:
    """Lets this process kill itself at a point, when it comes there for the nth time."""
    owner, name, side = POINTS[point]
    wrap = _cut_short if side == "within" else _fatal
    setattr(owner, name, wrap(getattr(owner, name), side, after))


def _cut_short(write: Callable[..., None], _side: str, after: int) -> Callable[..., None]:
    """Half of a mail leaves, the rest never does."""
    mails = 0

    @wraps(write)
    def written(protocol: Any, data: bytes) -> None:
        nonlocal mails
        mails += data.endswith(b"\r\n.\r\n")
        if mails < after:
            write(protocol, data)
            return
        write(protocol, data[: len(data) // 2])
        _die()

    return written


def _fatal(function: Callable[..., Any], side: str, after: int) -> Callable[..., Any]:
    calls = 0

    def is_last() -> bool:
        nonlocal calls
        calls += 1
        return calls >= after

    @wraps(function)
    def plain(*arguments: Any, **keywords: Any) -> Any:
        last = is_last()
        if last and side == "before":
            _die()
        result = function(*arguments, **keywords)
        if last:
            _die()
        return result

    @wraps(function)
    async def awaited(*arguments: Any, **keywords: Any) -> Any:
        last = is_last()
        if last and side == "before":
            _die()
        result = await function(*arguments, **keywords)
        if last:
            _die()
        return result

    return awaited if function.__name__ == "_send_one" else plain


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
