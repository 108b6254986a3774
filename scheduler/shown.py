"""A line of the calendar as pages show it: everything in words, nothing left to work out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..calendar.occurrences import Kind
from ..calendar.status import Status
from ..calendar.workdays import WorkingDays
from ..notifications.phrases import sentence, stated, working_days
from .naming import Named, Names
from .upcoming import Entry

# How near a date is worth counting days to: the first reminder comes this many before.
NEAR_WORKING_DAYS = 20
STATUS_WORDS = {
    **{status: status.value for status in Status},
    Status.STALE: "review not recorded",
    Status.UNSETTLED: "not settled",
    Status.VOID: "no longer due",
}
# What fell due before the Board started, and was never asked about, is no open question.
BEFORE_START = "before the start"
KIND_WORDS = {
    Kind.REPORT: "report",
    Kind.ACTION: "action",
    Kind.REVIEW: "review",
    Kind.MEETING: "meeting",
}
STILL_TO_COME = (Status.PLANNED, Status.DUE, Status.RETURNED)


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


def is_late(status: Status, due: date, today: date) -> bool:
    """Whether its date has passed and it is still owed."""
    return status is Status.OVERDUE or (status is Status.RETURNED and due < today)


def status_words(status: Status, kind: Kind, due: date, today: date) -> str:
    """What has become of it, in a word or a few."""
    if kind is Kind.MEETING:
        if status is Status.VOID:
            return "cancelled"
        return "held" if due < today else "planned"
    return STATUS_WORDS[status]


def distance(status: Status, due: date, today: date, days: WorkingDays) -> str:
    """ "5 working days late", "today", "tomorrow", "in 3 working days"; "" where it is far off."""
    if is_late(status, due, today):
        late = days.between(due, today)
        return f"{working_days(late)} late" if late else "late"
    if status not in STILL_TO_COME or due < today:
        return ""
    ahead = (due - today).days
    if ahead < 2:
        return "tomorrow" if ahead else "today"
    # Working days are fewer than days: what lies further off need not be counted.
    if ahead > 2 * NEAR_WORKING_DAYS:
        return ""
    left = days.between(today, due)
    if left > NEAR_WORKING_DAYS:
        return ""
    return f"in {working_days(left)}" if left else f"in {ahead} days"
