"""A secretariat's office on a clock that a test sets: real stages, real database, real mails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, String, Table, cast, select, update

from boardcal.calendar.planner.file_schema import PlannerFile
from boardcal.calendar.planner.roles import RoleName
from boardcal.calendar.status import Status
from boardcal.core.local_time import LocalTime
from boardcal.notifications.delivery.deliver import Delivered, Delivery, Sender
from boardcal.notifications.letters.render import Templates
from boardcal.notifications.links import NO_LINKS, Links
from boardcal.notifications.reminders.pause_ends import end_pause
from boardcal.notifications.transports.base import (
    LostClaimError,
    OutgoingMail,
    Receipt,
    Transport,
    always,
)
from boardcal.operations.extend import extend, put_off
from boardcal.operations.go_live import set_go_live
from boardcal.operations.pause import set_pause
from boardcal.operations.planner.change import save
from boardcal.operations.planner.events import record_event
from boardcal.operations.planner.roles import appoint, end_role
from boardcal.operations.record import record
from boardcal.scheduler.planning.board_view import BoardView, view_of
from boardcal.scheduler.tick import Ticker
from boardcal.storage.boards import board_row
from boardcal.storage.change_kinds import ChangeKind
from boardcal.storage.database.engine import Database
from boardcal.storage.occurrences import StoredOccurrence, occurrence_by_key, occurrences_of
from boardcal.storage.pauses import PauseKind
from boardcal.storage.planners import content_of, store_planner
from boardcal.storage.schema.column_types import AnyRow
from boardcal.storage.schema.mail import ledger, message
from boardcal.storage.schema.occurrences import occurrence
from boardcal.storage.schema.planner import board
from boardcal.tests.mailed_items import parse_items

from .factories import LONDON, at, make_planner

INSTALLATION = "1" * 32
SENDER = Sender(address="Cumbria LSCB <lscb@example.org>")
TEMPLATES = Templates()
WHO = "secretariat"
START = at("2017-11-01")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail as its reader has it, and when it arrived."""

    at: datetime
    outgoing: OutgoingMail

    @cached_property
    def message(self) -> EmailMessage:
        """The mail read back."""
        return message_from_bytes(self.outgoing.content, policy=default)

    @property
    def to(self) -> str:
        """Whose mail it is."""
        return self.outgoing.recipient

    @property
    def subject(self) -> str:
        """Its subject."""
        return str(self.message["Subject"])

    @property
    def items(self) -> list[tuple[str, int, str]]:
        """Key, step and level of everything that it was sent for."""
        header = str(self.message["X-Boardcal-Items"] or "")
        return [(item.key, item.step, item.level) for item in parse_items(header)]

    @property
    def text(self) -> str:
        """Its plain text, on one line so that a sentence is found however it was wrapped."""
        part = self.message.get_body(("plain",))
        return "" if part is None else " ".join(part.get_content().split())


Refuse = Callable[[OutgoingMail], Exception | None]


@dataclass
class Postbag:
    """A transport that keeps what it is given; `before` and `after` DATA it may be refused."""

    clock: Callable[[], datetime]
    reaches_people: bool = True
    mails: list[Mail] = field(default_factory=list)
    before: Refuse = lambda _: None
    after: Refuse = lambda _: None

    async def send(
        self,
        mail: OutgoingMail,
        *,
        on_data: Callable[[], None],
        still_ours: Callable[[], bool] = always,
    ) -> Receipt:
        """Keeps `mail`, unless a test has it refused."""
        error = self.before(mail)
        if error is not None:
            raise error
        on_data()
        error = self.after(mail)
        if error is not None:
            raise error
        if not still_ours():
            raise LostClaimError
        self.mails.append(Mail(at=self.clock(), outgoing=mail))
        return Receipt(reply="250 2.0.0 OK")

    async def check(self) -> str:
        """Always well."""
        return "The postbag is open."

    async def close(self) -> None:
        """Nothing is held open."""


