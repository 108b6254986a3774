"""/healthz and /readyz: for those who watch over boardcal, with nothing that tells others more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ..notifications.states import CHANGEABLE, MessageState
from ..storage.database import DatabaseError
from ..storage.tables import message
from .visits import site_of

UNSENT = (*CHANGEABLE, MessageState.CLAIMED.value)


async def alive(_: Request) -> Response:
    """Whether the process answers."""
    return PlainTextResponse("ok\n")


def ready(request: Request) -> Response:
    """Whether boardcal does its work: looks at the calendar, and reaches its database."""
    site = site_of(request)
    fresh = not site.is_stale
    try:
        with site.here.database.read() as connection:
            waiting = connection.execute(
                select(func.min(message.c.made_at)).where(
                    message.c.state.in_(UNSENT), message.c.day <= site.here.today
                )
            ).scalar()
        answers, age = True, _seconds(waiting, site.now())
    except DatabaseError:
        answers, age = False, None
    found = {
        "ready": fresh and answers,
        "sweep": fresh,
        "database": answers,
        "oldest_unsent_seconds": age,
    }
    return JSONResponse(found, status_code=200 if found["ready"] else 503)


def _seconds(since: datetime | None, now: datetime) -> int:
    """How long a mail has been waiting; 0 where none is."""
    return 0 if since is None else max(0, int((now - since).total_seconds()))
