"""How often each event of the feeds has changed, and when: SEQUENCE and LAST-MODIFIED.

Calendar programs leave a change unread that does not raise SEQUENCE. The planner keeps no
history of its own, so what an event said when it was last read is noted, and that it went out
of the feeds; what changed since counts once. Numbers are seconds since the Board's planner first
came in: a change made after a backup was brought back is later than all that was made before it,
so its number is greater.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ...calendar.ical.feed import LARGEST_SEQUENCE
from ...storage.feeds.published_events import (
    GONE,
    BoardMoments,
    Published,
    board_moments,
    changed_at,
    published_events,
    returned_at,
    save_published,
)
from .event_text import EventWords

MEETING = "Meeting"
ONE_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class FeedChanges:
    """The published versions of one Board's events; those not stored yet are in `unsaved`."""

    board: str
    unsaved: dict[str, Published] = field(default_factory=dict)
    _known: dict[str, Published] = field(default_factory=dict)

    def publish(self, connection: Connection, events: Iterable[EventWords]) -> dict[str, Published]:
        """The number and the last change of each event, by key, having noted what it says now."""
        texts = {text.key: text for text in events}
        noted = published_events(connection, self.board)
        for key, ours in (self._known | self.unsaved).items():
            # Ours may be newer than what is saved, another daemon's newer than ours.
            if key not in noted or noted[key].sequence < ours.sequence:
                noted[key] = ours
        moments = board_moments(connection, self.board)
        returned = returned_at(connection, self.board)
        fresh = {
            _subject(text)
            for key, text in texts.items()
            if key not in noted or noted[key].digest != text.digest
        }
        own = changed_at(connection, self.board, fresh)
        published = {
            key: _published(
                text,
                noted.get(key),
                own.get(_subject(text)),
                returned.get(_as_returned(text)),
                moments,
            )
            for key, text in texts.items()
        }
        gone = {key: _gone(event) for key, event in noted.items() if key not in texts}
        self._known = published | gone
        self.unsaved |= {
            key: event for key, event in self._known.items() if event != noted.get(key)
        }
        return published

    def save(self, connection: Connection) -> None:
        """Stores what was noted since the last time."""
        save_published(connection, self.board, self.unsaved)


def _subject(event: EventWords) -> str:
    """What its changes are noted under: its key, or the body that meets."""
    return event.key.split("/")[1] if event.category == MEETING else event.key


def _as_returned(event: EventWords) -> str:
    """The name under which it is noted that the event takes place after all."""
    if event.category != MEETING:
        return event.key
    day = event.day or (event.starts and event.starts.date())
    return f"{_subject(event)} {day}"


def _published(
    event: EventWords,
    known: Published | None,
    own: datetime | None,
    returned: datetime | None,
    moments: BoardMoments,
) -> Published:
    hold = moments.hold or moments.first
    if known is None:
        at = moments.first if own is None or not _can_be_its_own(event) else own
        at = max(at, hold)
        number = _seconds(at, moments)
    else:
        # Called off and held after all, it may have been seen to go in between.
        again = None if returned is None or returned <= known.changed_at else returned
        if known.digest != event.digest:
            # Its own change, or one of the planner that it follows.
            at = own if own is not None and own > known.changed_at else moments.last
        elif again is None and hold <= known.changed_at:
            return known
        else:
            at = again or hold
        # Programs compare whole seconds: none is used for two versions.
        at = max(at, hold, known.changed_at + ONE_SECOND)
        number = max(_seconds(at, moments), known.sequence + 1)
    return Published(digest=event.digest, sequence=min(number, LARGEST_SEQUENCE), changed_at=at)


def _gone(event: Published) -> Published:
    """The event out of the feeds: where it comes back, it is a new version of it."""
    if event.digest == GONE:
        return event
    return replace(event, digest=GONE, sequence=min(event.sequence + 1, LARGEST_SEQUENCE))


def _seconds(at: datetime, moments: BoardMoments) -> int:
    return max(int((at - moments.first).total_seconds()), 0)


def _can_be_its_own(event: EventWords) -> bool:
    """Whether a change that is noted can be this event's: of a body's meetings some are moved."""
    return event.category != MEETING or "\n" in event.description or "/added-" in event.key
