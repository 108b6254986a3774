"""A mail's way out, stage by stage: what each stage leaves, and who may touch it meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, text

from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.delivery.deliver import LEASE, Delivery
from boardcal.notifications.delivery.throttle import Pace
from boardcal.notifications.delivery.uncertain import (
    UncertainPolicy,
    WhenUncertain,
    settle_uncertain,
)
from boardcal.notifications.transports.base import DeliveryError
from boardcal.notifications.transports.smtp import SmtpAccount
from boardcal.scheduler.single_instance import AnotherDaemonError
from boardcal.storage.database.errors import DatabaseError
from boardcal.storage.holds import put_on_hold
from boardcal.storage.mail.claims import Claim, advance, drop, free, give_back, settle
from boardcal.storage.mail.queue import NEXT_DUE
from boardcal.storage.message_states import MessageState
from boardcal.storage.schema.column_types import AnyRow
from boardcal.storage.schema.mail import attempt, ledger, message
from boardcal.tests.factories import (
    CHAIR,
    S11,
    at,
    make_body,
    make_document,
    make_planner,
    make_report,
)
from boardcal.tests.office import Office

TEN_BEFORE = "2018-02-08"
NEW = "new.chair@example.org"
HOLD, ONCE = WhenUncertain.HOLD, WhenUncertain.RESEND_ONCE
UNKNOWN = DeliveryError("lost", scope="recipient", uncertain=True)


def ready(office: Office) -> None:
    """Everything before the day is sent; S.11's reminder of ten days before is composed."""
    office.store(go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    office.tick(TEN_BEFORE)


def crowd(number: int) -> PlannerFile:
    """A planner in which so many chairs owe something on one day."""
    document = make_document()
    names = [f"group-{each}" for each in range(number)]
    bodies = [*document["body"], *(make_body(name) for name in names)]
    reports = [make_report(f"r-{name}", owner=name) for name in names]
    return make_planner(body=bodies, report=reports)


def meanwhile(delivery: Delivery) -> None:
    """Another daemon's burst, while this one is in the middle of a mail."""
    thread = threading.Thread(target=lambda: asyncio.run(delivery.deliver()))
    thread.start()
    thread.join()


def hold(office: Office) -> None:
    with office.database.write() as connection:
        put_on_hold(connection, why="A test.", now=office.now)


def last(office: Office) -> AnyRow:
    return office.table(message)[-1]


def test_a_lease_outlasts_the_longest_send() -> None:
    assert LEASE.total_seconds() > SmtpAccount(host="mail.example.org").longest_send + 120


@pytest.mark.parametrize("stage", ["before", "after"])
def test_a_daemon_that_slept_past_its_lease_sends_and_records_nothing(
    any_office: Office, stage: str
) -> None:
    office = any_office
    ready(office)
    slow, quick = office.delivery, office.new_delivery("quick")
    policy = UncertainPolicy(reminders=HOLD)
    slow.uncertain = quick.uncertain = policy

    def sleep(_: object) -> None:
        office.postbag.before = office.postbag.after = lambda _: None
        office.now += LEASE + timedelta(seconds=1)
        meanwhile(quick)

    setattr(office.postbag, stage, sleep)
    before = len(office.postbag.mails)
    done = asyncio.run(slow.deliver())
    sent = office.postbag.mails[before:]
    outcomes = [row.outcome for row in office.table(attempt)][-1]
    assert done.sent == 0
    # Nothing had begun, so the quick one sent it; or it had, and a person decides.
    assert (len(sent), office.messages()[-1][2], outcomes) == (
        (1, "sent", "sent") if stage == "before" else (0, "uncertain", "uncertain")
    )


@pytest.mark.parametrize(
    ("change", "reader"),
    [
        (lambda office: office.record(S11, Status.SUBMITTED), None),
        (lambda office: office.extend(S11, "2018-04-26"), None),
        (lambda office: office.pause("board", "lscb"), None),
        (lambda office: office.pause("body", "pmqag"), None),
        (lambda office: office.pause("person", CHAIR), "pmqag.vice-chair@example.org"),
        (
            lambda office: office.appoint(RoleName.CHAIR, NEW, TEN_BEFORE),
            NEW,
        ),
        (hold, None),
    ],
    ids=["submitted", "moved", "board paused", "body paused", "away", "another chair", "on hold"],
)
def test_what_changed_while_the_server_was_slow_is_seen_before_data(
    any_office: Office, change: Callable[[Office], object], reader: str | None
) -> None:
    office = any_office
    ready(office)
    before = len(office.postbag.mails)

    def slow(_: object) -> None:
        office.postbag.before = lambda _: None
        change(office)

    office.postbag.before = slow
    office.deliver()
    assert [mail.to for mail in office.postbag.mails[before:]] == []
    office.sweep("2018-02-08 08:05")
    told = [mail.to for mail in office.postbag.mails[before:]]
    assert told == ([] if reader is None else [reader])


@pytest.mark.parametrize(
    ("policy", "outcomes", "mails", "state"),
    [
        (HOLD, ["lost"], 0, "uncertain"),
        (ONCE, ["lost"], 1, "sent"),
        (ONCE, ["lost", "refused"], 1, "sent"),
        (ONCE, ["lost", "lost"], 0, "uncertain"),
    ],
)
def test_an_uncertain_mail_is_held_or_sent_once_more_as_it_was(
    any_office: Office, policy: WhenUncertain, outcomes: list[str], mails: int, state: str
) -> None:
    office = any_office
    ready(office)
    office.delivery = replace(office.delivery, uncertain=UncertainPolicy(reminders=policy))
    before = len(office.postbag.mails)
    given: list[bytes] = []
    left = list(outcomes)
    errors = {"lost": UNKNOWN, "refused": DeliveryError("later", scope="recipient")}

    def lose(mail: object) -> DeliveryError | None:
        given.append(mail.content)  # type: ignore[attr-defined]
        return errors[left.pop(0)] if left else None

    office.postbag.after = lose
    for minute in range(0, 20, 4):
        office.deliver(f"2018-02-08 08:{minute:02}")
    assert len(office.postbag.mails) - before == mails
    assert len(set(given)) == 1
    assert office.messages()[-1][2] == state
    assert office.ledger(S11)[-1][3] == state


def test_the_overview_is_sent_once_more_and_says_which_reminder_is_held(office: Office) -> None:
    office.store(go_live="2018-02-05")
    office.postbag.after = lambda _: UNKNOWN
    office.sweep("2018-02-05")
    office.postbag.after = lambda _: None
    assert [mail.to for mail in office.sweep("2018-02-05 08:02")] == ["secretariat@example.org"]


def test_a_mail_is_not_sent_once_more_for_what_was_settled_since(any_office: Office) -> None:
    office = any_office
    ready(office)
    office.delivery = replace(office.delivery, uncertain=UncertainPolicy(reminders=ONCE))
    office.postbag.after = lambda _: UNKNOWN
    office.deliver()
    office.postbag.after = lambda _: None
    office.record(S11, Status.SUBMITTED)
    assert office.sweep("2018-02-08 08:05") == []
    assert office.messages()[-1][2] == "uncertain"


def test_a_mail_with_its_readers_own_links_is_not_sent_once_more_to_a_trial(
    any_office: Office,
) -> None:
    office = any_office
    ready(office)
    office.delivery = replace(office.delivery, uncertain=UncertainPolicy(reminders=ONCE))
    office.postbag.after = lambda _: UNKNOWN
    office.deliver()
    office.postbag.after = lambda _: None
    trial = replace(office.sender, redirect_to="trial@example.org")
    office.delivery = replace(office.delivery, sender=trial)
    assert office.sweep("2018-02-08 08:05") == []
    assert office.messages()[-1][2] == "uncertain"


def test_a_mail_is_sent_once_more_only_on_its_own_day(any_office: Office) -> None:
    office = any_office
    ready(office)
    office.delivery = replace(office.delivery, uncertain=UncertainPolicy(reminders=ONCE))

    class KilledError(BaseException):
        pass

    def kill(_: object) -> None:
        raise KilledError

    office.postbag.after = kill
    with pytest.raises(KilledError):
        office.deliver()
    office.postbag.after = lambda _: None
    assert office.sweep("2018-02-09") == []
    assert office.messages()[-1][2] == "uncertain"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, "sent"),
        (UNKNOWN, "uncertain"),
        (DeliveryError("no such user", scope="recipient", permanent=True), "failed"),
        (DeliveryError("later", scope="recipient"), "deferred"),
    ],
)
def test_an_outcome_that_could_not_be_recorded_is_recorded_when_the_database_is_back(
    any_office: Office,
    monkeypatch: pytest.MonkeyPatch,
    error: DeliveryError | None,
    state: str,
) -> None:
    office = any_office
    ready(office)
    kind = type(office.database)
    written = kind.write

    def unwritable(_: object) -> None:
        raise DatabaseError("The database is locked.")

    def lose(_: object) -> DeliveryError | None:
        monkeypatch.setattr(kind, "write", unwritable)
        return error

    office.postbag.after = lose
    with pytest.raises(DatabaseError):
        office.deliver()
    with pytest.raises(DatabaseError):
        office.deliver()
    monkeypatch.setattr(kind, "write", written)
    office.postbag.after = lambda _: None
    before = len(office.postbag.mails)
    office.deliver()
    assert office.messages()[-1][2] == state
    assert len(office.postbag.mails) == before


