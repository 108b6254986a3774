from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from boardcal.notifications.reminders.compose import compose
from boardcal.notifications.transports.base import DeliveryError
from boardcal.storage.mail.claims import claim_message
from boardcal.storage.schema.mail import ledger, message
from boardcal.tests.factories import (
    CHAIR,
    S11,
    SECRETARIAT,
    at,
    day,
    make_planner,
    make_report,
)
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from boardcal.storage.database.engine import Database
    from boardcal.tests.office import Mail, Office

# Two reports of PMQAG: the second is due a working day after the first.
TWO = make_planner(report=[make_report(), make_report("next", when={"by": "23 February 2018"})])
NEXT = "lscb/next/pmqag/23-february-2018"
REFUSED = DeliveryError("no such mailbox", scope="recipient", permanent=True, reply="550 no")
BUSY = DeliveryError("try later", scope="recipient", reply="451 busy")


def to_chair(mails: list[Mail]) -> list[list[tuple[str, int, str]]]:
    return [mail.items for mail in mails if mail.to == CHAIR]


def of_chair(office: Office) -> list[tuple[date, str]]:
    return [(on, state) for to, on, state in office.messages() if to == CHAIR]


def pending_message(**changes: Any) -> dict[str, Any]:
    values = {"recipient": CHAIR, "day": date(2018, 2, 22), "state": "pending"}
    return {**values, "made_at": at("2018-02-22"), **changes}


# One message a person and day


def test_all_that_is_decided_for_one_person_on_one_day_is_one_mail(any_office: Office) -> None:
    any_office.store(TWO).sweep("2018-02-15")
    assert to_chair(any_office.sweep("2018-02-22")) == [[(S11, 0, "owner"), (NEXT, -1, "owner")]]
    assert len([each for each in of_chair(any_office) if each[0] == date(2018, 2, 22)]) == 1


def test_nothing_decided_is_no_mail(any_office: Office) -> None:
    any_office.store(TWO).sweep("2018-02-22")
    assert any_office.sweep("2018-02-22 12:00") == []
    assert compose_now(any_office, "2018-02-22 12:00") == 0


def compose_now(office: Office, when: str) -> int:
    office.now = at(when)
    with office.database.write() as connection:
        return compose(connection, office.local.moment(office.now))


@pytest.mark.parametrize(
    ("first", "second", "possible"),
    [
        ("pending", "pending", False),
        ("sent", "pending", False),
        ("uncertain", "pending", False),
        ("superseded", "pending", True),
        ("superseded", "superseded", True),
    ],
)
def test_the_database_holds_one_message_a_person_and_day(
    database: Database, first: str, second: str, possible: bool
) -> None:
    def both() -> None:
        with database.write() as connection:
            connection.execute(insert(message).values(**pending_message(state=first)))
            connection.execute(insert(message).values(**pending_message(state=second)))

    if possible:
        both()
        return
    with pytest.raises(IntegrityError):
        both()


def test_composing_at_the_same_moment_makes_one_message(any_office: Office) -> None:
    any_office.store(TWO).tick("2018-02-21")
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(any_office.ticker.tick, at("2018-02-22")) for _ in range(4)]:
            done.result(timeout=PATIENCE)
    assert of_chair(any_office)[-1] == (date(2018, 2, 22), "pending")
    assert Counter(of_chair(any_office)).most_common(1)[0][1] == 1
    assert to_chair(any_office.sweep("2018-02-22 08:01")) == [
        [(S11, 0, "owner"), (NEXT, -1, "owner")]
    ]


# After the day's mail


@pytest.mark.parametrize(
    ("day_of_mail", "waits_until"),
    [("2018-02-22", "2018-02-23"), ("2018-02-23", "2018-02-26"), ("2018-03-29", "2018-04-03")],
)
def test_what_is_decided_after_the_days_mail_waits_for_the_next_working_day(
    any_office: Office, day_of_mail: str, waits_until: str
) -> None:
    any_office.store(TWO).sweep("2018-02-15")
    assert len(to_chair(any_office.sweep(day_of_mail))) == 1
    # A new date brings steps of its own at once.
    any_office.extend(S11, day_of_mail)
    mails = any_office.days(day_of_mail, waits_until)
    assert [mail.at.date() for mail in mails if mail.to == CHAIR] == [day(waits_until)]


@pytest.mark.parametrize("state", ["claimed", "data_started", "sent", "uncertain", "failed"])
def test_a_mail_that_left_may_have_left_or_was_refused_is_the_only_one_that_day(
    any_office: Office, state: str
) -> None:
    any_office.store(TWO).sweep("2018-02-15")
    with any_office.database.write() as connection:
        connection.execute(insert(message).values(**pending_message(state=state)))
    any_office.tick("2018-02-22")
    assert to_chair(any_office.sweep("2018-02-22 08:01")) == []
    assert [each[0] for each in of_chair(any_office)].count(date(2018, 2, 22)) == 1
    (items,) = to_chair(any_office.sweep("2018-02-23"))
    assert items == [(S11, 1, "owner"), (NEXT, 0, "owner")]


