from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.letters.overview import overview_of
from boardcal.notifications.reminders.mailing_boards import live_boards
from boardcal.notifications.transports.base import DeliveryError
from boardcal.operations.mails import send_again
from boardcal.operations.planner.meetings import cancel_meeting
from boardcal.storage.mail.board_messages import undelivered
from boardcal.storage.message_states import MessageState
from boardcal.storage.schema.mail import message, overview
from boardcal.tests.factories import (
    CHAIR,
    S11,
    SECRETARIAT,
    at,
    checked,
    cumbria,
    day,
    make_action,
    make_document,
    make_planner,
    make_report,
)

if TYPE_CHECKING:
    from boardcal.notifications.letters.model import Overview
    from boardcal.tests.office import Mail, Office

SECOND = "second.secretariat@example.org"
REFUSED = DeliveryError("no such mailbox", scope="recipient", permanent=True, reply="550 no")
UNKNOWN = DeliveryError("cut off", scope="recipient", uncertain=True)
BUSY = DeliveryError("try later", scope="recipient", reply="451 busy")


def overviews(mails: list[Mail]) -> list[tuple[str, str]]:
    """When each mail with an overview came, and to whom."""
    return [
        (mail.at.strftime("%a %d %b %H:%M"), mail.to)
        for mail in mails
        if "the reporting calendar" in mail.subject
    ]


def shown(office: Office, today: str, board_id: str = "lscb", **given: Any) -> Overview:
    """A Board's overview as it would be today."""
    with office.database.read() as connection:
        board = live_boards(connection, office.ticker.planners, day(today))[board_id]
        asked: dict[str, Any] = {"week": day(today), "first": False, "notices": ()} | given
        return overview_of(connection, board, today=day(today), local=office.local, **asked)


# When


@pytest.mark.parametrize(
    "begins",
    ["2018-02-24 23:00", "2018-02-25 03:00", "2018-02-26 06:00", "2018-02-28 15:00"],
)
def test_the_very_first_comes_at_once_at_any_hour(any_office: Office, begins: str) -> None:
    any_office.store(go_live=begins[:10])
    mails = any_office.sweep(begins)
    assert [mail.to for mail in mails] == [SECRETARIAT]
    assert "first overview" in mails[0].text
    assert any_office.sweep(f"{begins[:14]}01") == []


@pytest.mark.parametrize("begins", ["2018-02-24 23:00", "2018-02-25 03:00", "2018-03-31 09:00"])
def test_a_first_one_after_the_weeks_last_working_day_is_the_next_weeks(
    office: Office, begins: str
) -> None:
    office.store(make_planner(report=[]), go_live=begins[:10])
    (first,) = office.sweep(begins)
    week = "26 February" if begins < "2018-03" else "2 April"
    assert first.subject.endswith(f"week of {week} 2018")
    assert office.sweep("2018-02-26" if begins < "2018-03" else "2018-04-03") == []
    assert len(office.sweep("2018-03-05" if begins < "2018-03" else "2018-04-09")) == 1


def test_nobody_else_is_mailed_on_the_saturday_night_of_the_first_one(office: Office) -> None:
    office.store(go_live="2018-02-22")
    assert [mail.to for mail in office.sweep("2018-02-24 23:00")] == [SECRETARIAT]
    assert [mail.to for mail in office.sweep("2018-02-26") if mail.items] == [CHAIR]


def test_one_comes_each_monday_or_on_the_next_working_day(any_office: Office) -> None:
    any_office.store(make_planner(report=[])).sweep("2018-03-14")
    mails = any_office.days("2018-03-15", "2018-04-13")
    assert overviews(mails) == [
        ("Mon 19 Mar 08:00", SECRETARIAT),
        ("Mon 26 Mar 07:00", SECRETARIAT),
        # Easter Monday is 2 April; the clocks went forward on 25 March.
        ("Tue 03 Apr 07:00", SECRETARIAT),
        ("Mon 09 Apr 07:00", SECRETARIAT),
    ]
    assert len(mails) == 4


def test_it_does_not_come_before_the_sending_time(office: Office) -> None:
    office.store(make_planner(report=[])).sweep("2018-03-14")
    assert office.sweep("2018-03-19 07:59") == []
    assert len(office.sweep("2018-03-19 08:00")) == 1
    assert office.sweep("2018-03-19 08:01") == []


