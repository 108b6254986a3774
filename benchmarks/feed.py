"""A feed of a thousand events: boardcal's text against the icalendar package building the same."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice, product
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

from boardcal.calendar.ical.feed import PRODID, FeedEvent, calendar_feed, vevent
from boardcal.calendar.ical.timezone import vtimezone

EVENTS = 1_000
RUNS = 5
NAME, ZONE = "Cumbria LSCB", "Europe/London"
PLACE = ZoneInfo(ZONE)
BODIES = ("lscb", "business-group", "pmqag", "cdop", "case-review")
REPORT = (
    "Papers are due ten working days before the meeting of the Board on Thursday 8 March 2018.\n"
    "From PMQAG to the LSCB; the planner says: “Annual report – March of each year”."
)


def events() -> list[FeedEvent]:
    """A thousand events over four years, one in five a meeting, the others due dates."""
    days = (date(2018, 1, 1) + timedelta(days=7 * week) for week in range(EVENTS // len(BODIES)))
    return [_event(day, body) for day, body in islice(product(days, BODIES), EVENTS)]


def _event(day: date, body: str) -> FeedEvent:
    stamp = datetime(2018, 1, 5, 9, tzinfo=UTC)
    if body == BODIES[0]:
        return FeedEvent(
            installation="5f0c7d1e", key=f"lscb/{body}/{body}/{day}", stamp=stamp, sequence=1,
            summary="LSCB meeting", description="The Board meets.",
            starts=datetime(day.year, day.month, day.day, 9, 30, tzinfo=PLACE),
            ends=datetime(day.year, day.month, day.day, 12, 30, tzinfo=PLACE),
            url="https://boardcal.example.org/meetings",
        )  # fmt: skip
    return FeedEvent(
        installation="5f0c7d1e", key=f"lscb/s11-audit/{body}/{day}", stamp=stamp, sequence=2,
        summary="Papers due: Safeguarding Section 11 Audit; findings, actions and lessons",
        description=REPORT, day=day, url="https://boardcal.example.org/occurrences",
    )  # fmt: skip


def by_boardcal(feed_events: list[FeedEvent]) -> bytes:
    """The feed as boardcal writes it where nothing is cached."""
    return calendar_feed(NAME, ZONE, map(vevent, feed_events))


def by_icalendar(feed_events: list[FeedEvent]) -> bytes:
    """The same feed, property by property, from the icalendar package."""
    feed = Calendar()
    for name, value in (("version", "2.0"), ("prodid", PRODID), ("calscale", "GREGORIAN")):
        feed.add(name, value)
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", NAME)
    feed.add("name", NAME)
    feed.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    feed.add_component(Timezone.from_ical(vtimezone(ZONE)))
    for entry in feed_events:
        feed.add_component(_by_icalendar(entry))
    built: bytes = feed.to_ical()
    return built


def _by_icalendar(entry: FeedEvent) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.stamp)
    event.add("last-modified", entry.stamp)
    event.add("sequence", entry.sequence)
    if entry.day is None:
        event.add("dtstart", entry.starts)
        event.add("dtend", entry.ends)
    else:
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
    event.add("transp", "OPAQUE" if entry.day is None else "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "BUSY" if entry.day is None else "FREE")
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("url", entry.url)
    return event


def measure() -> tuple[float, float, float]:
    """Seconds that icalendar and boardcal take to build the feed, and that joining blocks takes.

    Each is the median of five runs that take turns, after one to warm up.
    """
    feed_events = events()
    blocks = [vevent(event) for event in feed_events]
    assert _read(by_icalendar(feed_events)) == _read(by_boardcal(feed_events))
    ways: list[Callable[[], bytes]] = [
        lambda: by_icalendar(feed_events),
        lambda: by_boardcal(feed_events),
        lambda: calendar_feed(NAME, ZONE, blocks),
    ]
    rounds = [[_seconds(way) for way in ways] for _ in range(RUNS)]
    theirs, ours, joined = (statistics.median(times) for times in zip(*rounds, strict=True))
    return theirs, ours, joined


def _seconds(build: Callable[[], bytes]) -> float:
    began = time.perf_counter()
    build()
    return time.perf_counter() - began


def _read(feed: bytes) -> list[list[tuple[str, bytes]]]:
    """Every property of every event, so that both are known to build the same."""
    return [
        sorted((name, value.to_ical()) for name, value in event.items())
        for event in Calendar.from_ical(feed).walk("VEVENT")
    ]


if __name__ == "__main__":
    theirs, ours, joined = measure()
    print(f"icalendar {theirs * 1000:.1f} ms, boardcal {ours * 1000:.1f} ms", end=" ")
    print(f"({theirs / ours:.1f} times faster), ready blocks {joined * 1000:.2f} ms")
