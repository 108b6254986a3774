from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import move_meeting
from boardcal.operations.record import record
from boardcal.storage.schema.mail import ledger
from boardcal.storage.schema.occurrences import change, occurrence
from boardcal.storage.unsent_reasons import UnsentReason
from boardcal.tests.factories import (
    ADMINISTRATOR,
    BOARD_CHAIR,
    BUSINESS_CHAIR,
    CHAIR,
    S11,
    SECRETARIAT,
    VICE,
    at,
    checked,
    cumbria,
    day,
    make_action,
    make_document,
    make_planner,
    make_report,
    with_body,
)
from boardcal.tests.waiting import PATIENCE

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database
    from boardcal.tests.office import Mail, Office

# The S.11 report, due on 22 February 2018, papers for the LSCB of 8 March, that never comes.
# Good Friday is 30 March, Easter Monday 2 April, and May begins with a bank holiday on the 7th.
OWNER, DEPUTY, COPY = (CHAIR, "owner"), (VICE, "deputy"), (SECRETARIAT, "secretariat")
BUSINESS, BOARD = (BUSINESS_CHAIR, "business"), (BOARD_CHAIR, "board")
CYCLE = {
    "2018-01-25": (-20, [OWNER]),
    "2018-02-08": (-10, [OWNER]),
    "2018-02-15": (-5, [OWNER]),
    "2018-02-21": (-1, [OWNER]),
    "2018-02-22": (0, [OWNER]),
    "2018-02-23": (1, [OWNER]),
    "2018-03-01": (5, [OWNER, DEPUTY, COPY]),
    "2018-03-08": (10, [OWNER, BUSINESS, DEPUTY, COPY]),
    "2018-03-15": (15, [OWNER, BUSINESS, DEPUTY, COPY]),
    "2018-03-22": (20, [OWNER, BOARD, BUSINESS, DEPUTY, COPY]),
    "2018-04-23": (40, [OWNER, BOARD, BUSINESS, DEPUTY, COPY]),
    "2018-05-22": (60, [OWNER, BOARD, BUSINESS, DEPUTY, COPY]),
}


def items(mails: list[Mail]) -> list[tuple[str, str, int, str]]:
    """To whom which step of what went, in which capacity, in the order of sending."""
    return [(mail.to, *item) for mail in mails for item in mail.items]


def sent(office: Office, key: str = S11) -> list[tuple[int, str]]:
    return [(step, to) for step, to, _, state in office.ledger(key) if state == "sent"]


def superseded(office: Office, key: str = S11) -> list[int]:
    return sorted({step for step, _, _, state in office.ledger(key) if state == "superseded"})


# The steps


def test_a_report_that_never_comes_is_reminded_of_and_chased_step_by_step(
    any_office: Office,
) -> None:
    mails = any_office.store().days("2018-01-24", "2018-05-23")
    told: dict[str, tuple[int, list[tuple[str, str]]]] = {}
    for mail in mails:
        for key, step, level in mail.items:
            assert key == S11
            told.setdefault(mail.at.date().isoformat(), (step, []))[1].append((mail.to, level))
    assert {on: (step, sorted(people)) for on, (step, people) in told.items()} == {
        on: (step, sorted(people)) for on, (step, people) in CYCLE.items()
    }
    assert {state for *_, state in any_office.ledger()} == {"sent"}


@pytest.mark.parametrize("started", ["2017-11-01", "2018-02-08", "2018-02-22"])
def test_a_daemon_that_is_started_only_now_and_then_sends_each_step_once(
    office: Office, started: str
) -> None:
    office.store()
    for when in (started, "2018-02-22 08:00", "2018-02-22 16:00", "2018-02-23 08:00"):
        office.sweep(when)
        office.sweep()
    assert len(sent(office)) == len(set(sent(office)))
    assert sent(office)[-2:] == [(0, CHAIR), (1, CHAIR)]


def test_deciding_again_changes_nothing(any_office: Office) -> None:
    any_office.store().reminded().tick("2018-03-08")
    decided = any_office.ledger()
    assert len(decided) == 6 + 3 + 4
    any_office.tick()
    assert any_office.ledger() == decided


