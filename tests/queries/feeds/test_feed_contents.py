from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from boardcal.calendar.occurrences import Kind
from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.queries.calendar.entries import CalendarEntry, upcoming
from boardcal.queries.feeds.feed_contents import file_name, window
from boardcal.storage.feeds.feeds import FeedKind
from boardcal.storage.schema.occurrences import occurrence
from boardcal.tests.factories import (
    CHAIR,
    LONDON,
    S11,
    at,
    checked,
    cumbria,
    day,
    make_document,
    make_planner,
    make_report,
    with_body,
)
from boardcal.tests.feed_reading import a_feed, bytes_of, cache_of, read
from boardcal.tests.pages import in_memory, make_whole, reading, shown_by

if TYPE_CHECKING:
    from boardcal.storage.feeds.feeds import Feed
    from boardcal.tests.feed_reading import Event
    from boardcal.tests.office import Office

HOSTILE = "<b>S.11</b>; “findings”, a\\b – " + "ä" * 120


def _entries(office: Office) -> list[CalendarEntry]:
    """What `upcoming` gives for the days of the feeds."""
    today = office.local.day_of(office.now)
    with reading(office) as (_, view):
        start, end = window(view.planner, today, office.horizon_months)
    entries: list[CalendarEntry] = shown_by(office, upcoming, start=start, end=end, today=today)
    return [entry for entry in entries if entry.status is not Status.VOID]


def _bounds(entry: CalendarEntry, times: dict[str, tuple[str, str]]) -> tuple[date, date]:
    """When an entry begins and ends; `times` are those of the bodies that meet."""
    if entry.kind is not Kind.MEETING or entry.owner.id not in times:
        return entry.due, entry.due + timedelta(days=1)
    starts, ends = (
        datetime.fromisoformat(f"{entry.due}T{clock}").replace(tzinfo=LONDON.zone)
        for clock in times[entry.owner.id]
    )
    return starts, ends


def _events(office: Office, feed: Feed | None = None) -> dict[str, Event]:
    return read(bytes_of(office, cache_of(office), feed))


CUMBRIAN_TIMES = {
    "lscb": ("09:30", "12:30"),
    "business-group": ("14:00", "16:00"),
    "pmqag": ("10:00", "12:00"),
    "cdop": ("10:00", "12:00"),
}


@pytest.mark.parametrize("today", ["2017-12-01", "2018-07-02"])
def test_the_feed_of_the_board_is_its_calendar_in_winter_and_summer(today: str) -> None:
    office = in_memory().store(cumbria())
    office.tick("2017-11-01")
    office.tick(today)
    expected = {entry.key: _bounds(entry, CUMBRIAN_TIMES) for entry in _entries(office)}
    times = {key: (each.start, each.end) for key, each in _events(office).items()}
    assert times == expected
    offsets = {start.utcoffset() for start, _ in times.values() if isinstance(start, datetime)}
    assert offsets == {timedelta(0), timedelta(hours=1)}
    assert len(times) > 300


@pytest.mark.parametrize("body", ["lscb", "pmqag", "business-group", "safer-cumbria"])
def test_the_feed_of_a_body_is_what_it_owes_and_gets_and_when_it_meets(body: str) -> None:
    office = in_memory().store(cumbria())
    office.tick("2018-02-01")
    expected = {
        entry.key
        for entry in _entries(office)
        if body in [party.id for party in (entry.owner, *entry.audience)]
    }
    assert _events(office, a_feed(FeedKind.BODY, body)).keys() == expected
    assert expected


def test_both_databases_give_the_same_bytes(any_office: Office) -> None:
    any_office.store(make_whole()).tick("2018-02-01")
    other = in_memory().store(make_whole())
    other.tick("2018-02-01")
    feeds = []
    for office in (any_office, other):
        office.extend(S11, "2018-03-01")
        feeds.append(bytes_of(office, cache_of(office)))
    assert feeds[0] == feeds[1]


@pytest.mark.parametrize("subject", ["", "gone", CHAIR])
@pytest.mark.parametrize("kind", [FeedKind.BODY, FeedKind.PERSON])
def test_the_feed_of_nobody_is_an_empty_calendar(kind: FeedKind, subject: str) -> None:
    if (kind, subject) == (FeedKind.PERSON, CHAIR):
        subject = "somebody.else@example.org"
    office = in_memory().store()
    office.tick("2018-02-01")
    content = bytes_of(office, cache_of(office), a_feed(kind, subject))
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"END:VTIMEZONE\r\nEND:VCALENDAR\r\n")