def test_after_weeks_of_downtime_one_comes(office: Office) -> None:
    office.store(make_planner(report=[])).sweep("2018-03-14")
    assert overviews(office.sweep("2018-05-16")) == [("Wed 16 May 07:00", SECRETARIAT)]
    assert overviews(office.days("2018-05-17", "2018-05-21")) == [("Mon 21 May 07:00", SECRETARIAT)]


def test_one_that_could_not_leave_for_weeks_is_replaced_by_the_newest(office: Office) -> None:
    office.store(make_planner(report=[])).sweep("2018-03-14")
    office.postbag.before = lambda _: BUSY
    office.days("2018-03-19", "2018-04-03")
    office.postbag.before = lambda _: None
    (mail,) = office.sweep("2018-04-04")
    assert mail.subject == "Cumbria LSCB: the reporting calendar, week of 2 April 2018"
    assert {row.state for row in office.table(overview)} == {"sent"}


def test_of_a_paused_board_it_comes_each_week_alone_and_says_so(any_office: Office) -> None:
    any_office.store().sweep("2018-02-07")
    any_office.pause("board", "lscb")
    mails = any_office.days("2018-02-08", "2018-02-28")
    assert overviews(mails) == [
        ("Mon 12 Feb 08:00", SECRETARIAT),
        ("Mon 19 Feb 08:00", SECRETARIAT),
        ("Mon 26 Feb 08:00", SECRETARIAT),
    ]
    assert [mail.items for mail in mails] == [[], [], []]
    said = "The mails of Cumbria LSCB have been paused since 7 February 2018, until somebody ends"
    assert all(said in mail.text for mail in mails)


def test_it_says_since_which_local_day_something_is_paused(office: Office) -> None:
    office.store().now = at("2018-06-15 00:30")
    office.pause("board", "lscb")
    (sentence,) = shown(office, "2018-06-18").paused
    assert "since 15 June 2018" in sentence


def test_a_board_that_is_not_live_sends_none(office: Office) -> None:
    office.store(go_live=None)
    assert office.days("2018-03-16", "2018-03-19") == []
    office.store(make_planner("ctb", report=[]), go_live="2018-04-01")
    assert office.days("2018-03-16", "2018-03-19") == []


# To whom


def test_it_goes_to_the_secretariat_of_the_day(office: Office) -> None:
    office.store(make_planner(report=[])).sweep("2018-03-14")
    office.appoint(RoleName.SECRETARIAT, SECOND, "2018-03-26", body="lscb")
    assert [to for _, to in overviews(office.days("2018-03-19", "2018-03-26"))] == [
        SECRETARIAT,
        SECOND,
    ]


def test_one_that_waits_while_the_secretariat_changes_goes_to_the_new_one(office: Office) -> None:
    office.store(make_planner(report=[])).sweep("2018-03-14")
    office.postbag.before = lambda _: BUSY
    office.sweep("2018-03-19")
    office.postbag.before = lambda _: None
    office.appoint(RoleName.SECRETARIAT, SECOND, "2018-03-20", body="lscb")
    mails = [*office.sweep("2018-03-20"), *office.sweep("2018-03-20 08:01")]
    assert [to for _, to in overviews(mails)] == [SECOND]


def test_two_boards_of_one_secretariat_come_in_one_mail(any_office: Office) -> None:
    document = make_document("ctb", report=[])
    document["board"]["name"] = "Children's Trust Board"
    any_office.store(make_planner(report=[])).store(checked(document))
    (mail,) = any_office.sweep("2018-03-19")
    assert mail.to == SECRETARIAT
    assert "Cumbria LSCB" in mail.text
    assert "Children's Trust Board" in mail.text
    assert len(overviews(any_office.sweep("2018-03-26"))) == 1


# What it says