def test_a_step_is_mailed_once_though_the_progress_of_its_report_was_forgotten(
    any_office: Office,
) -> None:
    any_office.store().sweep("2018-02-22")
    before = any_office.ledger()
    with any_office.database.write() as connection:
        connection.execute(
            update(occurrence)
            .where(occurrence.c.key == S11)
            .values(last_step=None, next_step_at=at("2018-01-25"))
        )
    assert items(any_office.sweep("2018-02-22 08:01")) == []
    assert any_office.ledger() == before


def test_daemons_that_decide_at_the_same_moment_decide_once(
    database: Database, any_office: Office
) -> None:
    any_office.store(cumbria()).tick("2018-01-24")
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(any_office.ticker.tick, at("2018-02-22")) for _ in range(4)]:
            done.result(timeout=PATIENCE)
    rows = any_office.table(ledger)
    assert rows
    keys = [(row.occurrence_id, row.due_revision, row.step, row.recipient) for row in rows]
    assert len(keys) == len(set(keys))
    live = [(to, on) for to, on, state in any_office.messages() if state == "pending"]
    assert len(live) == len(set(live))
    assert {row.message_id is None for row in rows if row.state == "pending"} == {False}


def test_what_is_recorded_while_a_daemon_decides_is_not_overwritten(any_office: Office) -> None:
    quarterly = make_report(when={"meeting": "business-group", "last_in": "quarter"})
    any_office.store(make_planner(report=[quarterly])).tick("2018-04-27")
    key = "lscb/s11/pmqag/2018-Q1"
    with ThreadPoolExecutor(1) as thread:
        with any_office.changing(key) as (connection, view):
            record(connection, view, key, Status.SUBMITTED, on=day("2018-04-27"), who="", note="")
            # On this day the next one falls due, and what is still open is missed.
            deciding = thread.submit(any_office.ticker.tick, at("2018-04-30"))
            wait([deciding], timeout=0.1)
        deciding.result(timeout=PATIENCE)
    assert (any_office.row(key).state, any_office.row(key).next_step_at) == ("submitted", None)


# After a time when nothing ran


@pytest.mark.parametrize(
    ("last_run", "next_run", "step", "skipped"),
    [
        ("2018-02-21", "2018-02-23", 1, [0]),
        ("2018-02-07", "2018-03-09", 10, [-10, -5, -1, 0, 1, 5]),
        ("2018-01-25", "2019-01-24", 220, [-10, -5, -1, 0, 1, 5, 10, 15, *range(20, 220, 20)]),
        ("2018-01-24", "2019-01-24", 0, [-20, -10, -5, -1]),
    ],
    ids=["a day", "30 days", "a year", "a year, before anybody was told"],
)
def test_after_downtime_only_the_latest_step_goes_out_and_the_others_are_on_record(
    any_office: Office, last_run: str, next_run: str, step: int, skipped: list[int]
) -> None:
    any_office.store().sweep(last_run)
    before = superseded(any_office)
    mails = any_office.sweep(next_run)
    steps = {step for _, _, step, _ in items(mails)}
    assert steps == {step}
    assert Counter(mail.to for mail in mails).most_common(1)[0][1] == 1
    assert [step for step in superseded(any_office) if step not in before] == skipped
    reasons = {row.reason for row in any_office.table(ledger) if row.state == "superseded"}
    assert reasons == {UnsentReason.LATER_STEP_BY_THEN}


def test_a_year_of_downtime_brings_each_person_one_mail_and_each_thing_once(
    office: Office,
) -> None:
    office.store(cumbria()).sweep("2017-11-01")
    mails = office.sweep("2018-11-01")
    assert len(mails) > 10
    assert max(Counter(mail.to for mail in mails).values()) == 1
    assert max(Counter((to, key) for to, key, *_ in items(mails)).values()) == 1
    assert office.sweep("2018-11-01 08:01") == []


