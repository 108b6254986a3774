"""Feeds as Outlook, Apple, Google and Thunderbird read them."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta, timezone
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from ical.calendar_stream import CalendarStream
from icalendar import Calendar

from boardcal.calendar.ical.feed import FeedEvent, calendar_feed, etag, vevent

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2018, 1, 5, 9, tzinfo=UTC)

Reading = tuple[str, date, date]


def make_event(**overrides: Any) -> FeedEvent:
    given: dict[str, Any] = {
        "installation": "5f0c7d1e",
        "key": "lscb/s11-audit/pmqag/2018-03",
        "summary": "Papers due: S.11 Audit",
        "description": "",
        "stamp": NOW,
        "sequence": 0,
    }
    if "starts" not in overrides:
        given["day"] = date(2018, 2, 22)
    return FeedEvent(**(given | overrides))


def make_meeting(day: date, **overrides: Any) -> FeedEvent:
    given = {
        "key": f"lscb/lscb/lscb/{day:%Y-%m}",
        "summary": "LSCB meeting",
        "starts": datetime(day.year, day.month, day.day, 9, 30, tzinfo=LONDON),
        "ends": datetime(day.year, day.month, day.day, 12, 30, tzinfo=LONDON),
    }
    return make_event(**(given | overrides))


def make_feed(*events: FeedEvent, name: str = "Cumbria LSCB") -> bytes:
    return calendar_feed(name, "Europe/London", map(vevent, events))


def lines_of(event: FeedEvent) -> list[str]:
    return vevent(event).decode().replace("\r\n ", "").split("\r\n")


def read_by_icalendar(feed: bytes) -> list[Reading]:
    calendar = Calendar.from_ical(feed)
    assert calendar.errors == [error for event in calendar.events for error in event.errors] == []
    return [(str(each["uid"]), each.start, each.end) for each in calendar.events]


def read_by_ical(feed: bytes) -> list[Reading]:
    [calendar] = CalendarStream.from_ics(feed.decode()).calendars
    return [(each.uid or "", each.start, each.end) for each in calendar.events]


GOLDEN = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//boardcal//Reporting calendar//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Cumbria LSCB\\, PMQAG
NAME:Cumbria LSCB\\, PMQAG
X-WR-TIMEZONE:Europe/London
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:19701025T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:lscb_s11-audit_pmqag_2018-03@5f0c7d1e
DTSTAMP:20180105T090000Z
LAST-MODIFIED:20180105T090000Z
SEQUENCE:2
DTSTART;VALUE=DATE:20180222
DTEND;VALUE=DATE:20180223
TRANSP:TRANSPARENT
X-MICROSOFT-CDO-BUSYSTATUS:FREE
SUMMARY:Papers due: S.11 Audit\\; findings – “Safeguarding”\\, March Bo
 ard
DESCRIPTION:From PMQAG to the LSCB.\\nPapers ten working days before the mee
 ting.
CATEGORIES:Report
URL:https://boardcal.example.org/occurrences/lscb/s11-audit/pmqag/2018-03?f
 rom=feed
END:VEVENT
BEGIN:VEVENT
UID:lscb_lscb_lscb_2018-07@5f0c7d1e
DTSTAMP:20180105T090000Z
LAST-MODIFIED:20180105T090000Z
SEQUENCE:0
DTSTART;TZID=Europe/London:20180712T093000
DTEND;TZID=Europe/London:20180712T123000
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
SUMMARY:LSCB meeting
LOCATION:Council Chamber\\, Kendal
END:VEVENT
END:VCALENDAR
"""


