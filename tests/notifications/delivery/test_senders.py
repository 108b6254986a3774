"""Whose name an email comes under: that of the Board that it is about."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

import pytest

from boardcal.calendar.status import Status
from boardcal.notifications.transports.base import DeliveryError
from boardcal.tests.factories import (
    CHAIR,
    S11,
    SECRETARIAT,
    checked,
    make_document,
    make_planner,
    make_report,
)
from boardcal.tests.office import SENDER, Office

if TYPE_CHECKING:
    from boardcal.notifications.transports.base import OutgoingMail
    from boardcal.storage.database.engine import Database
    from boardcal.tests.office import Mail

CTB = {"id": "ctb", "name": "Cumbria CTB", "business_group": "business-group"}
NOT_ALLOWED = DeliveryError("550 5.7.60 SendAsDenied", scope="transport", of_sender=True)


def office_of_two(database: Database, *, ctb: str | None = None, **report: Any) -> Office:
    """An office of two Boards, the CTB with a sender of its own or without."""
    own = {} if ctb is None else {"ctb": ctb}
    office = Office(database=database, sender=replace(SENDER, by_board=own))
    of_ctb = make_report("ctb-report", **{"to": "ctb", **report})
    office.store(make_planner())
    return office.store(checked(make_document("ctb") | {"board": CTB, "report": [of_ctb]}))


def sender(mail: Mail) -> tuple[str, str]:
    return parseaddr(str(mail.message["From"]))


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (None, ("Cumbria CTB", "lscb@example.org")),
        ("ctb@example.org", ("Cumbria CTB", "ctb@example.org")),
        ("The CTB's office <ctb@example.org>", ("The CTB's office", "ctb@example.org")),
    ],
)
def test_an_email_comes_from_the_board_that_it_is_about(
    sqlite: Database, own: str | None, expected: tuple[str, str]
) -> None:
    when = {"by": "15 March 2018"}
    office = office_of_two(sqlite, ctb=own, when=when)
    office.sweep("2018-02-21")
    (of_lscb,) = [mail for mail in office.sweep("2018-02-22") if mail.to == CHAIR]
    office.record(S11, Status.SUBMITTED)
    (of_ctb,) = [mail for mail in office.sweep("2018-03-15") if mail.to == CHAIR]
    assert sender(of_lscb) == ("Cumbria LSCB", "lscb@example.org")
    assert sender(of_ctb) == expected
    assert of_ctb.outgoing.sender == expected[1]
    assert "from the reporting calendar of Cumbria CTB as" in " ".join(of_ctb.text.split())


def test_one_about_two_boards_comes_from_that_of_the_most_pressing_item(sqlite: Database) -> None:
    office = office_of_two(sqlite, ctb="ctb@example.org", when={"by": "21 February 2018"})
    office.sweep("2018-02-21")
    (mail,) = [mail for mail in office.sweep("2018-02-22") if mail.to == CHAIR]
    assert [key.split("/")[0] for key, _, _ in mail.items] == ["ctb", "lscb"]
    assert sender(mail) == ("Cumbria CTB", "ctb@example.org")
    assert "reporting calendar of Cumbria CTB and Cumbria LSCB" in " ".join(mail.text.split())
    assert "(Cumbria CTB)" in mail.subject


def test_a_mail_that_goes_again_comes_from_the_board_it_came_from(sqlite: Database) -> None:
    office = office_of_two(sqlite, ctb="ctb@example.org", when={"by": "21 February 2018"})
    office.sweep("2018-02-21")
    lost = DeliveryError("hung up", scope="recipient", uncertain=True)
    office.postbag.after = lambda mail: lost if mail.recipient == SECRETARIAT else None
    office.sweep("2018-02-26 08:00")
    office.postbag.after = lambda _: None
    (again,) = [mail for mail in office.sweep("2018-02-26 08:05") if mail.to == SECRETARIAT]
    assert again.outgoing.sender == sender(again)[1]


def test_a_sender_that_is_refused_holds_up_its_own_board_alone(sqlite: Database) -> None:
    office = office_of_two(sqlite, ctb="ctb@example.org", when={"by": "7 March 2018"})
    office.sweep("2018-03-06")
    office.record(S11, Status.SUBMITTED)

    def refuse(mail: OutgoingMail) -> DeliveryError | None:
        return NOT_ALLOWED if mail.sender == "ctb@example.org" else None

    office.postbag.before = refuse
    chair_only = office.sweep("2018-03-07")
    assert [mail for mail in chair_only if mail.outgoing.sender == "ctb@example.org"] == []
    assert office.delivery.trouble is None
    assert (CHAIR, "deferred") in {(to, state) for to, _, state in office.messages()}
