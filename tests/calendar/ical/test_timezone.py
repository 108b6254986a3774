"""Time zones in a feed: what two rules can say, read back by three readers of VTIMEZONE."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from io import StringIO
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.tz import tzical
from ical.calendar import Calendar as OtherCalendar
from ical.calendar_stream import CalendarStream
from ical.timezone import IcsTimezoneInfo
from icalendar import Calendar

from boardcal.calendar.ical.feed import calendar_feed
from boardcal.calendar.ical.timezone import vtimezone

# Days beside the changes of clocks, and far from them.
DAYS = (
    (1, 11),
    (3, 24),
    (3, 25),
    (3, 26),
    (3, 31),
    (7, 12),
    (10, 27),
    (10, 28),
    (10, 29),
    (11, 30),
)
YEARS = (2017, 2018, 2026, 2037)
EUROPE = (
    *("Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Paris", "Europe/Helsinki"),
    *("Europe/Gibraltar", "Atlantic/Azores", "Antarctica/Troll"),
)
UNCHANGING = ("UTC", "Atlantic/Reykjavik", "Europe/Istanbul", "Asia/Kolkata", "America/Phoenix")

Read = Callable[[str], tzinfo]

LONDON = """\
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
"""


def noons() -> list[datetime]:
    return [datetime(year, month, day, 12) for year in YEARS for month, day in DAYS]  # noqa: DTZ001


def by_dateutil(zone: str) -> tzinfo:
    found = tzical(StringIO(vtimezone(zone).decode())).get()
    assert found is not None
    return found


def by_icalendar(zone: str) -> tzinfo:
    [component] = Calendar.from_ical(calendar_feed("", zone, [])).timezones
    found: tzinfo = component.to_tz(lookup_tzid=False)
    return found


def by_ical(zone: str) -> tzinfo:
    read: OtherCalendar = CalendarStream.from_ics(calendar_feed("", zone, []).decode()).calendars[0]
    return IcsTimezoneInfo.from_timezone(read.timezones[0])


def test_london_is_written_to_the_byte() -> None:
    assert vtimezone("Europe/London") == LONDON.replace("\n", "\r\n").encode()


def wrong_noons(zone: str, found: tzinfo) -> list[datetime]:
    place = ZoneInfo(zone)
    return [
        noon
        for noon in noons()
        if noon.replace(tzinfo=found).utcoffset() != noon.replace(tzinfo=place).utcoffset()
    ]


@pytest.mark.parametrize("zone", EUROPE)
@pytest.mark.parametrize("read", [by_dateutil, by_icalendar, by_ical])
def test_every_reader_finds_when_the_clocks_change(zone: str, read: Read) -> None:
    assert wrong_noons(zone, read(zone)) == []


# The package ical takes no zone without a rule from a feed: it uses its own.
@pytest.mark.parametrize("zone", UNCHANGING)
@pytest.mark.parametrize("read", [by_dateutil, by_icalendar])
def test_a_zone_that_never_changes_is_read(zone: str, read: Read) -> None:
    assert wrong_noons(zone, read(zone)) == []


@pytest.mark.parametrize(
    ("zone", "wall", "hours"),
    [
        ("Europe/London", datetime(2018, 3, 25, 0, 59), 0),  # noqa: DTZ001
        ("Europe/London", datetime(2018, 3, 25, 2, 0), 1),  # noqa: DTZ001
        ("Europe/London", datetime(2018, 10, 28, 0, 59), 1),  # noqa: DTZ001
        ("Europe/London", datetime(2018, 10, 28, 2, 0), 0),  # noqa: DTZ001
        ("Europe/Paris", datetime(2018, 3, 25, 1, 59), 1),  # noqa: DTZ001
        ("Europe/Paris", datetime(2018, 3, 25, 3, 0), 2),  # noqa: DTZ001
        ("Europe/Paris", datetime(2018, 10, 28, 1, 59), 2),  # noqa: DTZ001
        ("Europe/Paris", datetime(2018, 10, 28, 3, 0), 1),  # noqa: DTZ001
        ("Atlantic/Azores", datetime(2018, 3, 24, 23, 59), -1),  # noqa: DTZ001
        ("Atlantic/Azores", datetime(2018, 3, 25, 1, 0), 0),  # noqa: DTZ001
    ],
)
def test_clocks_change_at_the_hour_of_the_place(zone: str, wall: datetime, hours: int) -> None:
    expected = timedelta(hours=hours)
    assert wall.replace(tzinfo=ZoneInfo(zone)).utcoffset() == expected
    assert wall.replace(tzinfo=by_dateutil(zone)).utcoffset() == expected


@pytest.mark.parametrize("zone", EUROPE)
def test_a_zone_that_changes_has_one_part_of_each_kind(zone: str) -> None:
    text = vtimezone(zone).decode()
    assert text.count("BEGIN:STANDARD") == text.count("BEGIN:DAYLIGHT") == 1
    assert text.count("RRULE:") == 2
    assert "RDATE" not in text


@pytest.mark.parametrize("zone", UNCHANGING)
def test_a_zone_that_never_changes_has_one_part(zone: str) -> None:
    text = vtimezone(zone).decode()
    assert (text.count("BEGIN:STANDARD"), text.count("BEGIN:DAYLIGHT")) == (1, 0)
    assert "RRULE" not in text


def test_every_zone_is_right_or_refused() -> None:
    accepted: dict[bytes, str] = {}
    for zone in sorted(available_timezones()):
        try:
            text = vtimezone(zone)
        except ValueError:
            continue
        # Zones with the same offsets are read once.
        accepted.setdefault(text.replace(zone.encode(), b""), zone)
    wrong = {zone for zone in accepted.values() if wrong_noons(zone, by_dateutil(zone))}
    assert len(accepted) > len(EUROPE)
    assert wrong == set()


@pytest.mark.parametrize(
    "zone",
    ["America/New_York", "Australia/Sydney", "Africa/Casablanca", "Asia/Gaza", "Europe/Chisinau"],
)
def test_a_zone_with_other_rules_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="clocks change") as error:
        vtimezone(zone)
    assert str(error.value) == (
        f"a feed cannot say when the clocks change in {zone}; it can for zones that change them "
        "with Europe/London, and for those that never do"
    )


@pytest.mark.parametrize("zone", ["GMT", "Etc/GMT", "GMT0", "Etc/GMT-1"])
def test_a_zone_that_outlook_cannot_read_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="Outlook for Mac") as error:
        vtimezone(zone)
    assert str(error.value) == (
        f'Outlook for Mac cannot read the time zone "{zone}"; use that of a place, such as '
        "Europe/London"
    )


@pytest.mark.parametrize("zone", ["Europe/Carlisle", "", "../etc/passwd", "Europe", "a\r\nb", "\0"])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone; use one such as Europe/London"):
        vtimezone(zone)