def test_an_unsent_step_gives_way_to_the_next_one(office: Office) -> None:
    office.store().reminded().tick("2018-02-22")
    office.tick("2018-02-23")
    assert items(office.sweep("2018-02-23 08:01")) == [(CHAIR, S11, 1, "owner")]
    assert superseded(office) == [-10, -5, -1, 0]
    reasons = {row.step: row.reason for row in office.table(ledger)}
    assert reasons[0] == UnsentReason.LATER_STEP


# Who


def test_a_person_who_chairs_both_the_business_group_and_the_board_gets_one_row(
    office: Office,
) -> None:
    document = with_body(make_document(), "business-group", chair=BOARD_CHAIR)
    office.store(checked(document)).reminded().sweep("2018-03-22")
    rows = [(to, level) for step, to, level, _ in office.ledger(S11) if step == 20]
    assert rows == [OWNER, BOARD, DEPUTY, COPY]


def test_each_step_goes_to_who_holds_the_role_that_day(office: Office) -> None:
    office.store().sweep("2018-02-15")
    office.appoint(RoleName.CHAIR, "new.chair@example.org", "2018-02-22")
    mails = [*office.sweep("2018-02-21"), *office.sweep("2018-02-22")]
    assert [(mail.to, mail.items[0][1]) for mail in mails if mail.items] == [
        (CHAIR, -1),
        ("new.chair@example.org", 0),
    ]


@pytest.mark.parametrize(
    ("gone", "to", "as_what"),
    [
        ([], CHAIR, None),
        ([(RoleName.CHAIR, CHAIR)], VICE, "its vice-chair"),
        (
            [(RoleName.CHAIR, CHAIR), (RoleName.VICE_CHAIR, VICE)],
            ADMINISTRATOR,
            "its administrator",
        ),
        (
            [
                (RoleName.CHAIR, CHAIR),
                (RoleName.VICE_CHAIR, VICE),
                (RoleName.ADMINISTRATOR, ADMINISTRATOR),
            ],
            SECRETARIAT,
            "the secretariat",
        ),
    ],
)
def test_a_vacant_chair_passes_the_mail_on_and_the_mail_says_so(
    office: Office, gone: list[tuple[RoleName, str]], to: str, as_what: str | None
) -> None:
    office.store(checked(with_body(make_document(), "pmqag", administrator=ADMINISTRATOR)))
    for role, address in gone:
        office.leave(role, address, "2018-02-01")
    (mail,) = [mail for mail in office.sweep("2018-02-22") if mail.items]
    assert (mail.to, mail.items) == (to, [(S11, 0, "owner")])
    said = f"The Pmqag Subgroup has no chair at present, so this comes to you as {as_what}."
    assert (said in mail.text) is (as_what is not None)


def test_the_mails_of_somebody_who_is_away_go_elsewhere_until_they_are_back(
    office: Office,
) -> None:
    office.store().sweep("2018-02-15")
    office.pause("person", CHAIR)
    (mail,) = [mail for mail in office.sweep("2018-02-21") if mail.items]
    assert mail.to == VICE
    assert "The chair of the Pmqag Subgroup is away" in mail.text
    office.resume("person", CHAIR)
    assert items(office.sweep("2018-02-22")) == [(CHAIR, S11, 0, "owner")]


# Pauses


@pytest.mark.parametrize(("kind", "name"), [("body", "pmqag"), ("board", "lscb")])
def test_what_falls_due_in_a_pause_goes_out_after_it_the_latest_step_only(
    any_office: Office, kind: str, name: str
) -> None:
    any_office.store().sweep("2018-01-26")
    any_office.pause(kind, name)
    assert items(any_office.days("2018-02-07", "2018-02-16")) == []
    any_office.resume(kind, name)
    assert items(any_office.sweep("2018-02-16 08:01")) == [(CHAIR, S11, -5, "owner")]
    assert superseded(any_office) == [-10]


