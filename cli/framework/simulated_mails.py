"""Simulated mails: played through, and as programs and people read them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from typing import Any

from ...calendar.rules.date_text import long_date
from ...core.errors import BoardcalError
from ...notifications.letters.model import Item
from ...notifications.letters.subject import subject
from ...notifications.links import Links
from ...scheduler.installation import Installation
from ...scheduler.simulation import SimulatedMail, simulate
from ...storage.database.engine import Database
from .terminal import is_watched

Progress = Callable[[date], None]


class PeriodError(BoardcalError):
    """A period that ends before it begins, or has passed."""


def played(
    installation: Installation,
    copy: Database,
    start: date,
    end: date,
    *,
    progress: Progress,
    in_full: bool = False,
    begins: datetime | None = None,
) -> Iterator[SimulatedMail]:
    """The mails that `start` to `end` would bring; overviews only `in_full` have their content.

    Nothing goes out before `begins`.
    """
    _spare_the_collector()
    return simulate(
        copy,
        local=installation.local,
        horizon_months=installation.settings.schedule.horizon_months,
        start=start,
        end=end,
        progress=progress,
        in_full=in_full,
        links=Links(base_url=installation.settings.web.base_url),
        begins=begins,
    )


def _spare_the_collector() -> None:
    """Lets Python look for unreachable objects more rarely.

    A simulation makes millions of small values and next to no cycles: looking through them all
    again and again costs a sixth of its time.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def watched(start: date, end: date) -> AbstractContextManager[Progress]:
    """Says how far the playing through has come, on stderr, where somebody is watching."""
    return _bar(start, end) if is_watched() else nullcontext(silent)


def silent(day: date) -> None:
    """Shows no progress."""
    del day


@contextmanager
def _bar(start: date, end: date) -> Iterator[Progress]:
    # Loaded here because only a terminal needs it, and it is slow to load.
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("Playing the days through", total=(end - start).days + 1)

        def come_to(day: date) -> None:
            text = f"Playing the days through: {long_date(day)}"
            bars.update(task, completed=(day - start).days, description=text)

        yield come_to


def fields(mail: SimulatedMail) -> dict[str, Any]:
    """A mail for programs."""
    return {
        "at": mail.at.isoformat(),
        "to": mail.letter.recipient,
        "subject": subject(mail.letter),
        "items": [_item(item) for item in mail.letter.items],
    }


def _item(item: Item) -> dict[str, Any]:
    _, _, owner, _ = item.key.split("/", 3)
    return {
        "key": item.key,
        "ref": item.ref,
        "owner": owner,
        "due": item.due.isoformat(),
        "step": item.step,
        "level": item.level.value,
    }
