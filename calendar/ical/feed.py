"""Feeds that Outlook, Apple, Google and Thunderbird show alike (RFC 5545 and 7986).

Written by hand: ready blocks of text are joined where a package would build a tree of objects
for each reader, and packages write time zones that some clients misread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from .content_lines import content_line, escaped, headline, one_line, plain
from .timezone import vtimezone

PRODID = "-//boardcal//Reporting calendar//EN"


# A hint: each client polls as it likes, Outlook on the web every few hours.
REFRESH = "PT1H"
LONGEST_UID = 255  # octets that every reader must keep: RFC 7986 5.3


# Servers name files and addresses by the UID: no slash, and nothing that has to be escaped there.
KEY = re.compile(r"[A-Za-z0-9.-]+(?:/[A-Za-z0-9.-]+)*")
LARGEST_SEQUENCE = 2**31 - 1  # RFC 5545 3.3.8
INSTALLATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
ADDRESS = re.compile(r"https?://[!-~]+")
STARTS = b"\r\nDTSTART;TZID="
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """One event of a feed: all of `day`, or from `starts` to `ends`.

    `key` names the event for good within the `installation`. `starts` and `ends` are in the
    Board's own zone; of an hour that comes twice the first is meant. `stamp` is when the event
    last changed, and `sequence` rises each time. ValueError for what a feed cannot hold.
    """

    installation: str
    key: str
    summary: str
    description: str
    stamp: datetime
    sequence: int
    day: date | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    location: str | None = None
    url: str | None = None
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if INSTALLATION.fullmatch(self.installation) is None:
            raise ValueError(f"{self.installation!r} cannot be an installation's id")
        if not (self.key and self.key.isprintable()):
            raise ValueError(f"{self.key!r} cannot be the key of an event")
        if self.stamp.tzinfo is None:
            raise ValueError(f"{self.stamp!r} has no time zone")
        if not 0 <= self.sequence <= LARGEST_SEQUENCE:
            raise ValueError(f"{self.sequence} cannot be a sequence number")
        if self.url is not None and ADDRESS.fullmatch(self.url) is None:
            raise ValueError(f"{self.url!r} is not a web address")
        _when(self)

    @property
    def uid(self) -> str:
        """The same in every feed of this installation and for ever: "lscb_s11_pmqag_2018@…"."""
        uid = f"{self.key.replace('/', '_')}@{self.installation}"
        if len(uid) <= LONGEST_UID and KEY.fullmatch(self.key):
            return uid
        return f"{sha256(self.key.encode()).hexdigest()}@{self.installation}"


def vevent(event: FeedEvent) -> bytes:
    """The VEVENT of `event`: the same bytes for the same event.

    What lasts all day leaves its day free, as a due date should; a timed event is busy.
    """
    stamp = _digits(event.stamp.astimezone(UTC)) + "Z"
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"DTSTAMP:{stamp}",
        f"LAST-MODIFIED:{stamp}",
        f"SEQUENCE:{event.sequence}",
        *_when(event),
        f"SUMMARY:{escaped(headline(event.summary))}",
    ]
    if description := plain(event.description):
        lines.append(f"DESCRIPTION:{escaped(description)}")
    if location := headline(event.location or ""):
        lines.append(f"LOCATION:{escaped(location)}")
    if categories := [escaped(one_line(category)) for category in event.categories]:
        lines.append(f"CATEGORIES:{','.join(categories)}")
    if event.url is not None:
        lines.append(f"URL:{event.url}")
    lines.append("END:VEVENT")
    return b"".join([content_line(line) for line in lines])


def calendar_feed(name: str, zone: str, blocks: Iterable[bytes]) -> bytes:
    """The feed of a calendar called `name`, made of ready VEVENT blocks, which may be none.

    ValueError where an event is in another zone than `zone`, or `zone` cannot be written.
    """
    called = escaped(one_line(name))
    head = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{called}",
        f"NAME:{called}",
        f"X-WR-TIMEZONE:{zone}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    )
    described, events = vtimezone(zone), b"".join(blocks)
    timed = events.count(STARTS)
    if timed != events.count(STARTS + f"{zone}:".encode()):
        raise ValueError(f"an event of the feed is not in the time zone {zone}")
    # A calendar holds one component at least (RFC 5545 3.4); else a zone is there to be used.
    zones = [described] if timed or not events else []
    return b"".join([*map(content_line, head), *zones, events, content_line("END:VCALENDAR")])


def etag(feed: bytes) -> str:
    """The strong entity tag of a feed, quoted as in the header (RFC 9110 8.8.3)."""
    return f'"{sha256(feed).hexdigest()}"'


def _when(event: FeedEvent) -> tuple[str, ...]:
    """The lines that say when; ValueError where the event says nothing clear."""
    match event.day, event.starts, event.ends:
        case date() as day, None, None if not isinstance(day, datetime):
            return (
                f"DTSTART;VALUE=DATE:{_digits(day)}",
                # The same day again is shown as midnight by Outlook.
                f"DTEND;VALUE=DATE:{_digits(day + ONE_DAY)}",
                "TRANSP:TRANSPARENT",
                "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
            )
        case None, datetime() as starts, datetime() as ends:
            zone = _zone_of(starts, ends)
            return (
                f"DTSTART;TZID={zone}:{_digits(starts)}",
                f"DTEND;TZID={zone}:{_digits(ends)}",
                "TRANSP:OPAQUE",
                "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
            )
        case _:
            raise ValueError("an event lasts all of one day, or it starts and ends")


def _zone_of(starts: datetime, ends: datetime) -> str:
    zone, other = starts.tzinfo, ends.tzinfo
    if not (isinstance(zone, ZoneInfo) and isinstance(other, ZoneInfo) and zone.key == other.key):
        raise ValueError(f"{starts!r} and {ends!r} are not in the time zone of one place")
    if ends <= starts:
        raise ValueError(f"{ends!r}, when the event ends, is not after it starts ({starts!r})")
    return zone.key


def _digits(when: date) -> str:
    """A date, or a date and a time without its offset (RFC 5545 3.3.4 and 3.3.5)."""
    return when.isoformat()[:19].replace("-", "").replace(":", "")
