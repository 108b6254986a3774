"""The first emails after a change, simulated on a copy: nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from ...notifications.letters.model import Item
from ...notifications.letters.subject import subject
from ...notifications.reminders.pause_ends import end_pause
from ...operations.go_live import set_go_live
from ...operations.planner.change import plan_now
from ...scheduler.installation import Installation, copied
from ...scheduler.planning.board_view import view_of
from ...scheduler.simulation import SimulatedMail, simulate
from ...storage.boards import BoardRow, board_row, hold_boards, mute_others
from ...storage.pauses import PauseKind

# Long enough for a weekend and the bank holidays around it.
LOOK_ON = timedelta(days=7)


# Who is noted in a copy that is thrown away.
NOBODY = "a trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstMail:
    """One mail that would go out: when (local time), to whom, and about what."""

    at: datetime
    to: str
    subject: str
    items: tuple[Item, ...]


def mails_after_resuming(
    installation: Installation, row: BoardRow, kind: PauseKind, name: str
) -> tuple[FirstMail, ...]:
    """The mails of the next seven days that would go out if a pause ended now.

    Of a Board's pause every mail that speaks of it; of a body's those about what it owes; of a
    person's those to them. What other Boards would put into the same mails is left out.
    """

    def resume(connection: Connection) -> None:
        current = _row(connection, row)
        end_pause(
            connection,
            current,
            kind,
            name,
            days=installation.planners.get(connection, current).days,
            moment=installation.local.moment(installation.clock()),
            who=NOBODY,
        )

    def is_meant(mail: SimulatedMail) -> bool:
        if kind == PauseKind.PERSON:
            return mail.letter.recipient == name
        if kind == PauseKind.BODY:
            return any(item.key.split("/", 3)[2] == name for item in mail.letter.items)
        return True

    start = installation.today
    mails = _played(installation, row, resume, start, start + LOOK_ON)
    return tuple(_first_mail(mail) for mail in mails if is_meant(mail))


def mails_after_going_live(
    installation: Installation, row: BoardRow, day: date
) -> tuple[FirstMail, ...]:
    """Whom the first sending would reach if the mails of a Board began on `day`.

    Those of the first working day, or of the first later day that brings any. What other Boards
    would put into the same mails is left out.
    """

    def go_live(connection: Connection) -> None:
        current = _row(connection, row)
        planner = installation.planners.get(connection, current)
        view = view_of(current, planner, installation.local.moment(installation.clock()))
        transport = installation.settings.mail.transport
        set_go_live(connection, view, day, transport=transport, who=NOBODY)
        plan_now(installation, connection, row.id)

    start = max(day, installation.today)
    with installation.database.read() as connection:
        working = installation.planners.get(connection, row).days.on_or_after(start)
    played = _played(installation, row, go_live, start, start + LOOK_ON)
    return tuple(_first_mail(mail) for mail in first_of(played, working))


def first_of(mails: Iterable[SimulatedMail], working: date) -> Iterator[SimulatedMail]:
    """The mails up to the first working day, or of the first later day that brings any."""
    last: date | None = None
    for mail in mails:
        day = mail.at.date()
        if last is not None and day > max(working, last):
            return
        last = day
        yield mail


def _played(
    installation: Installation,
    row: BoardRow,
    change: Callable[[Connection], None],
    start: date,
    end: date,
) -> Iterator[SimulatedMail]:
    """The mails of one Board after a change: who looks at them may not see the other Boards."""
    with copied(installation) as copy:
        with copy.write() as connection:
            hold_boards(connection)
            mute_others(connection, row.id)
            change(connection)
        yield from simulate(
            copy,
            local=installation.local,
            horizon_months=installation.settings.schedule.horizon_months,
            start=start,
            end=end,
            in_full=False,
        )


def _row(connection: Connection, row: BoardRow) -> BoardRow:
    return board_row(connection, row.id) or row


def _first_mail(mail: SimulatedMail) -> FirstMail:
    return FirstMail(
        at=mail.at,
        to=mail.letter.recipient,
        subject=subject(mail.letter),
        items=mail.letter.items,
    )
