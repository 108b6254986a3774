"""What pages promise of an item's emails is what the simulation then sends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.rules.date_text import weekday_date
from boardcal.calendar.status import Status
from boardcal.operations.planner.meetings import move_meeting
from boardcal.operations.replies.options import ReplyContext
from boardcal.operations.replies.reply import snooze as snooze_until
from boardcal.queries.calendar.item import item_details, what_follows
from boardcal.scheduler.simulation import simulate
from boardcal.storage.backup.copy import copy_of
from boardcal.tests.factories import (
    CHAIR,
    LONDON,
    S11,
    at,
    checked,
    day,
    make_document,
    make_report,
)
from boardcal.tests.fuzz import law
from boardcal.tests.office import Office
from boardcal.tests.pages import in_memory, office_day, shown_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from boardcal.calendar.planner.file_schema import PlannerFile

AHEAD = timedelta(days=75)


def planner() -> PlannerFile:
    """A report to two meetings, so that the second overtakes the first; Good Friday is off."""
    when = {"meeting": "lscb", "months": ["March", "May"]}
    return checked(make_document(report=[make_report(when=when)]))


def promised(office: Office) -> dict[date, set[str]]:
    """The days on which readers are told to expect an email of the item, with the readers."""
    item = shown_by(office, item_details, key=S11, today=office_day(office))
    assert item is not None
    days: dict[date, set[str]] = {}
    for mail in item.coming.mails:
        for reader in mail.readers:
            days.setdefault(reader.day, set()).add(reader.address)
    # Those that are decided stand on the page already, among the emails about it.
    waiting = {mail.to for mail in item.mails if mail.words == "waits to be sent"}
    if waiting:
        days.setdefault(item.coming.next_day, set()).update(waiting)
    return days


def next_promised(office: Office) -> str | None:
    row = office.row(S11)
    said: str | None = shown_by(office, what_follows, stored=row, today=office_day(office))
    return said


def sent(office: Office) -> dict[date, set[str]]:
    """The same as the simulation brings it, from this very moment on."""
    copy = copy_of(office.database)
    days: dict[date, set[str]] = {}
    start = office_day(office)
    try:
        for mail in simulate(
            copy, local=LONDON, horizon_months=18, start=start, end=start + AHEAD, begins=office.now
        ):
            if any(item.key == S11 for item in mail.letter.items):
                days.setdefault(mail.at.date(), set()).add(mail.letter.recipient)
    finally:
        copy.close()
    return days


def holds(office: Office) -> None:
    """Every day promised within the time looked at, and the very next one in its sentence."""
    promise, outcome = promised(office), sent(office)
    last = max((when for when in promise if when <= office_day(office) + AHEAD), default=None)
    seen = {when: who for when, who in outcome.items() if last is not None and when <= last}
    assert {when: who for when, who in promise.items() if last and when <= last} == seen
    said, first = next_promised(office), min(outcome, default=None)
    if first is None:
        assert said is not None
        assert "goes out" not in said.replace("No more mails go out", "")
    elif first == office_day(office):
        assert said == "The next mail about it goes out with the next sending."
    else:
        assert said == f"The next mail about it goes out on {weekday_date(first)}."


def snoozes(until: str) -> Callable[[Office], object]:
    def deed(office: Office) -> None:
        row = office.row(S11)
        with office.changing(S11) as (connection, view):
            who = ReplyContext(view=view, row=row, reader=CHAIR)
            snooze_until(connection, who, until=day(until))

    return deed


def nothing(_: Office) -> None:
    """No deed."""


DEEDS: dict[str, Callable[[Office], object]] = {
    "nothing": nothing,
    "submitted": lambda office: office.record(S11, Status.SUBMITTED),
    "returned": lambda office: office.record(S11, Status.RETURNED),
    "extended": lambda office: office.extend(S11, "2018-04-30"),
    "extended to a Sunday": lambda office: office.extend(S11, "2018-04-29"),
    "moved": lambda office: office.edit(
        lambda content: move_meeting(content, "lscb", day("2018-03-08"), day("2018-03-20"))
    ),
    "the chair is away": lambda office: office.pause("person", CHAIR),
    "the chair changes": lambda office: office.appoint(
        RoleName.CHAIR, "new.chair@example.org", "2018-02-14"
    ),
    "the body is paused": lambda office: office.pause("body", "pmqag"),
    "the Board is paused": lambda office: office.pause("board", "lscb"),
}
NOWS = (
    "2018-01-24 07:00",
    "2018-01-25 07:00",
    "2018-01-25 10:00",
    "2018-01-27 12:00",
    "2018-02-21 10:00",
    "2018-02-22 10:00",
    "2018-02-25 09:00",
    "2018-03-08 10:00",
)


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("now", NOWS)
def test_what_is_promised_is_what_is_sent(now: str, deed: str) -> None:
    office = in_memory().store(planner())
    office.days("2018-01-22", str(at(now).date() - timedelta(days=1)))
    office.tick(now)
    office.deliver()
    DEEDS[deed](office)
    office.tick()
    holds(office)


@pytest.mark.parametrize("deed", ["nothing", "extended", "the chair is away"])
def test_it_holds_where_nobody_was_told_of_the_date(deed: str) -> None:
    office = in_memory().store(planner())
    office.tick("2018-01-22")
    office.now = at("2018-03-03 10:00")
    DEEDS[deed](office)
    holds(office)


@pytest.mark.parametrize("until", ["2018-02-09", "2018-02-17", "2018-02-20"])
def test_it_holds_for_a_reader_who_snoozed(until: str) -> None:
    office = in_memory().store(planner())
    office.days("2018-01-22", "2018-01-25")
    snoozes(until)(office)
    said, first = next_promised(office), min(sent(office))
    assert said == f"The next mail about it goes out on {weekday_date(first)}."


@law(5)
@given(now=st.dates(day("2018-01-23"), day("2018-05-20")), deed=st.sampled_from(sorted(DEEDS)))
def test_on_any_day_after_any_deed_the_promise_is_kept(now: date, deed: str) -> None:
    office = in_memory().store(planner())
    office.days("2018-01-22", str(now - timedelta(days=1)))
    office.now = at(f"{now} 09:30")
    if not office.row(S11).is_owed or (deed.startswith("extended") and str(now) > "2018-04-28"):
        deed = "nothing"
    DEEDS[deed](office)
    office.tick()
    holds(office)
