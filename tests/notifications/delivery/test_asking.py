"""A channel that can be asked afterwards leaves nothing to a person: it is asked until it knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from boardcal.notifications.transports.base import (
    Absence,
    AskableTransport,
    DeliveryError,
    OutgoingMail,
    Receipt,
)
from boardcal.storage.schema.mail import attempt, message
from boardcal.tests.factories import at
from boardcal.tests.notifications.delivery.test_deliver import S11, TEN_BEFORE, ready
from boardcal.tests.office import Office, Postbag

CHANNEL = "notify"
ABSENCE = Absence(since=timedelta(minutes=5), until=timedelta(days=3))
LOST = DeliveryError("hung up before its answer", scope="transport", uncertain=True)
AWAY = DeliveryError("could not be reached", scope="transport")
GONE = DeliveryError("no such address", scope="recipient", permanent=True, reply="failure")


class KilledError(BaseException):
    """The power went."""


@dataclass
class AskablePostbag(Postbag):
    """Knows what it `took`, by Message-ID; `fault` is raised where it is asked."""

    absence: Absence = ABSENCE
    took: Counter[str] = field(default_factory=Counter)
    fault: DeliveryError | None = None
    asked: int = 0
    takes: bool = True
    then: BaseException | None = None

    async def send(
        self, mail: OutgoingMail, *, on_data: Callable[[], None], **more: Any
    ) -> Receipt:
        """Takes `mail` or not, and then answers or not."""
        on_data()
        self.took[mail.message_id] += self.takes
        if self.then is not None:
            raise self.then
        return Receipt(reply="taken")

    async def find(self, mail: OutgoingMail, *, begun: datetime) -> Receipt | None:
        """What became of a mail."""
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return Receipt(reply="known as 1") if self.took[mail.message_id] else None


@pytest.fixture
def asked(office: Office) -> Office:
    office.transport = AskablePostbag(clock=lambda: office.now)
    assert isinstance(office.transport, AskableTransport)
    office.channel = CHANNEL
    office.delivery = office.new_delivery("office")
    ready(office)
    return office


def bag(office: Office) -> AskablePostbag:
    assert isinstance(office.transport, AskablePostbag)
    return office.transport


def lose(office: Office, then: BaseException, *, taken: bool) -> str:
    """Sends S.11's reminder without its outcome being known; the mail's Message-ID."""
    bag(office).takes, bag(office).then = taken, then
    if isinstance(then, KilledError):
        with pytest.raises(KilledError):
            office.deliver()
        office.delivery = office.new_delivery("next")
        assert office.delivery.recover(alone=True) == 0
    else:
        office.deliver()
    bag(office).takes, bag(office).then = True, None
    row = the_message(office)
    assert row.state == "data_started"
    return str(row.identifier)


def the_message(office: Office) -> Any:
    with office.database.read() as connection:
        return connection.execute(
            select(message).where(message.c.day == at(TEN_BEFORE).date())
        ).one()


def outcomes(office: Office) -> list[str]:
    with office.database.read() as connection:
        rows = connection.execute(
            select(attempt.c.outcome).where(attempt.c.message_id == the_message(office).id)
        )
        return [str(outcome) for outcome in rows.scalars()]


@pytest.mark.parametrize("how", [LOST, KilledError(), RuntimeError("a bug")], ids=str)
def test_an_email_that_the_channel_took_is_sent_and_goes_once(
    asked: Office, how: BaseException
) -> None:
    name = lose(asked, how, taken=True)
    asked.deliver("2018-02-08 08:10")
    assert the_message(asked).state == "sent"
    assert the_message(asked).reply == "known as 1"
    assert asked.ledger(S11)[-1][3] == "sent"
    asked.days("2018-02-08", "2018-02-12")
    assert bag(asked).took[name] == 1


@pytest.mark.parametrize("how", [LOST, KilledError()], ids=str)
def test_an_email_that_the_channel_never_got_goes_again_once_it_is_certain(
    asked: Office, how: BaseException
) -> None:
    name = lose(asked, how, taken=False)
    asked.deliver("2018-02-08 08:04")
    assert (the_message(asked).state, bag(asked).asked) == ("data_started", 1)
    asked.deliver("2018-02-08 08:20")
    assert the_message(asked).state == "deferred"
    assert the_message(asked).content is None
    asked.deliver("2018-02-08 08:40")
    assert the_message(asked).state == "sent"
    assert bag(asked).took[name] == 1
    assert outcomes(asked) == ["deferred", "sent"]


def test_what_is_found_the_next_day_is_written_anew_with_that_days_words(asked: Office) -> None:
    name = lose(asked, KilledError(), taken=False)
    asked.sweep("2018-02-09 08:00")
    asked.sweep("2018-02-09 08:10")
    assert bag(asked).took[name] == 0
    assert asked.ledger(S11)[-1][3] == "sent"


def test_while_the_channel_is_away_the_email_stays_in_hand(asked: Office) -> None:
    lose(asked, LOST, taken=True)
    bag(asked).fault = AWAY
    asked.deliver("2018-02-08 08:10")
    assert the_message(asked).state == "data_started"
    assert asked.delivery.trouble == "could not be reached"
    assert asked.delivery.breaker.is_open(asked.now)
    before = bag(asked).asked
    asked.deliver()
    assert bag(asked).asked == before
    bag(asked).fault = None
    asked.deliver("2018-02-08 12:00")
    assert the_message(asked).state == "sent"
    assert asked.delivery.trouble is None


def test_what_the_channel_gave_up_is_said_to_have_failed(asked: Office) -> None:
    lose(asked, LOST, taken=True)
    bag(asked).fault = GONE
    asked.deliver("2018-02-08 08:10")
    assert (the_message(asked).state, the_message(asked).reply) == ("failed", "failure")


@pytest.mark.parametrize("fault", [None, AWAY], ids=str)
def test_what_the_channel_may_have_forgotten_is_held_for_a_person(
    asked: Office, fault: DeliveryError | None
) -> None:
    lose(asked, KilledError(), taken=False)
    bag(asked).fault = fault
    asked.deliver("2018-02-11 08:30")
    assert the_message(asked).state == "uncertain"


def test_no_channel_is_asked_about_what_left_by_another(asked: Office) -> None:
    lose(asked, KilledError(), taken=False)
    asked.channel = "graph"
    asked.delivery = asked.new_delivery("third")
    assert asked.delivery.recover(alone=True) == 1
    assert the_message(asked).state == "uncertain"
    assert bag(asked).asked == 0


def test_two_daemons_that_ask_record_one_outcome(asked: Office) -> None:
    lose(asked, KilledError(), taken=False)
    first, asked.delivery = asked.delivery, asked.new_delivery("other")
    # Its lease is not over: the other one leaves the email alone.
    asked.deliver("2018-02-08 08:10")
    assert bag(asked).asked == 0
    asked.deliver("2018-02-08 08:30")
    assert bag(asked).asked == 1
    asked.delivery = first
    asked.deliver()
    assert outcomes(asked) == ["deferred"]