def test_a_refused_mail_does_not_keep_the_rest_of_the_day_from_working(office: Office) -> None:
    office.store(TWO).sweep("2018-02-21")
    office.postbag.before = lambda mail: REFUSED if mail.recipient == CHAIR else None
    office.sweep("2018-02-22")
    assert of_chair(office)[-1] == (date(2018, 2, 22), "failed")
    office.extend(NEXT, "2018-02-22")
    assert office.sweep("2018-02-22 08:01") == []
    office.postbag.before = lambda _: None
    assert to_chair(office.sweep("2018-02-23")) == [[(S11, 1, "owner"), (NEXT, 0, "owner")]]


# What did not leave


def test_an_unsent_mail_of_yesterday_becomes_part_of_todays(any_office: Office) -> None:
    any_office.store(TWO).sweep("2018-02-15")
    any_office.tick("2018-02-22")
    assert to_chair(any_office.sweep("2018-02-23")) == [[(S11, 1, "owner"), (NEXT, 0, "owner")]]
    assert of_chair(any_office)[-2:] == [
        (date(2018, 2, 22), "superseded"),
        (date(2018, 2, 23), "sent"),
    ]


def test_what_was_not_sent_on_a_day_goes_out_on_the_next_though_nothing_new_came(
    any_office: Office,
) -> None:
    any_office.store().sweep("2018-02-14")
    any_office.tick("2018-02-15")
    assert to_chair(any_office.sweep("2018-02-16")) == [[(S11, -5, "owner")]]


@pytest.mark.parametrize(
    ("retried", "leaves"),
    [
        # In the night, at the weekend and early in the morning nobody is mailed.
        (["2018-02-16 02:00", "2018-02-17 11:00", "2018-02-19 07:30"], "2018-02-19 08:00"),
        (["2018-02-16 17:00"], "2018-02-16 17:00"),
    ],
)
def test_a_mail_that_was_deferred_leaves_on_its_day_or_with_the_next_days_mail(
    office: Office, retried: list[str], leaves: str
) -> None:
    office.store().sweep("2018-02-15")
    office.extend(S11, "2018-03-02")
    office.postbag.before = lambda _: BUSY
    office.sweep("2018-02-16")
    assert of_chair(office)[-1] == (date(2018, 2, 16), "deferred")
    office.postbag.before = lambda _: None
    mails = [mail for when in [*retried, leaves] for mail in office.sweep(when)]
    assert [mail.at for mail in mails if mail.to == CHAIR] == [at(leaves)]


def test_a_reader_never_gets_two_mails_on_one_local_day(office: Office) -> None:
    office.store(TWO).sweep("2018-02-21")
    office.postbag.before = lambda _: BUSY
    office.sweep("2018-02-22")
    office.postbag.before = lambda _: None
    mails = [*office.sweep("2018-02-23 03:00"), *office.sweep("2018-02-23")]
    assert to_chair(mails) == [[(S11, 1, "owner"), (NEXT, 0, "owner")]]


def claimed(connection: Connection, number: int, when: str) -> None:
    """Another daemon takes a message in hand."""
    now = at(when)
    lease = now + timedelta(minutes=20)
    held = claim_message(
        connection,
        number,
        owner="another daemon",
        now=now,
        today=now.date(),
        lease_until=lease,
    )
    assert held is not None


def number_of_chairs(office: Office) -> int:
    (number,) = [
        row.id for row in office.table(message) if row.recipient == CHAIR and row.state == "pending"
    ]
    assert isinstance(number, int)
    return number


def test_what_another_daemon_is_sending_right_now_is_not_put_into_a_later_mail(
    any_office: Office,
) -> None:
    any_office.store(TWO).sweep("2018-02-14")
    any_office.tick("2018-02-15")
    number = number_of_chairs(any_office)
    with any_office.database.write() as connection:
        claimed(connection, number, "2018-02-15")
    assert to_chair(any_office.sweep("2018-02-16")) == [[(NEXT, -5, "owner")]]
    assert [row.step for row in any_office.table(ledger) if row.message_id == number] == [-5]


def test_nothing_is_added_to_a_mail_that_another_daemon_is_taking_in_hand(
    any_office: Office,
) -> None:
    any_office.store(TWO).sweep("2018-02-15")
    any_office.tick("2018-02-21")
    number = number_of_chairs(any_office)
    any_office.extend(NEXT, "2018-02-21")
    with ThreadPoolExecutor(1) as thread:
        with any_office.database.write() as connection:
            claimed(connection, number, "2018-02-21")
            composing = thread.submit(any_office.ticker.tick, at("2018-02-21 08:01"))
            wait([composing], timeout=0.1)
        assert composing.result(timeout=PATIENCE) is True
    rows = [row for row in any_office.table(ledger) if row.state == "pending"]
    assert {(row.step, row.message_id) for row in rows} == {(-1, number), (0, None)}


def test_an_empty_day_is_left_alone(any_office: Office) -> None:
    any_office.store()
    assert compose_now(any_office, "2018-02-22") == 0
    assert any_office.messages() == []


def test_the_secretariats_digest_and_overview_are_one_mail(any_office: Office) -> None:
    any_office.store().sweep("2018-02-23")
    any_office.extend(S11, "2018-02-26")
    any_office.sweep("2018-02-26")
    mails = any_office.days("2018-03-05", "2018-03-05")
    (mail,) = [mail for mail in mails if mail.to == SECRETARIAT]
    assert mail.items == [(S11, 5, "secretariat")]
    assert "week of 5 March 2018" in mail.subject
