"""The tick: plan, decide, compose. Each stage is idempotent, and time is given to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from ..calendar.planner.model import Planner
from ..core.local_time import LocalTime
from ..notifications.letters.requests import hand_requests_on, requests_for_others
from ..notifications.reminders.compose import compose
from ..notifications.reminders.decide import decide
from ..notifications.reminders.mailing_boards import LiveBoard, live_boards
from ..notifications.reminders.recipients import secretariat_on
from ..notifications.reminders.snooze_expiry import end_lapsed, lapsed_snoozes
from ..storage.boards import BoardRow, boards, hold_boards
from ..storage.database.engine import Database
from ..storage.holds import hold_of
from ..storage.mail.carried_rows import waiting_recipients
from ..storage.mail.ledger import is_any_resting
from ..storage.mail.overviews import add_overview, newest_weeks
from ..storage.occurrences import is_step_due
from ..storage.planners import PlannerShelf
from ..storage.replies.requests import is_any_unmailed
from .planning.plan import horizon_of, plan


@dataclass(slots=True, kw_only=True)
class Ticker:
    """What a tick needs besides the time: the database, the Board's clock, how far to plan."""

    database: Database
    local: LocalTime
    horizon_months: int
    shelf: PlannerShelf = field(default_factory=PlannerShelf)

    def tick(self, now: datetime) -> bool:
        """Plans, decides and composes what `now` asks for; whether anything was written.

        Looks first and takes the write lock only when there is something to write, so that a
        sweep which finds nothing costs next to nothing. On hold it does nothing.
        """
        with self.database.read() as connection:
            if hold_of(connection) is not None:
                return False
            found = boards(connection)
            is_stale = any(self._needs_planning(row, now) for row in found)
            if not is_stale and not self._has_work(connection, found, now):
                return False
        with self.database.write() as connection:
            hold_boards(connection)
            # Looked at again: another daemon may have been faster.
            if hold_of(connection) is not None:
                return False
            self._plan_what_changed(connection, now)
            self._decide_and_compose(connection, now)
        return True

    def catch_up(self, connection: Connection, now: datetime) -> None:
        """Plans, and decides every step that has come by `now`, whatever the day and hour.

        Nothing is composed, and a hold is no hindrance: it is for whoever ends one.
        """
        self._plan_what_changed(connection, now)
        live = live_boards(connection, self.shelf, self.local.day_of(now))
        decide(connection, live, local=self.local, now=now)

    def _plan_what_changed(self, connection: Connection, now: datetime) -> None:
        for row in boards(connection):
            if self._needs_planning(row, now):
                self._plan(connection, row, now)

    def _needs_planning(self, row: BoardRow, now: datetime) -> bool:
        if row.go_live is None:
            return False
        horizon = horizon_of(self.local.day_of(now), self.horizon_months)
        return (
            row.planned_revision != row.planner_revision
            or row.planned_through is None
            or row.planned_through < horizon
        )

    def _plan(self, connection: Connection, row: BoardRow, now: datetime) -> None:
        planner = self.shelf.get(connection, row)
        plan(
            connection,
            row,
            planner,
            local=self.local,
            now=now,
            horizon=horizon_of(self.local.day_of(now), self.horizon_months),
        )

    def _has_work(self, connection: Connection, found: list[BoardRow], now: datetime) -> bool:
        today = self.local.day_of(now)
        live = [row for row in found if row.go_live is not None and row.go_live <= today]
        overviews = newest_weeks(connection)
        if any(row.id not in overviews for row in live):
            return True
        sending = [row for row in live if self._is_sending(self.shelf.get(connection, row), now)]
        if any(overviews[row.id] < _monday(today) for row in sending):
            return True
        if not sending:
            return False
        if is_step_due(connection, now):
            return True
        if waiting_recipients(connection, today):
            return True
        if not (is_any_resting(connection, today) or is_any_unmailed(connection)):
            return False
        names = {row.id for row in sending}
        found_now = live_boards(connection, self.shelf, today).items()
        boards_now = {name: board for name, board in found_now if name in names}
        return any(lapsed_snoozes(connection, boards_now, today)) or any(
            requests_for_others(connection, boards_now, today)
        )

    def _is_sending(self, planner: Planner, now: datetime) -> bool:
        """Whether mail goes out now: a working day, from the sending time on."""
        return self.local.is_open(now) and planner.days.is_working(self.local.day_of(now))

    def _decide_and_compose(self, connection: Connection, now: datetime) -> None:
        today = self.local.day_of(now)
        live = live_boards(connection, self.shelf, today)
        sending = {
            name: board for name, board in live.items() if self._is_sending(board.planner, now)
        }
        decide(connection, sending, local=self.local, now=now)
        end_lapsed(connection, sending, today)
        hand_requests_on(connection, sending, today)
        overviews = newest_weeks(connection)
        asked = [
            _ask_for_overview(connection, board, today, overviews.get(name))
            for name, board in live.items()
            if name in sending or name not in overviews
        ]
        if sending or any(asked):
            compose(connection, today=today, now=now)


def _ask_for_overview(
    connection: Connection, board: LiveBoard, today: date, newest: date | None
) -> bool:
    """Asks for this week's overview on the week's first working day; the very first at once."""
    recipient = secretariat_on(board.planner, today, board.away)
    is_there = newest is not None and newest >= _monday(today)
    if board.paused or is_there or recipient is None:
        return False
    return add_overview(
        connection,
        board.planner.board,
        week=_monday(today),
        recipient=recipient,
        first=newest is None,
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
