"""A period played through on a virtual clock: the mails it would bring, none of them sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..core.local_time import LocalTime
from ..notifications.letters.assemble import assemble
from ..notifications.letters.model import Letter
from ..notifications.links import NO_LINKS, Links
from ..notifications.reminders.mailing_boards import live_boards
from ..notifications.reminders.recheck import LetterSources
from ..storage.database.engine import Database
from ..storage.mail.claims import count_as_dropped, count_as_sent
from ..storage.mail.queue import due_messages
from .tick import Ticker


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedMail:
    """One mail of the simulation, and when it would go out (an aware local time)."""

    at: datetime
    letter: Letter


def simulate(
    copy: Database,
    *,
    local: LocalTime,
    horizon_months: int,
    start: date,
    end: date,
    progress: Callable[[date], None] = lambda _: None,
    in_full: bool = True,
    links: Links = NO_LINKS,
    begins: datetime | None = None,
) -> Iterator[SimulatedMail]:
    """The mails from `start` to `end`, in sending order.

    `copy` is changed as the real database would be; no reader replies. Each day is one tick of
    the same stages as the daemon's, at the sending time, and what is composed counts as sent.
    Without `in_full` letters hold their items and what stands around them is left out, which is
    quicker. `links` say where the letters lead; unsigned, they open nothing. Nothing goes out
    before `begins`, so that a first day which has begun goes on from there.
    """
    ticker = Ticker(database=copy, local=local, horizon_months=horizon_months)
    day = start
    while day <= end:
        now = local.sending_instant(day)
        if begins is not None:
            now = max(now, begins)
        progress(day)
        # On the first day something may wait that was made before.
        if ticker.tick(now) or day == start:
            for letter in _letters(copy, ticker, day, now, in_full=in_full, links=links):
                yield SimulatedMail(at=now.astimezone(local.zone), letter=letter)
        day += timedelta(days=1)


def _letters(
    copy: Database, ticker: Ticker, day: date, now: datetime, *, in_full: bool, links: Links
) -> list[Letter]:
    """The day's letters; their messages count as sent."""
    with copy.write() as connection:
        sources = LetterSources(
            boards=live_boards(connection, ticker.planners, day),
            today=day,
            local=ticker.local,
            notices={},
            in_full=in_full,
            links=links,
        )
        letters = assemble(connection, due_messages(connection, today=day, now=now), sources)
        sent = [message_id for message_id, letter in letters.items() if letter is not None]
        count_as_sent(connection, sent, now=now)
        empty = [message_id for message_id, letter in letters.items() if letter is None]
        count_as_dropped(connection, empty, now=now)
    return [letter for letter in letters.values() if letter is not None]
