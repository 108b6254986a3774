"""What chairs ask for reaches the secretariat with its next mail; they hear what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.links import Links
from boardcal.operations.planner.roles import appoint, end_role
from boardcal.operations.replies import requests
from boardcal.operations.replies.options import ReplyContext
from boardcal.operations.replies.reply import ask_for_time, ask_to_hand_over, withdraw_request
from boardcal.queries.to_decide import request_decisions
from boardcal.storage.replies.requests import Wish, open_requests, request_named
from boardcal.storage.schema.mail import answer_request
from boardcal.tests.factories import (
    CHAIR,
    S11,
    SECRETARIAT,
    at,
    checked,
    day,
    make_document,
    make_report,
)

if TYPE_CHECKING:
    from boardcal.storage.replies.requests import AnswerRequest
    from boardcal.storage.schema.column_types import AnyRow
    from boardcal.tests.office import Mail, Office

PAGES = "https://calendar.example.org/boards/lscb"
NEW = "new.chair@example.org"


@pytest.fixture
def live(any_office: Office) -> Office:
    """The first reminder has come; on Thursday 25 January 2018, at ten."""
    any_office.delivery._writer.links = Links(base_url="https://calendar.example.org")
    any_office.store().days("2018-01-22", "2018-01-25")
    any_office.now = at("2018-01-25 10:00")
    return any_office


def asks_for_time(office: Office, until: str = "2018-03-01") -> None:
    with office.changing(S11) as (connection, view):
        who = ReplyContext(view=view, row=office.row(S11), reader=CHAIR)
        ask_for_time(connection, who, until=day(until), why="Two schools are late.")


def asks_to_hand_over(office: Office) -> None:
    with office.changing(S11) as (connection, view):
        who = ReplyContext(view=view, row=office.row(S11), reader=CHAIR)
        ask_to_hand_over(connection, who, successor=f"Jo ({NEW})", why="")


def newest(office: Office) -> AnswerRequest:
    identity = office.table(answer_request)[-1].identity
    with office.database.read() as connection:
        request = request_named(connection, "lscb", identity)
    assert request is not None
    return request


def newest_row(office: Office) -> AnyRow:
    return office.table(answer_request)[-1]


def to(mails: list[Mail], reader: str) -> list[Mail]:
    return [mail for mail in mails if mail.to == reader]


def test_it_is_in_the_secretariats_mail_of_the_next_working_day_once(live: Office) -> None:
    asks_for_time(live)
    (mail,) = to(live.days("2018-01-26", "2018-01-26"), SECRETARIAT)
    assert mail.subject == (
        f"{CHAIR} asks for more time, until 1 March 2018: Report s11, email of 26 January 2018"
    )
    assert "“Two schools are late.”" in mail.text
    assert f"{PAGES}/requests/{newest(live).identity}" in mail.text
    later = to(live.days("2018-01-29", "2018-01-31"), SECRETARIAT)
    assert [mail for mail in later if "asks for" in mail.text] == []


def test_it_joins_a_mail_of_the_day_that_has_not_left(live: Office) -> None:
    live.tick("2018-01-29 08:00")
    asks_for_time(live)
    live.tick("2018-01-29 08:01")
    before = len(live.postbag.mails)
    live.deliver()
    (mail,) = to(live.postbag.mails[before:], SECRETARIAT)
    assert "week of 29 January 2018" in mail.subject
    assert "asks for more time" in mail.text


def test_one_that_was_taken_back_is_not_mailed(live: Office) -> None:
    asks_for_time(live)
    with live.changing(S11) as (connection, view):
        who = ReplyContext(view=view, row=live.row(S11), reader=CHAIR)
        withdraw_request(connection, who, Wish.MORE_TIME)
    assert live.sweep("2018-01-26") == []


@pytest.mark.parametrize("what", ["submitted", "extended"])
def test_what_needs_no_more_time_is_not_asked_about_any_more(live: Office, what: str) -> None:
    asks_for_time(live)
    if what == "submitted":
        live.record(S11, Status.SUBMITTED)
    else:
        live.extend(S11, "2018-06-01")
    assert not newest(live).is_open
    assert to(live.sweep("2018-01-26"), SECRETARIAT) == []


def test_a_paused_board_waits_and_nothing_is_lost(live: Office) -> None:
    asks_for_time(live)
    live.pause("board", "lscb")
    assert live.sweep("2018-01-26") == []
    live.resume("board", "lscb")
    (mail,) = to(live.sweep("2018-01-29"), SECRETARIAT)
    assert "asks for more time" in mail.text


def test_whoever_is_the_secretariat_by_then_gets_it(live: Office) -> None:
    asks_for_time(live)
    live.tick("2018-01-26")
    live.appoint(RoleName.SECRETARIAT, "new.office@example.org", "2018-01-26", "lscb")
    live.tick("2018-01-26 08:01")
    live.deliver()
    mails = live.sweep("2018-01-26 08:02")
    assert to(live.postbag.mails, SECRETARIAT)[-1].outgoing.day < day("2018-01-26")
    assert ["asks for more time" in mail.text for mail in to(mails, "new.office@example.org")] == [
        True
    ]


def has_no_secretariat(office: Office, starts: str, ends: str) -> None:
    office.appoint(RoleName.SECRETARIAT, "new.office@example.org", ends, "lscb")
    office.leave(RoleName.SECRETARIAT, SECRETARIAT, starts, "lscb")


def test_a_board_without_a_secretariat_is_asked_when_it_has_one(live: Office) -> None:
    has_no_secretariat(live, "2018-01-25", "2018-02-02")
    live.tick()
    asks_for_time(live)
    assert newest_row(live).recipient is None
    assert live.days("2018-01-26", "2018-02-01") == []
    (mail,) = to(live.days("2018-02-02", "2018-02-02"), "new.office@example.org")
    assert "asks for more time" in mail.text


def test_nothing_is_written_each_minute_on_a_day_off_of_the_board_alone(live: Office) -> None:
    days = {"closed": [day("2018-01-26")]}
    report = make_report(to="ctb", when={"meeting": "ctb", "months": ["March"]})
    live.store(checked(make_document("ctb", working_days=days, report=[report])))
    # It has no secretariat on the day that it is asked.
    new, starts, ends = "new.office@example.org", day("2018-01-26"), day("2018-01-25")
    role = RoleName.SECRETARIAT
    live.edit(lambda each: appoint(each, "ctb", role, new, starts), "ctb")
    live.edit(lambda each: end_role(each, "ctb", role, SECRETARIAT, ends), "ctb")
    live.tick()
    key = S11.replace("lscb", "ctb")
    row = live.row(key)
    with live.changing(key) as (connection, view):
        who = ReplyContext(view=view, row=row, reader=CHAIR)
        ask_for_time(connection, who, until=day("2018-03-01"), why="Ill")
    live.sweep("2018-01-26")
    assert live.tick("2018-01-26 08:01") is False
    (mail,) = to(live.days("2018-01-27", "2018-01-29"), new)
    assert "asks for more time" in mail.text


def test_a_request_that_nobody_can_hear_of_makes_no_mail_each_minute(live: Office) -> None:
    asks_for_time(live)
    has_no_secretariat(live, "2018-01-26", "2018-02-02")
    live.days("2018-01-26", "2018-01-26")
    before = live.messages()
    for minute in range(1, 6):
        live.sweep(f"2018-01-26 08:0{minute}")
    assert live.messages() == before


@pytest.mark.parametrize("in_hand", [False, True])
def test_a_paused_secretariat_hears_of_it_when_it_goes_on(live: Office, in_hand: bool) -> None:
    asks_for_time(live)
    if in_hand:
        live.tick("2018-01-26 08:00")
    live.pause("person", SECRETARIAT)
    for minute in range(1, 4):
        assert live.sweep(f"2018-01-26 08:0{minute}") == []
    assert len([mail for mail in live.messages() if mail[1] == day("2018-01-26")]) <= in_hand
    live.resume("person", SECRETARIAT)
    (mail,) = to(live.sweep("2018-01-26 09:00"), SECRETARIAT)
    assert "asks for more time" in mail.text


def test_what_became_of_it_waits_for_an_asker_who_is_paused(live: Office) -> None:
    asks_for_time(live)
    with live.changing(S11) as (connection, view):
        requests.decline(connection, view, newest(live), who="admin", why="No")
    live.pause("person", CHAIR)
    for minute in range(1, 4):
        assert live.sweep(f"2018-01-26 08:0{minute}") == []
    assert to(live.days("2018-01-27", "2018-01-29"), CHAIR) == []
    live.resume("person", CHAIR)
    (mail,) = to(live.sweep("2018-01-30"), CHAIR)
    assert "The date stays: No" in mail.text


def test_a_granted_request_gives_the_date_and_tells_who_asked(live: Office) -> None:
    asks_for_time(live)
    live.now = at("2018-01-25 11:00")
    with live.changing(S11) as (connection, view):
        requests.grant_time(
            connection, view, newest(live), to=day("2018-03-02"), who="admin", note="Agreed"
        )
    row = live.row(S11)
    assert (row.due, row.extended, row.due_revision) == (day("2018-03-02"), True, 2)
    assert newest(live).outcome == "It has a new date, 2 March 2018: Agreed"
    mails = live.days("2018-01-26", "2018-02-02")
    (mail, *more) = to(mails, CHAIR)
    assert "It has a new date, 2 March 2018: Agreed." in mail.text
    assert all("It has a new date" not in mail.text for mail in more)
    assert to([mail for mail in mails if "asks for" in mail.subject], SECRETARIAT) == []


def test_a_declined_request_changes_nothing_and_says_why(live: Office) -> None:
    asks_for_time(live)
    with live.changing(S11) as (connection, view):
        requests.decline(connection, view, newest(live), who="admin", why="the Board meets")
    assert live.row(S11).due_revision == 1
    (mail,) = to(live.sweep("2018-01-26"), CHAIR)
    assert mail.subject == (
        "Your request for more time, until 1 March 2018: Report s11, email of 26 January 2018"
    )
    assert "The date stays: the Board meets." in mail.text


def test_a_successor_is_appointed_and_gets_the_next_mails(live: Office) -> None:
    asks_to_hand_over(live)
    with live.changing(S11) as (connection, view):
        requests.appoint_successor(
            connection, view, newest(live), address=NEW, starts=day("2018-02-01"), who="admin"
        )
    (told,) = to(live.sweep("2018-01-26"), CHAIR)
    assert f"From 1 February 2018 on {NEW} is chair, and gets the mails." in told.text
    later = live.days("2018-02-01", "2018-02-08")
    assert to(later, CHAIR) == []
    assert [step for mail in to(later, NEW) for _, step, _ in mail.items] == [-10]


def test_a_request_is_dealt_with_once(live: Office) -> None:
    asks_for_time(live)
    asked = newest(live)
    with live.changing(S11) as (connection, view):
        requests.decline(connection, view, asked, who="admin", why="no")
    with (
        live.changing(S11) as (connection, view),
        pytest.raises(requests.RequestError, match="dealt with"),
    ):
        requests.grant_time(connection, view, asked, to=day("2018-03-02"), who="other", note="")
    assert live.row(S11).due == day("2018-02-22")


def test_it_stands_among_what_waits_for_a_decision(live: Office) -> None:
    asks_for_time(live)
    with live.changing(S11) as (connection, view):
        (found,) = request_decisions(connection, view)
        assert [request.identity for request in open_requests(connection, "lscb")] == [
            found.request
        ]
    assert found.about == "Report s11 (S.11 Audit)"
    assert found.text == (
        f"{CHAIR} asks for more time, until 1 March 2018: Two schools are late. "
        "It is owed by PMQAG, due 22 February 2018."
    )
