"""Servers, disks and databases that fail for a while: what each failure leaves, and its end."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text

from boardcal.notifications.transports.base import DeliveryError
from boardcal.notifications.transports.smtp import SmtpAccount, SmtpTransport
from boardcal.storage.database import engine as database_module
from boardcal.storage.database.engine import Database, open_database
from boardcal.storage.database.errors import DatabaseError
from boardcal.storage.schema.mail import attempt, ledger
from boardcal.storage.unsent_reasons import UnsentReason
from boardcal.tests.factories import at
from boardcal.tests.notifications.delivery.test_stages import crowd, last, ready
from boardcal.tests.notifications.transports.test_smtp import (
    DROP,
    HANG,
    HOST,
    TIME_LIMIT,
    Postmaster,
    mail_server,
)
from boardcal.tests.office import Office
from boardcal.tests.waiting import run_skipping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

QUARTER = timedelta(minutes=15)
UNREACHABLE = DeliveryError("no connection", scope="transport")


@pytest.mark.parametrize(
    ("until", "steps"),
    [("2018-02-22 20:00", {0, 1}), ("2018-02-23 07:00", {1}), ("2018-02-23", {1})],
)
def test_an_outage_of_72_hours_brings_everyone_one_mail_and_loses_nothing(
    office: Office, until: str, steps: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # On either database, against a real server: tests/faults/test_outage.py.
    office.store(crowd(6), go_live="2018-02-05").days("2018-02-05", "2018-02-20")
    before = len(office.postbag.mails)
    asked: list[object] = []

    async def check() -> str:
        asked.append(office.now)
        if office.now < at(until):
            raise UNREACHABLE
        return "well"

    monkeypatch.setattr(office.postbag, "check", check)
    office.postbag.before = lambda _: UNREACHABLE if office.now < at(until) else None
    office.now = at("2018-02-20 08:30")
    while office.now < at("2018-02-23 12:00"):
        office.tick()
        office.deliver()
        office.now += QUARTER
    mails = office.postbag.mails[before:]
    told = [(mail.to, office.local.day_of(mail.at)) for mail in mails]
    assert len(told) == len(set(told))
    # What had come by the end of the outage in one mail, the next morning's in another.
    chairs = [to for to, _ in told if to.startswith("group-")]
    assert len(chairs) == 6 * len(steps)
    assert {step for mail in mails for key, step, _ in mail.items if "/r-" in key} == steps
    left = {(row.state, row.reason) for row in office.table(ledger) if row.state != "sent"}
    assert left <= {("superseded", UnsentReason.LATER_STEP)}
    # Asked for every few hours, not every minute, and no mail was touched for it.
    assert 10 < len(asked) < 60
    assert [row.outcome for row in office.table(attempt)].count("deferred") <= 4


@pytest.mark.parametrize(
    ("verb", "answer", "state", "tries", "closed"),
    [
        ("GREETING", "421 4.3.2 Too busy", "deferred", 0, False),
        ("GREETING", DROP, "deferred", 0, False),
        ("GREETING", HANG, "deferred", 0, False),
        ("EHLO", "550 5.7.1 Not you", "deferred", 0, False),
        ("EHLO", DROP, "deferred", 0, False),
        ("MAIL", "421 4.3.2 Closing", "deferred", 0, False),
        ("MAIL", "451 4.3.0 Later", "deferred", 1, True),
        ("MAIL", "530 5.7.0 Log in first", "deferred", 0, False),
        ("MAIL", "552 5.3.4 Too big", "failed", 1, True),
        ("MAIL", HANG, "deferred", 0, False),
        ("RCPT", "421 4.7.0 Slow down", "deferred", 1, True),
        ("RCPT", "450 4.2.0 Greylisted", "deferred", 1, True),
        ("RCPT", "550 5.1.1 No such user", "failed", 1, True),
        ("RCPT", DROP, "deferred", 1, True),
        ("RCPT", HANG, "deferred", 1, True),
        ("DATA", "451 4.3.0 Later", "deferred", 1, True),
        ("DATA", "554 5.5.1 No", "failed", 1, True),
        ("DATA", DROP, "deferred", 1, True),
        ("DATA", HANG, "deferred", 1, True),
        ("CONTENT", "452 4.3.1 Full", "deferred", 1, True),
        ("CONTENT", "554 5.7.1 Spam", "failed", 1, True),
        ("CONTENT", "421 4.3.2 Closing", "deferred", 1, True),
        ("CONTENT", DROP, "uncertain", 1, True),
        ("CONTENT", HANG, "uncertain", 1, True),
        ("QUIT", "421 4.3.2 Bye", "sent", 1, True),
        ("QUIT", DROP, "sent", 1, True),
    ],
)
def test_each_failure_at_each_verb_leaves_the_mail_where_it_belongs(
    office: Office, verb: str, answer: str, state: str, tries: int, closed: bool
) -> None:
    ready(office)
    postmaster = Postmaster({verb: [answer]})

    async def deliver() -> None:
        async with mail_server(postmaster) as port:
            account = SmtpAccount(host=HOST, port=port, security="none", data_timeout=TIME_LIMIT)
            transport = SmtpTransport(account)
            office.delivery = replace(office.delivery, transport=transport)
            await office.delivery.deliver()
            await transport.close()

    run_skipping(deliver())
    message = last(office)
    assert (message.state, message.attempt) == (state, tries)
    assert office.delivery.breaker.is_closed is closed
    received = [content for _, _, content in postmaster.received]
    assert bool(received) == (verb in {"CONTENT", "QUIT"})
    if state == "deferred":
        assert message.content is None, "it is written anew before it is tried again"
        assert message.next_attempt_at > office.now


@pytest.fixture
def impatient(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Office, Path]]:
    """An office whose database is waited for a moment only, and its file."""
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.05)
    opened = open_database(sqlite_url)
    yield Office(database=opened), Path(sqlite_url.removeprefix("sqlite:///"))
    opened.close()


def locked(_: Database, path: Path) -> Callable[[], None]:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def unlock() -> None:
        other.execute("ROLLBACK")
        other.close()

    return unlock


def full(database: Database, path: Path) -> Callable[[], None]:
    def limit(connection: Any, *_: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(database.engine, "connect", limit)
    database.engine.dispose()

    def make_room() -> None:
        event.remove(database.engine, "connect", limit)
        database.engine.dispose()

    return make_room


def read_only(database: Database, path: Path) -> Callable[[], None]:
    def forbid(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    event.listen(database.engine, "connect", forbid)
    database.engine.dispose()

    def allow() -> None:
        event.remove(database.engine, "connect", forbid)
        database.engine.dispose()

    return allow


@pytest.mark.parametrize("stage", ["before the claim", "before DATA", "after DATA"])
@pytest.mark.parametrize("fault", [locked, full, read_only])
def test_a_database_not_written_to_for_a_minute_loses_and_doubles_no_mail(
    impatient: tuple[Office, Path],
    fault: Callable[[Database, Path], Callable[[], None]],
    stage: str,
) -> None:
    office, path = impatient
    ready(office)
    before = len(office.postbag.mails)
    undo: list[Callable[[], None]] = []

    def fail(_: object = None) -> None:
        if not undo:
            undo.append(fault(office.database, path))

    if stage == "before the claim":
        fail()
    elif stage == "before DATA":
        office.postbag.before = fail
    else:
        office.postbag.after = fail
    failed = 0
    for _ in range(4):
        try:
            office.deliver()
        except DatabaseError:
            failed += 1
        office.now += QUARTER / 60
    assert failed or fault is full, "what is only overwritten needs no room"
    undo[0]()
    office.deliver()
    office.now += timedelta(minutes=1)
    office.deliver()
    assert len(office.postbag.mails) - before == 1
    assert last(office).state == "sent"
    with office.database.read() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
