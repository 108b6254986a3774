from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.queries.calendar.item import item_details
from boardcal.queries.mails.coming_mails import ComingMails
from boardcal.tests.factories import (
    BOARD_CHAIR,
    BUSINESS_CHAIR,
    CHAIR,
    LONDON,
    S11,
    SECRETARIAT,
    VICE,
    at,
    day,
)
from boardcal.tests.pages import in_memory, make_whole, office_day, shown_by

if TYPE_CHECKING:
    from boardcal.tests.office import Office

AUDITS = "lscb/audits-july/pmqag/2018-07"
ACTION = "lscb/1.1/pmqag/march-2018"


@pytest.fixture
def office() -> Office:
    """A bit of everything, planned on 1 February 2018."""
    office = in_memory()
    office.store(make_whole())
    office.sweep("2018-02-01 09:00")
    return office


def coming(office: Office, key: str = S11) -> ComingMails:
    item = shown_by(office, item_details, key=key, today=office_day(office))
    assert item is not None
    mails: ComingMails = item.coming
    return mails


def days(mails: ComingMails) -> list[str]:
    return [mail.day.isoformat() for mail in mails.mails]


def readers(mails: ComingMails, when: str) -> set[str]:
    return {
        reader.address for mail in mails.mails if mail.day == day(when) for reader in mail.readers
    }


def test_the_mails_to_come_are_those_that_then_go_out(office: Office) -> None:
    promised = coming(office)
    kept: dict[str, set[str]] = {}
    for mail in office.days("2018-02-02", "2018-03-22"):
        for key, _, _ in mail.items:
            if key == S11:
                kept.setdefault(LONDON.day_of(mail.at).isoformat(), set()).add(mail.to)
    assert {when: readers(promised, when) for when in days(promised)} == kept


@pytest.mark.parametrize(
    ("today", "step"),
    [
        ("2018-02-15", "5 working days before"),
        ("2018-02-20", "2 working days before"),
    ],
)
def test_one_that_comes_after_a_reopening_is_as_near_as_it_then_is(
    office: Office, today: str, step: str
) -> None:
    office.record(S11, Status.SUBMITTED)
    office.now = at(today)
    office.record(S11, None)
    first = coming(office).mails[0]
    assert (first.day, first.step) == (day(today), step)


def test_who_is_copied_grows_with_the_delay(office: Office) -> None:
    mails = coming(office)
    assert readers(mails, "2018-02-22") == {CHAIR}
    assert readers(mails, "2018-03-01") == {CHAIR, VICE, SECRETARIAT}
    assert readers(mails, "2018-03-08") == {CHAIR, VICE, SECRETARIAT, BUSINESS_CHAIR}
    assert BOARD_CHAIR in readers(mails, "2018-03-22")


def test_a_new_chair_gets_what_comes_from_then_on(office: Office) -> None:
    office.appoint(RoleName.CHAIR, "new.chair@example.org", "2018-02-20")
    mails = coming(office)
    assert readers(mails, "2018-02-15") == {CHAIR}
    assert readers(mails, "2018-02-22") == {"new.chair@example.org"}


def test_a_vacant_place_says_who_stands_in_and_why(office: Office) -> None:
    office.leave(RoleName.CHAIR, CHAIR, "2018-02-20")
    [mail] = [mail for mail in coming(office).mails if mail.day == day("2018-02-22")]
    [reader] = mail.readers
    assert reader.address == VICE
    assert reader.because is not None
    assert "it goes to its vice-chair" in reader.because


def test_a_new_date_begins_them_afresh(office: Office) -> None:
    office.extend(S11, "2018-03-22", "late")
    assert days(coming(office))[:3] == ["2018-02-22", "2018-03-08", "2018-03-15"]


def test_what_the_next_one_overtakes_says_when(office: Office) -> None:
    mails = coming(office, "lscb/progress/cdop/2018-03")
    assert mails.then is not None
    assert mails.then.startswith("On 25 April 2018 the next one falls due")
    assert max(days(mails)) < "2018-04-25"
    assert coming(office, ACTION).then == (
        "After that every 20 working days, until it is recorded."
    )


def test_a_review_is_reminded_of_twice(office: Office) -> None:
    mails = coming(office, "lscb/2.1/cdop/2018-Q2")
    assert [mail.step for mail in mails.mails] == ["5 working days before", "on the day"]


def test_after_the_policys_own_steps_one_more_is_shown(office: Office) -> None:
    office.days("2018-03-29", "2018-05-10")
    assert len(coming(office, ACTION).mails) == 1


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (AUDITS, "Nobody is reminded of it: another submission settles it too."),
        ("lscb/progress/cdop/2017-11", "Nobody is reminded of it: it fell due before mails began."),
    ],
)
def test_what_nobody_is_mailed_about_says_why(office: Office, key: str, sentence: str) -> None:
    mails = coming(office, key)
    assert mails.mails == ()
    assert mails.none_because is not None
    assert mails.none_because.startswith(sentence)


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("board", "lscb", "The mails of Cumbria LSCB are paused."),
        ("body", "pmqag", "Mails about what PMQAG owes are paused."),
    ],
)
def test_a_pause_is_told(office: Office, kind: str, name: str, sentence: str) -> None:
    office.pause(kind, name)
    assert coming(office).none_because == sentence
    office.resume(kind, name)
    assert coming(office).none_because is None


def test_somebody_who_is_away_is_stood_in_for(office: Office) -> None:
    office.pause("person", CHAIR)
    assert readers(coming(office), "2018-02-22") == {VICE}


@pytest.mark.parametrize(
    ("kind", "name", "until"),
    [
        ("person", CHAIR, "2018-02-20"),
        ("body", "pmqag", "2018-02-10"),
        ("body", "pmqag", "2018-02-15"),
        ("body", "pmqag", "2018-02-27"),
        ("board", "lscb", "2018-02-12"),
        ("board", "lscb", "2018-03-05"),
    ],
)
def test_the_end_of_a_pause_counts(office: Office, kind: str, name: str, until: str) -> None:
    office.pause(kind, name, until=until)
    promised = coming(office)
    assert promised.mails
    kept: dict[str, set[str]] = {}
    last = str(promised.mails[-1].day)
    for mail in office.days("2018-02-02", last):
        if any(key == S11 for key, _, _ in mail.items):
            kept.setdefault(LONDON.day_of(mail.at).isoformat(), set()).add(mail.to)
    assert {when: readers(promised, when) for when in days(promised)} == kept


def test_what_is_settled_or_not_begun_is_silent(office: Office) -> None:
    office.record(S11, Status.WAIVED, on="2018-02-01")
    assert coming(office).none_because == "Nothing more is sent: it is waived."
    unlive = in_memory()
    unlive.store(make_whole(), go_live=None)
    unlive.tick("2018-02-01 09:00")
    assert coming(unlive).none_because == "No mails of Cumbria LSCB go out yet."
