"""The contents of feeds: which events each holds, as the bytes that are sent."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from ...calendar.ical.feed import FeedEvent, calendar_feed, etag, vevent
from ...calendar.planner.model import Planner
from ...calendar.status import Status
from ...scheduler.installation import Installation
from ...scheduler.planning.board_view import BoardView
from ...scheduler.planning.plan import horizon_of
from ...storage.accounts.accounts import AccountError, Role, account_named
from ...storage.boards import board_row
from ...storage.change_log import newest_change_number
from ...storage.feeds.feeds import Feed, FeedKind
from ...storage.feeds.published_events import Published
from ...storage.installation import installation_id
from ...wording.names import Names
from ..calendar.entries import CalendarEntry, upcoming
from .event_text import EventWords, event_words, feed_zone
from .event_versions import FeedChanges

# A year back people still look up when they met; older dates only make a feed slow.
MONTHS_BACK = 12


# A feed of a thousand events is half a megabyte.
MOST_BYTES = 16_000_000
MOST_BOARDS = 20
WORD = re.compile("[a-z0-9]+")
LONGEST_FILE_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBody:
    """A feed as it is sent, with the tag that names its bytes, and a name to save it under."""

    content: bytes
    etag: str
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardEvent:
    """An event of a Board: its entry in the calendar, and its VEVENT."""

    entry: CalendarEntry
    block: bytes


@dataclass(slots=True)
class _BoardEvents:
    """One Board's events, made anew where its calendar changed, and kept where they did not."""

    changes: FeedChanges
    version: Hashable = None
    events: tuple[BoardEvent, ...] = ()
    blocks: dict[str, tuple[Published, bytes]] = field(default_factory=dict)


class FeedCache:
    """The feeds of an installation, kept in memory until something in them changes.

    Looking changes nothing in the database; `save` notes which events were published, so that
    their numbers rise after a restart too.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._busy = threading.Lock()
        self._boards: OrderedDict[str, _BoardEvents] = OrderedDict()
        self._ready: OrderedDict[Hashable, tuple[Hashable, FeedBody]] = OrderedDict()
        self._bytes = 0

    def body_of(self, connection: Connection, feed: Feed) -> FeedBody | None:
        """A feed as it is now; None where its Board is gone."""
        row = board_row(connection, feed.board)
        if row is None:
            return None
        with self._busy:
            view = self._installation.view(connection, row)
            board = self._board(connection, view)
            name = feed_name(feed, view.names)
            is_in = _choice(feed, view)
            asked = (feed.kind, feed.board, feed.subject)
            # Whose dates are in it can change with the day alone, as roles begin and end.
            version = (board.version, _bodies(feed, view), name)
            known = self._ready.get(asked)
            if known is None or known[0] != version:
                chosen = (event.block for event in board.events if is_in(event))
                zone = feed_zone(self._installation.settings.zone).key
                content = calendar_feed(name, zone, chosen)
                body = FeedBody(content=content, etag=etag(content), file_name=file_name(name))
                known = (version, body)
                self._keep(asked, known)
            self._ready.move_to_end(asked)
            return known[1]

    def save(self) -> bool:
        """Notes which events were published since the last time; whether there were any."""
        with self._busy:
            waiting = [board.changes for board in self._boards.values() if board.changes.unsaved]
            if not waiting:
                return False
            with self._installation.database.write() as connection:
                for changes in waiting:
                    changes.save(connection)
            for changes in waiting:
                changes.unsaved.clear()
        return True

    def _keep(self, asked: Hashable, made: tuple[Hashable, FeedBody]) -> None:
        before = self._ready.pop(asked, None)
        if before is not None:
            self._bytes -= len(before[1].content)
        self._ready[asked] = made
        self._bytes += len(made[1].content)
        while self._bytes > MOST_BYTES and len(self._ready) > 1:
            _, (_, oldest) = self._ready.popitem(last=False)
            self._bytes -= len(oldest.content)

    def _board(self, connection: Connection, view: BoardView) -> _BoardEvents:
        row, horizon_months = view.row, self._installation.settings.schedule.horizon_months
        start, end = window(view.planner, view.today, horizon_months)
        version = (
            newest_change_number(connection, row.id),
            row.planner_revision,
            row.planned_revision,
            row.planned_through,
            row.go_live,
            start,
            end,
        )
        board = self._boards.setdefault(row.id, _BoardEvents(FeedChanges(row.id)))
        self._boards.move_to_end(row.id)
        if board.version != version:
            self._build(connection, view, board, start, end)
            board.version = version
        self._forget_boards()
        return board

    def _forget_boards(self) -> None:
        for name in list(self._boards)[: -MOST_BOARDS or None]:
            # Versions that are not stored yet must not be lost.
            if not self._boards[name].changes.unsaved:
                del self._boards[name]

    def _build(
        self,
        connection: Connection,
        view: BoardView,
        board: _BoardEvents,
        start: date,
        end: date,
    ) -> None:
        entries = [
            entry
            for entry in upcoming(connection, view, start=start, end=end)
            if entry.status is not Status.VOID
        ]
        texts = [event_words(entry, self._installation.settings.zone) for entry in entries]
        published = board.changes.publish(connection, texts)
        installation = installation_id(connection)
        before, board.blocks = board.blocks, {}
        for words in texts:
            now = published[words.key]
            known = before.get(words.key)
            block = known[1] if known and known[0] == now else _block(words, now, installation)
            board.blocks[words.key] = (now, block)
        board.events = tuple(
            BoardEvent(entry=entry, block=board.blocks[entry.key][1]) for entry in entries
        )


def window(planner: Planner, today: date, horizon_months: int) -> tuple[date, date]:
    """The first and the last day that feeds hold; both move twelve times a year.

    What fell due before the plan began is nobody's business any more.
    """
    first = today - relativedelta(months=MONTHS_BACK, day=1)
    begins = min(planner.plan.starts, today.replace(day=1))
    return max(first, begins), horizon_of(today, horizon_months)


def feed_name(feed: Feed, names: Names) -> str:
    """What a feed is called: "Cumbria LSCB", "Cumbria LSCB: PMQAG"."""
    board = names.planner.name
    match feed.kind:
        case FeedKind.BODY if feed.subject != feed.board:
            return f"{board}: {names.short(feed.subject)}"
        case FeedKind.PERSON:
            return f"{board}: {feed.subject}"
    return board


def file_name(name: str) -> str:
    """A feed's name as that of a file, in letters that every system takes: "lscb-pmqag.ics"."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"{'-'.join(WORD.findall(letters))[:LONGEST_FILE_NAME] or 'calendar'}.ics"


