"""What the last sending time brought counts as sent after a restore, and nothing later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from boardcal.notifications.states import MessageState
from boardcal.notifications.transports import DeliveryError
from boardcal.notifications.uncertain import UncertainPolicy, WhenUncertain
from boardcal.scheduler.already_sent import count_due_as_sent
from boardcal.storage.tables import message
from boardcal.tests.factories import S11, SECRETARIAT, at

if TYPE_CHECKING:
    from boardcal.tests.office import Office

WHO = "secretariat@example.org"
UNKNOWN = DeliveryError("the line went dead", scope="recipient", uncertain=True)


def counts(office: Office, moment: str) -> int:
    """Counts what is due at a moment as sent; how much that was."""
    with office.database.write() as connection:
        return count_due_as_sent(connection, office.ticker, now=at(moment), who=WHO)


def sent(office: Office, *days: str) -> list[tuple[str, int]]:
    """(day, step) of each reminder of the March report that its chair gets on some days."""
    return [
        (day, step)
        for day in days
        for mail in office.sweep(day)
        for items in mail.items
        for key, step, level in [items]
        if key == S11 and level == "owner"
    ]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        # Ten days before is 8 February, a Thursday, at 08:00.
        ("2018-02-08 07:00", [("2018-02-08", -10), ("2018-02-15", -5)]),
        ("2018-02-08 09:00", [("2018-02-15", -5)]),
        ("2018-02-10 12:00", [("2018-02-15", -5)]),
        ("2018-02-15 07:59", [("2018-02-15", -5)]),
        ("2018-02-15 08:00", []),
    ],
)
def test_what_the_last_sending_time_brought_is_not_sent_and_what_comes_is(
    any_office: Office, moment: str, expected: list[tuple[str, int]]
) -> None:
    office = any_office.store(go_live="2018-02-05")
    office.sweep("2018-02-05")
    counts(office, moment)
    office.now = at(moment)
    days = [day for day in ("2018-02-08", "2018-02-15") if at(day) >= at(moment[:10])]
    assert sent(office, *days) == expected


@pytest.mark.parametrize("policy", [WhenUncertain.HOLD, WhenUncertain.RESEND_ONCE])
def test_what_the_backup_caught_on_its_way_counts_too(
    any_office: Office, policy: WhenUncertain
) -> None:
    office = any_office.store(go_live="2018-02-05")
    office.sweep("2018-02-05")
    office.delivery = replace(office.delivery, uncertain=UncertainPolicy(reminders=policy))

    class KilledError(BaseException):
        pass

    def kill(_: object) -> None:
        raise KilledError

    office.postbag.after = kill
    office.tick("2018-02-08")
    with pytest.raises(KilledError):
        office.deliver()
    office.postbag.after = lambda _: None
    assert counts(office, "2018-02-08 10:00") == 1
    assert sent(office, "2018-02-08 10:01", "2018-02-08 10:05", "2018-02-09") == []
    states = [row.state for row in office.table(message)]
    assert MessageState.UNCERTAIN.value not in states


def test_what_was_to_go_again_as_it_was_counts_too(any_office: Office) -> None:
    office = any_office.store(go_live="2018-02-05")
    office.sweep("2018-02-05")
    once = UncertainPolicy(reminders=WhenUncertain.RESEND_ONCE)
    office.delivery = replace(office.delivery, uncertain=once)
    office.postbag.after = lambda _: UNKNOWN
    office.sweep("2018-02-08")
    office.postbag.after = lambda _: None
    assert counts(office, "2018-02-08 08:00:30") == 1
    assert sent(office, "2018-02-08 08:05", "2018-02-15") == [("2018-02-15", -5)]


def test_the_overview_goes_once_more(any_office: Office) -> None:
    office = any_office.store(go_live="2018-02-05")
    office.postbag.after = lambda _: UNKNOWN
    office.sweep("2018-02-05")
    office.postbag.after = lambda _: None
    counts(office, "2018-02-05 10:00")
    assert [mail.to for mail in office.sweep("2018-02-05 10:05")] == [SECRETARIAT]
