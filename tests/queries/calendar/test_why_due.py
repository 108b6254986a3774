from __future__ import annotations

from typing import Any

import pytest

from boardcal.calendar.occurrences import Kind, meeting_body
from boardcal.queries.calendar.entries import upcoming
from boardcal.queries.calendar.why_due import why_due
from boardcal.storage.recorded_events import recorded_events
from boardcal.tests.factories import checked, day, make_action, make_document, make_report
from boardcal.tests.pages import in_memory, reading

QUARTERLY = {"meeting": "business-group", "last_in": "quarter"}


def why(
    *,
    key: str,
    report: dict[str, Any] | None = None,
    action: dict[str, Any] | None = None,
    today: str = "2018-02-01",
) -> list[str]:
    """The sentences about one thing due in a planner that holds nothing else."""
    document = make_document(
        report=[report] if report else [],
        action=[action] if action else [],
        event=[{"id": "survey", "title": "The Board accepts the survey"}],
    )
    office = in_memory()
    office.store(checked(document))
    office.now = office.local.sending_instant(day(today))
    office.tick()
    if report and "after" in report["when"]:
        office.happened("survey", today)
    with reading(office, today=day(today)) as (connection, view):
        entries = upcoming(connection, view, start=day("2018-01-01"), end=day("2019-12-31"))
        entry = next(entry for entry in entries if entry.key == key)
        events = recorded_events(connection, view.id)
        return list(why_due(entry, view.obligations[entry.ref], events))


@pytest.mark.parametrize(
    ("when", "period", "read", "sum_"),
    [
        (
            {"meeting": "lscb", "months": ["March"]},
            "2018-03",
            "This is read as: every March, at the LSCB meeting; papers 10 working days before.",
            (
                "LSCB meets on Thursday 8 March 2018, and 10 working days before that is Thursday "
                "22 February 2018."
            ),
        ),
        (
            {"meeting": "lscb", "months": ["March"], "papers": 0},
            "2018-03",
            "This is read as: every March, at the LSCB meeting; papers on the day.",
            "LSCB meets on Thursday 8 March 2018, and it is due on that day.",
        ),
        (
            {"meeting": "lscb", "months": ["March"], "papers": 1},
            "2018-03",
            "This is read as: every March, at the LSCB meeting; papers 1 working day before.",
            (
                "LSCB meets on Thursday 8 March 2018, and 1 working day before that is Wednesday "
                "7 March 2018."
            ),
        ),
        (
            {"months": ["March"]},
            "2018-03",
            "This is read as: every March, by the last working day of the month.",
            "The last working day of March 2018 is Thursday 29 March 2018.",
        ),
        (
            {"months": ["March"], "day": 15},
            "2018-03",
            "This is read as: every March, by the 15th.",
            "That is Thursday 15 March 2018.",
        ),
    ],
)
def test_a_report_says_how_its_day_comes_about(
    when: dict[str, Any], period: str, read: str, sum_: str
) -> None:
    reasons = why(report=make_report(when=when), key=f"lscb/s11/pmqag/{period}")
    assert reasons == ["The plan says: “to be presented to the LSCB every March.”", read, sum_]


@pytest.mark.parametrize(
    ("stated", "period", "sum_"),
    [
        (
            "March 2018",
            "march-2018",
            "The last working day of March 2018 is Thursday 29 March 2018.",
        ),
        ("8 March 2018", "8-march-2018", "That is Thursday 8 March 2018."),
        (
            "Autumn 2018",
            "autumn-2018",
            "The last working day of autumn 2018 is Friday 30 November 2018.",
        ),
    ],
)
def test_an_action_says_how_exactly_its_day_was_stated(stated: str, period: str, sum_: str) -> None:
    reasons = why(action=make_action(when={"by": stated}), key=f"lscb/1.1/pmqag/{period}")
    assert reasons[-1] == sum_


@pytest.mark.usefixtures("unmarked")
@pytest.mark.parametrize(
    ("on", "sum_"),
    [
        ("2018-02-01", "That day is Thursday 1 February 2018."),
        ("2018-02-03", "The next working day is Monday 5 February 2018."),
    ],
)
def test_what_follows_its_event_at_once_says_whether_that_is_the_day(on: str, sum_: str) -> None:
    report = make_report(when={"after": "survey", "days": 0})
    reasons = why(report=report, key="lscb/s11/pmqag/survey-1", today=on)
    assert reasons[-1] == sum_


def test_what_was_read_in_or_is_not_clear_is_said() -> None:
    report = make_report(assumed="March is read in", doubt="Another row says May")
    reasons = why(report=report, key="lscb/s11/pmqag/2018-03")
    assert reasons[2:4] == [
        "March is read in.",
        "The plan is not clear: Another row says May.",
    ]


@pytest.mark.usefixtures("unmarked")
def test_what_follows_an_event_counts_from_it() -> None:
    report = make_report(when={"after": "survey", "days": 5})
    reasons = why(report=report, key="lscb/s11/pmqag/survey-1")
    assert reasons[-2:] == [
        "“The Board accepts the survey” was recorded on 1 February 2018.",
        "5 working days after that is Thursday 8 February 2018.",
    ]


def test_a_review_is_at_the_meeting_where_it_is_looked_at() -> None:
    action = make_action(when={"review": QUARTERLY})
    reasons = why(action=action, key="lscb/1.1/pmqag/2018-Q1")
    assert reasons[2] == (
        "It is ongoing, so it is never due itself; this is when it is looked at again."
    )
    assert reasons[3].startswith("BUSINESS-GROUP meets on Tuesday 20 February 2018")


def test_the_meeting_that_counts_is_that_of_the_timing_in_force() -> None:
    document = make_document(
        action=[
            make_action("1.1", when={"by": "March 2018"}),
            make_action("1.2", when={"review": QUARTERLY}),
            make_action("1.3", when={"by": "March 2018", "review": QUARTERLY}),
        ]
    )
    office = in_memory()
    office.store(checked(document))
    with reading(office) as (_, view):
        obligations = view.obligations
    assert meeting_body(obligations["s11"], Kind.REPORT) == "lscb"
    assert meeting_body(obligations["1.1"], Kind.ACTION) is None
    assert meeting_body(obligations["1.2"], Kind.REVIEW) == "business-group"
    assert meeting_body(obligations["1.3"], Kind.ACTION) is None
    assert meeting_body(obligations["1.3"], Kind.REVIEW) == "business-group"
