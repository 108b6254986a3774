from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from boardcal.scheduler.installation import Installation, first_go_live
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.storage.holds import end_hold, hold_of, put_on_hold
from boardcal.storage.schema.occurrences import change
from boardcal.storage.schema.planner import board
from boardcal.tests.factories import CHAIR, at

if TYPE_CHECKING:
    from pathlib import Path

    from boardcal.storage.holds import Hold
    from boardcal.tests.office import Office

WHY = "The clock jumped ahead by a month."


def hold(office: Office, why: str = WHY) -> bool:
    with office.database.write() as connection:
        return put_on_hold(connection, why=why, now=office.now)


def go_on(office: Office) -> Hold | None:
    with office.database.write() as connection:
        return end_hold(connection, now=office.now, who="M. Clerk")


def test_on_hold_nothing_is_decided_composed_or_sent(any_office: Office) -> None:
    office = any_office
    office.store()
    office.days("2018-02-01", "2018-02-07")
    assert hold(office)
    before = office.ledger()
    assert office.sweep("2018-02-08") == []
    assert office.tick() is False
    assert office.ledger() == before
    assert go_on(office) is not None
    assert [mail.to for mail in office.sweep("2018-02-08 09:00")] == [CHAIR]


def test_what_was_composed_before_a_hold_waits_for_its_end(office: Office) -> None:
    office.store().days("2018-02-01", "2018-02-07")
    office.tick("2018-02-08")
    hold(office)
    assert office.deliver().sent == 0
    assert office.messages()[-1][2] == "pending"
    go_on(office)
    assert office.deliver().sent == 1


def test_a_hold_that_comes_between_two_mails_keeps_the_second(office: Office) -> None:
    office.store(go_live="2017-11-01")
    office.days("2017-11-01", "2018-02-28")
    office.tick("2018-03-01")  # five late: the chair, the vice-chair and the secretariat
    waiting = [state for _, _, state in office.messages()].count("pending")
    assert waiting == 3

    def stop(_: object) -> None:
        hold(office)

    office.postbag.after = stop
    assert office.deliver().sent == 1
    assert [state for _, _, state in office.messages()].count("pending") == 2


def test_the_first_reason_of_a_hold_stays(office: Office) -> None:
    office.store()
    assert hold(office)
    assert not hold(office, "Another reason.")
    with office.database.read() as connection:
        held = hold_of(connection)
    assert held is not None
    assert (held.why, held.since, held.who) == (WHY, at("2017-11-01"), "boardcal")


def test_a_hold_and_its_end_are_on_the_record(office: Office) -> None:
    office.store()
    hold(office)
    go_on(office)
    assert go_on(office) is None
    notes = [(row.what, row.who, row.why) for row in office.table(change)]
    assert notes[-2:] == [("put on hold", "boardcal", WHY), ("hold ended", "M. Clerk", None)]


def test_mails_do_not_begin_by_themselves_on_hold(office: Office, tmp_path: Path) -> None:
    office.store(go_live=None)
    settings = Settings.model_validate({}, context={"folder": tmp_path})
    loaded = LoadedSettings(settings=settings, file=None, folder=tmp_path, variables=())
    installation = Installation(loaded=loaded, database=office.database, clock=lambda: office.now)
    hold(office)
    assert first_go_live(installation, office.now) is False
    assert [row.go_live for row in office.table(board)] == [None]
    go_on(office)
    assert first_go_live(installation, office.now) is True


@pytest.mark.parametrize("state", ["submitted", "moved"])
def test_a_deferred_mail_with_nothing_left_to_say_is_given_up(office: Office, state: str) -> None:
    from boardcal.calendar.status import Status
    from boardcal.notifications.transports.base import DeliveryError
    from boardcal.tests.factories import S11

    office.store(go_live="2018-02-05").days("2018-02-05", "2018-02-07")
    office.postbag.before = lambda _: DeliveryError("later", scope="recipient")
    office.sweep("2018-02-08")
    assert office.messages()[-1][2] == "deferred"
    if state == "submitted":
        office.record(S11, Status.SUBMITTED)
    else:
        office.extend(S11, "2018-06-01")
    office.days("2018-02-09", "2018-02-12")
    assert (CHAIR, at("2018-02-08").date(), "superseded") in office.messages()