@pytest.mark.parametrize(("kind", "name"), [("body", "pmqag"), ("board", "lscb")])
def test_what_a_pause_caught_just_before_it_was_sent_goes_out_after_it(
    any_office: Office, kind: str, name: str
) -> None:
    any_office.store().tick("2018-02-22")
    any_office.pause(kind, name)
    assert items(any_office.sweep("2018-02-22 08:01")) == []
    any_office.resume(kind, name)
    assert items(any_office.sweep("2018-02-22 08:02")) == [(CHAIR, S11, 0, "owner")]


def test_what_a_pause_caught_does_not_go_out_when_it_was_submitted_meanwhile(
    office: Office,
) -> None:
    office.store().tick("2018-02-22")
    office.pause("body", "pmqag")
    office.sweep("2018-02-22 08:01")
    office.record(S11, Status.SUBMITTED)
    office.resume("body", "pmqag")
    assert items(office.sweep("2018-02-22 08:02")) == []


def test_a_pause_of_one_body_does_not_keep_the_others_waiting(office: Office) -> None:
    both = make_report(owner=["pmqag", "business-group"])
    office.store(make_planner(report=[both])).pause("body", "pmqag")
    assert items(office.sweep("2018-02-22")) == [
        (BUSINESS_CHAIR, "lscb/s11/business-group/2018-03", 0, "owner")
    ]


# The end of it


@pytest.mark.parametrize(
    "status",
    [Status.SUBMITTED, Status.ACCEPTED, Status.NOTHING_TO_REPORT, Status.WAIVED],
    ids=lambda status: status.value,
)
def test_nothing_that_is_settled_is_chased(any_office: Office, status: Status) -> None:
    any_office.store(make_planner(report=[make_report(nothing_to_report=True)]))
    any_office.sweep("2018-02-22")
    any_office.record(S11, status)
    assert items(any_office.days("2018-02-23", "2018-03-01")) == []
    assert any_office.row(S11).next_step_at is None


def test_when_the_next_one_falls_due_the_earlier_is_missed_and_chased_no_more(
    any_office: Office,
) -> None:
    quarterly = make_report(when={"meeting": "business-group", "last_in": "quarter"})
    any_office.store(make_planner(report=[quarterly]))
    first, second = "lscb/s11/pmqag/2018-Q1", "lscb/s11/pmqag/2018-Q2"
    any_office.sweep("2018-02-06")
    assert (any_office.row(first).due, any_office.row(second).due) == (
        date(2018, 2, 6),
        date(2018, 4, 30),
    )
    any_office.sweep("2018-04-27")
    assert any_office.row(first).state == "open"
    mails = any_office.sweep("2018-04-30")
    assert {key for _, key, *_ in items(mails)} == {second}
    assert (any_office.row(first).state, any_office.row(first).next_step_at) == ("missed", None)
    noted = [row for row in any_office.table(change) if row.subject == first]
    assert [(row.what, row.before, row.after, row.who) for row in noted] == [
        ("missed", "open", "missed", "boardcal")
    ]
    assert {key for _, key, *_ in items(any_office.sweep("2018-05-01"))} == {second}


def test_a_review_is_asked_for_twice_and_never_chased_or_missed(any_office: Office) -> None:
    ongoing = make_action("1.2", when={"review": {"every_months": 1, "from": "January 2018"}})
    any_office.store(make_planner(report=[], action=[ongoing]))
    mails = any_office.days("2018-01-22", "2018-03-01")
    key = "lscb/1.2/pmqag"
    assert [(mail.at.date(), *mail.items) for mail in mails if mail.items] == [
        (date(2018, 1, 24), (f"{key}/2018-01", -5, "owner")),
        (date(2018, 1, 31), (f"{key}/2018-01", 0, "owner")),
        (date(2018, 2, 21), (f"{key}/2018-02", -5, "owner")),
        (date(2018, 2, 28), (f"{key}/2018-02", 0, "owner")),
    ]
    assert {mail.to for mail in mails if mail.items} == {CHAIR}
    assert any_office.row(f"{key}/2018-01").state == "open"


# Afresh