def test_a_person_has_what_their_bodies_owe_as_long_as_they_hold_a_role() -> None:
    office = in_memory().store(make_whole())
    office.tick("2018-02-01")
    feed = a_feed(FeedKind.PERSON, CHAIR)
    before = _events(office, feed)
    owed = {entry.key for entry in _entries(office) if entry.owner.id == "pmqag"}
    assert before.keys() == owed
    assert S11 in before
    office.leave(RoleName.CHAIR, CHAIR, "2018-03-01")
    office.tick("2018-02-28")
    assert _events(office, feed).keys() >= {S11}
    office.tick("2018-03-01")
    assert _events(office, feed) == {}


def test_a_role_that_ends_ends_a_feed_that_is_ready_with_the_day_alone() -> None:
    office = in_memory().store()
    office.leave(RoleName.CHAIR, CHAIR, "2018-02-20")
    office.tick("2018-02-19")
    cache, feed = cache_of(office), a_feed(FeedKind.PERSON, CHAIR)
    assert S11 in read(bytes_of(office, cache, feed))
    office.now = at("2018-02-20")
    assert S11.encode() not in bytes_of(office, cache, feed)


def test_an_event_names_who_leads_its_owner_where_the_planner_does() -> None:
    named = with_body(make_document(), "pmqag", chair="Dr Jo Example <pmqag.chair@example.org>")
    office = in_memory().store(checked(named))
    office.tick("2018-02-01")
    description = _events(office)[S11].description
    assert "From Pmqag Subgroup, chair: Dr Jo Example." in description


def test_an_event_says_what_is_owed_to_whom_for_which_meeting() -> None:
    office = in_memory().store(make_whole())
    office.tick("2018-02-01")
    events = _events(office)
    texts = {key: (each.summary, each.description) for key, each in events.items()}
    assert texts[S11] == (
        "Due: Report s11 (PMQAG to LSCB)",
        (
            "For the LSCB meeting on Thursday 8 March 2018.\nDue Thursday 22 February 2018.\n"
            "In the planner: S.11 Audit."
        ),
    )
    assert texts["lscb/1.1/pmqag/march-2018"] == (
        "Due: Action 1.1, Action 1.1 in short (PMQAG)",
        "Due by the end of March 2018.",
    )
    assert texts["lscb/2.1/cdop/2018-Q1"] == (
        "Review: Action 2.1, Keep panels going (CDOP)",
        (
            "For the BUSINESS-GROUP meeting on Tuesday 20 February 2018.\n"
            "To be looked at again Tuesday 6 February 2018."
        ),
    )
    assert texts["lscb/lscb/lscb/2018-03"] == (
        "LSCB meeting",
        "Cumbria Local Safeguarding Children Board meets.",
    )


def test_what_was_moved_or_extended_says_so_and_what_is_not_needed_too() -> None:
    office = in_memory().store(make_whole())
    office.tick("2018-02-01")
    office.edit(_with_changes({"moved": "2018-03-08", "to": "2018-03-15"}))
    office.extend("lscb/1.1/pmqag/march-2018", "2018-04-20", note="a child is named here")
    office.record("lscb/1.2/pmqag/autumn-2018", Status.WAIVED)
    office.tick("2018-02-02")
    events = _events(office)
    assert events["lscb/lscb/lscb/2018-03"].description.endswith("Moved from 8 March 2018.")
    assert "It was due 22 February 2018 before." in events[S11].description
    assert "The meeting of 8 March 2018 was moved." in events[S11].description
    extended = events["lscb/1.1/pmqag/march-2018"]
    assert extended.start == day("2018-04-20")
    assert extended.description == "Due Friday 20 April 2018.\nIt was due 29 March 2018 before."
    assert events["lscb/1.2/pmqag/autumn-2018"].summary.startswith("Not needed: Action 1.2, ")