@dataclass(kw_only=True)
class Office:
    """One installation with one Board or several, from the first table on.

    What is done here is done by the functions that the daemon and the command call.
    """

    database: Database
    now: datetime = START
    local: LocalTime = LONDON
    horizon_months: int = 18
    transport: Transport | None = None
    channel: str = ""
    sender: Sender = SENDER
    links: Links = NO_LINKS

    def __post_init__(self) -> None:
        """Opens the office."""
        self.postbag = Postbag(clock=lambda: self.now)
        self.ticker = Ticker(
            database=self.database, local=self.local, horizon_months=self.horizon_months
        )
        self.delivery = self.new_delivery("office")

    def new_delivery(self, name: str) -> Delivery:
        """Another daemon's way of sending on the same database."""
        return Delivery(
            database=self.database,
            transport=self.transport or self.postbag,
            templates=TEMPLATES,
            sender=self.sender,
            local=self.local,
            clock=lambda: self.now,
            name=name,
            channel=self.channel,
            planners=self.ticker.planners,
            links=self.links,
        )

    # What happens to it.

    def store(
        self, content: PlannerFile | None = None, *, go_live: str | None = "2017-11-01"
    ) -> Office:
        """Imports a planner; mails of its Board begin on `go_live` (None: not yet)."""
        content = content or make_planner()
        with self.database.write() as connection:
            store_planner(connection, content, source="a test", who=WHO, now=self.now)
            if go_live is not None:
                connection.execute(
                    update(board)
                    .where(board.c.id == content.board.id)
                    .values(go_live=date.fromisoformat(go_live))
                )
        return self

    def tick(self, when: str | None = None) -> bool:
        """One tick; whether it wrote anything."""
        self.now = self.now if when is None else at(when)
        return self.ticker.tick(self.now)

    def deliver(self, when: str | None = None) -> Delivered:
        """One burst of sending."""
        self.now = self.now if when is None else at(when)
        return asyncio.run(self.delivery.deliver())

    def sweep(self, when: str | None = None) -> list[Mail]:
        """A tick and a burst of sending, as the daemon does them; the mails that left."""
        before = len(self.postbag.mails)
        self.tick(when)
        self.deliver()
        return self.postbag.mails[before:]

    def reminded(self, when: str = "2018-01-29") -> Office:
        """The office once chairs had a first email of what is due: only then is it ever late."""
        self.sweep(when)
        return self

    def days(self, start: str, end: str) -> list[Mail]:
        """A sweep each day at the sending time; the mails that left."""
        before = len(self.postbag.mails)
        for day in each_day(start, end):
            self.sweep(day.isoformat())
        return self.postbag.mails[before:]

    # What people do.

    def record(
        self, key: str, status: Status | None, *, on: str | None = None, note: str | None = None
    ) -> StoredOccurrence:
        """Records what became of an occurrence, today unless told otherwise."""
        day = self.local.day_of(self.now) if on is None else date.fromisoformat(on)
        with self.changing(key) as (connection, view):
            return record(connection, view, key, status, on=day, who=WHO, note=note)

    def extend(self, key: str, to: str, note: str = "more time was asked for") -> StoredOccurrence:
        """Gives an occurrence a new date."""
        with self.changing(key) as (connection, view):
            return extend(connection, view, key, to=date.fromisoformat(to), who=WHO, note=note)

    def put_off(self, key: str, to: str, note: str = "the Board is busy") -> StoredOccurrence:
        """Puts an occurrence off to the meeting on a day."""
        with self.changing(key) as (connection, view):
            return put_off(connection, view, key, to=date.fromisoformat(to), who=WHO, note=note)

    def edit(
        self, change: Callable[[PlannerFile], PlannerFile], board_id: str = "lscb"
    ) -> PlannerFile:
        """Changes the planner as stored; the next tick follows."""
        with self.database.write() as connection:
            content = content_of(connection, board_id)
            if content is None:
                raise LookupError(board_id)
            changed = change(content)
            save(
                connection,
                changed,
                subject=board_id,
                what=ChangeKind.ENTRY_CHANGED,
                after="a test",
                moment=self.local.moment(self.now),
                who=WHO,
            )
        return changed

    def appoint(self, role: RoleName, address: str, starts: str, body: str = "pmqag") -> None:
        """Gives a role of a body to somebody."""
        day = date.fromisoformat(starts)
        self.edit(lambda content: appoint(content, body, role, address, day))

    def leave(self, role: RoleName, address: str, starts: str, body: str = "pmqag") -> None:
        """Ends somebody's role: from `starts` on they do not hold it."""
        day = date.fromisoformat(starts)
        self.edit(lambda content: end_role(content, body, role, address, day))

    def pause(
        self, kind: str, name: str, board_id: str = "lscb", *, until: str | None = None
    ) -> bool:
        """Pauses a Board, a body or a person."""
        moment = self.local.moment(self.now)
        last = None if until is None else date.fromisoformat(until)
        with self.database.write() as connection:
            row = board_row(connection, board_id)
            if row is None:
                raise LookupError(board_id)
            return set_pause(
                connection,
                row,
                PauseKind(kind),
                name,
                moment=moment,
                who=WHO,
                why=None,
                until=last,
            )

    def resume(self, kind: str, name: str, board_id: str = "lscb") -> bool:
        """Ends a pause."""
        with self.database.write() as connection:
            row = board_row(connection, board_id)
            if row is None:
                raise LookupError(board_id)
            moment = self.local.moment(self.now)
            days = self.ticker.planners.get(connection, row).days
            return end_pause(
                connection, row, PauseKind(kind), name, days=days, moment=moment, who=WHO
            )

    def go_live(self, day: str, board_id: str = "lscb") -> None:
        """Lets mails begin on `day`."""
        with self.changing(board_id) as (connection, view):
            set_go_live(connection, view, date.fromisoformat(day), transport="outbox", who=WHO)

    def happened(self, event: str, on: str) -> int:
        """Records that an awaited event happened."""
        with self.changing("lscb") as (connection, view):
            return record_event(connection, view, event, on=date.fromisoformat(on), who=WHO)

    # What can be seen.

    def row(self, key: str) -> StoredOccurrence:
        """An occurrence as stored."""
        with self.database.read() as connection:
            stored = occurrence_by_key(connection, key)
        if stored is None:
            raise LookupError(key)
        return stored

    def rows(self, board_id: str = "lscb") -> list[StoredOccurrence]:
        """Every occurrence of a Board as stored, by due date."""
        with self.database.read() as connection:
            return occurrences_of(connection, board_id)

    def table(self, table: Table) -> Sequence[AnyRow]:
        """All rows of a table, oldest first."""
        with self.database.read() as connection:
            return connection.execute(select(table).order_by(*table.primary_key)).all()

    def name_by_number(self, table: Table) -> None:
        """Names the rows of a table by their numbers, as rows older than identities are."""
        with self.database.write() as connection:
            connection.execute(update(table).values(identity=cast(table.c.id, String)))

    def ledger(self, key: str | None = None) -> list[tuple[int, str, str, str]]:
        """Step, recipient, level and state of what was decided, of one occurrence or of all."""
        query = select(ledger, occurrence.c.key).join(
            occurrence, ledger.c.occurrence_id == occurrence.c.id
        )
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(ledger.c.id)).all()
        return [
            (row.step, row.recipient, row.level, row.state)
            for row in rows
            if key in (None, row.key)
        ]

    def messages(self) -> list[tuple[str, date, str]]:
        """Recipient, day and state of every message."""
        return [(row.recipient, row.day, row.state) for row in self.table(message)]

    def changing(self, key: str) -> _Changing:
        """A transaction on the Board that a key begins with, as the command opens it."""
        return _Changing(self, key.partition("/")[0])


class _Changing:
    """A write with what is needed to record things, made when it is entered."""

    def __init__(self, office: Office, board_id: str) -> None:
        self._office = office
        self._board = board_id
        self._transaction: Any = None

    def __enter__(self) -> tuple[Connection, BoardView]:
        office = self._office
        self._transaction = office.database.write()
        connection = self._transaction.__enter__()
        row = board_row(connection, self._board)
        if row is None:
            raise LookupError(self._board)
        planner = office.ticker.planners.get(connection, row)
        return connection, view_of(row, planner, office.local.moment(office.now))

    def __exit__(self, *error: object) -> bool | None:
        done: bool | None = self._transaction.__exit__(*error)
        return done


def each_day(start: str, end: str) -> Iterator[date]:
    """The days from `start` to `end`, inclusive."""
    day, last = date.fromisoformat(start), date.fromisoformat(end)
    while day <= last:
        yield day
        day += timedelta(days=1)