def test_it_looks_eight_weeks_ahead_at_what_is_due_and_who_meets(office: Office) -> None:
    reports = [make_report(), make_report("last", when={"by": "27 March 2018"})]
    far = make_report("far", when={"by": "4 April 2018"})
    office.store(make_planner(report=[*reports, far])).tick("2018-01-31")
    coming = shown(office, "2018-01-31").coming
    assert [(line.day, line.title) for line in coming] == [
        (date(2018, 2, 20), "BUSINESS-GROUP meeting"),
        (date(2018, 2, 22), "Report s11"),
        (date(2018, 3, 8), "LSCB meeting"),
        (date(2018, 3, 27), "Report last"),
    ]


def test_a_cancelled_meeting_is_shown_as_such(office: Office) -> None:
    office.store().tick("2018-01-31")
    office.edit(lambda c: cancel_meeting(c, "lscb", day("2018-03-08"), day("2018-01-31")))
    coming = shown(office, "2018-01-31").coming
    assert [(line.day, line.status) for line in coming if line.title == "LSCB meeting"] == [
        (date(2018, 3, 8), "void")
    ]


def test_it_lists_what_is_late_and_how_late(office: Office) -> None:
    office.store().reminded().sweep("2018-03-05")
    (line,) = shown(office, "2018-03-05").late
    assert (line.title, line.day, line.days_late) == ("Report s11", date(2018, 2, 22), 7)
    office.record(S11, Status.SUBMITTED)
    assert shown(office, "2018-03-05").late == ()


def test_what_was_returned_is_listed_by_its_date(office: Office) -> None:
    office.store().sweep("2018-02-20")
    office.record(S11, Status.RETURNED)
    assert "Report s11" in [line.title for line in shown(office, "2018-02-20").coming]
    assert [line.title for line in shown(office, "2018-02-23").late] == ["Report s11"]


def test_what_the_next_one_overtook_is_listed_for_a_week(office: Office) -> None:
    quarterly = make_report(when={"meeting": "business-group", "last_in": "quarter"})
    office.store(make_planner(report=[quarterly])).sweep("2018-04-27")
    office.sweep("2018-04-30")
    assert [line.key for line in shown(office, "2018-04-30").missed] == ["lscb/s11/pmqag/2018-Q1"]
    assert len(shown(office, "2018-05-06").missed) == 1
    assert shown(office, "2018-05-08").missed == ()


def test_a_review_that_nobody_answered_is_stale_until_the_next_one(office: Office) -> None:
    ongoing = make_action("1.2", when={"review": {"every_months": 1, "from": "January 2018"}})
    office.store(make_planner(report=[], action=[ongoing])).sweep("2018-02-01")
    assert [line.key for line in shown(office, "2018-02-01").stale] == ["lscb/1.2/pmqag/2018-01"]
    assert [line.key for line in shown(office, "2018-02-28").stale] == []
    assert [line.key for line in shown(office, "2018-03-01").stale] == ["lscb/1.2/pmqag/2018-02"]


def test_what_fell_due_before_the_start_is_listed_until_it_is_settled(office: Office) -> None:
    old = make_action(when={"by": "November 2017"})
    office.store(make_planner(report=[], action=[old]), go_live="2018-01-08").tick("2018-01-08")
    (line,) = shown(office, "2018-01-08").unsettled
    assert (line.key, line.reference) == ("lscb/1.1/pmqag/november-2017", "Action 1.1")
    office.record(line.key, Status.SUBMITTED)
    assert shown(office, "2018-01-08").unsettled == ()


def test_the_first_one_of_cumbria_lists_every_dated_action_as_unsettled(office: Office) -> None:
    content = cumbria()
    office.store(content, go_live="2021-01-04").tick("2021-01-04")
    dated = {row.key for row in office.rows() if row.kind == "action" and row.state == "unsettled"}
    listed = {line.key for line in shown(office, "2021-01-04").unsettled}
    assert dated <= listed
    assert len(dated) > 50
    mails = office.days("2021-01-04", "2021-01-05")
    assert dated.isdisjoint({key for mail in mails for key, *_ in mail.items})


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (REFUSED, "was refused: 550 no"),
        (UNKNOWN, "may or may not have arrived: cut off"),
        (BUSY, "has not gone out yet: 451 busy"),
    ],
)
def test_it_lists_mails_in_trouble(any_office: Office, error: DeliveryError, what: str) -> None:
    any_office.store().sweep("2018-02-21")
    any_office.postbag.after = lambda mail: error if mail.recipient == CHAIR else None
    any_office.sweep("2018-02-22")
    (trouble,) = shown(any_office, "2018-02-22").undelivered
    assert (trouble.recipient, trouble.day, trouble.what) == (CHAIR, date(2018, 2, 22), what)
    assert "Report s11" in trouble.subject


