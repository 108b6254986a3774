"""Snoozes: reminders are put off for whoever asked, never lost, and never beyond the due date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.operations.replies.options import ReplyContext, reply_options
from boardcal.operations.replies.reply import ReplyError, end_snooze
from boardcal.operations.replies.reply import snooze as snooze_until
from boardcal.queries.calendar.item import item_details
from boardcal.storage.backup.copy import empty_copy
from boardcal.storage.mail.queue import oldest_waiting
from boardcal.storage.replies.snoozes import set_snooze
from boardcal.storage.schema.occurrences import change, snooze
from boardcal.tests.factories import CHAIR, LONDON, S11, VICE, at, checked, day, make_document
from boardcal.tests.fuzz import law
from boardcal.tests.office import Office, each_day
from boardcal.tests.pages import shown_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from boardcal.tests.office import Mail

NEW = "new.chair@example.org"
# The S.11 report of 2018: due 22 February, steps on these days.
DUE = date(2018, 2, 22)
STEPS = {-20: "2018-01-25", -10: "2018-02-08", -5: "2018-02-15", -1: "2018-02-21", 0: "2018-02-22"}


def rests(office: Office, until: str, reader: str = CHAIR, key: str = S11) -> None:
    """Lets somebody's reminders rest, as their page does."""
    with office.changing(key) as (connection, view):
        who = ReplyContext(view=view, row=office.row(key), reader=reader)
        snooze_until(connection, who, until=day(until))


def about(mails: Sequence[Mail], reader: str = CHAIR, key: str = S11) -> list[tuple[str, int]]:
    """On which days which steps of something reached somebody."""
    return [
        (LONDON.day_of(mail.at).isoformat(), step)
        for mail in mails
        if mail.to == reader
        for mailed, step, _ in mail.items
        if mailed == key
    ]


@pytest.fixture
def asleep(any_office: Office) -> Office:
    """The first reminder has come, and its reader wants the next on 20 February."""
    any_office.store().sweep("2018-01-25")
    any_office.now = at("2018-01-25 10:00")
    rests(any_office, "2018-02-20")
    return any_office


def test_the_latest_step_comes_when_the_rest_ends_and_once(asleep: Office) -> None:
    mails = asleep.days("2018-01-26", "2018-03-02")
    expected = [("2018-02-20", -5), ("2018-02-21", -1), ("2018-02-22", 0), ("2018-02-23", 1)]
    assert about(mails) == [*expected, ("2018-03-01", 5)]
    states = {(step, state) for step, reader, _, state in asleep.ledger(S11) if reader == CHAIR}
    assert (-10, "superseded") in states
    assert (-5, "sent") in states


def test_nothing_is_written_each_minute_while_something_rests(asleep: Office) -> None:
    asleep.days("2018-02-08", "2018-02-12")
    assert asleep.tick("2018-02-12 08:01") is False
    assert asleep.tick("2018-02-13 08:00") is False


def test_a_rest_does_not_look_like_a_mail_that_waits_too_long(asleep: Office) -> None:
    asleep.days("2018-02-08", "2018-02-12")
    with asleep.database.read() as connection:
        assert oldest_waiting(connection, date(2018, 2, 12)) is None


def test_what_rests_is_not_among_what_is_also_open(any_office: Office) -> None:
    document = make_document()
    other = dict(document["report"][0], id="other", title="Report other")
    other["when"] = {"meeting": "business-group", "months": ["February"]}
    any_office.store(checked(document | {"report": [*document["report"], other]}))
    any_office.days("2018-01-20", "2018-01-25")
    rests(any_office, "2018-02-20")
    later = [mail for mail in any_office.days("2018-02-01", "2018-02-08") if mail.to == CHAIR]
    assert later
    assert all("Report s11" not in mail.text for mail in later)


def test_a_mail_of_the_day_that_has_not_left_yet_leaves_it_out(any_office: Office) -> None:
    any_office.store()
    any_office.tick("2018-01-25")
    rests(any_office, "2018-02-20")
    any_office.deliver()
    assert about(any_office.postbag.mails) == []
    assert about(any_office.days("2018-01-26", "2018-02-20")) == [("2018-02-20", -5)]


def test_others_are_reminded_as_ever(asleep: Office) -> None:
    asleep.appoint(RoleName.CHAIR, NEW, "2018-02-01")
    mails = asleep.days("2018-02-01", "2018-02-15")
    assert about(mails, NEW) == [("2018-02-08", -10), ("2018-02-15", -5)]


def test_a_rest_puts_off_no_mail_to_anybody_else_before_the_date_or_after() -> None:
    def to_others(*, resting: bool) -> list[tuple[str, str, list[tuple[str, int, str]]]]:
        database = empty_copy()
        try:
            office = Office(database=database).store()
            office.sweep("2018-01-25")
            row = office.row(S11)
            if resting:
                with office.database.write() as connection:
                    set_snooze(
                        connection,
                        occurrence=row.id,
                        due=row.due,
                        recipient=CHAIR,
                        until=DUE,
                        now=office.now,
                    )
            mails = office.days("2018-01-26", "2018-03-09")
            return [(str(mail.at), mail.to, mail.items) for mail in mails if mail.to != CHAIR]
        finally:
            database.close()

    found = to_others(resting=True)
    assert {step for _, _, items in found for _, step, _ in items} >= {5, 10}
    assert found == to_others(resting=False)