def test_an_extension_runs_afresh_and_the_mail_says_what_changed(any_office: Office) -> None:
    any_office.store().reminded().sweep("2018-03-01")
    any_office.extend(S11, "2018-03-15", note="the audit is late")
    assert any_office.row(S11).due_revision == 2
    mails = [mail for mail in any_office.days("2018-03-01", "2018-03-15") if mail.items]
    assert [(mail.at.date().isoformat(), mail.items) for mail in mails] == [
        # Of the new date's steps the tenth last fell on the very day, after that day's mail.
        ("2018-03-02", [(S11, -10, "owner")]),
        ("2018-03-08", [(S11, -5, "owner")]),
        ("2018-03-14", [(S11, -1, "owner")]),
        ("2018-03-15", [(S11, 0, "owner")]),
    ]
    said = "The date was 22 February 2018: the audit is late"
    assert [said in mail.text for mail in mails] == [True, False, False, False]


def test_what_is_returned_is_asked_for_afresh_and_the_mail_says_so(any_office: Office) -> None:
    any_office.store().sweep("2018-02-15")
    any_office.record(S11, Status.SUBMITTED)
    any_office.sweep("2018-02-16")
    any_office.record(S11, Status.RETURNED, note="page 3 is missing")
    mails = [mail for mail in any_office.days("2018-02-19", "2018-02-22") if mail.items]
    assert [(mail.at.date().isoformat(), mail.items) for mail in mails] == [
        ("2018-02-19", [(S11, -5, "owner")]),
        ("2018-02-21", [(S11, -1, "owner")]),
        ("2018-02-22", [(S11, 0, "owner")]),
    ]
    said = "It was returned: page 3 is missing"
    assert [said in mail.text for mail in mails] == [True, False, False]


def test_a_new_date_is_told_as_the_difference_from_what_a_reader_was_told(office: Office) -> None:
    office.store().sweep("2018-02-15")
    office.extend(S11, "2018-02-19", note="sooner after all")
    (mail,) = [mail for mail in office.sweep("2018-02-16") if mail.items]
    assert "The date was 22 February 2018: sooner after all" in mail.text
    copies = [mail for mail in office.sweep("2018-02-26") if mail.to in (VICE, SECRETARIAT)]
    assert len(copies) == 2
    # They were told of no other date.
    assert [mail.to for mail in copies if "The date was" in mail.text] == []


def test_a_meeting_that_moves_brings_the_steps_of_the_new_date(office: Office) -> None:
    office.store().sweep("2018-02-21")
    office.edit(lambda c: move_meeting(c, "lscb", day("2018-03-08"), day("2018-03-15")))
    mails = [mail for mail in office.days("2018-02-22", "2018-03-01") if mail.items]
    assert [(mail.at.date().isoformat(), mail.items) for mail in mails] == [
        ("2018-02-22", [(S11, -5, "owner")]),
        ("2018-02-28", [(S11, -1, "owner")]),
        ("2018-03-01", [(S11, 0, "owner")]),
    ]
    assert "The date was 22 February 2018: the meeting of 8 March 2018 was moved" in mails[0].text


@pytest.mark.parametrize(
    ("steps", "days"),
    [
        ([-3, 0, 7], ["2018-02-19", "2018-02-22", "2018-03-05"]),
        ([0], ["2018-02-22"]),
    ],
)
def test_a_report_may_have_steps_of_its_own(
    office: Office, steps: list[int], days: list[str]
) -> None:
    office.store(make_planner(report=[make_report(steps=steps)]))
    mails = [mail for mail in office.days("2018-01-24", "2018-04-30") if mail.items]
    assert sorted({mail.at.date().isoformat() for mail in mails}) == days


def test_a_due_date_on_a_sunday_has_its_last_reminder_on_the_friday(office: Office) -> None:
    report: dict[str, Any] = make_report(when={"by": "25 February 2018"})
    office.store(make_planner(report=[report]))
    office.sweep("2018-02-21")
    mails = [mail for mail in office.days("2018-02-22", "2018-02-27") if mail.items]
    assert [(mail.at.date().isoformat(), mail.items[0][1]) for mail in mails] == [
        ("2018-02-23", 0),
        ("2018-02-26", 1),
    ]
