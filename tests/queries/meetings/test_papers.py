from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import cancel_meeting, move_meeting
from boardcal.queries.meetings.papers import MeetingPapers, Paper, meeting_papers
from boardcal.tests.factories import S11, day
from boardcal.tests.pages import in_memory, make_whole, office_day, shown_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from boardcal.tests.office import Office

MARCH = "2018-03-08"
PMQAG, CDOP = "lscb/progress/pmqag/2018-03", "lscb/progress/cdop/2018-03"


@pytest.fixture
def office() -> Office:
    """A bit of everything, planned on 1 February 2018."""
    office = in_memory()
    office.store(make_whole())
    office.tick("2018-02-01 09:00")
    return office


def papers_for(
    office: Office, when: str = MARCH, body: str = "lscb", slot: str | None = None
) -> MeetingPapers:
    papers = found_for(office, when, body, slot)
    assert papers is not None
    return papers


def found_for(
    office: Office, when: str, body: str, slot: str | None = None
) -> MeetingPapers | None:
    papers: MeetingPapers | None = shown_by(
        office, meeting_papers, body=body, day=day(when), slot=slot, today=office_day(office)
    )
    return papers


def keys(papers: Iterable[Paper]) -> set[str]:
    return {paper.entry.key for paper in papers}


def test_all_that_is_expected_is_to_come_at_first(office: Office) -> None:
    papers = papers_for(office)
    assert keys(papers.outstanding) == {S11, PMQAG, CDOP}
    assert papers.expected == 3
    assert (papers.received, papers.late, papers.unsettled, papers.reviews) == ((), (), (), ())


@pytest.mark.parametrize(
    ("status", "where"),
    [
        (Status.SUBMITTED, "received"),
        (Status.ACCEPTED, "received"),
        (Status.NOTHING_TO_REPORT, "nothing_to_report"),
        (Status.WAIVED, "waived"),
        (Status.RETURNED, "outstanding"),
    ],
)
def test_each_paper_stands_where_what_was_recorded_puts_it(
    office: Office, status: Status, where: str
) -> None:
    office.record(CDOP, status, on="2018-02-01", note="by mail")
    papers = papers_for(office)
    [paper] = [paper for paper in getattr(papers, where) if paper.entry.key == CDOP]
    assert (paper.recorded_on, paper.remark) == (day("2018-02-01"), "by mail")
    assert papers.expected == (2 if status is Status.WAIVED else 3)
    every = (
        papers.received,
        papers.nothing_to_report,
        papers.late,
        papers.outstanding,
        papers.waived,
    )
    assert sum(CDOP in keys(each) for each in every) == 1


def test_what_did_not_come_by_its_date_is_late(office: Office) -> None:
    office.record(S11, Status.RETURNED, on="2018-02-01")
    office.reminded("2018-02-02").tick("2018-02-23 09:00")
    assert keys(papers_for(office).late) == {S11, PMQAG, CDOP}


def test_what_the_next_one_overtook_is_late_still(office: Office) -> None:
    office.tick("2018-05-01 09:00")
    papers = papers_for(office)
    assert {paper.entry.status for paper in papers.late if paper.entry.key == CDOP} == {
        Status.MISSED
    }


def test_what_fell_due_before_mails_began_is_not_settled(office: Office) -> None:
    papers = papers_for(office, "2017-11-09")
    assert keys(papers.unsettled) == {
        "lscb/progress/pmqag/2017-11",
        "lscb/progress/cdop/2017-11",
    }


def test_papers_go_with_their_meeting(office: Office) -> None:
    office.edit(lambda content: move_meeting(content, "lscb", day(MARCH), day("2018-03-15")))
    office.tick()
    assert found_for(office, MARCH, "lscb") is None
    assert keys(papers_for(office, "2018-03-15").outstanding) == {S11, PMQAG, CDOP}


def test_nothing_is_expected_at_a_cancelled_meeting(office: Office) -> None:
    office.edit(lambda content: cancel_meeting(content, "lscb", day(MARCH), day("2018-02-01")))
    office.tick()
    papers = papers_for(office)
    assert (papers.expected, papers.meeting.is_cancelled) == (0, True)
    # What names a month waits for the next meeting.
    assert S11 in keys(papers_for(office, "2018-05-10").outstanding)


