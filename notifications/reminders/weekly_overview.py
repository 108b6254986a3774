"""Which Boards' secretariats are to get the overview of a week, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from ...core.local_time import Moment
from ...storage.mail.overviews import newest_weeks
from .mailing_boards import LiveBoard
from .recipients import secretariat_on


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewDue:
    """An overview to ask for: `week` is its Monday, `first` that it is the Board's very first."""

    board: str
    week: date
    recipient: str
    first: bool


def overviews_due(
    connection: Connection, boards: Mapping[str, LiveBoard], moment: Moment
) -> Iterator[OverviewDue]:
    """This week's, from the week's first working day on; a Board's very first at once.

    A very first one after a week's last working day is the next week's: one such is enough. It
    goes on in a pause of the Board: else nobody would be reminded that it is on.
    """
    newest = newest_weeks(connection)
    for name, board in boards.items():
        is_first = name not in newest
        first_day = board.planner.days.on_or_after(moment.today) if is_first else moment.today
        week = first_day - timedelta(days=first_day.weekday())
        if not (is_first or (newest[name] < week and board.is_sending(moment))):
            continue
        recipient = secretariat_on(board.planner, moment.today, board.away)
        if recipient is not None:
            yield OverviewDue(board=name, week=week, recipient=recipient, first=is_first)