def is_open(connection: Connection, feed: Feed) -> bool:
    """Whether the reader of a feed may still see what it holds.

    A person's feed goes by the roles they hold. Any other ends when the account that made it
    may not see the Board any more; one made by the command belongs to no account.
    """
    if feed.kind is FeedKind.PERSON:
        return True
    try:
        account = account_named(connection, feed.made_by)
    except AccountError:
        return True
    return account.may(Role.VIEWER, feed.board)


def _choice(feed: Feed, view: BoardView) -> Callable[[BoardEvent], bool]:
    """Which of a Board's events are in a feed.

    A body's are its meetings, what it owes and what it gets; a person's the meetings of the
    bodies in which they hold a role now, and what those owe.
    """
    bodies = _bodies(feed, view)
    match feed.kind:
        case FeedKind.BOARD:
            return lambda _: True
        case FeedKind.BODY:
            return lambda event: (
                event.entry.owner.id in bodies
                or feed.subject in (body.id for body in event.entry.audience)
            )
    return lambda event: event.entry.owner.id in bodies


def _bodies(feed: Feed, view: BoardView) -> frozenset[str]:
    if feed.kind is FeedKind.PERSON:
        return frozenset(bodies_of(view.planner, feed.subject, view.today))
    return frozenset({feed.subject})


def bodies_of(planner: Planner, address: str, today: date) -> Iterable[str]:
    """The bodies in which an address holds a role on a day."""
    for body in planner.bodies:
        if any(holder.address == address and holder.holds_on(today) for holder in body.holders):
            yield body.id


def _block(words: EventWords, published: Published, installation: str) -> bytes:
    return vevent(
        FeedEvent(
            installation=installation,
            key=words.key,
            summary=words.summary,
            description=words.description,
            stamp=published.changed_at,
            sequence=published.sequence,
            day=words.day,
            starts=words.starts,
            ends=words.ends,
            categories=(words.category,),
        )
    )
