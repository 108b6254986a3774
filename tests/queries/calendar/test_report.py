from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.rules.escalation import REMINDERS, REVIEWS, Policy
from boardcal.calendar.status import Status
from boardcal.queries.calendar.report import ObligationDetails, obligation_details, reminders
from boardcal.tests.factories import S11, at, day
from boardcal.tests.pages import in_memory, make_whole, office_day, shown_by

if TYPE_CHECKING:
    from boardcal.tests.office import Office


@pytest.fixture
def office() -> Office:
    """A bit of everything, planned on 1 February 2018."""
    office = in_memory()
    office.store(make_whole())
    office.tick("2018-02-01 09:00")
    return office


def looked_at(office: Office, ref: str) -> ObligationDetails:
    details: ObligationDetails | None = shown_by(
        office, obligation_details, ref=ref, today=office_day(office)
    )
    assert details is not None
    return details


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            REMINDERS,
            (
                "20, 10, 5 and 1 working days before, on the day, 1, 5, 10, 15 and 20 working days "
                "after, then every 20 working days"
            ),
        ),
        (REVIEWS, "5 working days before, on the day"),
        (Policy(offsets=(-1,)), "1 working day before"),
        (Policy(offsets=(0, 1)), "on the day, 1 working day after"),
        (Policy(offsets=(0,), repeat=1), "on the day, then every 1 working day"),
    ],
)
def test_reminders_are_said_in_words(policy: Policy, said: str) -> None:
    assert reminders(policy) == said


def test_a_report_has_its_row_and_an_action_its_number(office: Office) -> None:
    report, action = looked_at(office, "s11"), looked_at(office, "1.1")
    assert (report.is_action, report.row, report.number) == (False, "S.11 Audit", None)
    assert (action.is_action, action.row, action.number) == (True, None, "1.1")
    assert (action.section, action.text) == ("Section 1", "Review the Terms of Reference")
    assert report.source.document == "Cumbria LSCB, Business Plan 2017-20"


@pytest.mark.parametrize(
    ("ref", "undecided", "ongoing", "raised"),
    [
        ("s11", False, False, False),
        ("survey", True, False, False),
        ("2.1", False, True, False),
        ("exceptions", False, False, True),
    ],
)
def test_what_has_no_date_says_which_kind_of_none(
    office: Office, ref: str, undecided: bool, ongoing: bool, raised: bool
) -> None:
    details = looked_at(office, ref)
    assert (details.is_undecided, details.is_ongoing, details.may_be_raised) == (
        undecided,
        ongoing,
        raised,
    )


def test_past_is_newest_first_and_coming_soonest_first(office: Office) -> None:
    for before_a_date in ("2017-12-04", "2018-02-05", "2018-04-09"):
        office.sweep(before_a_date)
    office.tick("2018-06-01 09:00")
    details = looked_at(office, "progress")
    pmqag = [occurrence for occurrence in details.past if occurrence.owner.id == "pmqag"]
    assert [occurrence.due.month for occurrence in pmqag] == [4, 2, 2, 10]
    assert [occurrence.due for occurrence in details.coming] == sorted(
        occurrence.due for occurrence in details.coming
    )
    assert details.coming[0].due >= day("2018-06-01")
    assert {occurrence.owner.id for occurrence in details.coming} == {"pmqag", "cdop"}


def test_what_is_due_today_is_still_to_come(office: Office) -> None:
    office.tick("2018-02-22 09:00")
    details = looked_at(office, "s11")
    assert (details.past, details.coming[0].due) == ((), day("2018-02-22"))


def test_what_was_recorded_shows_there(office: Office) -> None:
    office.record(S11, Status.SUBMITTED, on="2018-02-01")
    office.reminded().tick("2018-03-01 09:00")
    assert [occurrence.status for occurrence in looked_at(office, "s11").past] == [Status.SUBMITTED]


def test_reports_that_meet_each_other_are_linked(office: Office) -> None:
    july, audits = looked_at(office, "july"), looked_at(office, "audits-july")
    assert [link.ref for link in july.also_meets] == ["audits-july"]
    assert audits.met_by is not None
    assert (audits.met_by.ref, audits.also_meets) == ("july", ())


def test_an_unknown_report_has_no_details(office: Office) -> None:
    for ref in ("", "none", "lscb", S11):
        assert shown_by(office, obligation_details, ref=ref, today=office_day(office)) is None


@pytest.mark.parametrize(
    ("ref", "today", "deeds", "stands"),
    [
        # What nobody owes yet is said by what comes next; the last settled one waits below.
        ("s11", "2018-02-01", {S11: Status.SUBMITTED}, [("pmqag", "2018-03")]),
        ("s11", "2018-03-05", {S11: Status.SUBMITTED}, [("pmqag", "2019-03")]),
        # An action that is done says so, as nothing of it comes any more.
        (
            "1.1",
            "2018-05-01",
            {"lscb/1.1/pmqag/march-2018": Status.SUBMITTED},
            [("pmqag", "march-2018")],
        ),
        ("exceptions", "2018-02-01", {}, []),
    ],
)
def test_what_stands_first_says_how_it_is_today(
    office: Office, ref: str, today: str, deeds: dict[str, Status], stands: list[tuple[str, str]]
) -> None:
    for key, outcome in deeds.items():
        office.record(key, outcome)
    office.now = at(today)
    shown = looked_at(office, ref).standing
    assert [tuple(entry.key.split("/")[2:]) for entry in shown] == stands


def test_what_is_late_stands_before_what_is_due_soon(office: Office) -> None:
    office.extend("lscb/progress/cdop/2018-03", "2018-03-06")
    office.now = at("2018-03-05")
    statuses = [entry.status for entry in looked_at(office, "progress").standing]
    assert statuses[0] is Status.OVERDUE
    assert statuses[-1] is Status.DUE
