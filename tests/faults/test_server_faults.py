"""Mail servers that drop, hang, refuse and lie, at each word of the conversation."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from boardcal.notifications.transports.smtp import SmtpAccount, SmtpTransport
from boardcal.tests.factories import CHAIR
from boardcal.tests.faults.judge import DROP, HANG, HOST, LATE, TIME_LIMIT, Judge
from boardcal.tests.office import Office
from boardcal.tests.waiting import run_skipping, skip

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database
    from boardcal.tests.faults.figures import Figures

DAY = "2018-02-22"
PASSWORD = "not-for-the-wire"
LATER, NEVER = "451 4.3.0 Try again later", "550 5.1.1 No"
# What becomes of the first attempt, by the word at which the server fails, and how.
VERBS = {
    "GREETING": {DROP: "pending", HANG: "pending", LATER: "pending", NEVER: "pending"},
    "EHLO": {DROP: "pending", HANG: "pending", LATER: "pending", NEVER: "pending"},
    "MAIL": {DROP: "pending", HANG: "pending", LATER: "pending", NEVER: "pending"},
    "RCPT": {DROP: "pending", HANG: "pending", LATER: "pending", NEVER: "failed"},
    "DATA": {DROP: "pending", HANG: "pending", LATER: "pending", NEVER: "failed"},
    "DOT": {DROP: "uncertain", HANG: "uncertain", LATE: "sent", LATER: "pending", NEVER: "failed"},
    "QUIT": {DROP: "sent", HANG: "sent", LATER: "sent", "421 4.3.2 Closing": "sent"},
}
CASES = [(verb, how) for verb, hows in VERBS.items() for how in hows]
WAITING = ("pending", "deferred")


def office_with(database: Database, judge: Judge, **account: str) -> Office:
    """An office that sends through the judge."""
    transport = SmtpTransport(
        SmtpAccount(
            host=HOST, port=judge.port, timeout=TIME_LIMIT, data_timeout=TIME_LIMIT,
            **({"security": "none"} | account),  # type: ignore[arg-type]
        )
    )  # fmt: skip
    return Office(database=database, transport=transport).store()


def attempt(office: Office, judge: Judge, when: str) -> None:
    office.tick(when)

    async def burst() -> None:
        loop = asyncio.get_running_loop()
        judge.passes = lambda seconds: asyncio.run_coroutine_threadsafe(skip(seconds), loop)
        await office.delivery.deliver()
        await office.delivery.transport.close()

    run_skipping(burst())


@pytest.mark.parametrize(("verb", "how"), CASES)
def test_whatever_the_server_does_a_mail_arrives_once_or_is_known_not_to_have(
    verb: str, how: str, sqlite: Database, judge: Judge, figures: Figures
) -> None:
    office = office_with(sqlite, judge)
    judge.answers[verb] = how
    with figures.run(f"server: {how} at {verb}", "sqlite") as run:
        attempt(office, judge, f"{DAY} 08:00")
        (state,) = (state for to, _, state in office.messages() if to == CHAIR)
        expected = VERBS[verb][how]
        assert state in (WAITING if expected == "pending" else (expected,))
        judge.answers.clear()
        for hour in (10, 13, 16):
            attempt(office, judge, f"{DAY} {hour}:00")
        (state,) = (state for to, _, state in office.messages() if to == CHAIR)
        # What was refused after its final dot was read there, and is not counted as accepted.
        accepted = [mail for mail in judge.accepted if mail.recipient == CHAIR]
        run.mails, run.uncertain = 1, state == "uncertain"
        run.doubled = max(len(accepted) - 1, 0)
        run.note = f"first {expected}, in the end {state}"
    assert state == ("sent" if expected in ("pending", "sent") else expected)
    assert len(accepted) == (state == "sent")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_password_is_never_said_to_a_server_that_offers_no_encryption(
    security: str, sqlite: Database, judge: Judge, figures: Figures
) -> None:
    office = office_with(
        sqlite, judge, security=security, username="lscb@example.org", password=PASSWORD
    )
    with figures.run(f"server without encryption, {security} asked for", "sqlite") as run:
        attempt(office, judge, f"{DAY} 08:00")
        run.mails = 1
        run.note = f"{len(judge.wire)} lines on the wire, none with the password"
    assert not any(PASSWORD in line or "AUTH" in line.upper() for line in judge.wire)
    assert next(state for to, _, state in office.messages() if to == CHAIR) in WAITING
    assert judge.received == []


def test_a_password_is_never_said_to_a_server_whose_certificate_cannot_be_trusted(
    sqlite: Database, figures: Figures
) -> None:
    certified = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(HOST).configure_cert(certified)
    with (
        Judge(tls=certified) as stranger,
        figures.run("server with a bad certificate", "sqlite") as run,
    ):
        office = office_with(
            sqlite, stranger, security="tls", username="lscb@example.org", password=PASSWORD
        )
        attempt(office, stranger, f"{DAY} 08:00")
        run.mails = 1
        run.note = "nothing said to it"
    assert stranger.wire == []
    assert next(state for to, _, state in office.messages() if to == CHAIR) in WAITING
