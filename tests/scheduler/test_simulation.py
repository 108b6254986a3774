from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.status import Status
from boardcal.scheduler.simulation import SimulatedMail, simulate
from boardcal.storage.backup.copy import copy_of
from boardcal.tests.factories import (
    BOARD_CHAIR,
    BUSINESS_CHAIR,
    CHAIR,
    LONDON,
    S11,
    SECRETARIAT,
    VICE,
    cumbria,
    day,
    make_planner,
    make_report,
)

if TYPE_CHECKING:
    from boardcal.tests.office import Office

Sent = list[tuple[str, str, list[tuple[str, int, str]]]]


def played(office: Office, start: str, end: str, *, in_full: bool = True) -> list[SimulatedMail]:
    copy = copy_of(office.database)
    try:
        return list(
            simulate(
                copy,
                local=LONDON,
                horizon_months=18,
                start=day(start),
                end=day(end),
                in_full=in_full,
            )
        )
    finally:
        copy.close()


def in_short(mails: list[SimulatedMail]) -> Sent:
    return [
        (
            mail.at.date().isoformat(),
            mail.letter.recipient,
            [(item.key, item.step, item.level.value) for item in mail.letter.items],
        )
        for mail in mails
    ]


def test_a_simulation_tells_what_the_daemon_then_sends(any_office: Office) -> None:
    office = any_office
    office.store()
    expected = in_short(played(office, "2018-02-05", "2018-03-09"))
    sent = [
        (mail.at.date().isoformat(), mail.to, mail.items)
        for mail in office.days("2018-02-05", "2018-03-09")
    ]
    assert sorted(expected) == sorted(sent)
    assert {(to, step) for _, to, items in expected for _, step, _ in items} == {
        *((CHAIR, step) for step in (-20, -10, -5, -1, 0, 1, 5, 10)),
        *((VICE, step) for step in (5, 10)),
        *((SECRETARIAT, step) for step in (5, 10)),
        *((BUSINESS_CHAIR, step) for step in (10,)),
    }


def test_the_original_is_left_as_it_is(office: Office) -> None:
    office.store().days("2018-02-01", "2018-02-07")
    before = (office.rows(), office.ledger(), office.messages())
    assert played(office, "2018-02-08", "2018-04-30")
    assert (office.rows(), office.ledger(), office.messages()) == before


def test_what_was_recorded_and_sent_before_its_start_holds(office: Office) -> None:
    office.store().days("2018-02-01", "2018-02-08")
    again = played(office, "2018-02-08", "2018-02-14")
    assert [mail for mail in again if mail.letter.items] == []
    office.record(S11, Status.SUBMITTED)
    assert [mail for mail in played(office, "2018-02-08", "2018-06-30") if mail.letter.items] == []


def test_mails_come_in_sending_order_at_the_sending_time_of_working_days(office: Office) -> None:
    office.store(cumbria())
    mails = played(office, "2018-03-19", "2018-04-13", in_full=False)
    times = [mail.at for mail in mails]
    assert times == sorted(times)
    assert {(at.hour, at.minute) for at in times} == {(8, 0)}
    offsets = {at.date() >= date(2018, 3, 25): str(at.utcoffset()) for at in times}
    assert offsets == {False: "0:00:00", True: "1:00:00"}
    # Good Friday, Easter Monday, and no weekend.
    assert not {date(2018, 3, 30), date(2018, 4, 2)} & {at.date() for at in times}
    assert max(at.weekday() for at in times) <= 4


def test_nobody_gets_two_mails_a_day(office: Office) -> None:
    office.store(cumbria())
    mails = played(office, "2018-02-01", "2018-02-28", in_full=False)
    pairs = [(mail.at.date(), mail.letter.recipient) for mail in mails]
    assert len(pairs) > 100
    assert len(set(pairs)) == len(pairs)


def test_in_short_it_decides_the_same_and_leaves_the_rest_out(office: Office) -> None:
    office.store(make_planner(report=[make_report(), make_report("other")]))
    full = played(office, "2018-02-01", "2018-03-09")
    short = played(office, "2018-02-01", "2018-03-09", in_full=False)
    assert in_short(short) == in_short(full)
    assert any(mail.letter.first_contact for mail in full)
    assert not any(mail.letter.first_contact or mail.letter.also_open for mail in short)
    assert all(over.coming == () for mail in short for over in mail.letter.overviews)


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2018-02-08", "2018-02-10", ["2018-02-08", "2018-02-09", "2018-02-10"]),
        ("2018-02-08", "2018-02-08", ["2018-02-08"]),
        ("2018-02-08", "2018-02-07", []),
    ],
)
def test_progress_is_told_of_each_day(
    office: Office, start: str, end: str, told: list[str]
) -> None:
    office.store()
    days: list[date] = []
    mails = simulate(
        office.database,
        local=LONDON,
        horizon_months=18,
        start=day(start),
        end=day(end),
        progress=days.append,
    )
    assert days == []
    list(mails)
    assert [each.isoformat() for each in days] == told


def test_nothing_goes_out_before_go_live(office: Office) -> None:
    office.store(go_live="2018-02-08")
    assert [mail.at.date() for mail in played(office, "2018-01-01", "2018-02-08")] == [
        day("2018-02-08")
    ] * 2


def test_what_nobody_answers_is_chased_up_to_the_boards_chair(office: Office) -> None:
    office.store().reminded()
    mails = played(office, "2018-03-19", "2018-03-29")
    copied = {
        mail.letter.recipient for mail in mails for item in mail.letter.items if item.step == 20
    }
    assert copied == {CHAIR, VICE, SECRETARIAT, BUSINESS_CHAIR, BOARD_CHAIR}
