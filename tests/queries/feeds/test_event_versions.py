"""SEQUENCE and LAST-MODIFIED: they rise with every change of an event and never fall."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boardcal.calendar.rules.meeting_series import meetings
from boardcal.calendar.status import Status
from boardcal.core.errors import BoardcalError
from boardcal.operations.planner.meetings import add_meeting, cancel_meeting, move_meeting
from boardcal.storage.backup.copy import copy_of
from boardcal.storage.change_kinds import ChangeKind
from boardcal.storage.change_log import note_change
from boardcal.storage.feeds.published_events import Published, save_published
from boardcal.storage.holds import put_on_hold
from boardcal.tests.factories import S11, at, day
from boardcal.tests.feed_reading import bytes_of, cache_of, read
from boardcal.tests.fuzz import law
from boardcal.tests.office import Office
from boardcal.tests.pages import in_memory, make_whole, reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

MARCH = "lscb/lscb/lscb/2018-03"
MAY = "lscb/lscb/lscb/2018-05"
PROGRESS = "lscb/progress/pmqag/2018-03"


def _office() -> Office:
    # Emails begin on the day of the first tick, so that no date is put off for want of one.
    office = in_memory().store(make_whole(), go_live="2018-02-01")
    office.tick("2018-02-01")
    return office


def _move(office: Office, before: str, to: str) -> None:
    office.edit(lambda content: move_meeting(content, "lscb", day(before), day(to)))


def test_what_never_changed_has_the_number_nought_and_the_day_of_its_import() -> None:
    events = read(bytes_of(*_with_cache(_office())))
    assert {event.sequence for event in events.values()} == {0}
    assert {event.stamp for event in events.values()} == {at("2017-11-01")}


def _with_cache(office: Office) -> tuple[Office, Any]:
    return office, cache_of(office)


def test_unchanged_data_gives_the_same_bytes_on_another_day_and_after_a_start() -> None:
    office, cache = _with_cache(_office())
    before = bytes_of(office, cache)
    office.tick("2018-02-02 17:00")
    assert bytes_of(office, cache) == bytes_of(office, cache_of(office)) == before


def test_what_others_do_leaves_an_event_as_it_is() -> None:
    office, cache = _with_cache(_office())
    before = read(bytes_of(office, cache))
    office.now = at("2018-02-05 11:00")
    office.extend(S11, "2018-03-01")
    office.record("lscb/1.1/pmqag/march-2018", Status.SUBMITTED)
    office.pause("body", "cdop")
    after = read(bytes_of(office, cache))
    assert {key for key in after if after[key] != before[key]} == {S11}
    assert after[S11].stamp == at("2018-02-05 11:00")
    assert after[S11].sequence > before[S11].sequence


def test_a_meeting_moved_twice_rises_twice_and_back_again_a_third_time() -> None:
    office, cache = _with_cache(_office())
    events = [read(bytes_of(office, cache))]
    for hour, (before, to) in enumerate(
        [("2018-03-08", "2018-03-15"), ("2018-03-15", "2018-03-22"), ("2018-03-22", "2018-03-08")],
        start=10,
    ):
        office.tick(f"2018-02-02 {hour}:00")
        _move(office, before, to)
        office.tick()
        events.append(read(bytes_of(office, cache)))
    for key in (MARCH, S11):
        numbers = [calendar[key].sequence for calendar in events]
        assert numbers == sorted(set(numbers)), key
        assert events[-1][key].start == events[0][key].start
    assert [calendar[MAY] for calendar in events] == [events[0][MAY]] * 4
    assert events[-1][MARCH].stamp == at("2018-02-02 12:00")


def test_the_same_date_given_once_more_is_no_change() -> None:
    office, cache = _with_cache(_office())
    office.extend(S11, "2018-03-01")
    before = read(bytes_of(office, cache))
    office.now += timedelta(hours=1)
    office.extend(S11, "2018-03-01")
    assert read(bytes_of(office, cache)) == before


def test_changes_within_one_second_count_one_by_one() -> None:
    office, cache = _with_cache(_office())
    numbers = []
    for to in ("2018-03-01", "2018-03-02", "2018-03-01"):
        office.extend(S11, to)
        numbers.append(read(bytes_of(office, cache))[S11].sequence)
    assert numbers == sorted(set(numbers))


def test_a_number_that_was_counted_otherwise_before_still_rises() -> None:
    office, cache = _with_cache(_office())
    noted = Published(digest="another", sequence=10**9, changed_at=at("2018-01-01"))
    with office.database.write() as connection:
        save_published(connection, "lscb", {S11: noted})
    assert read(bytes_of(office, cache))[S11].sequence == 10**9 + 1


def test_a_change_that_only_an_import_knows_of_counts() -> None:
    office, cache = _with_cache(_office())
    before = read(bytes_of(office, cache))
    office.now = at("2018-02-06")
    document = make_whole()
    renamed = document.body[2].model_copy(update={"short": "Quality"})
    bodies = (*document.body[:2], renamed, *document.body[3:])
    office.store(document.model_copy(update={"body": bodies}))
    office.tick()
    after = read(bytes_of(office, cache))
    assert after[S11].summary == "Due: Report s11 (Quality to LSCB)"
    assert after[S11].stamp == at("2018-02-06")
    assert after[S11].sequence > before[S11].sequence
    assert after[MARCH] == before[MARCH]


@pytest.mark.parametrize("is_saved", [True, False])
def test_numbers_go_on_after_a_start_of_the_daemon(is_saved: bool) -> None:
    office, cache = _with_cache(_office())
    events = [read(bytes_of(office, cache))]
    for hour, to in ((10, "2018-03-01"), (11, "2018-03-05")):
        office.now = at(f"2018-02-02 {hour}:00")
        office.extend(S11, to)
        events.append(read(bytes_of(office, cache)))
        if is_saved:
            assert cache.save()
        cache = cache_of(office)
        assert read(bytes_of(office, cache)) == events[-1]
    assert [calendar[S11].sequence for calendar in events] == sorted(
        {e[S11].sequence for e in events}
    )
    assert cache.save() is not is_saved
    assert not cache.save()


def test_looking_at_a_feed_changes_nothing_in_the_database() -> None:
    office, cache = _with_cache(_office())
    before = _everything(office)
    bytes_of(office, cache)
    assert _everything(office) == before


def _everything(office: Office) -> list[str]:
    with office.database.read() as connection:
        driver: Any = connection.connection.driver_connection
        return list(driver.iterdump())


def test_after_a_backup_is_brought_back_no_number_falls() -> None:
    office, cache = _with_cache(_office())
    backup = copy_of(office.database)
    office.now = at("2018-02-05")
    office.extend(S11, "2018-03-01")
    lost = read(bytes_of(office, cache))
    restored = Office(database=backup, now=at("2018-02-06"))
    with backup.write() as connection:
        put_on_hold(connection, why="A backup was brought back.", now=restored.now)
    events = read(bytes_of(restored, cache_of(restored)))
    assert events[S11].start == day("2018-02-22")
    assert events.keys() == lost.keys()
    assert all(events[key].sequence > lost[key].sequence for key in lost)
    assert all(events[key].stamp > lost[key].stamp for key in lost)


@pytest.mark.parametrize("is_fetched", [True, False])
@pytest.mark.parametrize("is_saved", [True, False])
def test_what_is_called_off_and_takes_place_after_all_is_a_new_version(
    is_fetched: bool, is_saved: bool
) -> None:
    office, cache = _with_cache(_office())
    before = read(bytes_of(office, cache))
    march = day("2018-03-08")
    for hour, edit in (
        (10, lambda content: cancel_meeting(content, "lscb", march, day("2018-02-02"))),
        (11, lambda content: add_meeting(content, "lscb", march, extraordinary=False)),
    ):
        office.now = at(f"2018-02-02 {hour}:00")
        office.edit(edit)
        with office.database.write() as connection:
            what = ChangeKind.MEETING_CANCELLED if hour == 10 else ChangeKind.MEETING_ADDED
            _note(connection, what, "2018-03-08", office)
        office.tick()
        if hour == 10 and is_fetched:
            assert not {MARCH, PROGRESS} & read(bytes_of(office, cache)).keys()
        if is_saved:
            cache.save()
            cache = cache_of(office)
    after = read(bytes_of(office, cache))
    for key in (MARCH, PROGRESS):
        assert after[key].sequence > before[key].sequence, key
        assert after[key].stamp == at("2018-02-02 11:00")
    assert after[MAY] == before[MAY]


def _note(connection: Connection, what: ChangeKind, days: str, office: Office) -> None:
    note_change(
        connection, board="lscb", subject="lscb", what=what, after=days, now=office.now, who="test"
    )


def test_a_report_left_out_and_taken_in_again_is_a_new_version() -> None:
    office, cache = _with_cache(_office())
    document = make_whole()
    before = read(bytes_of(office, cache))
    without = document.model_copy(
        update={"report": tuple(each for each in document.report if each.id != "s11")}
    )
    for hour, planner in ((10, without), (11, document)):
        office.now = at(f"2018-02-02 {hour}:00")
        office.store(planner)
        office.tick()
        after = read(bytes_of(office, cache))
        assert (S11 in after) is (hour == 11)
        cache.save()
    assert after[S11].sequence > before[S11].sequence
    assert after[S11].stamp == at("2018-02-02 11:00")
    assert after[MARCH] == before[MARCH]


# The law, for whatever people do in whatever order.

DAYS = st.dates(date(2018, 2, 20), date(2018, 6, 30))
STATUSES = st.sampled_from([Status.SUBMITTED, Status.WAIVED, Status.RETURNED, None])
DEEDS = st.one_of(
    st.tuples(st.just("move"), DAYS),
    st.tuples(st.just("cancel"), st.none()),
    st.tuples(st.just("bring back"), st.none()),
    st.tuples(st.just("leave out"), st.booleans()),
    st.tuples(st.just("add"), DAYS),
    st.tuples(st.just("extend"), DAYS),
    st.tuples(st.just("record"), STATUSES),
    st.tuples(st.just("restart"), st.booleans()),
)
WAITS = st.sampled_from([timedelta(0), timedelta(seconds=1), timedelta(hours=3), timedelta(days=2)])


@law(20)
@given(deeds=st.lists(st.tuples(DEEDS, WAITS), min_size=1, max_size=8))
def test_a_number_never_falls_and_rises_with_every_change(
    deeds: list[tuple[tuple[str, Any], timedelta]],
) -> None:
    office, cache = _with_cache(_office())
    last, gone = _in_short(bytes_of(office, cache)), set()
    for (deed, what), wait in deeds:
        office.now += wait
        if deed == "restart":
            cache.save()
            cache = cache_of(office)
        else:
            # Not everything can be done at any time.
            with suppress(BoardcalError):
                DOINGS[deed](office, what)
        office.tick()
        events = _in_short(bytes_of(office, cache))
        for key, event in events.items():
            if key in last:
                _obey_the_law(last[key], event, is_back=key in gone)
            last[key] = event
        gone = last.keys() - events.keys()


Short = tuple[int, str, str]


def _in_short(feed: bytes) -> dict[str, Short]:
    """The number, the last change and the words of each event, read as fast as can be."""
    found = {}
    for block in feed.decode().replace("\r\n ", "").split("BEGIN:VEVENT\r\n")[1:]:
        uid, stamp, modified, sequence, *words = block.split("\r\n")
        assert stamp.removeprefix("DTSTAMP:") == modified.removeprefix("LAST-MODIFIED:")
        found[uid] = (int(sequence.removeprefix("SEQUENCE:")), stamp, "\n".join(words))
    return found


def _obey_the_law(before: Short, event: Short, *, is_back: bool) -> None:
    """A number and a moment belong to one content for good."""
    if event[2] == before[2] and not is_back:
        assert event == before
    else:
        assert event[0] > before[0]
        assert event[1] > before[1]


def _next_meeting(office: Office) -> date:
    with reading(office) as (_, view):
        series = view.planner.bodies[0].series
    assert series is not None
    today = office.local.day_of(office.now)
    return next(
        meeting.day for meeting in meetings(series, today, day("2020-01-01")) if meeting.held
    )


def _move_next(office: Office, to: date) -> None:
    meeting = _next_meeting(office)
    office.edit(lambda content: move_meeting(content, "lscb", meeting, to))


def _cancel_next(office: Office, _: None) -> None:
    meeting, today = _next_meeting(office), office.local.day_of(office.now)
    office.edit(lambda content: cancel_meeting(content, "lscb", meeting, today))


def _bring_back(office: Office, _: None) -> None:
    """Whatever was called off takes place after all."""
    with reading(office) as (_connection, view):
        series = view.planner.bodies[0].series
    assert series is not None
    days = meetings(series, day("2018-02-01"), day("2018-12-31"))
    meeting = next((meeting.day for meeting in days if not meeting.held), None)
    if meeting is not None:
        _add(office, meeting)


def _leave_out(office: Office, left_out: bool) -> None:
    reports = [report for report in make_whole().report if not (left_out and report.id == "s11")]
    office.edit(lambda content: content.model_copy(update={"report": tuple(reports)}))


def _add(office: Office, on: date) -> None:
    office.edit(lambda content: add_meeting(content, "lscb", on, extraordinary=False))


DOINGS: dict[str, Callable[[Office, Any], object]] = {
    "move": _move_next,
    "cancel": _cancel_next,
    "add": _add,
    "bring back": _bring_back,
    "leave out": _leave_out,
    "extend": lambda office, to: office.extend(S11, to.isoformat()),
    "record": lambda office, status: office.record(S11, status, on="2018-02-01"),
}
