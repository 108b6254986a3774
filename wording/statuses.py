"""Statuses and kinds of occurrences in words."""

from __future__ import annotations

from datetime import date

from ..calendar.occurrences import Kind
from ..calendar.rules.working_days import WorkingDays
from ..calendar.status import Status, is_late
from .text import working_days

# How near a date is worth counting days to: the first reminder comes this many before.
NEAR_WORKING_DAYS = 20
STATUS_WORDS = {
    Status.PLANNED: "planned",
    Status.DUE: "due",
    Status.OVERDUE: "overdue",
    Status.STALE: "review not recorded",
    Status.SUBMITTED: "submitted",
    Status.ACCEPTED: "accepted",
    Status.RETURNED: "returned",
    Status.NOTHING_TO_REPORT: "nothing to report",
    Status.WAIVED: "waived",
    Status.MISSED: "missed",
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


def status_words(status: Status, kind: Kind, due: date, today: date) -> str:
    """What has become of it, in a word or a few."""
    if kind is Kind.MEETING:
        if status is Status.VOID:
            return "cancelled"
        return "past" if due < today else "planned"
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
