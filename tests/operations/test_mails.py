from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.notifications.transports.base import DeliveryError
from boardcal.operations.mails import (
    MailActionError,
    count_as_arrived,
    hold_back,
    send_again,
)
from boardcal.operations.replies.options import ReplyContext
from boardcal.operations.replies.reply import ask_for_time
from boardcal.operations.replies.requests import decline
from boardcal.storage.backup.contents import contents_of
from boardcal.storage.mail.queue import oldest_waiting
from boardcal.storage.replies.requests import open_requests
from boardcal.storage.schema.mail import attempt, message
from boardcal.storage.schema.occurrences import change
from boardcal.tests.factories import at

if TYPE_CHECKING:
    from collections.abc import Callable

    from boardcal.tests.office import Office

S11 = "lscb/s11/pmqag/2018-03"
CHAIR = "pmqag.chair@example.org"
REFUSED = DeliveryError("no such user", scope="recipient", permanent=True)
LOST = DeliveryError("the line went dead", scope="recipient", uncertain=True)
LATER = DeliveryError("try later", scope="recipient")


def in_trouble(office: Office, error: DeliveryError) -> int:
    """S.11's reminder of 8 February went wrong; its number."""
    office.store(go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    office.postbag.after = lambda _: error
    office.sweep("2018-02-08")
    office.postbag.after = lambda _: None
    return newest(office, CHAIR)


def newest(office: Office, recipient: str) -> int:
    with office.database.read() as connection:
        asked = select(message.c.id).where(message.c.recipient == recipient)
        number: int = connection.execute(asked.order_by(message.c.id.desc())).scalars().first() or 0
    return number


def does(
    office: Office, action: Callable[..., Any], number: int, why: str | None = "asked for"
) -> Any:
    with office.changing("lscb") as (connection, view):
        return action(connection, view, number, who="sue@example.org", why=why)


def state(office: Office, number: int) -> str:
    states = {row.id: row.state for row in office.table(message)}
    return str(states[number])


def test_a_refused_mail_of_today_is_written_afresh_and_goes_out_at_once(
    any_office: Office,
) -> None:
    office = any_office
    number = in_trouble(office, REFUSED)
    assert state(office, number) == "failed"
    office.now = office.now.replace(hour=14)
    assert does(office, send_again, number) == date(2018, 2, 8)
    assert office.deliver().sent == 1
    assert office.postbag.mails[-1].items == [(S11, -10, "owner")]
    assert state(office, number) == "sent"
    assert [row.outcome for row in office.table(attempt) if row.message_id == number] == [
        "failed",
        "sent",
    ]


def test_a_refused_mail_of_an_earlier_day_goes_into_the_next_days_mail(
    any_office: Office,
) -> None:
    office = any_office
    number = in_trouble(office, REFUSED)
    office.sweep("2018-02-09")
    assert does(office, send_again, number) == date(2018, 2, 9)
    mails = [mail for mail in office.sweep("2018-02-09") if mail.to == CHAIR]
    assert [mail.items for mail in mails] == [[(S11, -10, "owner")]]
    assert state(office, number) == "failed"
    with pytest.raises(MailActionError, match="settled, or a later mail says it"):
        does(office, send_again, number)


def test_a_refused_mail_goes_to_whoever_holds_the_role_by_now(office: Office) -> None:
    number = in_trouble(office, REFUSED)
    office.appoint(RoleName.CHAIR, "new.chair@example.org", "2018-02-09")
    office.tick("2018-02-09")
    does(office, send_again, number)
    assert [mail.to for mail in office.days("2018-02-09", "2018-02-12") if mail.items] == [
        "new.chair@example.org"
    ]


@pytest.mark.parametrize("error", [REFUSED, LOST])
def test_what_is_settled_meanwhile_is_not_sent_again(
    any_office: Office, error: DeliveryError
) -> None:
    office = any_office
    number = in_trouble(office, error)
    office.record(S11, Status.SUBMITTED)
    with pytest.raises(MailActionError, match="it was settled, or a later mail says it"):
        does(office, send_again, number)
    assert [row for row in office.table(change) if row.subject == f"mail/{number}"] == []


def test_an_uncertain_mail_goes_out_again_byte_for_byte(any_office: Office) -> None:
    office = any_office
    number = in_trouble(office, LOST)
    before = next(row for row in office.table(message) if row.id == number)
    office.now = office.now.replace(hour=15)
    assert does(office, send_again, number) == date(2018, 2, 8)
    assert office.deliver().sent == 1
    mail = office.postbag.mails[-1].outgoing
    assert mail.content == before.content
    assert mail.message_id == before.identifier
    assert mail.recipient == CHAIR
    assert office.ledger(S11)[-1] == (-10, CHAIR, "owner", "sent")
    after = next(row for row in office.table(message) if row.id == number)
    assert (after.identifier, after.subject) == (before.identifier, before.subject)


def test_an_uncertain_mail_waits_a_working_day_where_its_reader_had_one_today(
    any_office: Office,
) -> None:
    office = any_office
    number = in_trouble(office, LOST)
    # Something else is due for the same reader on the Friday after, and is mailed.
    office.sweep("2018-02-09")
    with office.database.write() as connection:
        values = {"recipient": CHAIR, "day": date(2018, 2, 9), "made_at": office.now}
        connection.execute(message.insert().values(state="sent", **values))
    assert does(office, send_again, number) == date(2018, 2, 12)
    assert office.sweep("2018-02-09") == []
    assert office.sweep("2018-02-10") == []
    mails = [mail for mail in office.sweep("2018-02-12") if mail.to == CHAIR]
    assert [mail.items for mail in mails] == [[(S11, -10, "owner")]]
    assert next(row.day for row in office.table(message) if row.id == number) == date(2018, 2, 12)


def test_nothing_joins_a_mail_sent_again_and_its_reader_gets_no_other_that_day(
    any_office: Office,
) -> None:
    office = any_office
    number = in_trouble(office, LOST)
    content = next(row.content for row in office.table(message) if row.id == number)
    office.now = office.now.replace(day=14, hour=18)
    with office.database.write() as connection:
        # As if a mail of that day had gone out, so that the old one waits until the 15th, when
        # the next reminder comes as well.
        values = {"recipient": CHAIR, "day": date(2018, 2, 14), "made_at": office.now}
        connection.execute(message.insert().values(state="sent", **values))
    does(office, send_again, number)
    mails = office.days("2018-02-15", "2018-02-16")
    mine = [mail for mail in mails if mail.to == CHAIR]
    assert [(mail.at.day, mail.items) for mail in mine] == [
        (15, [(S11, -10, "owner")]),
        (16, [(S11, -5, "owner")]),
    ]
    assert mine[0].outgoing.content == content


def test_a_mail_sent_again_keeps_its_bytes_when_it_has_to_wait(any_office: Office) -> None:
    office = any_office
    number = in_trouble(office, LOST)
    content = next(row.content for row in office.table(message) if row.id == number)
    does(office, send_again, number)
    office.postbag.before = lambda _: LATER
    assert office.deliver().deferred == 1
    office.postbag.before = lambda _: None
    assert office.ledger(S11)[-1][3] == "sending"
    office.sweep("2018-02-09")
    mine = [mail.outgoing.content for mail in office.postbag.mails if mail.to == CHAIR]
    assert mine == [content]


def test_while_one_that_goes_out_again_is_in_hand_its_reader_gets_no_other(
    any_office: Office,
) -> None:
    office = any_office
    number = in_trouble(office, LOST)
    office.now = at("2018-02-10 11:00")
    does(office, send_again, number)
    office.now = at("2018-02-15")
    assert office.delivery._claim() is not None
    # The next reminder is due for the same reader.
    office.tick()
    todays = [row for row in office.table(message) if row.day == date(2018, 2, 15)]
    assert [row.id for row in todays if row.recipient == CHAIR] == [number]


def waits_since(office: Office, today: date) -> Any:
    with office.database.read() as connection:
        return oldest_waiting(connection, today)


@pytest.mark.parametrize("error", [REFUSED, LOST])
def test_a_mail_sent_again_has_been_waiting_since_then(
    office: Office, error: DeliveryError
) -> None:
    number = in_trouble(office, error)
    office.now = at("2018-02-08 15:00")
    does(office, send_again, number)
    assert waits_since(office, date(2018, 2, 8)) == office.now


def test_a_mail_sent_again_that_waits_for_a_working_day_alarms_nobody(office: Office) -> None:
    number = in_trouble(office, LOST)
    office.now = at("2018-02-10 11:00")  # a Saturday
    assert does(office, send_again, number) == date(2018, 2, 12)
    assert waits_since(office, date(2018, 2, 12)) == at("2018-02-12")
    with office.database.read() as connection:
        assert contents_of(connection).latest == office.now


def test_one_that_fails_all_day_is_uncertain_again_when_another_is_to_go_out(
    any_office: Office,
) -> None:
    office = any_office
    number = in_trouble(office, LOST)
    office.now = at("2018-02-14 15:00")
    assert does(office, send_again, number) == date(2018, 2, 14)
    content = next(row.content for row in office.table(message) if row.id == number)
    office.postbag.before = lambda mail: LATER if mail.content == content else None
    assert office.deliver().deferred == 1
    mine = [mail for mail in office.sweep("2018-02-15") if mail.to == CHAIR]
    assert [mail.items for mail in mine] == [[(S11, -5, "owner")]]
    assert state(office, number) == "uncertain"
    assert (-10, CHAIR, "owner", "uncertain") in office.ledger(S11)


def test_a_mail_that_tells_what_became_of_a_request_goes_out_again(any_office: Office) -> None:
    office = any_office
    number = asked_and_declined(office)
    assert does(office, send_again, number) == date(2018, 2, 9)
    assert office.deliver().sent == 1
    assert "The date stays: No" in office.postbag.mails[-1].text


@pytest.mark.parametrize("kind", ["board", "person"])
def test_it_does_not_where_its_reader_is_paused_meanwhile(any_office: Office, kind: str) -> None:
    office = any_office
    number = asked_and_declined(office)
    does(office, send_again, number)
    office.pause(kind, "lscb" if kind == "board" else CHAIR)
    assert office.deliver().sent == 0
    assert state(office, number) == "uncertain"


def asked_and_declined(office: Office) -> int:
    """The mail that tells a chair so on 9 February, of which nobody knows whether it arrived."""
    office.store(go_live="2018-02-05").days("2018-02-05", "2018-02-08")
    with office.changing(S11) as (connection, view):
        who = ReplyContext(view=view, row=office.row(S11), reader=CHAIR)
        ask_for_time(connection, who, until=date(2018, 6, 1), why="Ill")
        (request,) = open_requests(connection, "lscb")
        decline(connection, view, request, who="sue@example.org", why="No")
    office.postbag.after = lambda _: LOST
    office.sweep("2018-02-09")
    office.postbag.after = lambda _: None
    return newest(office, CHAIR)


def test_a_mail_sent_again_that_gets_lost_again_is_uncertain_again(any_office: Office) -> None:
    office = any_office
    number = in_trouble(office, LOST)
    does(office, send_again, number)
    office.postbag.after = lambda _: LOST
    assert office.deliver().uncertain == 1
    assert state(office, number) == "uncertain"
    assert office.ledger(S11)[-1][3] == "uncertain"


def test_nobody_without_a_role_is_sent_an_uncertain_mail_again(office: Office) -> None:
    number = in_trouble(office, LOST)
    office.appoint(RoleName.CHAIR, "new.chair@example.org", "2018-02-08")
    with pytest.raises(MailActionError, match="holds no role any more"):
        does(office, send_again, number)


def test_a_mail_that_arrived_counts_as_sent(any_office: Office) -> None:
    office = any_office
    number = in_trouble(office, LOST)
    does(office, count_as_arrived, number, why="she rang")
    assert state(office, number) == "sent"
    assert office.ledger(S11)[-1][3] == "sent"
    said = next(row for row in office.table(change) if row.subject == f"mail/{number}")
    assert (said.what, said.who, said.why) == ("mail arrived", "sue@example.org", "she rang")


def test_a_mail_that_waits_can_be_held_back_and_later_ones_come(any_office: Office) -> None:
    office = any_office
    office.store(go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    office.tick("2018-02-08")
    number = newest(office, CHAIR)
    does(office, hold_back, number)
    assert office.deliver().sent == 0
    assert state(office, number) == "superseded"
    assert office.ledger(S11)[-1] == (-10, CHAIR, "owner", "superseded")
    assert [mail.items for mail in office.days("2018-02-09", "2018-02-15") if mail.to == CHAIR] == [
        [(S11, -5, "owner")]
    ]


def test_a_refused_mail_can_be_let_rest(any_office: Office) -> None:
    office = any_office
    number = in_trouble(office, REFUSED)
    does(office, hold_back, number)
    assert state(office, number) == "superseded"
    assert [mail for mail in office.days("2018-02-08", "2018-02-14") if mail.to == CHAIR] == []


def test_a_mail_to_be_sent_again_can_be_held_back_and_is_uncertain_again(
    any_office: Office,
) -> None:
    office = any_office
    number = in_trouble(office, LOST)
    does(office, send_again, number)
    does(office, hold_back, number)
    assert state(office, number) == "uncertain"
    assert office.ledger(S11)[-1][3] == "uncertain"
    assert office.deliver().sent == 0


@pytest.mark.parametrize(
    ("now", "action", "says"),
    [
        ("sent", send_again, "was sent, and nobody is told twice"),
        ("sent", hold_back, "was sent"),
        ("sent", count_as_arrived, "was sent"),
        ("claimed", hold_back, "is being sent this moment"),
        ("data_started", hold_back, "is being sent this moment"),
        ("superseded", send_again, "was not sent"),
        ("uncertain", hold_back, "may have arrived, so it cannot be held back"),
        ("pending", send_again, "waits to be sent already"),
        ("failed", count_as_arrived, "was refused: it did not arrive"),
    ],
)
def test_what_a_mail_does_not_allow_is_refused_with_a_sentence(
    office: Office, now: str, action: Callable[..., Any], says: str
) -> None:
    number = in_trouble(office, REFUSED)
    with office.database.write() as connection:
        connection.execute(update(message).where(message.c.id == number).values(state=now))
    before = office.table(message)
    with pytest.raises(MailActionError, match=f"The mail to {CHAIR} {says}"):
        does(office, action, number)
    assert office.table(message) == before


def test_a_mail_that_is_not_there_is_a_sentence(office: Office) -> None:
    office.store()
    with pytest.raises(MailActionError, match=r"There is no mail 99\."):
        does(office, hold_back, 99)


def test_who_lets_a_mail_go_out_again_is_recorded(office: Office) -> None:
    number = in_trouble(office, REFUSED)
    does(office, send_again, number, why="the address is right again")
    said = next(row for row in office.table(change) if row.subject == f"mail/{number}")
    assert (said.board, said.what, said.who) == ("lscb", "mail sent again", "sue@example.org")
    assert said.before == f"the mail to {CHAIR} of 2018-02-08"
    assert said.after == "2018-02-08"
    assert said.why == "the address is right again"
