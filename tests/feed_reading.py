"""Feeds as two independent parsers read them, and a cache to take them from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ical.calendar_stream import CalendarStream
from icalendar import Calendar

from boardcal.queries.feeds.feed_contents import FeedCache
from boardcal.scheduler.installation import Installation
from boardcal.settings.load import LoadedSettings, Settings
from boardcal.storage.feeds.feeds import Feed, FeedKind

from .factories import at

if TYPE_CHECKING:
    from .office import Office


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event of a feed: its key, when it is, and how often and when it changed."""

    key: str
    start: date
    end: date
    summary: str
    description: str
    sequence: int
    stamp: datetime

    @property
    def day(self) -> date:
        """The day on which it begins, as people in London see it."""
        return self.start.date() if isinstance(self.start, datetime) else self.start


def cache_of(office: Office, **settings: Any) -> FeedCache:
    """The feeds of an office, with nothing ready yet: as after a start of the daemon."""
    loaded = LoadedSettings(
        settings=Settings.model_validate(settings, context={"folder": Path("/nowhere")}),
        file=None,
        folder=Path("/nowhere"),
        variables=(),
    )
    installation = Installation(loaded=loaded, database=office.database, clock=lambda: office.now)
    return FeedCache(installation)


def a_feed(kind: FeedKind = FeedKind.BOARD, subject: str = "lscb", board: str = "lscb") -> Feed:
    """A feed that can be fetched."""
    return Feed(
        id=1,
        board=board,
        kind=kind,
        subject=subject,
        made_at=at("2018-01-01"),
        made_by="secretariat@example.org",
        fetched_on=None,
        revoked_at=None,
    )


def bytes_of(office: Office, cache: FeedCache, feed: Feed | None = None) -> bytes:
    """A feed as it is fetched now, the Board's unless told otherwise."""
    with office.database.read() as connection:
        body = cache.body_of(connection, feed or a_feed())
    if body is None:
        raise LookupError(feed)
    return body.content


def read(feed: bytes) -> dict[str, Event]:
    """The events of a feed by key, alike in both parsers."""
    calendar = Calendar.from_ical(feed)
    assert calendar.errors == [error for event in calendar.events for error in event.errors] == []
    read_events = [
        Event(
            key=_key(str(event["uid"])),
            start=event.start,
            end=event.end,
            summary=str(event["summary"]),
            description=str(event["description"]),
            sequence=int(str(event["sequence"])),
            stamp=event.DTSTAMP,
        )
        for event in calendar.events
    ]
    [other] = CalendarStream.from_ics(feed.decode()).calendars
    assert [(_key(event.uid or ""), event.start, event.end) for event in other.events] == [
        (event.key, event.start, event.end) for event in read_events
    ]
    assert [event.sequence for event in other.events] == [event.sequence for event in read_events]
    events = {event.key: event for event in read_events}
    assert len(events) == len(read_events)
    return events


def _key(uid: str) -> str:
    """The key that a UID was made of: the ids in it hold no "_"."""
    return uid.rpartition("@")[0].replace("_", "/")
