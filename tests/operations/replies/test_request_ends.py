"""Every end of a request reaches its asker, unless they ended it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import cancel_meeting, move_meeting
from boardcal.operations.record import record
from boardcal.operations.replies import requests
from boardcal.operations.replies.options import ReplyContext
from boardcal.operations.replies.reply import (
    ask_for_time,
    ask_to_hand_over,
    submit,
    take_back,
    withdraw_request,
)
from boardcal.storage.replies.requests import Wish, open_requests, request_named
from boardcal.storage.schema.mail import answer_request
from boardcal.tests.factories import (
    CHAIR,
    S11,
    SECRETARIAT,
    VICE,
    at,
    checked,
    day,
    make_document,
    make_planner,
    make_report,
    with_body,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.storage.replies.requests import AnswerRequest
    from boardcal.tests.office import Office

NEW = "new.chair@example.org"


@pytest.fixture
def live(office: Office) -> Office:
    """The first reminder has come; on Thursday 25 January 2018, at ten."""
    office.store().days("2018-01-22", "2018-01-25")
    office.now = at("2018-01-25 10:00")
    return office


def context(office: Office, view: object, reader: str = CHAIR) -> ReplyContext:
    return ReplyContext(view=view, row=office.row(S11), reader=reader)  # type: ignore[arg-type]


def asks_for_time(office: Office, until: str = "2018-03-01", reader: str = CHAIR) -> None:
    with office.changing(S11) as (connection, view):
        who = context(office, view, reader)
        ask_for_time(connection, who, until=day(until), why="Two schools are late.")
    office.now = office.now.replace(minute=30)


def asks_to_hand_over(office: Office) -> None:
    with office.changing(S11) as (connection, view):
        ask_to_hand_over(connection, context(office, view), successor=f"Jo ({NEW})", why="")
    office.now = office.now.replace(minute=30)


def newest(office: Office) -> AnswerRequest:
    identity = office.table(answer_request)[-1].identity
    with office.database.read() as connection:
        request = request_named(connection, "lscb", identity)
    assert request is not None
    return request


def is_told(office: Office, start: str = "2018-01-26", end: str = "2018-01-26") -> list[str]:
    """What the chair reads of requests in the mails of some days, each as one line."""
    mails = [mail for mail in office.days(start, end) if mail.to == CHAIR]
    return [" ".join(mail.text.split()) for mail in mails if "You asked for" in mail.text]


def waiting(office: Office) -> list[tuple[str, str]]:
    with office.database.read() as connection:
        return [(request.asked_by, request.wish) for request in open_requests(connection, "lscb")]


def replied(office: Office, reader: str) -> None:
    with office.changing(S11) as (connection, view):
        submit(connection, context(office, view, reader), note=None)


def takes_back(office: Office, reader: str) -> None:
    with office.changing(S11) as (connection, view):
        take_back(connection, context(office, view, reader))


def closes(office: Office) -> None:
    with office.changing(S11) as (connection, view):
        requests.close(connection, view, newest(office), who="office")


def moved(to: str) -> Callable[[Office], object]:
    def deed(office: Office) -> None:
        office.edit(lambda content: move_meeting(content, "lscb", day("2018-03-08"), day(to)))

    return deed


ENDS: dict[str, tuple[Callable[[Office], object], str]] = {
    "another date": (
        lambda office: office.extend(S11, "2018-02-27", "the Board waits"),
        "It has a new date, 27 February 2018: the Board waits.",
    ),
    "the date asked for": (
        lambda office: office.extend(S11, "2018-03-01", "agreed"),
        "It has a new date, 1 March 2018: agreed.",
    ),
    "waived": (
        lambda office: office.record(S11, Status.WAIVED, note="a quiet quarter"),
        "It is recorded as waived by secretariat: a quiet quarter.",
    ),
    "accepted": (
        lambda office: office.record(S11, Status.ACCEPTED),
        "It is recorded as accepted by secretariat.",
    ),
    "submitted by the vice-chair": (
        lambda office: replied(office, VICE),
        f"It is recorded as submitted by {VICE} by the link in their mail.",
    ),
    "a meeting moved beyond": (moved("2018-04-12"), "It has a new date, 27 March 2018: "),
    "a cancelled meeting": (
        lambda office: office.edit(
            lambda content: cancel_meeting(content, "lscb", day("2018-03-08"), day("2018-01-25"))
        ),
        "It has a new date, 25 April 2018: ",
    ),
    "a report that left the planner": (
        lambda office: office.edit(lambda _: make_planner(report=[])),
        "It is no longer due: no longer in the planner.",
    ),
    "another owner": (
        lambda office: office.edit(
            lambda _: make_planner(report=[make_report(owner="business-group")])
        ),
        "It is no longer due: handed over to BUSINESS-GROUP.",
    ),
    "closed by the secretariat": (closes, "There is nothing left to decide."),
}


@pytest.mark.parametrize("end", ENDS)
def test_who_asked_for_time_reads_once_what_became_of_it(live: Office, end: str) -> None:
    deed, words = ENDS[end]
    asks_for_time(live)
    deed(live)
    (text,) = is_told(live, end="2018-02-07")
    assert words in text
    assert "You asked for more time, until 1 March 2018." in text
    assert waiting(live) == []


def test_who_asked_hears_that_the_next_one_fell_due(office: Office) -> None:
    every = {"meeting": "lscb", "months": ["March", "May"]}
    office.store(checked(make_document(report=[make_report(when=every)])))
    office.days("2018-01-22", "2018-04-10")
    office.now = at("2018-04-10 10:00")
    with office.changing(S11) as (connection, view):
        (key,) = [row.key for row in office.rows() if row.key.endswith("/2018-03")]
        who = ReplyContext(view=view, row=office.row(key), reader=CHAIR)
        ask_for_time(connection, who, until=day("2018-08-01"), why="Ill.")
    (text,) = is_told(office, "2018-04-11", "2018-05-31")
    assert "The next one fell due, so this one counts as missed." in text


@pytest.mark.parametrize("deed", [lambda office: replied(office, CHAIR), closes])
def test_who_ends_it_themselves_is_told_nothing(
    live: Office, deed: Callable[[Office], object]
) -> None:
    asks_for_time(live)
    if deed is closes:
        with live.changing(S11) as (connection, view):
            withdraw_request(connection, context(live, view), Wish.MORE_TIME)
    else:
        deed(live)
    assert is_told(live) == []
    assert waiting(live) == []


def test_a_meeting_moved_short_of_the_date_leaves_the_request_open(live: Office) -> None:
    asks_for_time(live)
    moved("2018-03-13")(live)
    assert is_told(live) == []
    assert waiting(live) == [(CHAIR, Wish.MORE_TIME)]


def test_everybody_who_asked_hears_of_it(live: Office) -> None:
    asks_for_time(live)
    asks_for_time(live, "2018-03-20", VICE)
    live.extend(S11, "2018-03-05", "for both")
    mails = [mail for mail in live.sweep("2018-01-26") if "You asked for" in mail.text]
    assert {mail.to for mail in mails} == {CHAIR, VICE}


APPOINTED = f"From 1 March 2018 on {NEW} is chair, and gets the mails."
ROLE_ENDS: dict[str, tuple[Callable[[Office], object], str]] = {
    "another is appointed": (
        lambda office: office.appoint(RoleName.CHAIR, NEW, "2018-03-01"),
        APPOINTED,
    ),
    "the role ends": (
        lambda office: office.leave(RoleName.CHAIR, CHAIR, "2018-03-01"),
        "From 1 March 2018 on you are not chair any more.",
    ),
}


@pytest.mark.parametrize("end", ROLE_ENDS)
def test_who_asked_to_hand_over_reads_who_has_the_role(live: Office, end: str) -> None:
    deed, words = ROLE_ENDS[end]
    asks_to_hand_over(live)
    deed(live)
    (text,) = is_told(live, end="2018-02-07")
    assert words in text
    assert waiting(live) == []


def test_a_term_that_ends_by_itself_ends_its_request_too(live: Office) -> None:
    live.appoint(RoleName.CHAIR, NEW, "2018-02-01")
    asks_to_hand_over(live)
    assert is_told(live, end="2018-01-31") == []
    (text,) = is_told(live, "2018-02-01", "2018-02-02")
    assert f"From 1 February 2018 on {NEW} is chair" in text


def test_an_appointment_elsewhere_leaves_the_request_open(live: Office) -> None:
    asks_to_hand_over(live)
    live.appoint(RoleName.VICE_CHAIR, NEW, "2018-02-01")
    assert is_told(live) == []
    assert waiting(live) == [(CHAIR, Wish.HAND_OVER)]


UNDONE: dict[str, tuple[Callable[[Office], object], Callable[[Office], object]]] = {
    "their own submission": (
        lambda office: replied(office, CHAIR),
        lambda office: takes_back(office, CHAIR),
    ),
    "a waiver": (
        lambda office: office.record(S11, Status.WAIVED),
        lambda office: office.record(S11, None),
    ),
    "a move": (
        moved("2018-04-12"),
        lambda office: office.edit(
            lambda content: move_meeting(content, "lscb", day("2018-04-12"), day("2018-03-08"))
        ),
    ),
}


@pytest.mark.parametrize("what", UNDONE)
def test_undoing_what_ended_a_request_lets_it_wait_again(live: Office, what: str) -> None:
    deed, undo = UNDONE[what]
    asks_for_time(live)
    deed(live)
    live.tick()
    assert waiting(live) == []
    undo(live)
    live.tick()
    assert waiting(live) == [(CHAIR, Wish.MORE_TIME)]
    mails = live.sweep("2018-01-26")
    assert [mail.to for mail in mails if "asks for more time" in mail.text] == [SECRETARIAT]
    assert all("You asked for" not in mail.text for mail in mails)


def test_a_returned_report_does_not_open_a_request_of_long_ago(live: Office) -> None:
    asks_for_time(live)
    live.record(S11, Status.SUBMITTED)
    live.record(S11, Status.RETURNED)
    assert waiting(live) == []


@pytest.mark.parametrize("end", ["a move", "a waiver"])
def test_a_date_given_after_the_end_opens_no_request_to_end_it_twice(
    live: Office, end: str
) -> None:
    asks_for_time(live)
    UNDONE[end][0](live)
    live.tick()
    if end == "a waiver":
        live.record(S11, None)
        live.now = live.now.replace(minute=40)
        live.extend(S11, "2018-02-26", "agreed")
        live.record(S11, Status.WAIVED)
        live.record(S11, None)
    else:
        live.extend(S11, "2018-02-26", "the Board waits")
    assert waiting(live) == []
    assert len(is_told(live, end="2018-02-07")) == 1


def test_a_request_made_anew_is_not_doubled_by_an_undo(live: Office) -> None:
    asks_for_time(live)
    live.record(S11, Status.WAIVED)
    live.record(S11, Status.RETURNED)
    asks_for_time(live, "2018-03-05")
    with live.changing(S11) as (connection, view):
        record(connection, view, S11, None, on=view.today, who="office", note=None)
    assert [request.until for request in _open(live)] == [day("2018-03-05")]


def _open(office: Office) -> list[AnswerRequest]:
    with office.database.read() as connection:
        return open_requests(connection, "lscb")


@pytest.mark.parametrize(
    ("today", "terms", "waits"),
    [
        ("2018-01-26", {CHAIR: {}}, True),
        ("2018-01-26", {CHAIR: {"to": "2018-02-14"}, NEW: {"from": "2018-02-15"}}, False),
        ("2018-01-26", {CHAIR: {"to": "2018-02-14"}, NEW: {"from": "2018-02-01"}}, False),
        ("2018-01-26", {CHAIR: {}, NEW: {"from": "2018-02-15"}}, False),
        ("2018-01-26", {CHAIR: {"to": "2018-02-14"}}, True),
        ("2018-06-01", {CHAIR: {"to": "2018-02-14"}, NEW: {"from": "2018-02-15"}}, False),
        ("2018-06-01", {CHAIR: {"to": "2018-02-14"}}, False),
    ],
)
def test_a_granted_hand_over_waits_again_where_the_chair_keeps_the_role(
    live: Office, today: str, terms: dict[str, dict[str, str]], waits: bool
) -> None:
    asks_to_hand_over(live)
    with live.changing(S11) as (connection, view):
        requests.appoint_successor(
            connection, view, newest(live), address=NEW, starts=day("2018-02-01"), who="office"
        )
    live.now = at(f"{today} 10:00")
    chair = [{"address": address, **term} for address, term in terms.items()]
    live.edit(lambda _: checked(with_body(make_document(), "pmqag", chair=chair)))
    assert waiting(live) == ([(CHAIR, Wish.HAND_OVER)] if waits else [])


@pytest.mark.parametrize("is_chair", [True, False])
def test_more_time_waits_again_only_for_who_still_answers(live: Office, is_chair: bool) -> None:
    asks_for_time(live)
    live.record(S11, Status.WAIVED)
    live.appoint(RoleName.CHAIR, NEW, "2018-02-20" if is_chair else "2018-02-01")
    live.now = at("2018-02-02 10:00")
    live.record(S11, None)
    live.tick()
    assert waiting(live) == ([(CHAIR, Wish.MORE_TIME)] if is_chair else [])
