"""What the last sending time brought counts as sent after a restore, and nothing later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from boardcal.notifications.delivery.uncertain import UncertainPolicy, WhenUncertain
from boardcal.notifications.transports.base import DeliveryError
from boardcal.operations.raise_item import ItemToRaise, raise_item
from boardcal.operations.resume_after_restore import count_due_as_sent
from boardcal.storage.message_states import MessageState
from boardcal.storage.replies.snoozes import set_snooze
from boardcal.storage.schema.mail import message
from boardcal.tests.factories import CHAIR, S11, SECRETARIAT, at, day, make_planner, make_report

if TYPE_CHECKING:
    from boardcal.tests.office import Office

pytestmark = pytest.mark.usefixtures("unmarked")
WHO = "secretariat@example.org"
EXCEPTIONS = make_report("exceptions", title="Exceptions", when={"as_required": True})
UNKNOWN = DeliveryError("the line went dead", scope="recipient", uncertain=True)


def counts(office: Office, until: str, moment: str) -> int:
    """Counts at a moment what went out until a day as sent; how much that was."""
    with office.database.write() as connection:
        return count_due_as_sent(
            connection, office.ticker, until=day(until), now=at(moment), who=WHO
        )


def sent(office: Office, *moments: str) -> list[tuple[str, int]]:
    """(moment, step) of each reminder of the March report that its chair gets then."""
    return [
        (moment, step)
        for moment in moments
        for mail in office.sweep(moment)
        for items in mail.items
        for key, step, level in [items]
        if key == S11 and level == "owner"
    ]


@pytest.mark.parametrize(
    ("until", "moment", "expected"),
    [
        # Ten days before is 8 February, a Thursday, at 08:00.
        ("2018-02-07", "2018-02-08 07:00", [("2018-02-08", -10), ("2018-02-15", -5)]),
        ("2018-02-07", "2018-02-08 09:00", [("2018-02-08 09:00", -10), ("2018-02-15", -5)]),
        ("2018-02-08", "2018-02-08 09:00", [("2018-02-15", -5)]),
        ("2018-02-08", "2018-02-10 12:00", [("2018-02-15", -5)]),
        ("2018-02-10", "2018-02-10 12:00", [("2018-02-15", -5)]),
        ("2018-02-14", "2018-02-15 07:59", [("2018-02-15", -5)]),
        ("2018-02-15", "2018-02-15 08:00", []),
    ],
)
def test_what_went_out_until_a_day_is_not_sent_again_and_what_comes_is(
    any_office: Office, until: str, moment: str, expected: list[tuple[str, int]]
) -> None:
    office = any_office.store(go_live="2018-02-05")
    office.sweep("2018-02-05")
    counts(office, until, moment)
    later = [each for each in ("2018-02-08", "2018-02-15") if at(each) > at(moment)]
    assert sent(office, moment, *later) == expected


def test_what_waited_in_the_backup_since_a_later_day_is_left(any_office: Office) -> None:
    office = any_office.store(go_live="2018-02-05")
    office.days("2018-02-05", "2018-02-07")
    office.tick("2018-02-08")
    assert counts(office, "2018-02-07", "2018-02-08 10:00") == 0
    assert sent(office, "2018-02-08 10:01") == [("2018-02-08 10:01", -10)]


def test_what_rests_for_its_reader_is_left_and_comes_when_the_rest_is_over(
    any_office: Office,
) -> None:
    office = any_office.store(go_live="2018-02-05")
    office.sweep("2018-02-05")
    row = office.row(S11)
    with office.database.write() as connection:
        set_snooze(
            connection,
            occurrence=row.id,
            due=row.due,
            recipient=CHAIR,
            until=day("2018-02-12"),
            now=office.now,
        )
    office.sweep("2018-02-08")
    counts(office, "2018-02-08", "2018-02-08 12:00")
    assert sent(office, "2018-02-09", "2018-02-12") == [("2018-02-12", -10)]


def test_what_was_decided_after_its_readers_mail_of_the_day_is_left_for_the_next_day(
    any_office: Office,
) -> None:
    office = any_office.store(
        make_planner(report=[make_report(), EXCEPTIONS]), go_live="2018-02-05"
    )
    office.days("2018-02-05", "2018-02-08")
    with office.changing("lscb") as (connection, view):
        asked = ItemToRaise(ref="exceptions", owner="pmqag", day=day("2018-02-08"), why="now")
        raise_item(connection, view, asked, who=WHO)
    assert office.sweep("2018-02-08 11:00") == []
    counts(office, "2018-02-08", "2018-02-08 12:00")
    keys = [key for mail in office.sweep("2018-02-09") for key, _, _ in mail.items]
    assert "lscb/exceptions/pmqag/raised-1" in keys


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
    assert counts(office, "2018-02-08", "2018-02-08 10:00") == 1
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
    assert counts(office, "2018-02-08", "2018-02-08 08:00:30") == 1
    assert sent(office, "2018-02-08 08:05", "2018-02-15") == [("2018-02-15", -5)]


def test_the_overview_goes_once_more(any_office: Office) -> None:
    office = any_office.store(go_live="2018-02-05")
    office.postbag.after = lambda _: UNKNOWN
    office.sweep("2018-02-05")
    office.postbag.after = lambda _: None
    counts(office, "2018-02-05", "2018-02-05 10:00")
    assert [mail.to for mail in office.sweep("2018-02-05 10:05")] == [SECRETARIAT]