def test_a_database_that_fails_before_data_costs_nothing(
    any_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = any_office
    ready(office)
    kind = type(office.database)
    written = kind.write

    def unwritable(_: object) -> None:
        raise DatabaseError("The database is locked.")

    office.postbag.before = lambda _: monkeypatch.setattr(kind, "write", unwritable)
    with pytest.raises(DatabaseError):
        office.deliver()
    monkeypatch.setattr(kind, "write", written)
    office.postbag.before = lambda _: None
    assert office.deliver().sent == 1


def test_one_mail_that_cannot_be_written_does_not_keep_the_others(any_office: Office) -> None:
    office = any_office
    office.store(crowd(5), go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    office.tick(TEN_BEFORE)
    render = office.delivery.templates.render

    class Poisoned:
        def render(self, letter: object) -> object:
            if letter.recipient == "group-2.chair@example.org":  # type: ignore[attr-defined]
                raise TypeError("a poisonous title")
            return render(letter)  # type: ignore[arg-type]

    office.delivery = replace(office.delivery, templates=Poisoned())  # type: ignore[arg-type]
    assert (office.deliver().sent, office.deliver().sent) == (4, 0)
    (poisoned,) = [row for row in office.table(message) if row.state == "deferred"]
    assert poisoned.reply.startswith("TypeError in tests/notifications/delivery/test_stages.py")
    assert "poisonous" not in poisoned.reply


def test_eight_daemons_share_the_mails_and_each_leaves_once(any_office: Office) -> None:
    office = any_office
    office.store(crowd(40), go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    before = len(office.postbag.mails)
    office.now = at(TEN_BEFORE)
    number = 8 if office.database.engine.name == "postgresql" else 2

    def work(name: int) -> int:
        delivery = office.new_delivery(f"daemon {name}")
        delivery.planners = type(delivery.planners)()
        replace(office.ticker, planners=delivery.planners).tick(office.now)
        return asyncio.run(delivery.deliver()).sent

    with ThreadPoolExecutor(number) as pool:
        counts = list(pool.map(work, range(number)))
    told = [mail.to for mail in office.postbag.mails[before:]]
    assert len(told) == len(set(told)) == sum(counts) == 40
    assert {row.state for row in office.table(ledger) if row.step == -10} == {"sent"}


def test_what_comes_next_is_found_by_its_index_among_all_that_ever_left(
    any_office: Office,
) -> None:
    office = any_office
    if office.database.engine.name != "postgresql":
        pytest.skip("a plan of PostgreSQL's")
    now = office.now
    common = {"day": now.date(), "made_at": now, "next_attempt_at": now}
    rows = [
        {"recipient": f"p{n}@example.org", "state": "pending" if n > 4990 else "sent", **common}
        for n in range(5000)
    ]
    asked = NEXT_DUE.params(today=now.date(), now=now).compile(
        office.database.engine, compile_kwargs={"literal_binds": True}
    )
    with office.database.write() as connection:
        connection.execute(insert(message), rows)
        connection.execute(text("ANALYZE message"))
        plan = connection.exec_driver_sql(f"EXPLAIN {asked}").scalars().all()
    assert any("ix_message_state" in line for line in plan), plan


def test_the_pace_is_kept_and_never_slows_the_outbox(office: Office) -> None:
    office.store(crowd(7), go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    office.tick(TEN_BEFORE)
    office.delivery.pace = Pace(per_minute=3)
    times = ["08:00", "08:00:30", "08:01", "08:01:59", "08:02"]
    assert [office.deliver(f"{TEN_BEFORE} {time}").sent for time in times] == [3, 0, 3, 0, 1]
    assert all(Pace().allows(office.now) for _ in range(1000))


def test_before_each_mail_it_is_looked_whether_any_may_leave(office: Office) -> None:
    office.store(go_live="2018-02-05").tick("2018-02-08")
    assert len(office.messages()) > 1

    def look() -> None:
        if office.postbag.mails:
            raise AnotherDaemonError("The database is being restored.")

    office.delivery = replace(office.delivery, before_each=look)
    with pytest.raises(AnotherDaemonError):
        office.deliver()
    assert len(office.postbag.mails) == 1
    assert {state for _, _, state in office.messages()} == {"sent", "pending"}


def test_a_daemon_that_is_told_to_stop_begins_no_further_mail(office: Office) -> None:
    office.store(crowd(3), go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    office.tick(TEN_BEFORE)
    told: list[bool] = []
    office.delivery.stopping = lambda: bool(told)
    office.postbag.after = lambda _: told.append(True)
    assert office.deliver().sent == 1


def test_while_the_transport_is_at_fault_no_mail_is_touched_and_it_is_asked_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(office)
    error = DeliveryError("no log-in", scope="transport")
    office.postbag.before = lambda _: error
    asked: list[str] = []

    async def check() -> str:
        asked.append("asked")
        if len(asked) < 3:
            raise error
        return "fine"

    monkeypatch.setattr(office.postbag, "check", check)
    office.deliver()
    office.postbag.before = lambda _: None
    for minute in (2, 9, 30):
        office.deliver(f"{TEN_BEFORE} 08:{minute:02}")
    assert [row.outcome for row in office.table(attempt)][-2:] == ["deferred", "sent"]
    assert (len(asked), last(office).attempt) == (3, 1)


def test_claims_left_by_something_that_went_wrong_here_need_no_lease(any_office: Office) -> None:
    office = any_office
    ready(office)
    held = office.delivery._claim()
    assert held is not None
    assert office.new_delivery("other").recover() == 0
    assert office.messages()[-1][2] == "claimed"
    assert office.deliver().sent == 1
    assert last(office).attempt == 2


STALE: dict[str, Callable[[Connection, Claim, datetime], object]] = {
    "begin": lambda c, held, _: advance(c, held, MessageState.DATA_STARTED, content=b"stale"),
    "sent": lambda c, held, now: settle(c, held, MessageState.SENT, reply="stale", now=now),
    "failed": lambda c, held, now: settle(c, held, MessageState.FAILED, reply="stale", now=now),
    "deferred": lambda c, held, now: give_back(
        c, held, reply="stale", next_attempt_at=now, now=now, counts=True
    ),
    "uncertain": lambda c, held, now: settle_uncertain(
        c, held, UncertainPolicy(), reply="stale", now=now, today=now.date()
    ),
    "let go": lambda c, held, now: free(c, held, now=now),
    "dropped": lambda c, held, now: drop(c, held, now=now),
}


@pytest.mark.parametrize("has_begun", [False, True])
@pytest.mark.parametrize("whose", ["another's claim", "an earlier claim of its own"])
@pytest.mark.parametrize("change", STALE)
def test_a_claim_that_was_lost_changes_nothing_of_whoever_holds_it_now(
    any_office: Office, change: str, whose: str, has_begun: bool
) -> None:
    office = any_office
    ready(office)
    stale = office.delivery._claim()
    assert stale is not None
    office.now += LEASE + timedelta(seconds=1)
    other = office.delivery if whose == "an earlier claim of its own" else office.new_delivery("b")
    assert office.new_delivery("c").recover() == 0
    held = other._claim()
    assert held is not None
    with office.database.write() as connection:
        if has_begun:
            assert advance(connection, held, MessageState.DATA_STARTED, content=b"the mail")
    before = last(office), office.table(ledger), office.table(attempt)
    with office.database.write() as connection:
        assert not STALE[change](connection, stale, office.now)
    assert (last(office), office.table(ledger), office.table(attempt)) == before
