"""The status of an occurrence, as recorded or as it follows from the date."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from .occurrences import Kind
from .rules.escalation import Policy, steps
from .rules.working_days import WorkingDays


class Status(StrEnum):
    """The status that people are shown, in the order in which they look for it in a list.

    Planned, due, overdue and stale follow from the date, the others are recorded.
    A review without a record is stale, never overdue. An unsettled occurrence fell due before
    the Board's go-live, and its outcome is not recorded yet.
    """

    OVERDUE = "overdue"
    DUE = "due"
    PLANNED = "planned"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    NOTHING_TO_REPORT = "nothing to report"
    WAIVED = "waived"
    MISSED = "missed"
    UNSETTLED = "unsettled"
    STALE = "stale"
    VOID = "void"


OPEN = "open"


# Still owed: reminded of and chased.
OWED = (OPEN, Status.RETURNED.value)
RECORDABLE = (
    Status.SUBMITTED,
    Status.ACCEPTED,
    Status.RETURNED,
    Status.NOTHING_TO_REPORT,
    Status.WAIVED,
)
SETTLED = tuple(status for status in RECORDABLE if status not in OWED)


def status_on(
    today: date, *, state: str, kind: Kind, due: date, policy: Policy, days: WorkingDays
) -> Status:
    """The status to show on `today` for a recorded `state` ("open" when nothing is)."""
    if state != OPEN:
        return Status(state)
    if kind is Kind.MEETING:  # never owed, so it is planned before its day and after it
        return Status.PLANNED
    if due < today:
        return Status.STALE if kind is Kind.REVIEW else Status.OVERDUE
    first = next(steps(due, policy, days))
    return Status.DUE if first.day <= today else Status.PLANNED


def is_late(status: Status, due: date, today: date) -> bool:
    """Whether an occurrence is still owed after its due date; a review never is."""
    return status is Status.OVERDUE or (status is Status.RETURNED and due < today)
