"""What follows when a role changes hands: whose mails go to whom, and from when."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from ...calendar.planner.model import Body, Planner
from ...calendar.rules.date_text import long_date
from ...calendar.rules.escalation import COPIED_FROM, Level
from ...notifications.reminders.recipients import Recipient, recipient_at
from ...storage.boards import BoardRow
from ...storage.occurrences import occurrence_by_key
from ...storage.pauses import pauses_of
from ...wording.mails import stand_in
from ...wording.names import Names
from ..calendar.board_calendar import BoardCalendar
from ..calendar.entries import entries_of
from ..mails.coming_mails import ComingMail, MailingBasis, coming_mails

ONE_DAY = timedelta(days=1)
A_YEAR = timedelta(days=366)
MOST_MAILS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMail:
    """The next mail about something that the body owes, and who would get it."""

    key: str
    title: str
    due: date
    day: date
    when: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEffects:
    """What a change of roles does: sentences, and the next mails as they would go then."""

    sentences: tuple[str, ...]
    mails: tuple[NextMail, ...]
    more: int


def role_effects(
    connection: Connection,
    row: BoardRow,
    planners: tuple[Planner, Planner],
    body_id: str,
    *,
    starts: date,
    today: date,
) -> RoleEffects:
    """What follows from going from the first planner to the second, from `starts` on."""
    after = planners[1]
    pauses = tuple(pauses_of(connection, row.id))
    away = {each.id for each in pauses if each.kind == "person"}
    said = tuple(_sentences(planners, body_id, max(starts, today), away, today))
    names = Names(after)
    basis = MailingBasis(row=row, names=names, today=today, pauses=pauses)
    calendar = BoardCalendar(connection=connection, row=row, planner=after, today=today)
    found = list(_next_mails(connection, calendar, basis, body_id, starts))
    found.sort(key=lambda each: (each.day, each.due, each.title))
    return RoleEffects(
        sentences=said, mails=tuple(found[:MOST_MAILS]), more=max(0, len(found) - MOST_MAILS)
    )


def _sentences(
    planners: tuple[Planner, Planner],
    body_id: str,
    starts: date,
    away: Collection[str],
    today: date,
) -> Iterator[str]:
    before, after = planners
    body = after.body(body_id)
    if body is None:
        return
    owes = any(body_id in each.owners for each in after.obligations())
    changed = False
    for level, what in _capacities(after, body, owes=owes):
        lines = list(_handover(before, after, body_id, level, what, starts, away, today))
        changed = changed or bool(lines)
        yield from lines
    if not changed:
        yield "No mail goes to anybody else by this."


def _capacities(planner: Planner, body: Body, *, owes: bool) -> Iterator[tuple[Level, str]]:
    """In which capacities this body's role-holders are mailed, and about what, in words."""
    late = {level: f"{days} working days late or more" for level, days in COPIED_FROM.items()}
    if owes:
        yield Level.OWNER, f"reminders about what {body.short} owes"
        yield Level.DEPUTY, f"copies about what {body.short} owes that is {late[Level.DEPUTY]}"
    if body.id == planner.business_group:
        yield Level.BUSINESS, f"copies about everything that is {late[Level.BUSINESS]}"
    if body.id == planner.board:
        yield Level.BOARD, f"copies about everything that is {late[Level.BOARD]}"
        yield Level.SECRETARIAT, "the weekly overview, and copies about what is late,"


def _handover(
    before: Planner,
    after: Planner,
    body_id: str,
    level: Level,
    what: str,
    starts: date,
    away: Collection[str],
    today: date,
) -> Iterator[str]:
    """Each day on which somebody else gets these mails than would have without the change."""
    days = _turning_days(after, body_id, starts)
    if all(
        recipient_at(before, body_id, level, day, away)
        == recipient_at(after, body_id, level, day, away)
        for day in days
    ):
        return
    current = recipient_at(before, body_id, level, today, away)
    if starts > today and current is not None:
        yield f"Until {long_date(starts - ONE_DAY)} {what} go to {current.address}, as now."
    told: Recipient | None = None
    for number, day in enumerate(days):
        now = recipient_at(after, body_id, level, day, away)
        if number and now == told:
            continue
        told = now
        was = recipient_at(before, body_id, level, day, away)
        instead = f" instead of {was.address}" if was and now and was.address != now.address else ""
        if now is None:
            reader = "no vice-chair" if level is Level.DEPUTY else "nobody"
            yield f"From {long_date(day)} {reader} gets {what}."
            continue
        because = stand_in(now.because)
        why = f" {because}" if because else ""
        yield f"From {long_date(day)} {what} go to {now.address}{instead}.{why}"


def _turning_days(planner: Planner, body_id: str, starts: date) -> list[date]:
    """`starts`, and every later day on which a role of the body begins or is over."""
    body = planner.body(body_id)
    holders = () if body is None else body.holders
    begins = (each.starts for each in holders if each.starts is not None)
    ends = (each.ends + ONE_DAY for each in holders if each.ends is not None)
    return sorted({starts, *(day for day in (*begins, *ends) if day > starts)})


def _next_mails(
    connection: Connection,
    calendar: BoardCalendar,
    basis: MailingBasis,
    body_id: str,
    starts: date,
) -> Iterator[NextMail]:
    """The first mail from `starts` on about each thing that the body owes within a year."""
    refs = {each.ref for each in basis.names.planner.obligations() if body_id in each.owners}
    lines = calendar.lines(basis.today - A_YEAR, basis.today + A_YEAR, refs)
    for entry in entries_of(connection, [line for line in lines if line.owner == body_id]):
        coming = coming_mails(basis, entry, occurrence_by_key(connection, entry.key)).mails
        mail: ComingMail | None = next((each for each in coming if each.day >= starts), None)
        if mail is not None:
            yield NextMail(
                key=entry.key,
                title=entry.title,
                due=entry.due,
                day=mail.day,
                when=mail.when,
                to=tuple(reader.address for reader in mail.readers),
            )
