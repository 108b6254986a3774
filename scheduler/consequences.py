"""What a change of the planner does to what is due and who meets, as it is stored and in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, select

from ..calendar.meetings import FURTHEST_MOVE
from ..calendar.occurrences import Occurrence, meeting_occurrences
from ..calendar.planner import Planner
from ..calendar.status import OWED, Status
from ..calendar.words import listed, long_date, weekday_date
from ..notifications.phrases import audience, count
from ..notifications.references import short_names
from ..storage.occurrence_rows import Stored, of_board, recorded_events
from ..storage.planners import BoardRow
from ..storage.tables import ledger
from .calendar_lines import parts
from .installation import Installation
from .meeting_editing import Reflow, reflows

MONTHS_AHEAD = 18
FOLLOWS = (*OWED, Status.UNSETTLED, Status.VOID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What re-flows, and how many that would stay where they are because of what is stored.

    `meetings` are those that come, go or move; `mailed` says of how many of `flowing` somebody
    was reminded already.
    """

    flowing: list[Reflow]
    staying: int
    meetings: list[Reflow]
    mailed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that happens, and to what: "S.11 annual report: PMQAG".

    `how` is such as "Papers now due 1 March 2018 instead of 22 February 2018"; `more` counts
    what was left out of `what`.
    """

    how: str
    what: tuple[str, ...]
    more: int = 0


def consequences(
    here: Installation,
    connection: Connection,
    row: BoardRow,
    after: Planner,
    *,
    refs: Collection[str] | None = None,
) -> Consequences:
    """What the changed planner `after` does to what falls due in the next 18 months.

    With `refs` only some reports and actions were changed, and no meeting.
    """
    before = here.shelf.get(connection, row)
    start, end = here.today, here.today + relativedelta(months=MONTHS_AHEAD)
    # A wider window, so that what moves across the edge of it is not taken for gone or new.
    window = (start - FURTHEST_MOVE, end + FURTHEST_MOVE)
    events = recorded_events(connection, row.id)
    found = [
        each
        for each in reflows(before, after, *window, events, refs=refs)
        if any(start <= last and due <= end for due, last in _spans(each))
    ]
    stored = {each.key: each for each in of_board(connection, row.id, refs)}
    flowing = [each for each in found if _follows(stored.get(_key(each)), each, here.today)]
    ids = [stored[_key(each)].id for each in flowing if _key(each) in stored]
    return Consequences(
        flowing=_handed_over(flowing),
        staying=len(found) - len(flowing),
        meetings=[] if refs is not None else _meetings(before, after, start, end),
        mailed=_mailed(connection, ids),
    )


def _follows(row: Stored | None, reflow: Reflow, today: date) -> bool:
    """Whether an occurrence re-flows: not where it is past, settled, or was given a date."""
    if row is None:
        return True
    if row.state not in FOLLOWS or (row.meeting or row.due) < today:
        return False
    falls_away = reflow.after is None or reflow.after.void
    return falls_away or row.state == Status.VOID or not row.extended


def _handed_over(flowing: list[Reflow]) -> list[Reflow]:
    """What one owner loses and another gets on the same day, as one thing.

    What is due from the same owner on the same day by another rule is no news at all.
    """
    lost: dict[tuple[str, date, bool], list[Reflow]] = {}
    for each in flowing:
        if each.before is not None and each.after is None and not each.before.void:
            lost.setdefault(_place(each.before), []).append(each)
    kept = []
    for each in flowing:
        if each.before is None and each.after is not None and not each.after.void:
            was = _same_day(lost.get(_place(each.after), []), each.after.owner)
            if was is not None:
                lost[_place(each.after)].remove(was)
                if was.before is not None and was.before.owner != each.after.owner:
                    kept.append(Reflow(before=was.before, after=each.after))
                continue
        kept.append(each)
    left = {id(each) for several in lost.values() for each in several}
    return [each for each in kept if each.after is not None or id(each) in left or _void(each)]


def _void(reflow: Reflow) -> bool:
    return reflow.before is not None and reflow.before.void


def _same_day(lost: list[Reflow], owner: str) -> Reflow | None:
    """What the same owner loses, else what the first one does."""
    own = (each for each in lost if each.before is not None and each.before.owner == owner)
    return next(own, None) or next(iter(lost), None)


def _place(each: Occurrence) -> tuple[str, date, bool]:
    return each.ref, each.due, each.meeting is None


def _meetings(before: Planner, after: Planner, start: date, end: date) -> list[Reflow]:
    """The meetings that come, go or move, by date."""
    window = (start - FURTHEST_MOVE, end + FURTHEST_MOVE)
    was = {each.key: each for each in meeting_occurrences(before, *window)}
    will = {each.key: each for each in meeting_occurrences(after, *window)}
    changed = [
        Reflow(before=was.get(key), after=will.get(key))
        for key in {*was, *will}
        if _held_on(was.get(key)) != _held_on(will.get(key))
    ]
    return sorted(
        (each for each in changed if any(start <= day <= end for day in _dues(each))),
        key=lambda each: (min(_dues(each)), _key(each)),
    )


def _held_on(meeting: Occurrence | None) -> date | None:
    return None if meeting is None or meeting.void else meeting.due


def _mailed(connection: Connection, ids: Collection[int]) -> int:
    """Of how many stored occurrences somebody was reminded already."""
    found: set[int] = set()
    for some in parts(ids):
        rows = connection.execute(
            select(ledger.c.occurrence_id)
            .where(ledger.c.occurrence_id.in_(some), ledger.c.state == "sent")
            .distinct()
        )
        found.update(row.occurrence_id for row in rows)
    return len(found)


def _spans(reflow: Reflow) -> list[tuple[date, date]]:
    """When it is due, and how long it re-flows: papers do while their meeting lies ahead."""
    both = (each for each in (reflow.before, reflow.after) if each is not None)
    return [(each.due, each.meeting or each.due) for each in both]


def _dues(reflow: Reflow) -> list[date]:
    return [each.due for each in (reflow.before, reflow.after) if each is not None]


def _key(reflow: Reflow) -> str:
    return next(each.key for each in (reflow.before, reflow.after) if each is not None)


def effects(found: Consequences, planner: Planner, most: int | None = None) -> list[Effect]:
    """What re-flows: first how, then what.

    With `most` at most so many things of a kind, and of many owners only the first are named.
    """
    together = listed if most is None else _first_few
    said = sorted(
        (_day(each), _how(each, planner), *_what(each, planner)) for each in found.flowing
    )
    told = []
    for (_, how), alike in groupby(said, itemgetter(0, 1)):
        what = [
            f"{title}: {together([owner for *_, owner in same])}"
            for title, same in groupby(alike, itemgetter(2))
        ]
        shown = what[:most]
        told.append(Effect(how=how, what=tuple(shown), more=len(what) - len(shown)))
    return told


def _first_few(owners: list[str]) -> str:
    return audience(tuple(owners))


def _day(reflow: Reflow) -> date:
    """The day that tells where among the others it stands: the new one, or the one it had."""
    return next(each.due for each in (reflow.after, reflow.before) if each is not None)


def remarks(found: Consequences) -> Iterator[str]:
    """What else is to say: that nothing moves, or that something stays as it was recorded."""
    if not found.flowing:
        yield "No due date changes by that."
    if found.staying:
        stay = "stays" if found.staying == 1 else "stay"
        yield (
            f"{count(found.staying, 'report')} {stay} as recorded: past, settled, or given a "
            "date of its own."
        )


def mailed_in_words(found: Consequences) -> str | None:
    """That people were reminded of the old dates already; None where nobody was."""
    if not found.mailed:
        return None
    if found.mailed == 1:
        return (
            "A reminder of one of these was sent already. The next mail about it says what changed."
        )
    return (
        f"Reminders of {found.mailed} of these were sent already. The next mails about them say "
        "what changed."
    )


def meetings_in_words(meetings: Iterable[Reflow]) -> Iterator[str]:
    """ "No PMQAG meeting on Wednesday 7 March 2018 any more"."""
    for each in meetings:
        was, will = _held_on(each.before), _held_on(each.after)
        title = next(one.title for one in (each.after, each.before) if one is not None)
        if was is None and will is not None:
            yield f"{title} on {weekday_date(will)}, in addition"
        elif was is not None and will is None:
            yield f"No {title} on {weekday_date(was)} any more"
        elif was is not None and will is not None:
            yield f"{title} on {weekday_date(will)} instead of {weekday_date(was)}"


def _how(reflow: Reflow, planner: Planner) -> str:
    """What becomes of one, such as "Papers now due 1 March 2018 instead of 22 February 2018"."""
    before, after = reflow.before, reflow.after
    was = None if before is None or before.void else long_date(before.due)
    if after is None or after.void:
        return f"No longer due on {was}" if was else "Still not due"
    now = long_date(after.due)
    paper = "Papers now" if after.meeting is not None else "Now"
    if was is None:
        return f"{paper} due {now}, in addition"
    if before is not None and before.owner != after.owner:
        return f"Due {now}, now from {_owner(after, planner)} instead of {_owner(before, planner)}"
    if was == now:
        on = "" if after.meeting is None else f", for the meeting on {long_date(after.meeting)}"
        return f"Still due {now}{on}"
    return f"{paper} due {now} instead of {was}"


def _what(reflow: Reflow, planner: Planner) -> tuple[str, str]:
    """The title, and who owes it."""
    each = reflow.after or reflow.before
    if each is None:
        raise ValueError("a reflow of nothing")
    return each.title, _owner(each, planner)


def _owner(each: Occurrence, planner: Planner) -> str:
    return "".join(short_names(planner, [each.owner])) or each.owner
