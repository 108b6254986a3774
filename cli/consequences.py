"""What a change of meetings does to what is due, as it is stored and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from ..calendar.meetings import FURTHEST_MOVE
from ..calendar.planner import Planner
from ..calendar.status import OWED, Status
from ..calendar.words import listed, long_date
from ..notifications.phrases import count
from ..notifications.references import short_names
from ..scheduler.installation import Installation
from ..scheduler.meeting_editing import Reflow, reflows
from ..storage.occurrence_rows import Stored, of_board, recorded_events
from ..storage.planners import BoardRow
from .terminal import hung

MONTHS_AHEAD = 18
FOLLOWS = (*OWED, Status.UNSETTLED, Status.VOID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What re-flows, and how many that would stay where they are because of what is stored."""

    flowing: list[Reflow]
    staying: int


def consequences(
    here: Installation, connection: Connection, row: BoardRow, after: Planner
) -> Consequences:
    """What the changed planner `after` does to what falls due in the next 18 months."""
    before = here.shelf.get(connection, row)
    start, end = here.today, here.today + relativedelta(months=MONTHS_AHEAD)
    # A wider window, so that what moves across the edge of it is not taken for gone or new.
    window = (start - FURTHEST_MOVE, end + FURTHEST_MOVE)
    events = recorded_events(connection, row.id)
    found = [
        each
        for each in reflows(before, after, *window, events)
        if any(start <= due <= end for due in _dues(each))
    ]
    stored = {each.key: each for each in of_board(connection, row.id)}
    flowing = [each for each in found if _follows(stored.get(_key(each)), each, here.today)]
    return Consequences(flowing=flowing, staying=len(found) - len(flowing))


def _follows(row: Stored | None, reflow: Reflow, today: date) -> bool:
    """Whether an occurrence re-flows: not where it is past, settled, or was given a date."""
    if row is None:
        return True
    if row.state not in FOLLOWS or (row.meeting or row.due) < today:
        return False
    falls_away = reflow.after is None or reflow.after.void
    return falls_away or row.state == Status.VOID or not row.extended


def _dues(reflow: Reflow) -> list[date]:
    return [each.due for each in (reflow.before, reflow.after) if each is not None]


def _key(reflow: Reflow) -> str:
    return next(each.key for each in (reflow.before, reflow.after) if each is not None)


def consequences_in_words(found: Consequences, planner: Planner) -> Iterator[str]:
    """Lines that say what re-flows: first how, then what."""
    if not found.flowing:
        yield "No due date changes by that."
    said = sorted((_how(each), *_what(each, planner)) for each in found.flowing)
    for how, alike in groupby(said, itemgetter(0)):
        yield from hung(f"{how}:")
        for title, same in groupby(alike, itemgetter(1)):
            yield from hung(f"{title}: {listed([owner for _, _, owner in same])}", 2)
    if found.staying:
        stay = "stays" if found.staying == 1 else "stay"
        yield from hung(
            f"{count(found.staying, 'report')} {stay} as recorded: past, settled, or given a "
            "date of its own."
        )


def _how(reflow: Reflow) -> str:
    """What becomes of one, such as "Papers now due 1 March 2018 instead of 22 February 2018"."""
    before, after = reflow.before, reflow.after
    was = None if before is None or before.void else long_date(before.due)
    if after is None or after.void:
        return f"No longer due on {was}" if was else "Still not due"
    now = long_date(after.due)
    paper = "Papers now" if after.meeting is not None else "Now"
    if was is None:
        return f"{paper} due {now}, in addition"
    if was == now:
        on = "" if after.meeting is None else f", for the meeting on {long_date(after.meeting)}"
        return f"Still due {now}{on}"
    return f"{paper} due {now} instead of {was}"


def _what(reflow: Reflow, planner: Planner) -> tuple[str, str]:
    """The title, and who owes it."""
    each = reflow.after or reflow.before
    if each is None:
        raise ValueError("a reflow of nothing")
    return each.title, "".join(short_names(planner, [each.owner]))
