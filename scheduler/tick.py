"""The tick: plan, decide, compose. Each stage is idempotent, and time is given to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from ..core.local_time import LocalTime, Moment
from ..notifications.letters.assemble import note_subjects_of_waiting
from ..notifications.letters.requests import HAND_REQUESTS_ON
from ..notifications.reminders.compose import COMPOSE
from ..notifications.reminders.decide import DECIDE, decide
from ..notifications.reminders.mailing_boards import LiveBoard, live_boards
from ..notifications.reminders.pause_ends import end_pauses, has_pause_over
from ..notifications.reminders.request_ends import FOLLOW_REQUESTS
from ..notifications.reminders.snooze_expiry import END_LAPSED_SNOOZES
from ..notifications.reminders.weekly_overview import overviews_due
from ..storage.boards import BoardRow, boards, hold_boards
from ..storage.database.engine import Database
from ..storage.holds import hold_of
from ..storage.mail.overviews import add_overview
from ..storage.planners import PlannerCache
from .planning.plan import horizon_of, is_stale, plan

# In this order: what is composed is what the stages before it decided.
STAGES = (DECIDE, END_LAPSED_SNOOZES, FOLLOW_REQUESTS, HAND_REQUESTS_ON, COMPOSE)


@dataclass(slots=True, kw_only=True)
class Ticker:
    """What a tick needs besides the time: the database, the Board's clock, how far to plan."""

    database: Database
    local: LocalTime
    horizon_months: int
    planners: PlannerCache = field(default_factory=PlannerCache)

    def tick(self, now: datetime) -> bool:
        """Plans, decides and composes what `now` asks for; whether anything was written.

        Looks first and takes the write lock only when there is something to write, so that a
        sweep which finds nothing costs next to nothing. On hold it does nothing.
        """
        moment = self.local.moment(now)
        with self.database.read() as connection:
            if hold_of(connection) is not None:
                return False
            rows = boards(connection)
            over = any(has_pause_over(row, moment) for row in rows)
            if not (over or self._stale(rows, moment) or self._has_work(connection, rows, moment)):
                return False
        with self.database.write() as connection:
            hold_boards(connection)
            # Looked at again: another daemon may have been faster.
            if hold_of(connection) is not None:
                return False
            end_pauses(connection, self.planners, boards(connection), moment)
            self._plan(connection, moment)
            self._mail(connection, moment)
        return True

    def catch_up(self, connection: Connection, now: datetime) -> None:
        """Plans, and decides every step that has come by `now`, whatever the day and hour.

        Nothing is composed, and a hold is no hindrance: it is called when one ends.
        """
        moment = self.local.moment(now)
        end_pauses(connection, self.planners, boards(connection), moment)
        self._plan(connection, moment)
        decide(connection, live_boards(connection, self.planners, moment.today), moment)

    def _stale(self, rows: Iterable[BoardRow], moment: Moment) -> list[BoardRow]:
        """The Boards whose occurrences are behind their planner, or behind the time."""
        horizon = horizon_of(moment.today, self.horizon_months)
        return [row for row in rows if is_stale(row, horizon)]

    def _plan(self, connection: Connection, moment: Moment) -> None:
        horizon = horizon_of(moment.today, self.horizon_months)
        for row in self._stale(boards(connection), moment):
            plan(connection, row, self.planners.get(connection, row), moment, horizon)

    def _has_work(self, connection: Connection, rows: list[BoardRow], moment: Moment) -> bool:
        """Whether `_mail` would write anything."""
        live = live_boards(connection, self.planners, moment.today, rows)
        if any(overviews_due(connection, live, moment)):
            return True
        sending = _sending(live, moment)
        return bool(sending) and any(
            stage.has_work(connection, sending, moment) for stage in STAGES
        )

    def _mail(self, connection: Connection, moment: Moment) -> None:
        """Runs the stages where mail goes out now, or a Board's very first overview is due."""
        live = live_boards(connection, self.planners, moment.today)
        overviews = list(overviews_due(connection, live, moment))
        for due in overviews:
            add_overview(
                connection, due.board, week=due.week, recipient=due.recipient, first=due.first
            )
        sending = _sending(live, moment)
        if sending or overviews:
            for stage in STAGES:
                stage.run(connection, sending, moment)
            note_subjects_of_waiting(connection, live, moment)


def _sending(live: Mapping[str, LiveBoard], moment: Moment) -> dict[str, LiveBoard]:
    """The Boards in which mail goes out now."""
    return {name: board for name, board in live.items() if board.is_sending(moment)}
