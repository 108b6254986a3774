from __future__ import annotations

import pytest

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.rules.working_days import WorkingDays
from boardcal.calendar.status import Status
from boardcal.tests.factories import day
from boardcal.wording.statuses import distance, status_words

DAYS = WorkingDays()


@pytest.mark.parametrize(
    ("status", "due", "today", "words"),
    [
        (Status.OVERDUE, "2018-02-22", "2018-02-23", "1 working day late"),
        (Status.OVERDUE, "2018-02-22", "2018-03-01", "5 working days late"),
        (Status.OVERDUE, "2018-02-23", "2018-02-24", "late"),
        (Status.RETURNED, "2018-02-22", "2018-02-27", "3 working days late"),
        (Status.RETURNED, "2018-02-27", "2018-02-22", "in 3 working days"),
        (Status.DUE, "2018-02-22", "2018-02-22", "today"),
        (Status.DUE, "2018-02-22", "2018-02-21", "tomorrow"),
        (Status.DUE, "2018-02-24", "2018-02-22", "in 1 working day"),
        (Status.DUE, "2018-02-25", "2018-02-23", "in 2 days"),
        (Status.DUE, "2018-02-22", "2018-01-25", "in 20 working days"),
        (Status.PLANNED, "2018-02-22", "2018-01-24", ""),
        (Status.PLANNED, "2018-12-22", "2018-01-24", ""),
        (Status.SUBMITTED, "2018-02-22", "2018-03-24", ""),
        (Status.STALE, "2018-02-22", "2018-03-24", ""),
    ],
)
def test_how_far_off_or_how_late_it_is(status: Status, due: str, today: str, words: str) -> None:
    assert distance(status, day(due), day(today), DAYS) == words


@pytest.mark.parametrize(
    ("status", "kind", "due", "words"),
    [
        (Status.PLANNED, Kind.MEETING, "2018-03-08", "planned"),
        (Status.PLANNED, Kind.MEETING, "2018-03-07", "past"),
        (Status.VOID, Kind.MEETING, "2018-03-09", "cancelled"),
        (Status.VOID, Kind.REPORT, "2018-03-09", "no longer due"),
        (Status.UNSETTLED, Kind.REPORT, "2018-03-01", "not settled"),
        (Status.STALE, Kind.REVIEW, "2018-03-01", "review not recorded"),
        (Status.NOTHING_TO_REPORT, Kind.REPORT, "2018-03-01", "nothing to report"),
    ],
)
def test_a_status_is_said_in_plain_words(status: Status, kind: Kind, due: str, words: str) -> None:
    assert status_words(status, kind, day(due), day("2018-03-08")) == words
