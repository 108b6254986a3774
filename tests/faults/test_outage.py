"""Three days without a mail server: one mail a person and day's worth afterwards, none lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from boardcal.notifications.transports.smtp import SmtpAccount, SmtpTransport
from boardcal.storage.schema.mail import ledger
from boardcal.tests.factories import at, cumbria
from boardcal.tests.faults.judge import HOST, Judge, doubled
from boardcal.tests.office import Office

if TYPE_CHECKING:
    from boardcal.storage.database.engine import Database
    from boardcal.tests.faults.figures import Figures

# A Thursday morning; the server is back on Sunday, and Monday is the next working day.
BEGINS, HOURS_AWAY, HOURS_IN_ALL = "2018-02-22 07:00", 72, 120


@pytest.mark.parametrize("how", ["no server", "4xx at every word"])
def test_after_72_hours_without_a_mail_server_each_person_gets_one_mail(
    how: str, database: Database, kind: str, judge: Judge, figures: Figures
) -> None:
    with Judge() as away:
        nowhere = away.port
    port = judge.port
    account = SmtpAccount(host=HOST, port=nowhere, security="none")
    office = Office(database=database, transport=SmtpTransport(account)).store(cumbria())
    if how != "no server":
        judge.answers["MAIL"] = "451 4.3.0 Try again later"
        office.delivery.transport = SmtpTransport(_at(port))
    minutes = figures.size(60, 15)
    with figures.run(f"72 h without SMTP, {how}", kind) as run:
        for step in range(HOURS_IN_ALL * 60 // minutes):
            office.now = at(BEGINS) + timedelta(minutes=minutes * step)
            if office.now >= at(BEGINS) + timedelta(hours=HOURS_AWAY):
                judge.answers.clear()
                office.delivery.transport = SmtpTransport(_at(port))
            office.ticker.tick(office.now)
            asyncio.run(burst(office))
        days = [(mail.recipient, mail.sent_on) for mail in judge.received]
        rows = office.table(ledger)
        latest = {(row.occurrence_id, row.recipient): row for row in rows}
        run.mails = len(judge.received)
        run.lost = sum(row.state != "sent" for row in latest.values())
        run.doubled = doubled(judge.steps().values()) + len(days) - len(set(days))
    assert run.mails
    assert (run.lost, run.doubled) == (0, 0)
    # What an outage overtook says so; nothing waits and nothing is unexplained.
    assert all(row.reason for row in rows if row.state == "superseded")
    assert {row.state for row in rows} == {"sent", "superseded"}


def _at(port: int) -> SmtpAccount:
    return SmtpAccount(host=HOST, port=port, security="none")


async def burst(office: Office) -> None:
    await office.delivery.deliver()
    await office.delivery.transport.close()
