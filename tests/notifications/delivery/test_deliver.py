from __future__ import annotations

import asyncio
import socket
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from boardcal.notifications.transports.base import DeliveryError
from boardcal.notifications.transports.smtp import SmtpAccount, SmtpTransport
from boardcal.storage.schema.mail import attempt, message
from boardcal.tests.factories import LONDON, at
from boardcal.tests.office import Office
from boardcal.wording.mails import mail_words

S11 = "lscb/s11/pmqag/2018-03"
TEN_BEFORE = "2018-02-08"


def states(office: Office) -> dict[str, int]:
    found: dict[str, int] = {}
    for _, _, state in office.messages():
        found[state] = found.get(state, 0) + 1
    return found


def ready(office: Office) -> None:
    """Everything before the day is sent; S.11's reminder of ten days before is composed."""
    office.store(go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    office.tick(TEN_BEFORE)


def test_a_mail_is_frozen_before_data_and_sent_after_it(office: Office) -> None:
    ready(office)
    seen = []

    def look(_: object) -> DeliveryError | None:
        with office.database.read() as connection:
            row = connection.execute(select(message).where(message.c.day == at_day())).one()
        seen.append((row.state, row.content is not None))
        return None

    office.postbag.before = look
    office.postbag.after = look
    assert office.deliver().sent == 1
    assert seen == [("claimed", False), ("data_started", True)]
    assert office.ledger(S11)[-1][3] == "sent"


def at_day() -> object:
    return at(TEN_BEFORE).date()


@pytest.mark.parametrize(
    ("error", "state", "row_state"),
    [
        (DeliveryError("later", scope="recipient"), "deferred", "pending"),
        (DeliveryError("no such user", scope="recipient", permanent=True), "failed", "failed"),
        (DeliveryError("lost", scope="recipient", uncertain=True), "uncertain", "uncertain"),
        (DeliveryError("no log-in", scope="transport"), "deferred", "pending"),
    ],
)
def test_what_became_of_a_mail_is_recorded(
    office: Office, error: DeliveryError, state: str, row_state: str
) -> None:
    ready(office)
    office.postbag.after = lambda _: error
    office.deliver()
    assert office.messages()[-1][2] == state
    assert office.ledger(S11)[-1][3] == row_state
    office.postbag.after = lambda _: None
    mails = office.days("2018-02-09", "2018-02-09")
    again = [key for mail in mails for key, _, _ in mail.items]
    assert again == ([S11] if state == "deferred" else [])


def test_a_failing_server_holds_every_mail_and_costs_none_an_attempt(office: Office) -> None:
    ready(office)
    office.postbag.before = lambda _: DeliveryError("no log-in", scope="transport")
    office.deliver()
    office.deliver()
    with office.database.read() as connection:
        tries = connection.execute(select(attempt.c.outcome)).scalars().all()
        row = connection.execute(select(message).where(message.c.state == "deferred")).one()
    assert tries.count("deferred") == 1
    assert row.attempt == 0


def test_what_a_killed_daemon_left_is_free_again_or_uncertain(office: Office) -> None:
    ready(office)

    class KilledError(BaseException):
        pass

    def kill(_: object) -> DeliveryError | None:
        raise KilledError

    office.postbag.before = kill
    with pytest.raises(KilledError):
        office.deliver()
    assert office.messages()[-1][2] == "claimed"
    assert office.new_delivery("next").recover(alone=True) == 0
    assert office.messages()[-1][2] == "pending"
    office.postbag.before, office.postbag.after = (lambda _: None), kill
    with pytest.raises(KilledError):
        office.deliver()
    assert office.new_delivery("next").recover(alone=True) == 1
    assert office.messages()[-1][2] == "uncertain"
    assert office.sweep("2018-02-08 08:05") == []


class Kept:
    """What a real SMTP server was given."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append((envelope.rcpt_tos[0], envelope.content))
        return "250 2.0.0 kept"


def test_a_chairs_mail_goes_through_a_real_server_and_reads_the_same_there(
    office: Office,
) -> None:
    kept = Kept()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    try:
        account = SmtpAccount(host="127.0.0.1", port=port, security="none")
        transport = SmtpTransport(account)
        ready(office)
        office.delivery.transport = transport

        async def deliver() -> int:
            try:
                return (await office.delivery.deliver()).sent
            finally:
                await transport.close()

        assert asyncio.run(deliver()) == 1
    finally:
        server.stop()
    ((recipient, content),) = kept.mails
    mail = message_from_bytes(content, policy=default)
    parts = [part.get_content_type() for part in mail.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    assert recipient == str(mail["To"]) == "pmqag.chair@example.org"
    assert mail["X-Boardcal-Items"].split() == [f"{S11}@-10/owner"]
    assert mail["Auto-Submitted"] == "auto-generated"
    with office.database.read() as connection:
        row = connection.execute(select(message).where(message.c.state == "sent")).all()[-1]
    assert row.content.replace(b"\r\n", b"\n").strip() == content.replace(b"\r\n", b"\n").strip()
    assert mail["Message-ID"] == row.identifier


@pytest.mark.parametrize(
    ("reaches_people", "state", "words"),
    [(True, "sent", "sent 22 February"), (False, "written", "written to a file 22 February")],
)
def test_a_mail_in_a_folder_is_written_and_not_sent(
    office: Office, reaches_people: bool, state: str, words: str
) -> None:
    office.postbag.reaches_people = reaches_people
    office.store().sweep("2018-02-22")
    row = office.table(message)[-1]
    assert (row.state, {step[3] for step in office.ledger(S11)}) == (state, {"sent", "superseded"})
    # What it carries has been told: nothing of it goes again.
    said = mail_words(row.state, finished_at=row.finished_at, reply=row.reply, local=LONDON)
    assert said.startswith(words)
    assert office.sweep("2018-02-22 08:05") == []