def test_what_was_submitted_for_a_cancelled_meeting_is_offered_to_the_next(
    office: Office,
) -> None:
    office.record(PMQAG, Status.SUBMITTED)
    office.edit(lambda content: cancel_meeting(content, "lscb", day(MARCH), day("2018-02-01")))
    office.tick()
    for when in (MARCH, "2018-05-10"):
        assert keys(papers_for(office, when).offered) == {PMQAG}
    assert papers_for(office, "2018-07-12").offered == ()
    office.put_off(PMQAG, "2018-05-10")
    assert papers_for(office).offered == ()
    may = papers_for(office, "2018-05-10")
    assert (keys(may.offered), keys(may.received)) == (set(), {PMQAG})
    assert (may.meeting.received, may.meeting.expected) == (1, may.expected)


def test_two_meetings_of_one_day_have_papers_of_their_own(office: Office) -> None:
    office.edit(lambda content: move_meeting(content, "lscb", day(MARCH), day("2018-05-10")))
    office.tick()
    march = papers_for(office, "2018-05-10", slot="2018-03")
    may = papers_for(office, "2018-05-10", slot="2018-05")
    assert keys(march.outstanding) == {S11, PMQAG, CDOP}
    assert keys(may.outstanding).isdisjoint(keys(march.outstanding))
    assert (march.meeting.expected, may.meeting.expected) == (march.expected, may.expected)
    assert (march.meeting.told_apart, may.meeting.others) == ("2018-03", ("2018-03",))
    assert papers_for(office, "2018-05-10") == may


def test_what_is_put_off_is_among_the_papers_of_that_meeting_alone(office: Office) -> None:
    office.put_off(S11, "2018-05-10")
    assert S11 not in keys(papers_for(office).outstanding)
    assert S11 in keys(papers_for(office, "2018-05-10").outstanding)


def test_what_has_no_date_may_be_raised_at_any_meeting(office: Office) -> None:
    for when in (MARCH, "2018-05-10"):
        [raised] = papers_for(office, when).may_be_raised
        assert (raised.report.ref, [owner.id for owner in raised.silent]) == (
            "exceptions",
            ["pmqag"],
        )


def test_reviews_stand_apart(office: Office) -> None:
    papers = papers_for(office, "2018-05-15", "business-group")
    assert keys(papers.reviews) == {"lscb/2.1/cdop/2018-Q2"}
    assert papers.expected == 0


def test_the_business_group_sees_what_is_overdue_anywhere_by_owner(office: Office) -> None:
    office.reminded("2018-02-02").reminded("2018-03-05").tick("2018-04-03 09:00")
    papers = papers_for(office, "2018-05-15", "business-group")
    assert papers.exceptions is not None
    by_owner = {exception.owner.id: exception for exception in papers.exceptions}
    assert list(by_owner) == ["pmqag", "cdop"]
    assert {entry.key for entry in by_owner["pmqag"].reports} == {S11, PMQAG}
    assert {entry.ref for entry in by_owner["pmqag"].actions} == {"1.1"}
    assert by_owner["pmqag"].contact == "pmqag.chair@example.org"
    assert papers_for(office).exceptions is None


def test_a_place_that_nobody_holds_is_told(office: Office) -> None:
    office.leave(RoleName.CHAIR, "cdop.chair@example.org", "2018-02-10", "cdop")
    office.reminded("2018-02-02").tick("2018-02-26 09:00")
    papers = papers_for(office, "2018-05-15", "business-group")
    assert papers.exceptions is not None
    contacts = {exception.owner.id: exception.contact for exception in papers.exceptions}
    assert contacts["cdop"] is None


def test_nothing_overdue_is_an_empty_list(office: Office) -> None:
    office.record("lscb/progress/pmqag/2018-01", Status.SUBMITTED, on="2018-02-01")
    office.record("lscb/progress/cdop/2018-01", Status.SUBMITTED, on="2018-02-01")
    assert papers_for(office, "2018-05-15", "business-group").exceptions == ()


@pytest.mark.parametrize(
    ("when", "body"), [("2018-03-09", "lscb"), (MARCH, "pmqag"), (MARCH, "none")]
)
def test_there_are_no_papers_for_no_meeting(office: Office, when: str, body: str) -> None:
    assert found_for(office, when, body) is None