def test_a_small_feed_is_written_to_the_byte() -> None:
    papers = make_event(
        summary="Papers due: S.11 Audit; findings – “Safeguarding”, March Board",
        description="From PMQAG to the LSCB.\nPapers ten working days before the meeting.",
        sequence=2,
        url="https://boardcal.example.org/occurrences/lscb/s11-audit/pmqag/2018-03?from=feed",
        categories=("Report",),
    )
    meeting = make_meeting(date(2018, 7, 12), location="Council Chamber, Kendal")
    feed = make_feed(papers, meeting, name="Cumbria LSCB, PMQAG")
    assert feed.decode() == GOLDEN.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        (date(2018, 1, 11), 9),
        (date(2018, 3, 8), 9),
        (date(2018, 7, 12), 8),
        (date(2018, 11, 8), 9),
        (date(2026, 1, 8), 9),
        (date(2026, 7, 9), 8),
        (date(2026, 11, 12), 9),
    ],
)
def test_meetings_of_winter_and_summer_are_read_alike(day: date, hour: int) -> None:
    feed = make_feed(make_meeting(day))
    starts = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
    expected = [(f"lscb_lscb_lscb_{day:%Y-%m}@5f0c7d1e", starts, starts + timedelta(hours=3))]
    assert read_by_icalendar(feed) == expected
    assert read_by_ical(feed) == expected
    # A client that knows no zones has the one that the feed brings.
    brought = tzical(StringIO(feed.decode())).get("Europe/London")
    wall = datetime(day.year, day.month, day.day, 9, 30, tzinfo=brought)
    assert wall.astimezone(UTC) == starts


@pytest.mark.parametrize("day", [date(2018, 2, 22), date(2018, 12, 31), date(2020, 2, 28)])
def test_a_due_date_lasts_its_day_and_leaves_it_free(day: date) -> None:
    event = make_event(day=day)
    feed = make_feed(event)
    expected = [(event.uid, day, day + timedelta(days=1))]
    assert read_by_icalendar(feed) == read_by_ical(feed) == expected
    lines = lines_of(event)
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}" in lines
    assert {"TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"} <= set(lines)


def test_a_meeting_is_busy_and_never_floats() -> None:
    lines = lines_of(make_meeting(date(2018, 3, 8)))
    assert "DTSTART;TZID=Europe/London:20180308T093000" in lines
    assert "TRANSP:TRANSPARENT" not in lines
    assert "X-MICROSOFT-CDO-BUSYSTATUS:FREE" not in lines


def test_a_thousand_events_keep_their_identities_in_both_parsers() -> None:
    first = date(2018, 1, 1)
    events = [
        make_event(key=f"lscb/r-{n}/pmqag/x", day=first + timedelta(days=n)) for n in range(1000)
    ]
    feed = make_feed(*events)
    expected = [(each.uid, each.day, (each.day or first) + timedelta(days=1)) for each in events]
    assert read_by_icalendar(feed) == read_by_ical(feed) == expected


@pytest.mark.parametrize("name", ["Cumbria LSCB", "", "Ä" * 200, "a\r\nMETHOD:REQUEST"])
def test_an_empty_feed_is_a_calendar_with_its_zone(name: str) -> None:
    feed = make_feed(name=name)
    assert read_by_icalendar(feed) == read_by_ical(feed) == []
    calendar = Calendar.from_ical(feed)
    assert [each.name for each in calendar.subcomponents] == ["VTIMEZONE"]
    assert calendar["x-wr-calname"] == calendar["name"] == name.replace("\r\n", " ")
    assert calendar["method"] == "PUBLISH"


@pytest.mark.parametrize(
    "line",
    [
        "BEGIN:VALARM",
        "BEGIN:VTODO",
        "ATTENDEE",
        "RDATE",
        "STATUS:",
        "METHOD:REQUEST",
    ],
)
def test_what_clients_drop_or_misread_is_in_no_feed(line: str) -> None:
    text = f"\r\n{line}"
    feed = make_feed(make_event(summary=text, description=text), make_meeting(date(2018, 3, 8)))
    assert text.encode() not in feed


def test_the_stamp_is_the_same_instant_in_any_zone() -> None:
    summer = datetime(2018, 7, 5, 9, 30, 15, 999999, tzinfo=LONDON)
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    block = vevent(make_event(stamp=summer))
    assert b"\r\nDTSTAMP:20180705T083015Z\r\nLAST-MODIFIED:20180705T083015Z\r\n" in block
    assert vevent(make_event(stamp=summer.astimezone(kathmandu))) == block


def test_the_same_calendar_gives_the_same_bytes() -> None:
    def build() -> bytes:
        return make_feed(make_event(), make_meeting(date(2018, 3, 8), categories=("Meeting",)))

    assert build() == build()


def test_a_change_raises_the_sequence_and_keeps_the_identity() -> None:
    before, after = make_event(), make_event(day=date(2018, 3, 1), sequence=1)
    assert before.uid == after.uid
    assert "SEQUENCE:1" in lines_of(after)
    assert etag(make_feed(before)) != etag(make_feed(after))


