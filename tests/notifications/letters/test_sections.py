from __future__ import annotations

from datetime import date, timedelta

import pytest

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.status import Status
from boardcal.notifications.letters.samples import TODAY
from boardcal.notifications.letters.samples import sample_item as item
from boardcal.notifications.letters.samples import sample_letter as letter
from boardcal.notifications.letters.samples import sample_line as line
from boardcal.notifications.letters.samples import sample_overview as overview
from boardcal.notifications.letters.samples import sample_review as review
from boardcal.notifications.letters.sections import groups, overview_counts, weeks


@pytest.mark.parametrize(
    ("due", "name"),
    [
        (TODAY - timedelta(days=1), "overdue"),
        (TODAY, "soon"),
        (TODAY + timedelta(days=7), "soon"),
        (TODAY + timedelta(days=8), "later"),
    ],
)
def test_an_item_belongs_to_the_group_of_its_due_date(due: date, name: str) -> None:
    assert [group.name for group in groups(letter(items=(item(due=due),)))] == [name]


def test_a_review_is_never_overdue() -> None:
    late = review(due=TODAY - timedelta(days=30))
    assert [group.name for group in groups(letter(items=(late,)))] == ["review"]


def test_the_calendar_goes_by_weeks_and_puts_together_what_several_owe() -> None:
    due = date(2018, 2, 22)
    progress = {"title": "Subgroup progress report", "day": due, "audience": ("LSCB",)}
    found = weeks(
        [
            line(owner="PMQAG", **progress),
            line(owner="Health Subgroup", **progress),
            line(owner="CDOP", status=Status.SUBMITTED, **progress),
            line(day=due, kind=Kind.REVIEW, reference="Action 3.3"),
            line(day=due, kind=Kind.REVIEW, reference="Action 4.2"),
            line(day=due, kind=Kind.MEETING, title="CDOP meeting", status=Status.VOID),
            line(day=date(2018, 2, 26), audience=("Agencies",)),
        ]
    )
    assert [week.monday for week in found] == [date(2018, 2, 19), date(2018, 2, 26)]
    assert [(entry.title, entry.route, entry.state) for entry in found[0].entries] == [
        ("CDOP meeting", "", "cancelled"),
        ("Subgroup progress report", "PMQAG and Health Subgroup to LSCB", ""),
        ("Subgroup progress report", "CDOP to LSCB", "submitted"),
        ("2 reviews of ongoing actions", "Actions 3.3 and 4.2", ""),
    ]
    assert [entry.route for entry in found[1].entries] == ["Agencies"]


def test_the_counts_leave_out_what_was_cancelled() -> None:
    meeting = line(kind=Kind.MEETING, title="CDOP meeting")
    cancelled = line(kind=Kind.MEETING, title="LSCB meeting", status=Status.VOID)
    counted = overview_counts(overview(coming=(line(), line(), meeting, cancelled)))
    assert counted == "Nothing late; in the next eight weeks 2 due and 1 meeting."
