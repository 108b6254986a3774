"""What pages promise of an item's emails is what the simulation then sends."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.planner.entries import document_of
from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.rules.date_text import weekday_date
from boardcal.calendar.status import Status
from boardcal.core.errors import BoardcalError
from boardcal.operations.planner.change import checked_content
from boardcal.operations.planner.meetings import cancel_meeting, move_meeting
from boardcal.operations.replies.options import ReplyContext
from boardcal.operations.replies.reply import snooze as snooze_until
from boardcal.queries.calendar.item import item_details, what_follows
from boardcal.scheduler.simulation import simulate
from boardcal.storage.backup.copy import copy_of
from boardcal.storage.schema.mail import ledger
from boardcal.tests.factories import (
    CHAIR,
    LONDON,
    S11,
    VICE,
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
    start, number = office_day(office), office.row(S11).id
    told = {row.due for row in office.table(ledger) if row.occurrence_id == number}
    try:
        for mail in simulate(
            copy, local=LONDON, horizon_months=18, start=start, end=start + AHEAD, begins=office.now
        ):
            letter = mail.letter
            items = [item.key for item in letter.items]
            # That it is off is an email about it, too.
            if S11 in items or any(off.due in told for off in letter.called_off):
                days.setdefault(mail.at.date(), set()).add(mail.letter.recipient)
    finally:
        copy.close()
    return days


def holds(office: Office) -> None:
    """Every day promised within the time looked at, and the very next one in its sentence."""
    if office.row(S11).state == Status.VOID:
        # Only that it is off is still said, and that stands on the page already.
        item = shown_by(office, item_details, key=S11, today=office_day(office))
        assert item is not None
        assert item.coming.mails == ()
        return
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


def in_days(days: int) -> Callable[[Office], str]:
    return lambda office: str(office_day(office) + timedelta(days=days))


def edited(change: Callable[[PlannerFile, date], PlannerFile]) -> Callable[[Office], object]:
    return lambda office: office.edit(lambda content: change(content, office_day(office)))


def meeting_ahead(office: Office) -> date:
    """The meeting that the item is for."""
    meeting = office.row(S11).meeting
    assert meeting is not None
    return meeting


def moved_by(days: int) -> Callable[[Office], object]:
    def deed(office: Office) -> None:
        was = meeting_ahead(office)
        office.edit(lambda c: move_meeting(c, "lscb", was, was + timedelta(days=days)))

    return deed


def a_day_is_closed(office: Office) -> None:
    closed = office_day(office) + timedelta(days=2)

    def close(content: PlannerFile) -> PlannerFile:
        return checked_content({**document_of(content), "working_days": {"closed": [closed]}})

    office.edit(close)


def is_given_to(owner: str) -> Callable[[Office], object]:
    def deed(office: Office) -> None:
        def give(content: PlannerFile) -> PlannerFile:
            document = document_of(content)
            document["report"][0]["owner"] = owner
            return checked_content(document)

        office.edit(give)

    return deed


# Whatever may happen to the item, to its readers or to its meeting; some are refused at times.
ANY: dict[str, Callable[[Office], object]] = {
    **DEEDS,
    "opened again": lambda office: office.record(S11, None),
    "extended by a week": lambda office: office.extend(S11, in_days(7)(office)),
    "extended to today": lambda office: office.extend(S11, in_days(0)(office)),
    "put off": lambda office: office.put_off(S11, "2018-05-10"),
    "moved to next week": lambda office: office.edit(
        lambda c: move_meeting(c, "lscb", meeting_ahead(office), day(in_days(7)(office)))
    ),
    "moved by a month": moved_by(28),
    "moved back": moved_by(-12),
    "cancelled": lambda office: office.edit(
        lambda c: cancel_meeting(c, "lscb", meeting_ahead(office), office_day(office))
    ),
    "a day is closed": a_day_is_closed,
    "handed over": is_given_to("business-group"),
    "taken back": is_given_to("pmqag"),
    "the chair snoozes": lambda office: snoozes(in_days(5)(office))(office),
    "the body is paused for a week": lambda office: office.pause(
        "body", "pmqag", until=in_days(7)(office)
    ),
    "the chair is away for a week": lambda office: office.pause(
        "person", CHAIR, until=in_days(7)(office)
    ),
    "the body goes on": lambda office: office.resume("body", "pmqag"),
    "the chair is back": lambda office: office.resume("person", CHAIR),
    "the vice-chair leaves": lambda office: office.leave(
        RoleName.VICE_CHAIR, VICE, in_days(0)(office)
    ),
}
DAYS = st.integers(0, 25)


@law(8)
@given(
    start=st.dates(day("2018-01-23"), day("2018-05-10")),
    deeds=st.lists(st.tuples(st.sampled_from(sorted(ANY)), DAYS), min_size=1, max_size=4),
    hour=st.sampled_from(("07:00", "09:30", "20:00")),
)
def test_whatever_was_done_on_whichever_days_the_promise_is_kept(
    start: date, deeds: list[tuple[str, int]], hour: str
) -> None:
    office = in_memory().store(planner())
    office.days("2018-01-22", str(start - timedelta(days=1)))
    now = start
    for deed, days in deeds:
        office.now = at(f"{now} {hour}")
        office.sweep()
        # What is refused changes nothing.
        with suppress(BoardcalError):
            ANY[deed](office)
        office.tick()
        holds(office)
        office.days(str(now + timedelta(days=1)), str(now + timedelta(days=days)))
        now += timedelta(days=days + 1)