def test_a_mail_that_was_refused_is_no_trouble_once_a_later_one_has_arrived(
    any_office: Office,
) -> None:
    office = any_office
    office.store().sweep("2018-02-21")
    office.postbag.after = lambda mail: REFUSED if mail.recipient == CHAIR else None
    office.sweep("2018-02-22")
    office.postbag.after = lambda _: None
    office.sweep("2018-02-23")
    assert shown(office, "2018-02-26").undelivered == ()


def test_a_refused_mail_that_was_sent_again_in_a_later_one_is_no_trouble(
    any_office: Office,
) -> None:
    office = any_office
    office.store().sweep("2018-02-21")
    office.postbag.after = lambda mail: REFUSED if mail.recipient == CHAIR else None
    office.sweep("2018-02-22")
    (number,) = [row.id for row in office.table(message) if row.state == MessageState.FAILED]
    office.now = at("2018-02-23 07:00")
    with office.changing("lscb") as (connection, view):
        send_again(connection, view, number, who="sue@example.org", why="asked for")
    office.postbag.after = lambda mail: BUSY if mail.recipient == CHAIR else None
    office.sweep("2018-02-23")
    troubles = shown(office, "2018-02-23").undelivered
    assert [trouble.day for trouble in troubles] == [date(2018, 2, 23)]
    # The page of decisions names it until its reader is reached.
    with office.database.read() as connection:
        assert number in [row.id for row in undelivered(connection, "lscb")]


def test_it_lists_no_mails_of_another_board(any_office: Office) -> None:
    office = any_office
    office.store().store(make_planner("other", report=[]))
    office.days("2018-02-19", "2018-02-21")
    office.postbag.after = lambda mail: REFUSED if mail.recipient == CHAIR else None
    office.sweep("2018-02-22")
    assert len(shown(office, "2018-02-22").undelivered) == 1
    assert shown(office, "2018-02-22", "other").undelivered == ()


def test_it_says_what_nobody_has_decided_and_which_roles_nobody_holds(office: Office) -> None:
    survey = make_report("survey", when={"undecided": "The plan names no month."})
    office.store(make_planner(report=[make_report(), survey])).tick("2018-02-01")
    office.leave(RoleName.CHAIR, CHAIR, "2018-02-01")
    seen = shown(office, "2018-02-01")
    assert [(each.about, each.ask) for each in seen.undecided] == [
        ("Report survey (S.11 Audit)", "The plan names no month.")
    ]
    assert seen.vacant == ("Pmqag Subgroup has no chair",)


def test_a_body_that_owes_nothing_may_do_without_a_chair(office: Office) -> None:
    office.store(make_planner(report=[make_report(owner="business-group")])).tick("2018-02-01")
    office.leave(RoleName.CHAIR, CHAIR, "2018-02-01")
    assert shown(office, "2018-02-01").vacant == ()


def test_what_another_report_meets_is_not_listed_beside_it(office: Office) -> None:
    reports = [make_report(), make_report("also", met_by="s11")]
    office.store(make_planner(report=reports)).reminded().tick("2018-03-05")
    assert [line.title for line in shown(office, "2018-03-05").late] == ["Report s11"]


def test_a_secretariat_that_is_paused_gets_its_overview_when_it_is_back(office: Office) -> None:
    office.store(make_planner(report=[])).sweep("2018-02-05")
    office.tick("2018-02-12")
    office.pause("person", SECRETARIAT)
    assert office.deliver().sent == 0
    assert office.days("2018-02-13", "2018-02-16") == []
    assert office.days("2018-02-19", "2018-02-20") == []
    office.resume("person", SECRETARIAT)
    (mail,) = office.days("2018-02-21", "2018-02-23")
    assert (mail.to, mail.items) == (SECRETARIAT, [])
    assert "week of 19 February 2018" in mail.subject
