"""What a mail is about is known while it waits, and after it was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.calendar.status import Status
from boardcal.notifications.transports.base import DeliveryError
from boardcal.storage.schema.mail import message
from boardcal.tests.factories import CHAIR, SECRETARIAT, make_planner, make_report

if TYPE_CHECKING:
    from boardcal.tests.office import Office

NO_SUCH_USER = DeliveryError("550 No such user", scope="recipient", permanent=True)
NOT_NOW = DeliveryError("450 Try again later", scope="recipient")
SERVER_AWAY = DeliveryError("The mail server does not answer.", scope="transport")
DUE_TODAY = "Due today, 22 February 2018: Report s11 (LSCB, 8 March)"


def subjects(office: Office) -> list[str | None]:
    """The subjects of the chair's mails, the oldest first."""
    return [row.subject for row in office.table(message) if row.recipient == CHAIR]


@pytest.mark.parametrize("error", [NO_SUCH_USER, NOT_NOW, SERVER_AWAY])
def test_a_mail_that_does_not_leave_keeps_its_subject(
    any_office: Office, error: DeliveryError
) -> None:
    any_office.store().sweep("2018-02-21")
    any_office.postbag.before = lambda _: error
    any_office.sweep("2018-02-22")
    assert subjects(any_office)[-1] == DUE_TODAY


def test_a_mail_has_its_subject_before_anything_is_sent(any_office: Office) -> None:
    any_office.store().sweep("2018-02-21")
    any_office.tick("2018-02-22")
    assert subjects(any_office)[-1] == DUE_TODAY


def test_what_joins_a_waiting_mail_stands_in_its_subject(office: Office) -> None:
    planner = make_planner(report=[make_report(), make_report("other")])
    office.store(planner).sweep("2018-02-21")
    office.tick("2018-02-22")
    assert (
        subjects(office)[-1] == f"{DUE_TODAY.replace('s11 (LSCB, 8 March)', 'other')}, and 1 more"
    )
    office.record("lscb/other/pmqag/2018-03", Status.SUBMITTED)
    office.postbag.before = lambda _: NO_SUCH_USER
    office.deliver()
    assert subjects(office)[-1] == DUE_TODAY


def test_the_overview_says_what_a_refused_mail_was_about(office: Office) -> None:
    office.store().sweep("2018-02-21")
    office.postbag.before = lambda mail: NO_SUCH_USER if mail.recipient == CHAIR else None
    office.sweep("2018-02-22")
    (overview,) = [mail for mail in office.sweep("2018-02-26") if mail.to == SECRETARIAT]
    assert DUE_TODAY in " ".join(overview.text.split())
    assert "“”" not in overview.text