def test_whoever_takes_over_does_not_wait_for_somebody_elses_rest(asleep: Office) -> None:
    asleep.days("2018-02-08", "2018-02-12")
    asleep.appoint(RoleName.CHAIR, NEW, "2018-02-13")
    mails = asleep.days("2018-02-13", "2018-02-14")
    mails += asleep.sweep("2018-02-14 08:05")
    assert about(mails) == []
    assert [step for _, step in about(mails, NEW)] == [-10]


@pytest.mark.parametrize("what", ["submitted", "extended", "returned"])
def test_recording_or_a_new_date_ends_it(asleep: Office, what: str) -> None:
    asleep.days("2018-02-08", "2018-02-12")
    if what == "extended":
        asleep.extend(S11, "2018-03-05")
    else:
        asleep.record(S11, Status(what))
    mails = about(asleep.days("2018-02-13", "2018-02-20"))
    expected = {
        "submitted": [],
        "extended": [("2018-02-13", -20)],
        "returned": [("2018-02-13", -10)],
    }
    assert [mail for mail in mails if mail[0] < "2018-02-15"] == expected[what]


def test_a_rest_can_be_ended_at_once(asleep: Office) -> None:
    asleep.days("2018-02-08", "2018-02-12")
    with asleep.changing(S11) as (connection, view):
        end_snooze(connection, ReplyContext(view=view, row=asleep.row(S11), reader=CHAIR))
    assert about(asleep.sweep("2018-02-13")) == [("2018-02-13", -10)]
    assert [row.what for row in asleep.table(change)][-2:] == ["snoozed", "snooze ended"]


@pytest.mark.parametrize("until", ["2018-01-25", "2018-01-01", "2018-02-23", "2030-01-01"])
def test_a_rest_ends_between_tomorrow_and_the_due_date(asleep: Office, until: str) -> None:
    with pytest.raises(ReplyError):
        rests(asleep, until)
    assert [row.until for row in asleep.table(snooze)] == [day("2018-02-20")]


def test_what_is_due_does_not_rest(any_office: Office) -> None:
    any_office.store().sweep("2018-02-22")
    with any_office.changing(S11) as (connection, view):
        who = ReplyContext(view=view, row=any_office.row(S11), reader=CHAIR)
        assert reply_options(connection, who).latest_snooze is None
        with pytest.raises(ReplyError):
            snooze_until(connection, who, until=day("2018-02-23"))


def test_its_page_says_who_asked_for_quiet(asleep: Office) -> None:
    asleep.days("2018-02-08", "2018-02-12")
    item = shown_by(asleep, item_details, key=S11, today=day("2018-02-12"))
    assert item is not None
    assert item.mails[0].words == "rests until 20 February 2018, as its reader asked"
    told = {mail.day.isoformat(): mail.readers[0].because for mail in item.coming.mails}
    assert told["2018-02-15"] == "not before 20 February 2018, as they asked"
    assert told["2018-02-21"] is None


EVENINGS = [each.isoformat() for each in each_day("2018-01-24", "2018-03-02")]


@law(25)
@given(
    wanted=st.dictionaries(
        # Nobody asks for quiet before a first email.
        st.sampled_from(EVENINGS[1:]),
        st.tuples(st.sampled_from([CHAIR, VICE]), st.integers(0, 40)),
        max_size=8,
    )
)
def test_no_snooze_sends_a_step_twice_or_holds_one_back_after_the_due_date(
    wanted: dict[str, tuple[str, int]],
) -> None:
    office = Office(database=empty_copy()).store()
    office.tick("2018-01-23")
    sent: list[tuple[str, str, int]] = []
    for evening in EVENINGS:
        sent += [
            (reader, *mail)
            for mails in [office.sweep(evening)]
            for reader in (CHAIR, VICE)
            for mail in about(mails, reader)
        ]
        if evening in wanted:
            reader, days = wanted[evening]
            row = office.row(S11)
            with office.database.write() as connection:
                # As stored by whatever means, not only by what the page allows.
                set_snooze(
                    connection,
                    occurrence=row.id,
                    due=row.due,
                    recipient=reader,
                    until=day(evening) + timedelta(days=days),
                    now=office.now,
                )
    steps = [(reader, step) for reader, _, step in sent]
    assert len(steps) == len(set(steps))
    late = [(reader, when, step) for reader, when, step in sent if day(when) > DUE]
    assert [row for row in late if row[0] == CHAIR and row[2] > 0] == [
        (CHAIR, "2018-02-23", 1),
        (CHAIR, "2018-03-01", 5),
    ]
    assert [row for row in late if row[0] == VICE] == [(VICE, "2018-03-01", 5)]
