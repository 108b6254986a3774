"""Taking back what was recorded, moved or appointed restores what it had swept away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.operations.planner.change import EditError, save
from boardcal.operations.planner.meetings import move_meeting
from boardcal.operations.planner.roles import appoint, holders_before, take_back
from boardcal.operations.replies.options import ReplyContext, reply_options
from boardcal.operations.replies.reply import snooze as snooze_until
from boardcal.storage.change_kinds import ChangeKind
from boardcal.storage.planners import content_of
from boardcal.tests.factories import (
    CHAIR,
    LONDON,
    S11,
    at,
    checked,
    day,
    make_document,
    make_planner,
    with_body,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from boardcal.calendar.planner.file_schema import PlannerFile
    from boardcal.tests.office import Office

NEW = "new.chair@example.org"
LATER = "later.chair@example.org"
THIRD = "third.chair@example.org"


@pytest.fixture
def asleep(office: Office) -> Office:
    """The first reminder has come, and its reader wants the next on 20 February."""
    office.store().sweep("2018-01-25")
    office.now = at("2018-01-25 10:00")
    with office.changing(S11) as (connection, view):
        who = ReplyContext(view=view, row=office.row(S11), reader=CHAIR)
        snooze_until(connection, who, until=day("2018-02-20"))
    return office


def rests_until(office: Office) -> date | None:
    with office.changing(S11) as (connection, view):
        who = ReplyContext(view=view, row=office.row(S11), reader=CHAIR)
        return reply_options(connection, who).snoozed_until


def moves(start: str, to: str) -> Callable[[Office], object]:
    return lambda office: office.edit(
        lambda content: move_meeting(content, "lscb", day(start), day(to))
    )


UNDONE: dict[str, tuple[Callable[[Office], object], Callable[[Office], object]]] = {
    "a submission": (
        lambda office: office.record(S11, Status.SUBMITTED),
        lambda office: office.record(S11, None),
    ),
    "a waiver": (
        lambda office: office.record(S11, Status.WAIVED),
        lambda office: office.record(S11, None),
    ),
    "a move": (moves("2018-03-08", "2018-04-12"), moves("2018-04-12", "2018-03-08")),
}


@pytest.mark.parametrize("what", UNDONE)
def test_a_snooze_holds_again_once_what_overtook_it_is_undone(asleep: Office, what: str) -> None:
    deed, undo = UNDONE[what]
    deed(asleep)
    asleep.tick()
    undo(asleep)
    asleep.tick()
    assert rests_until(asleep) == day("2018-02-20")
    mails = [mail for mail in asleep.days("2018-01-26", "2018-02-21") if mail.to == CHAIR]
    days = [(str(LONDON.day_of(mail.at)), step) for mail in mails for _, step, _ in mail.items]
    assert days == [("2018-02-20", -5), ("2018-02-21", -1)]


def test_a_reminder_that_rested_comes_after_a_mistake_was_taken_back(asleep: Office) -> None:
    asleep.days("2018-02-08", "2018-02-16")
    asleep.record(S11, Status.SUBMITTED)
    asleep.record(S11, None)
    mails = [mail for mail in asleep.days("2018-02-17", "2018-02-20") if mail.to == CHAIR]
    assert [step for mail in mails for _, step, _ in mail.items] == [-5]


def test_what_is_returned_is_reminded_of_whatever_was_snoozed(asleep: Office) -> None:
    asleep.record(S11, Status.SUBMITTED)
    asleep.record(S11, Status.RETURNED)
    assert rests_until(asleep) is None


def chairs(content: PlannerFile) -> list[tuple[str, str | None, str | None]]:
    body = next(entry for entry in content.body if entry.id == "pmqag")
    return [(holder.address, _iso(holder.from_), _iso(holder.to)) for holder in body.chair]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def saves(office: Office, change: Callable[[PlannerFile], PlannerFile]) -> PlannerFile:
    """A change of roles as pages and commands save it."""
    with office.database.write() as connection:
        content = content_of(connection, "lscb")
        assert content is not None
        changed = change(content)
        save(
            connection,
            changed,
            subject="pmqag",
            what=ChangeKind.ROLE,
            after="a test",
            moment=office.local.moment(office.now),
            who="office",
        )
    return changed


def appoints(office: Office, address: str, starts: str) -> PlannerFile:
    return saves(office, lambda c: appoint(c, "pmqag", RoleName.CHAIR, address, day(starts)))


def takes_back(office: Office, address: str, starts: str) -> PlannerFile:
    term = ("pmqag", RoleName.CHAIR, address, day(starts))
    with office.database.read() as connection:
        earlier = holders_before(connection, "lscb", *term)
    return saves(office, lambda content: take_back(content, *term, earlier=earlier))


TERMS: dict[str, list[tuple[str, str | None, str | None]]] = {
    "a chair without an end": [(CHAIR, None, None)],
    "a chair whose term ends later": [(CHAIR, "2017-01-01", "2018-08-31")],
    "a chair whose term ends the day before": [(CHAIR, "2017-01-01", "2018-03-31")],
    "another who was to begin that day": [
        (CHAIR, "2017-01-01", "2018-03-31"),
        (LATER, "2018-04-01", None),
    ],
    "another who is to begin later": [(CHAIR, None, "2018-05-31"), (LATER, "2018-06-01", None)],
}


@pytest.mark.parametrize("name", TERMS)
def test_an_appointment_taken_back_leaves_the_terms_as_they_were(office: Office, name: str) -> None:
    terms = TERMS[name]
    holders = [
        {"address": address} | ({"from": starts} if starts else {}) | ({"to": ends} if ends else {})
        for address, starts, ends in terms
    ]
    office.store(with_chairs(holders))
    assert chairs(appoints(office, NEW, "2018-04-01")) != terms
    assert sorted(chairs(takes_back(office, NEW, "2018-04-01")), key=str) == sorted(terms, key=str)


def with_chairs(holders: list[dict[str, str]]) -> PlannerFile:
    return checked(with_body(make_document(), "pmqag", chair=holders))


def test_one_of_two_appointments_is_taken_back_alone(office: Office) -> None:
    office.store()
    appoints(office, NEW, "2018-04-01")
    appoints(office, LATER, "2018-09-01")
    assert chairs(takes_back(office, LATER, "2018-09-01")) == [
        (CHAIR, None, "2018-03-31"),
        (NEW, "2018-04-01", None),
    ]
    assert chairs(takes_back(office, NEW, "2018-04-01")) == [(CHAIR, None, None)]


TAKEN_BACK: dict[
    str, tuple[list[tuple[str, str]], list[str], list[tuple[str, str | None, str | None]]]
] = {
    "a later one follows": (
        [(NEW, "2018-04-01"), (LATER, "2018-09-01")],
        [NEW],
        [(CHAIR, None, "2018-08-31"), (LATER, "2018-09-01", None)],
    ),
    "another came in between": (
        [(NEW, "2018-04-01"), (LATER, "2018-03-15")],
        [NEW],
        [(CHAIR, None, "2018-03-14"), (LATER, "2018-03-15", None)],
    ),
    "the one in between goes, too": (
        [(NEW, "2018-04-01"), (LATER, "2018-03-15")],
        [NEW, LATER],
        [(CHAIR, None, None)],
    ),
    "the later one was taken back before": (
        [(LATER, "2018-06-01"), (NEW, "2018-04-01"), (THIRD, "2018-09-01")],
        [LATER, NEW],
        [(CHAIR, None, "2018-08-31"), (THIRD, "2018-09-01", None)],
    ),
    "one replaced on the same day comes back": (
        [(LATER, "2018-04-01"), (NEW, "2018-04-01"), (THIRD, "2018-09-01")],
        [NEW],
        [
            (CHAIR, None, "2018-03-31"),
            (THIRD, "2018-09-01", None),
            (LATER, "2018-04-01", "2018-08-31"),
        ],
    ),
}


@pytest.mark.parametrize("name", TAKEN_BACK)
def test_an_appointment_taken_back_leaves_one_holder_at_a_time(office: Office, name: str) -> None:
    appointed, taken_back, terms = TAKEN_BACK[name]
    office.store()
    content = make_planner()
    days = dict(appointed)
    for address, starts in appointed:
        content = appoints(office, address, starts)
    for address in taken_back:
        content = takes_back(office, address, days[address])
    assert chairs(content) == terms


def test_without_a_record_who_holds_the_role_until_then_goes_on() -> None:
    chair, starts = RoleName.CHAIR, day("2018-04-01")
    content = appoint(make_planner(), "pmqag", chair, NEW, starts)
    content = take_back(content, "pmqag", chair, NEW, starts, earlier=None)
    assert chairs(content) == [(CHAIR, None, None)]


def test_an_appointment_that_is_not_there_is_not_taken_back() -> None:
    with pytest.raises(EditError, match="is not appointed chair"):
        take_back(make_planner(), "pmqag", RoleName.CHAIR, NEW, day("2018-04-01"), earlier=None)
