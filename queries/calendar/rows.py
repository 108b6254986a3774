"""A line of the calendar as pages show it: everything in words, nothing left to work out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ...calendar.occurrences import Kind
from ...calendar.status import Status
from ...wording.names import Named, Names
from ...wording.statuses import BEFORE_START, KIND_WORDS, distance, is_late, status_words
from ...wording.text import sentence, stated
from .entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One thing that is due, or a meeting.

    `place` is "Action 8.4" or the planner's row; `when` says the date as exactly as the source
    does ("end of July 2018"); `distance` how far off or how late it is ("5 working days late",
    "in 3 working days", or ""); `moved_from` the date before any move; `note` a sentence on why
    it moved; `met_by` the key of what settles it too.
    """

    key: str
    kind: Kind
    kind_words: str
    ref: str
    title: str
    place: str
    owner: Named
    audience: tuple[Named, ...]
    due: date
    when: str
    meeting: date | None
    status: Status
    status_words: str
    distance: str
    is_late: bool
    moved_from: date | None = None
    note: str | None = None
    met_by: str | None = None
    is_before_start: bool = False


def shown(entry: Entry, names: Names, today: date) -> Shown:
    """An entry of the calendar in words, as of `today`."""
    late = is_late(entry.status, entry.due, today)
    return Shown(
        key=entry.key,
        kind=entry.kind,
        kind_words=KIND_WORDS[entry.kind],
        ref=entry.ref,
        title=entry.title,
        place="" if entry.kind is Kind.MEETING else names.place(entry.ref, entry.row),
        owner=names.body(entry.owner),
        audience=names.several(entry.audience),
        due=entry.due,
        when=stated(entry.due, entry.precision),
        meeting=entry.meeting,
        status=entry.status,
        status_words=BEFORE_START
        if entry.is_before_start
        else status_words(entry.status, entry.kind, entry.due, today),
        distance=distance(entry.status, entry.due, today, names.planner.days),
        is_late=late,
        moved_from=entry.first_due if entry.first_due != entry.due else None,
        note=sentence(entry.note) if entry.note else None,
        met_by=entry.met_by,
        is_before_start=entry.is_before_start,
    )
