"""How an action stands with one of its owners, in a colour and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ...calendar.occurrences import Kind
from ...calendar.planner.model import Action
from ...calendar.rules.timing import After, AsRequired, By, Ongoing, Undecided
from ...calendar.status import SETTLED, Status
from ...wording.names import Named, Names
from ...wording.statuses import STATUS_WORDS
from ...wording.text import stated
from .board_calendar import Line


class Rag(StrEnum):
    """How an action stands; the order is that in which one owner's stands for all."""

    OVERDUE = "overdue"
    MISSED = "missed"
    NOT_SETTLED = "not settled"
    STALE = "stale"
    DUE_SOON = "due soon"
    ON_TRACK = "on track"
    NO_DATE = "no date"
    ONGOING = "ongoing"
    COMPLETE = "complete"
    WITHDRAWN = "no longer due"

    @property
    def colour(self) -> str:
        """ "red", "amber", "green" or "grey"; the words say more."""
        return COLOURS[self]


COLOURS = {
    Rag.OVERDUE: "red",
    Rag.MISSED: "red",
    Rag.NOT_SETTLED: "grey",
    Rag.STALE: "amber",
    Rag.DUE_SOON: "amber",
    Rag.ON_TRACK: "green",
    Rag.NO_DATE: "grey",
    Rag.ONGOING: "green",
    Rag.COMPLETE: "green",
    Rag.WITHDRAWN: "grey",
}
FROM_STATUS = {
    Status.OVERDUE: Rag.OVERDUE,
    Status.RETURNED: Rag.DUE_SOON,
    Status.DUE: Rag.DUE_SOON,
    Status.PLANNED: Rag.ON_TRACK,
    Status.MISSED: Rag.MISSED,
    Status.UNSETTLED: Rag.NOT_SETTLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerStatus:
    """The status of an action for one owner; `key` is the item that decides it, if any."""

    owner: Named
    rag: Rag
    words: str
    due: date | None = None
    when: str | None = None
    key: str | None = None


def owner_status(
    action: Action, lines: Sequence[Line], names: Names, owner: str, today: date
) -> OwnerStatus:
    """How an action stands with one of its owners, from that one's lines, by date."""
    milestones = [line for line in lines if line.kind is Kind.ACTION]
    live = [line for line in milestones if line.status is not Status.VOID]
    reviews = [
        line
        for line in lines
        if line.kind is Kind.REVIEW and line.status not in (Status.VOID, Status.UNSETTLED)
    ]
    line, rag, words = _deciding(action, live, reviews, today)
    if line is None and milestones and not live:
        rag, words = Rag.WITHDRAWN, STATUS_WORDS[Status.VOID]
    return OwnerStatus(
        owner=names.body(owner),
        rag=rag,
        words=words,
        due=None if line is None else line.due,
        when=None if line is None else stated(line.due, line.precision),
        key=None if line is None else line.key,
    )


def _deciding(
    action: Action, live: Sequence[Line], reviews: Sequence[Line], today: date
) -> tuple[Line | None, Rag, str]:
    """The line that decides how an action stands, and how it does, in a word and in words."""
    late = next((line for line in live if line.is_late(today)), None)
    if late is not None:
        return late, Rag.OVERDUE, f"overdue since {stated(late.due, late.precision)}"
    waiting = [line for line in live if line.status not in SETTLED]
    asked = next((line for line in waiting if line.status is Status.UNSETTLED), None)
    if asked is not None:
        return asked, Rag.NOT_SETTLED, Rag.NOT_SETTLED.value
    # Of a repeated action only the next occurrence counts, else the last one.
    ahead = next((line for line in waiting if line.status is not Status.MISSED), None)
    if ahead is not None:
        rag = FROM_STATUS[ahead.status]
        return ahead, rag, "returned" if ahead.status is Status.RETURNED else rag.value
    if reviews and not waiting:
        return _reviewed(reviews, today)
    if not live:
        return None, Rag.NO_DATE, _without_date(action)
    last = live[-1]
    if last.status is Status.MISSED:
        return last, Rag.MISSED, Rag.MISSED.value
    return last, Rag.COMPLETE, f"complete: {STATUS_WORDS[last.status]}"


def _reviewed(reviews: Sequence[Line], today: date) -> tuple[Line, Rag, str]:
    past = [line for line in reviews if line.due < today]
    done = [line for line in reviews if line.status in SETTLED]
    ahead = next((line for line in reviews if line.due >= today), reviews[-1])
    if past and past[-1].status is Status.STALE and not (done and done[-1].due > past[-1].due):
        when = stated(past[-1].due, past[-1].precision)
        return past[-1], Rag.STALE, f"stale: no review recorded for {when}"
    if done:
        when = stated(done[-1].due, done[-1].precision)
        return ahead, Rag.ONGOING, f"ongoing: reviewed {when}"
    return ahead, Rag.ONGOING, f"ongoing: first review {stated(ahead.due, ahead.precision)}"


def _without_date(action: Action) -> str:
    match action.timing:
        case Undecided():
            return "no date decided"
        case AsRequired():
            return "as required"
        case After():
            return "waits for an event"
        case Ongoing() | By():
            return "ongoing: no review planned"
    return "nothing due"