def test_what_is_cancelled_or_void_is_left_out() -> None:
    office = in_memory().store()
    office.tick("2018-02-01")
    assert {S11, "lscb/lscb/lscb/2018-03"} <= _events(office).keys()
    office.edit(_with_changes({"cancelled": "2018-03-08", "decided": "2018-02-01"}))
    office.edit(lambda content: content.model_copy(update={"report": ()}))
    office.tick("2018-02-02")
    after = _events(office)
    assert "lscb/lscb/lscb/2018-05" in after
    assert not {S11, "lscb/lscb/lscb/2018-03"} & after.keys()


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Paris", "America/New_York", "UTC"])
def test_a_meeting_is_at_its_own_time_in_any_zone(zone: str) -> None:
    office = in_memory().store(cumbria())
    office.tick("2018-02-01")
    events = read(bytes_of(office, cache_of(office, timezone=zone)))
    for key, clock in (("lscb/lscb/lscb/2018-03", 8), ("lscb/lscb/lscb/2018-07", 12)):
        expected = datetime(2018, int(key[-2:]), clock, 9, 30).astimezone()
        start = events[key].start
        assert isinstance(start, datetime)
        there = start.astimezone(LONDON.zone.__class__(zone))
        assert (there.date(), there.hour, there.minute) == (expected.date(), 9, 30)


def test_titles_of_any_kind_stay_text() -> None:
    office = in_memory().store(
        checked(make_document(report=[make_report(title=HOSTILE, row="BEGIN:VEVENT; <i>x</i>")]))
    )
    office.tick("2018-02-01")
    content = bytes_of(office, cache_of(office))
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    event = read(content)[S11]
    assert event.summary == f"Due: {HOSTILE} (PMQAG to LSCB)"
    assert event.description.endswith("In the planner: BEGIN:VEVENT; <i>x</i>.")


def test_a_stored_title_that_turns_text_around_is_put_straight() -> None:
    office = in_memory().store()
    office.tick("2018-02-01")
    with office.database.write() as connection:
        title = "a\r\nEND:VEVENT\u202eb\u2066c\0"
        connection.execute(update(occurrence).where(occurrence.c.key == S11).values(title=title))
    event = _events(office)[S11]
    assert event.summary == "Due: a END:VEVENT b c (PMQAG to LSCB)"


def test_before_mails_begin_the_calendar_is_there_already() -> None:
    office = in_memory().store(go_live=None)
    office.now = at("2018-02-01")
    assert _events(office).keys() == {entry.key for entry in _entries(office)}


def test_a_feed_reaches_from_a_year_ago_to_the_horizon() -> None:
    office = in_memory().store(cumbria())
    office.tick("2019-06-15")
    days = [event.day for event in _events(office).values()]
    assert day("2018-06-01") <= min(days) < day("2018-06-15")
    assert day("2020-12-01") < max(days) <= day("2020-12-31")


def test_several_boards_have_a_feed_each() -> None:
    office = (
        in_memory()
        .store()
        .store(make_planner("ctb", report=[make_report(to="ctb", when={"meeting": "ctb"})]))
    )
    office.tick("2018-02-01")
    cache = cache_of(office)
    first = read(bytes_of(office, cache))
    second = read(bytes_of(office, cache, a_feed(subject="ctb", board="ctb")))
    assert S11 in first
    assert all(key.startswith("ctb/") for key in second)
    assert len(first) > 10 < len(second)


def test_a_meeting_without_times_lasts_its_day() -> None:
    office = in_memory().store()
    office.tick("2018-02-01")
    meeting = _events(office)["lscb/lscb/lscb/2018-03"]
    assert (meeting.start, meeting.end) == (day("2018-03-08"), day("2018-03-09"))


def _with_changes(*changes: dict[str, Any]) -> Any:
    def change(content: Any) -> Any:
        document = content.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return checked(with_body(document, "lscb", meeting=list(changes)))

    return change


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Cumbria LSCB", "cumbria-lscb.ics"),
        ("Cumbria LSCB: PMQAG", "cumbria-lscb-pmqag.ics"),
        ("LSCB: lscb.chair@example.org", "lscb-lscb-chair-example-org.ics"),
        ('Ärzte – "Rat"\r\n; x=/../y', "arzte-rat-x-y.ics"),
        ("委員会", "calendar.ics"),
        ("a" * 300, f"{'a' * 100}.ics"),
    ],
)
def test_a_feed_is_saved_under_a_name_that_every_system_takes(name: str, file: str) -> None:
    assert file_name(name) == file
