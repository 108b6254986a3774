"""/healthz and /readyz: the health checks; they tell nothing about the calendar."""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ..notifications.transports.channel_check import secret_days_left
from ..storage.database.errors import DatabaseError
from ..storage.holds import hold_of
from ..storage.mail.queue import oldest_waiting
from .request.context import site_of

# Greylisting (RFC 6647) keeps a first mail waiting for an hour at most; what waits longer than
# this is an outage, or an address that somebody has to look at.
LONGEST_WAIT_SECONDS = 4 * 3600


async def alive(_: Request) -> Response:
    """Whether the process answers."""
    return PlainTextResponse("ok\n")


def ready(request: Request) -> Response:
    """Whether boardcal does its work: looks at the calendar, reaches its database, sends mail."""
    site = site_of(request)
    fresh = not site.is_stale
    try:
        with site.installation.database.read() as connection:
            waiting = oldest_waiting(connection, site.installation.today)
            held = hold_of(connection) is not None
        answers, age = True, _seconds(waiting, site.now())
    except DatabaseError:
        answers, age, held = False, None, False
    sends = not held and (age is None or age <= LONGEST_WAIT_SECONDS)
    report = {
        "ready": fresh and answers and sends,
        "sweep": fresh,
        "database": answers,
        "on_hold": held,
        "oldest_unsent_seconds": age,
        "mail_secret_days_left": secret_days_left(
            site.installation.settings, site.installation.today
        ),
    }
    return JSONResponse(report, status_code=200 if report["ready"] else 503)


def _seconds(since: datetime | None, now: datetime) -> int:
    """The seconds that a mail has been waiting; 0 where none is."""
    return 0 if since is None else max(0, int((now - since).total_seconds()))