@pytest.mark.parametrize("owner", ["a" * 60, "a" * 300, "é" * 120])
def test_an_identity_fits_what_every_reader_keeps(owner: str) -> None:
    uids = {make_event(key=f"lscb/s11/{owner}/{period}").uid for period in ("2018", "2019")}
    assert len(uids) == 2
    assert all(len(uid.encode()) <= 255 and uid.endswith("@5f0c7d1e") for uid in uids)


KEYS = ["a/b/c", "a_b/c", "a/b_c", "a%2Fb/c", "a b/c", "a:b?c#d", "lscb/2.1/a;b/1 July, \\ @ home"]


@pytest.mark.parametrize("key", KEYS)
def test_an_identity_can_name_a_file_and_an_address(key: str) -> None:
    event = make_event(key=key)
    assert re.fullmatch(r"[A-Za-z0-9._-]+@5f0c7d1e", event.uid)
    feed = make_feed(event)
    assert [uid for uid, _, _ in read_by_icalendar(feed)] == [event.uid]
    assert [uid for uid, _, _ in read_by_ical(feed)] == [event.uid]


def test_different_keys_have_different_identities() -> None:
    assert len({make_event(key=key).uid for key in KEYS}) == len(KEYS)


def test_a_time_zone_that_no_event_needs_is_not_described() -> None:
    assert b"VTIMEZONE" not in make_feed(make_event())
    assert b"BEGIN:VTIMEZONE" in make_feed(make_event(), make_meeting(date(2018, 3, 8)))


def test_an_entity_tag_is_strong_and_names_the_bytes() -> None:
    feed = make_feed(make_event())
    assert etag(feed) == f'"{hashlib.sha256(feed).hexdigest()}"'
    assert etag(feed) != etag(feed + b" ")


STARTS, ENDS = (
    datetime(2018, 3, 8, 9, 30, tzinfo=LONDON),
    datetime(2018, 3, 8, 12, 30, tzinfo=LONDON),
)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"installation": ""}, "cannot be an installation's id"),
        ({"installation": "a@b"}, "cannot be an installation's id"),
        ({"installation": "a\r\nb"}, "cannot be an installation's id"),
        ({"key": ""}, "cannot be the key of an event"),
        ({"key": "a\r\nEND:VEVENT"}, "cannot be the key of an event"),
        ({"key": "a\ud83d"}, "cannot be the key of an event"),
        ({"stamp": NOW.replace(tzinfo=None)}, "has no time zone"),
        ({"sequence": -1}, "-1 cannot be a sequence number"),
        ({"sequence": 2**31}, "2147483648 cannot be a sequence number"),
        ({"url": ""}, "is not a web address"),
        ({"url": "javascript:alert(1)"}, "is not a web address"),
        ({"url": "https://example.org/a\r\nb"}, "is not a web address"),
        ({"day": None}, "an event lasts all of one day, or it starts and ends"),
        ({"day": NOW}, "an event lasts all of one day, or it starts and ends"),
        ({"starts": STARTS}, "an event lasts all of one day, or it starts and ends"),
        ({"day": STARTS.date(), "starts": STARTS, "ends": ENDS}, "all of one day, or it starts"),
        ({"starts": STARTS, "ends": STARTS}, "is not after it starts"),
        ({"starts": ENDS, "ends": STARTS}, "is not after it starts"),
        (
            {"starts": STARTS.replace(tzinfo=None), "ends": ENDS},
            "not in the time zone of one place",
        ),
        ({"starts": STARTS.astimezone(UTC), "ends": ENDS.astimezone(UTC)}, "zone of one place"),
        ({"starts": STARTS, "ends": ENDS.astimezone(PARIS)}, "not in the time zone of one place"),
    ],
)
def test_what_a_feed_cannot_hold_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make_event(**wrong)


def test_a_meeting_in_another_zone_than_the_feeds_is_refused() -> None:
    paris = make_event(starts=STARTS.astimezone(PARIS), ends=ENDS.astimezone(PARIS))
    with pytest.raises(ValueError, match="an event of the feed is not in the time zone Europe/Lon"):
        make_feed(make_meeting(date(2018, 3, 8)), paris)
    assert read_by_icalendar(calendar_feed("Paris", "Europe/Paris", [vevent(paris)]))
